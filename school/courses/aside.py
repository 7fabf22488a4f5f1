"""Slow computing in a thread of its own; how far it is, and what came of it, lie in a file every worker can read.

The database knows nothing of it: no lock is held, and no trace is left there.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask

from school.errors import Refused

PATIENCE_SECONDS = 2.0  # a draw of most schools is over within that, and the answer is the result itself
STALE_SECONDS = 240.0  # longer than the solver may take for all its aims: then the process died
KEPT_SECONDS = 7 * 86_400.0
_BROKEN = "系统出了问题，没有算出结果，也没有写入任何内容。请再试一次；如果一直这样，请联系学校管理员。"

Report = Callable[[int, int], None]
Work = Callable[[Report], Any]


@dataclass(frozen=True)
class Progress:
    """How far the work is, and once it has ended its result, or why there is none."""

    done: int = 0
    total: int = 0
    has_ended: bool = False
    refusal: str = ""
    result: Any = None

    @property
    def is_running(self) -> bool:
        """Whether the result is still to come."""
        return not self.has_ended


def start(app: Flask, name: str, work: Work) -> bool:
    """Do `work` aside unless it is being done, and wait a moment; answers whether it has ended. Its result is JSON."""
    running = progress_of(app, name)
    if running is not None and running.is_running:
        return False
    path = _path(app, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    _clean(path.parent)
    _store(path, Progress())
    thread = Thread(target=_do, args=(app, path, work), daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    return not thread.is_alive()


def progress_of(app: Flask, name: str) -> Progress | None:
    """How far the work of this name is; None when nobody began it, or its process died."""
    path = _path(app, name)
    try:
        age = time.time() - path.stat().st_mtime
        found = Progress(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
    return None if found.is_running and age > STALE_SECONDS else found


def forget(app: Flask, name: str) -> None:
    """Forget what came of it, so that it can be begun anew."""
    _path(app, name).unlink(missing_ok=True)


def _do(app: Flask, path: Path, work: Work) -> None:
    with app.app_context():
        try:
            result = work(lambda done, total: _store(path, Progress(done, total)))
        except Refused as refused:
            _store(path, Progress(has_ended=True, refusal=refused.message))
        except Exception:
            app.logger.exception("%s failed", path.stem)
            _store(path, Progress(has_ended=True, refusal=_BROKEN))
        else:
            _store(path, Progress(has_ended=True, result=result))


def _store(path: Path, progress: Progress) -> None:
    """Write aside and rename, so that nobody reads half of it."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(vars(progress), ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def _clean(folder: Path) -> None:
    for path in folder.glob("*.json"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)


def _path(app: Flask, name: str) -> Path:
    return Path(app.instance_path) / "draws" / f"{name}.json"
