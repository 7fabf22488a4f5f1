"""The public log: narrow rows, read from the append-only table alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, tuple_

from school.calendar.models import CalendarDay, Term
from school.db import db
from school.homework.models import HomeworkDay
from school.homework.models import PublicLogEntry as Entry
from school.people.models import ClassMembership, SchoolClass, TeachingAssignment

COLUMNS = (
    Entry.id,
    Entry.day_id,
    Entry.item_id,
    Entry.version,
    Entry.change,
    Entry.reason,
    Entry.on_day,
    Entry.entry_year,
    Entry.class_number,
    Entry.subject_code,
    Entry.subject,
    Entry.teacher,
    Entry.staff_code,
    Entry.kind,
    Entry.form,
    Entry.stage,
    Entry.demand,
    Entry.book,
    Entry.pages,
    Entry.questions,
    Entry.quantity,
    Entry.layers,
    Entry.due_on,
    Entry.published_at,
    Entry.is_late,
    HomeworkDay.cap_minutes,
)


@dataclass(frozen=True, slots=True)
class LogRow:
    """One version of one item as anybody may read it; there is no field a pupil could be in.

    `cap_minutes` is the limit kept with the class-day, so that an old day is measured by what held then.
    """

    id: int
    day_id: int
    item_id: int | None
    version: int
    change: str
    reason: str
    on_day: date
    entry_year: int
    class_number: int
    subject_code: str
    subject: str
    teacher: str
    staff_code: str
    kind: str
    form: str
    stage: str
    demand: str
    book: str
    pages: str
    questions: str
    quantity: str
    layers: list[dict[str, Any]]
    due_on: date | None
    published_at: datetime
    is_late: bool
    cap_minutes: int


@dataclass(frozen=True)
class LogFilter:
    """Which days, classes and subjects; an empty sequence means all."""

    from_day: date
    to_day: date
    entry_years: Sequence[int] = ()
    class_key: tuple[int, int] | None = None
    subject_codes: Sequence[str] = ()
    class_keys: Sequence[tuple[int, int]] = ()


def log_rows(wanted: LogFilter, *, limit: int) -> list[LogRow]:
    """All versions of what was published, by day, class, subject, item and version."""
    statement = select(*COLUMNS).join(HomeworkDay, HomeworkDay.id == Entry.day_id)
    statement = statement.where(Entry.on_day.between(wanted.from_day, wanted.to_day))
    if wanted.class_key:
        entry_year, number = wanted.class_key
        statement = statement.where(Entry.entry_year == entry_year, Entry.class_number == number)
    if wanted.class_keys:
        statement = statement.where(tuple_(Entry.entry_year, Entry.class_number).in_(wanted.class_keys))
    if wanted.entry_years:
        statement = statement.where(Entry.entry_year.in_(wanted.entry_years))
    if wanted.subject_codes:
        statement = statement.where(Entry.subject_code.in_(wanted.subject_codes))
    order = (Entry.on_day.desc(), Entry.entry_year.desc(), Entry.class_number, Entry.item_id, Entry.version)
    return [LogRow(*row) for row in db.session.execute(statement.order_by(*order).limit(limit))]


def last_log_id() -> int:
    """The newest entry's id: as long as it stays, no page of the log has changed."""
    return db.session.scalar(select(func.max(Entry.id))) or 0


def log_stamp() -> tuple[int, ...]:
    """A few numbers that change with every publication, and with classes and calendar days coming or going."""
    newest = (Entry.id, SchoolClass.id, ClassMembership.id, TeachingAssignment.id, CalendarDay.id)
    counted = (CalendarDay.id, Term.id)
    parts = [select(func.max(column)).scalar_subquery() for column in newest]
    parts += [select(func.count(column)).scalar_subquery() for column in counted]
    return tuple(number or 0 for number in db.session.execute(select(*parts)).one())


def last_published_day(until: date, *, class_key: tuple[int, int] | None = None, entry_years: Sequence[int] = ()) -> date | None:
    """The latest day with anything published, by a class or some grades or anybody, not after `until`."""
    statement = select(func.max(Entry.on_day)).where(Entry.on_day <= until)
    if class_key:
        statement = statement.where(Entry.entry_year == class_key[0], Entry.class_number == class_key[1])
    if entry_years:
        statement = statement.where(Entry.entry_year.in_(entry_years))
    return db.session.scalar(statement)
