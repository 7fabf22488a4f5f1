"""A mail server and a robot's platform on this machine, each of which can be told to refuse, to dawdle or to hang up."""

import base64
import json
import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class MailServer:
    """Letters taken so far, and how the server behaves: `answers` by verb (MAIL, RCPT, DATA, BODY, AUTH) instead of yes.

    `hangs_up` names the verb at which it closes the connection, `silent` the one it never answers. `pause` says how many
    seconds pass from the end of a letter until the server says that it took it; it takes it half way.
    """

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    hangs_up: str = ""
    silent: str = ""
    connections: int = 0
    logins: list[str] = field(default_factory=list)
    pause: Callable[[], float] = lambda: 0.0
    done: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ids(self) -> list[str]:
        """Message-IDs as they came, twice for a letter that came twice."""
        with self._lock:
            return [str(one["Message-ID"]) for one in self.letters]

    def take(self, content: bytes, to: str) -> None:
        """Keep a letter."""
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        with self._lock:
            self.letters.append(letter)
            self.recipients.append(to)


class _MailHandler(socketserver.StreamRequestHandler):
    """One connection."""

    server: Any
    to = ""

    def handle(self) -> None:
        """Speak as much SMTP as a sender needs."""
        box: MailServer = self.server.box
        box.connections += 1
        self.say("220 test")
        while line := self.rfile.readline():
            verb = line.split()[0].decode().upper() if line.split() else ""
            if not self.goes_on(box, verb):
                return
            if verb in box.answers:
                self.say(box.answers[verb])
            elif not self.answer(box, verb, line):
                return

    def answer(self, box: MailServer, verb: str, line: bytes) -> bool:
        """Say yes to a verb; False at the end of the conversation."""
        if verb == "EHLO":
            self.say("250-test\r\n250-AUTH PLAIN\r\n250 OK")
        elif verb == "AUTH":
            box.logins.append(base64.b64decode(line.split()[2]).decode())
            self.say("235 OK")
        elif verb == "RCPT":
            self.to = re.sub(rb".*<(.*)>.*", rb"\1", line.strip()).decode()
            self.say("250 OK")
        elif verb == "DATA":
            self.say("354 go on")
            return self.body(box)
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 OK")
        return True

    def body(self, box: MailServer) -> bool:
        """Read a letter to its lone dot; whoever has the whole of it has it, even when the sender is gone meanwhile."""
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        time.sleep(box.pause() / 2)
        if not self.goes_on(box, "BODY"):
            return False
        if "BODY" in box.answers:
            self.say(box.answers["BODY"])
            return True
        box.take(b"".join(lines), self.to)
        time.sleep(box.pause() / 2)
        self.say("250 taken")
        return True

    def goes_on(self, box: MailServer, verb: str) -> bool:
        """Whether the server answers at all."""
        if box.silent == verb:
            box.done.wait(10)
        return verb not in (box.hangs_up, box.silent)

    def say(self, text: str) -> None:
        """Answer, if anybody still listens."""
        with suppress(OSError):
            self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(**behaviour: Any) -> Iterator[MailServer]:
    """A mail server on a free port."""
    box = MailServer(**behaviour)
    with _serving(socketserver.ThreadingTCPServer, _MailHandler, box):
        yield box


@dataclass
class Platform:
    """Posts received so far as (path with query, JSON); `answer` gives status and body for each, and may dawdle."""

    port: int = 0
    posts: list[tuple[str, Any]] = field(default_factory=list)
    answer: Callable[[], tuple[int, str]] = lambda: (200, '{"errcode": 0, "errmsg": "ok"}')
    hangs_up: bool = False
    done: threading.Event = field(default_factory=threading.Event)

    def url(self, token: str = "key", path: str = "/cgi-bin/webhook/send") -> str:
        """A robot's address here."""
        return f"http://127.0.0.1:{self.port}{path}?{token}=abc"


class _RobotHandler(BaseHTTPRequestHandler):
    """One request."""

    server: Any

    def do_POST(self) -> None:
        """Keep what was posted and answer as told."""
        platform: Platform = self.server.box
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        platform.posts.append((self.path, json.loads(content)))
        if platform.hangs_up:
            self.close_connection = True
            return
        status, body = platform.answer()
        try:
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://127.0.0.1:{platform.port}/elsewhere?key=abc")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())
        except OSError:
            pass

    do_GET = do_POST  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def platform(**behaviour: Any) -> Iterator[Platform]:
    """A platform of robots on a free port."""
    box = Platform(**behaviour)
    with _serving(ThreadingHTTPServer, _RobotHandler, box):
        yield box


@contextmanager
def _serving(kind: Any, handler: Any, box: Any) -> Iterator[None]:
    server = kind(("127.0.0.1", 0), handler)
    server.daemon_threads, server.box = True, box
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        box.done.set()
        server.shutdown()
        server.server_close()
        thread.join()
