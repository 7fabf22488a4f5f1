"""What the measurements share: results, time, a school on disk, servers, and load from many connections."""

import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from school.settings import ROOT
from tests.support.databases import dispose, migrated_app, sqlite_url
from tests.support.postgres import Server
from tests.support.server import LiveServer, serving

Request = Callable[[int], bytes]


def result(name: str, value: float, unit: str, *, floor: float | None = None) -> dict[str, Any]:
    """One line of the bench: the value, what the bare way reaches (`floor`), and value / floor."""
    ratio = round(value / floor, 3) if floor else None
    return {"name": name, "value": _short(value), "unit": unit, "floor": _short(floor), "ratio": ratio}


def compare(name: str, unit: str, ours: Callable[[], float], bare: Callable[[], float], *, rounds: int = 3) -> dict[str, Any]:
    """Measure both by turns, so that a slow moment of the machine meets both, and take the medians."""
    pairs = [(bare(), ours()) for _round in range(rounds)]
    return result(name, median(b for _a, b in pairs), unit, floor=median(a for a, _b in pairs))


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@dataclass(frozen=True)
class School:
    """A migrated database on disk, and an application on it."""

    app: Flask
    url: str
    directory: Path
    bare_uri: str = ""  # SQLAlchemy's address of an empty database of the same kind, for a bare application


@contextmanager
def school_on(kind: str) -> Iterator[School]:
    """A new school on `sqlite`, as `school_on_disk`, or in a throwaway `postgresql` server."""
    with school_on_disk() as school:
        if kind == "sqlite":
            yield replace(school, bare_uri=sqlite_url(school.directory / "bare.db"))
            return
        server = Server()
        try:
            for name in ("ours", "bare"):
                server.create(name)
            app = migrated_app(server.url("ours"), TESTING=False, SECRET_KEY="")
            bare_uri = server.url("bare").replace("postgresql://", "postgresql+psycopg://")
            yield School(app, server.url("ours"), school.directory, bare_uri)
            dispose(app)
        finally:
            server.stop()


@contextmanager
def school_on_disk() -> Iterator[School]:
    """A new school in an SQLite file where a real one lies (in instance/, not in memory), with the default settings."""
    (ROOT / "instance").mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "instance"))
    url = sqlite_url(directory / "school.db")
    try:
        # Without a key of its own it takes the one in instance/, as the served product does.
        app = migrated_app(url, SQLITE_SYNCHRONOUS="FULL", TESTING=False, SECRET_KEY="")
        yield School(app, url, directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def served(school: School, **settings: str) -> AbstractContextManager[LiveServer]:
    """The product on this school, as in production."""
    return serving(school.url, school.directory / "server.log", **({"SQLITE_SYNCHRONOUS": "FULL"} | settings))


def served_bare(school: School, target: str, **settings: str) -> AbstractContextManager[LiveServer]:
    """A bare WSGI application (`module:app`, answering /healthz) on the same server with the same workers."""
    command = (sys.executable, "-m", "bench.support", target)
    return serving(school.url, school.directory / "bare.log", command, **({"SQLITE_SYNCHRONOUS": "FULL"} | settings))


@dataclass(frozen=True)
class Load:
    """What a server did under load."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failures: int


def get(url: str, cookie: str = "") -> Request:
    """The same GET again and again."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"GET {path} HTTP/1.1", f"Host: {parts.netloc}", *([f"Cookie: {cookie}"] if cookie else [])]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    return lambda _number: request


def load(url: str, request: Request, *, seconds: float = 4.0, connections: int = 8, good: tuple[int, ...] = (200,)) -> Load:
    """Send requests over kept connections for so long; `request(n)` gives the bytes of the n-th.

    The sender takes its share of the machine from ours and from the bare server alike.
    """
    where = (urlsplit(url).hostname or "127.0.0.1", urlsplit(url).port or 80)
    times: list[float] = []
    failures: list[int] = []
    numbers = iter(range(10**9))  # next() of a range iterator is one step under the interpreter's lock
    deadline = time.perf_counter() + seconds

    def send() -> None:
        with socket.create_connection(where, timeout=30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (start := time.perf_counter()) < deadline:
                connection.sendall(request(next(numbers)))
                status = _read(connection)
                times.append(time.perf_counter() - start)
                if status not in good:
                    failures.append(status)

    began = time.perf_counter()
    senders = [threading.Thread(target=send) for _connection in range(connections)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    took = time.perf_counter() - began
    if not times:
        raise RuntimeError(f"{url} answered nothing")
    times.sort()
    p99 = times[int(len(times) * 0.99)]
    return Load(len(times) / took, median(times) * 1000, p99 * 1000, len(failures))


def _read(connection: socket.socket) -> int:
    """Read one answer whole and return its status; the server must say its length."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    if "content-length" in headers:
        left = int(headers["content-length"]) - len(body)
        while left > 0:
            left -= len(_more(connection))
    elif headers.get("transfer-encoding") == "chunked":
        while not body.endswith(b"0\r\n\r\n"):
            body += _more(connection)
    return int(status.split()[1])


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


def _short(value: float | None) -> float | None:
    """Four figures say all that a measurement knows."""
    return None if value is None else float(f"{value:.4g}")


def main(target: str) -> None:
    """Serve a bare application with the server and workers the product uses."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        target,
        address=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        workers=int(os.environ["WORKERS"]),
        blocking_threads=1,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1])
