"""Class-days with their items, locked for writing or read for a page."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload, selectinload

from school.db import db
from school.homework.enums import DayState, ItemState
from school.homework.models import CapRequest, HomeworkDay, HomeworkItem

WHOLE_DAY = (
    selectinload(HomeworkDay.items).joinedload(HomeworkItem.layers),
    selectinload(HomeworkDay.declarations),
    selectinload(HomeworkDay.requests),
)
FRESH_DAY = (joinedload(HomeworkDay.school_class), selectinload(HomeworkDay.items).joinedload(HomeworkItem.layers))


def lock_day(class_id: int, on_day: date) -> HomeworkDay:
    """The class-day with its items, made when new, locked until the transaction ends.

    On PostgreSQL the row lock holds; on SQLite the write lock that the transaction began with.
    """
    statement = select(HomeworkDay).where(HomeworkDay.class_id == class_id, HomeworkDay.on_day == on_day)
    day = _locked(statement)
    if day is None:
        _make_day(class_id, on_day)
        day = _locked(statement)
    if day is None:
        raise LookupError(f"class {class_id} has no day {on_day} right after it was made")
    return day


def lock_day_by_id(day_id: int) -> HomeworkDay | None:
    """A class-day with everything in it, locked until the transaction ends."""
    return _locked(select(HomeworkDay).where(HomeworkDay.id == day_id))


def find_day(class_id: int, on_day: date) -> HomeworkDay | None:
    """A class-day with everything in it, for a page."""
    statement = select(HomeworkDay).where(HomeworkDay.class_id == class_id, HomeworkDay.on_day == on_day)
    return db.session.scalars(statement.options(*WHOLE_DAY)).one_or_none()


def days_on(on_day: date, class_ids: Sequence[int]) -> dict[int, HomeworkDay]:
    """The day's rows of several classes by class id, without items; classes nobody filed for are absent."""
    statement = select(HomeworkDay).where(HomeworkDay.on_day == on_day, HomeworkDay.class_id.in_(class_ids))
    return {day.class_id: day for day in db.session.scalars(statement)}


def find_item(item_id: int) -> HomeworkItem | None:
    """An item with its day and layers."""
    return db.session.scalar(select(HomeworkItem).where(HomeworkItem.id == item_id).options(selectinload(HomeworkItem.day)))


def items_of_teacher(teacher_id: int, from_day: date, to_day: date) -> list[HomeworkItem]:
    """A teacher's items of some days, newest day first."""
    statement = (
        select(HomeworkItem)
        .join(HomeworkDay)
        .where(HomeworkItem.teacher_id == teacher_id, HomeworkDay.on_day.between(from_day, to_day))
        .options(selectinload(HomeworkItem.day))
        .order_by(HomeworkDay.on_day.desc(), HomeworkItem.id.desc())
    )
    return list(db.session.scalars(statement))


def find_last_item(teacher_id: int, class_id: int, subject_id: int, *, before: date) -> HomeworkItem | None:
    """The teacher's latest item for this class and subject on an earlier day: what “copy from last time” takes."""
    statement = (
        select(HomeworkItem)
        .join(HomeworkDay)
        .where(
            HomeworkItem.teacher_id == teacher_id,
            HomeworkItem.subject_id == subject_id,
            HomeworkDay.class_id == class_id,
            HomeworkDay.on_day < before,
            HomeworkItem.state.not_in([ItemState.WITHDRAWN]),
        )
        .order_by(HomeworkDay.on_day.desc(), HomeworkItem.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def find_item_on(teacher_id: int, class_id: int, subject_id: int, on_day: date) -> HomeworkItem | None:
    """The teacher's first item for this class and subject on exactly that day."""
    statement = (
        select(HomeworkItem)
        .join(HomeworkDay)
        .where(
            HomeworkItem.teacher_id == teacher_id,
            HomeworkItem.subject_id == subject_id,
            HomeworkDay.class_id == class_id,
            HomeworkDay.on_day == on_day,
            HomeworkItem.state.not_in([ItemState.WITHDRAWN]),
        )
        .order_by(HomeworkItem.id)
        .limit(1)
    )
    return db.session.scalar(statement)


def open_requests() -> list[CapRequest]:
    """Requests to go past the school's own cap that nobody has answered, oldest first."""
    statement = select(CapRequest).where(CapRequest.is_approved.is_(None)).options(selectinload(CapRequest.day))
    return list(db.session.scalars(statement.order_by(CapRequest.id)))


def find_request(request_id: int) -> CapRequest | None:
    """A request with its day."""
    statement = select(CapRequest).where(CapRequest.id == request_id).options(selectinload(CapRequest.day))
    return db.session.scalar(statement)


def count_unanswered() -> int:
    """How many requests wait for the teaching office."""
    return db.session.scalar(select(func.count(CapRequest.id)).where(CapRequest.is_approved.is_(None))) or 0


def days_to_close(last_day: date) -> list[int]:
    """Ids of published days up to `last_day`."""
    statement = select(HomeworkDay.id).where(HomeworkDay.state == DayState.PUBLISHED, HomeworkDay.on_day <= last_day)
    return list(db.session.scalars(statement.order_by(HomeworkDay.id)))


def _make_day(class_id: int, on_day: date) -> None:
    """Insert the row unless somebody else does at this moment."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    values = {"class_id": class_id, "on_day": on_day, "state": DayState.OPEN, "note": "", "reason": ""}
    values |= dict.fromkeys(("has_none", "is_late"), False)
    values |= dict.fromkeys(("required_minutes", "optional_minutes", "in_school_minutes", "item_count", "cap_minutes"), 0)
    db.session.execute(insert(HomeworkDay).values(**values).on_conflict_do_nothing())


def _locked(statement: Select[tuple[HomeworkDay]]) -> HomeworkDay | None:
    """The locked row as it is now, whatever the session read before."""
    fresh = statement.options(*FRESH_DAY).with_for_update(of=HomeworkDay)
    day = db.session.scalars(fresh.execution_options(populate_existing=True)).one_or_none()
    if day is not None:
        db.session.expire(day, ["declarations", "requests"])
    return day
