"""The product served as in production, in processes of its own, for tests with a browser and for the bench."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask

from tests.support.postgres import ROOT

COMMAND = (sys.executable, "-m", "flask", "--app", "app", "school", "serve")
SECONDS_TO_START = 90


@dataclass(frozen=True)
class LiveServer:
    """A server that answers, and the database behind it."""

    url: str
    database_url: str
    log: Path
    process: "subprocess.Popen[bytes]"

    @cached_property
    def app(self) -> Flask:
        """An application in this process on the same database and secret, to arrange and to look."""
        from school.factory import create_app

        return create_app({"DATABASE_URL": self.database_url, "SQLITE_SYNCHRONOUS": "NORMAL"})

    def kill(self) -> None:
        """End the server and all its workers in this very moment, as a power cut or the kernel does; none of them is asked."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def complaints(self) -> list[str]:
        """Lines of the log that tell of an unhandled error."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        starts = [n for n, line in enumerate(lines) if line.startswith("Traceback")]
        return ["\n".join(lines[n : n + 40]) for n in starts]


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with every setting at its default, then `settings`."""
    from school.settings import SETTINGS

    defaults = {setting.key: str(setting.default) for setting in SETTINGS}
    return {**os.environ, **defaults, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **settings}


@contextmanager
def serving(database_url: str, log: Path, command: Sequence[str] = COMMAND, **settings: str) -> Iterator[LiveServer]:
    """Run a server until the block ends; raises RuntimeError with its log when it does not start."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": database_url, "SQLITE_SYNCHRONOUS": "NORMAL", **settings}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(settings),
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=os.name == "posix",  # its workers are in a group of their own, which `kill` ends
        )
    server = LiveServer(url, database_url, log, process)
    try:
        _wait(process, server)
        yield server
    finally:
        _stop(process)
        if "app" in server.__dict__:
            from tests.support.databases import dispose

            dispose(server.app)


def _wait(process: "subprocess.Popen[bytes]", server: LiveServer) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    how = f"ended with {process.returncode}" if process.poll() is not None else f"did not answer in {SECONDS_TO_START} s"
    raise RuntimeError(f"the server {how}; it said:\n{server.log.read_text(errors='replace')[-4000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask the server to end (it ends its workers), insist after ten seconds."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
