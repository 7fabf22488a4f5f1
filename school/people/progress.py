"""Applying an import aside, so that the page can say how far it is; what it says lies in a file both workers can read."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from flask import Flask

from school.audit.service import Actor
from school.db import transaction
from school.errors import Refused
from school.people.service.importing.imports import apply

PATIENCE_SECONDS = 2.0  # most lists are written within that, and the answer is the result itself
STALE_SECONDS = 60.0
_BROKEN = "系统出了问题，什么也没有导入。请再试一次；如果一直这样，请联系学校管理员。"


@dataclass(frozen=True)
class Progress:
    """How far an import is, or why it was refused."""

    what: str = ""
    done: int = 0
    total: int = 0
    refusal: str = ""


class Applying:
    """One import being applied in a thread of its own, in one transaction."""

    def __init__(self, app: Flask, import_id: int) -> None:
        self._app = app
        self._import_id = import_id
        self._path = _path(app, import_id)
        self.refusal = ""

    def run(self, *, skip_wrong: bool, actor: Actor) -> bool:
        """Start, wait a moment; answers whether it has ended. Then `refusal` says why nothing was written, or is empty."""
        self._write("开始", 0, 0)
        thread = Thread(target=self._apply, args=(skip_wrong, actor), daemon=True)
        thread.start()
        thread.join(PATIENCE_SECONDS)
        return not thread.is_alive()

    def _apply(self, skip_wrong: bool, actor: Actor) -> None:
        with self._app.app_context():
            try:
                with transaction():
                    apply(self._import_id, skip_wrong=skip_wrong, actor=actor, report=self._write)
            except Refused as refused:
                self._refuse(refused.message)
            except Exception:
                self._app.logger.exception("import %s failed", self._import_id)
                self._refuse(_BROKEN)
            else:
                self._path.unlink(missing_ok=True)

    def _refuse(self, sentence: str) -> None:
        self.refusal = sentence
        self._store({"refusal": sentence})

    def _write(self, what: str, done: int, total: int) -> None:
        self._store({"what": what, "done": done, "total": total})

    def _store(self, content: dict[str, object]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(content), encoding="utf-8")


def progress_of(app: Flask, import_id: int) -> Progress | None:
    """How far an import is; None when none is under way (or its process died: nothing was written then)."""
    path = _path(app, import_id)
    try:
        is_fresh = time.time() - path.stat().st_mtime < STALE_SECONDS
        return Progress(**json.loads(path.read_text(encoding="utf-8"))) if is_fresh else None
    except OSError:
        return None
    except ValueError:
        return Progress("正在写入")  # read while it was being written


def clean_progress(app: Flask) -> None:
    """Remove what was left of imports that were refused or whose process died."""
    for path in _path(app, 0).parent.glob("*.json"):
        if time.time() - path.stat().st_mtime > STALE_SECONDS:
            path.unlink(missing_ok=True)


def _path(app: Flask, import_id: int) -> Path:
    return Path(app.instance_path) / "imports" / f"{import_id}.json"
