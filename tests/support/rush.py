"""Many people at once: each sends one request after another over one of the kept connections, one thread for them all."""

import selectors
import socket
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

Script = Generator[bytes, int, None]  # yields requests, is sent the status of each answer


@dataclass
class Rush:
    """How a rush went: seconds from the first request to the last answer, seconds of each answer, scripts cut off."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    cut_off: int = 0

    def percentile(self, share: float) -> float:
        """So many seconds or less for this share of the answers."""
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class _Line:
    """One connection with the script it serves at the moment."""

    def __init__(self, where: tuple[str, int]) -> None:
        self.socket = socket.create_connection(where, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.script: Script | None = None
        self.received = b""
        self.sent_at = 0.0

    def begin(self, scripts: Iterator[Script]) -> bool:
        """Take the next script and send its first request; False when none is left."""
        for script in scripts:
            self.script = script
            if self.go_on(None):
                return True
        self.script = None
        return False

    def go_on(self, status: int | None) -> bool:
        """Give the script the answer and send what it asks next; False when it has ended."""
        assert self.script
        try:
            request = next(self.script) if status is None else self.script.send(status)
        except StopIteration:
            return False
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)
        return True

    def read(self) -> int | None:
        """The status of the answer once it is there whole; raises ConnectionError when the server is gone."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.received += piece
        status = _status_of(self.received)
        if status is not None:
            self.received = b""
        return status


def rush(url: str, scripts: Iterable[Script], *, connections: int = 64) -> Rush:
    """Run all scripts; a connection that breaks ends with the script it serves, which is counted as cut off."""
    parts = urlsplit(url)
    waiting = iter(scripts)
    result = Rush()
    with selectors.DefaultSelector() as selector:
        lines = [_Line((parts.hostname or "127.0.0.1", parts.port or 80)) for _number in range(connections)]
        began = time.perf_counter()
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
            _serve(selector, line, waiting, result)
        while selector.get_map():
            for key, _events in selector.select(timeout=30):
                _serve(selector, key.data, waiting, result)
        result.seconds = time.perf_counter() - began
    return result


def _serve(selector: selectors.BaseSelector, line: _Line, waiting: Iterator[Script], result: Rush) -> None:
    """Read what came, pass it on, send the next request; a line without work, or broken, is closed."""
    try:
        if line.script is None:
            is_busy = line.begin(waiting)
        else:
            status = line.read()
            if status is None:
                return
            result.times.append(time.perf_counter() - line.sent_at)
            is_busy = line.go_on(status) or line.begin(waiting)
    except OSError:
        result.cut_off += 1
        is_busy = False
    if not is_busy:
        selector.unregister(line.socket)
        line.socket.close()


def _status_of(received: bytes) -> int | None:
    """The status of a whole answer, None while some of it is missing; the server says its length."""
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return None
    lowered = head.lower()
    if b"\r\ntransfer-encoding: chunked" in lowered:
        is_whole = body.endswith(b"0\r\n\r\n")
    else:
        length = lowered.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        is_whole = len(body) >= int(length or 0)
    return int(head.split(None, 2)[1]) if is_whole else None


def post(url: str, path: str, cookie: str, fields: dict[str, str]) -> bytes:
    """A form as a browser posts it."""
    body = urlencode(fields).encode()
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        f"Origin: {url}",
        f"Cookie: {cookie}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body
