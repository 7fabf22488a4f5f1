"""Every SELECT about roster imports."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import defer

from school.db import db
from school.people.enums import ImportState
from school.people.models import RosterImport


def find_import(import_id: int) -> RosterImport | None:
    """An import by id."""
    return db.session.get(RosterImport, import_id)


def lock_import(import_id: int) -> RosterImport | None:
    """An import as it is now, locked with all others that wait, so that two of them never write at the same moment."""
    waiting = select(RosterImport.id).where(RosterImport.state == ImportState.CHECKED).order_by(RosterImport.id)
    db.session.execute(waiting.with_for_update())
    statement = select(RosterImport).where(RosterImport.id == import_id).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def imports_of_user(user_id: int, limit: int = 30) -> list[RosterImport]:
    """Somebody's last imports, newest first, without their rows."""
    statement = select(RosterImport).where(RosterImport.created_by == user_id).order_by(RosterImport.id.desc())
    return list(db.session.scalars(statement.options(defer(RosterImport.rows)).limit(limit)))


def unapplied_imports_before(moment: datetime) -> list[RosterImport]:
    """Imports made before the moment that were never applied."""
    statement = select(RosterImport).where(RosterImport.created_at < moment, RosterImport.state != ImportState.APPLIED)
    return list(db.session.scalars(statement.options(defer(RosterImport.rows))))
