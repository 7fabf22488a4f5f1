"""Reading the audit, newest first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select

from school.audit.models import AuditEntry
from school.clock import at
from school.db import db


@dataclass(frozen=True)
class AuditFilter:
    """What to look for; empty fields do not filter."""

    words: str = ""
    from_day: date | None = None
    to_day: date | None = None


def entries(wanted: AuditFilter, *, offset: int, limit: int) -> list[AuditEntry]:
    """A page of entries, newest first."""
    statement = _narrow(select(AuditEntry), wanted).order_by(AuditEntry.id.desc())
    return list(db.session.scalars(statement.offset(offset).limit(limit)))


def count_entries(wanted: AuditFilter) -> int:
    """How many entries fit."""
    return db.session.scalar(_narrow(select(func.count(AuditEntry.id)), wanted)) or 0


def entries_of(subject_type: str, subject_id: int) -> list[AuditEntry]:
    """Everything that happened to one subject, oldest first; `happened_at` is a datetime."""
    statement = select(AuditEntry).where(AuditEntry.subject_type == subject_type, AuditEntry.subject_id == subject_id)
    return list(db.session.scalars(statement.order_by(AuditEntry.id)))


def _narrow(statement: Select, wanted: AuditFilter) -> Select:
    if wanted.words:
        columns = (AuditEntry.sentence, AuditEntry.actor_label, AuditEntry.reason)
        statement = statement.where(or_(*(column.contains(wanted.words, autoescape=True) for column in columns)))
    if wanted.from_day:
        statement = statement.where(AuditEntry.happened_at >= _start(wanted.from_day))
    if wanted.to_day:
        statement = statement.where(AuditEntry.happened_at < _start(wanted.to_day + timedelta(days=1)))
    return statement


def _start(day: date) -> datetime:
    return at(day)
