"""Serving the application with a production WSGI server, chosen by one setting."""

from collections.abc import Callable, Mapping
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings


def serve(config: Mapping[str, Any]) -> None:
    """Serve until stopped; raises ValueError for a server nobody knows."""
    name = str(config["SERVER"])
    if name not in SERVERS:
        raise ValueError(f"SERVER must be one of {', '.join(SERVERS)}, not {name!r}")
    SERVERS[name](str(config["HOST"]), int(config["PORT"]), int(config["WORKERS"]))


def _granian(host: str, port: int, workers: int) -> None:
    """Processes of one blocking thread: the lowest p99 measured, and no two requests share a session."""
    server = Granian(
        "app:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        http1_settings=HTTP1Settings(),
        respawn_failed_workers=True,
    )
    server.serve()


def _waitress(host: str, port: int, workers: int) -> None:
    import waitress  # only where this server is chosen

    from app import app

    waitress.serve(app, host=host, port=port, threads=workers * 2, ident=None)


def _flask(host: str, port: int, workers: int) -> None:
    from werkzeug.serving import run_simple

    from app import app

    run_simple(host, port, app, use_reloader=True, use_debugger=False)


SERVERS: dict[str, Callable[[str, int, int], None]] = {"granian": _granian, "waitress": _waitress, "flask": _flask}
