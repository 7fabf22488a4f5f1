"""The plan's rows and the sessions made from them; whoever changes a plan takes `sessions.lock_year` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from school.calendar.models import SchoolYear
from school.db import db
from school.parentschool.enums import EventKind, SessionState
from school.parentschool.models import ParentSession, PlanRow, SessionDate


@dataclass(frozen=True)
class LinkedSession:
    """A session made from a row of the plan; `first_ends_at` is when its first date that stands ends."""

    id: int
    topic: str
    state: SessionState
    first_ends_at: datetime | None


@dataclass(frozen=True)
class UnplannedSession:
    """An announced session that no row of the plan foresaw, with its first date that stands."""

    id: int
    kind: EventKind
    topic: str
    grades: list[int]
    class_ids: list[int]
    state: SessionState
    first_starts_at: datetime
    first_ends_at: datetime


def school_years() -> Sequence[SchoolYear]:
    """All school years, newest first."""
    return db.session.scalars(select(SchoolYear).order_by(SchoolYear.start_year.desc())).all()


def rows_of_year(school_year_id: int) -> Sequence[PlanRow]:
    """A year's plan by month."""
    statement = select(PlanRow).where(PlanRow.school_year_id == school_year_id).order_by(PlanRow.month, PlanRow.id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def find_row(row_id: int) -> PlanRow | None:
    """A row of a plan by id."""
    return db.session.get(PlanRow, row_id)


def lock_row(row_id: int) -> PlanRow | None:
    """A row read anew and locked until the transaction ends."""
    statement = select(PlanRow).where(PlanRow.id == row_id).with_for_update(of=PlanRow)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def sessions_by_row(row_ids: Collection[int]) -> dict[int, list[LinkedSession]]:
    """By row the sessions made from it, cancelled ones too, in order of id."""
    first = select(func.min(SessionDate.ends_at)).where(
        SessionDate.session_id == ParentSession.id, SessionDate.cancelled_at.is_(None)
    )
    statement = (
        select(ParentSession.plan_row_id, ParentSession.id, ParentSession.topic, ParentSession.state, first.scalar_subquery())
        .where(ParentSession.plan_row_id.in_(row_ids))
        .order_by(ParentSession.id)
    )
    found: dict[int, list[LinkedSession]] = {one: [] for one in row_ids}
    for row_id, *rest in db.session.execute(statement) if row_ids else ():
        found[row_id].append(LinkedSession(*rest))
    return found


def unplanned_sessions(school_year_id: int) -> list[UnplannedSession]:
    """A year's announced sessions outside the plan with a date that stands, by their first one."""
    starts, ends = func.min(SessionDate.starts_at), func.min(SessionDate.ends_at)
    first = (
        select(SessionDate.session_id, starts.label("starts_at"), ends.label("ends_at"))
        .where(SessionDate.cancelled_at.is_(None))
        .group_by(SessionDate.session_id)
        .subquery()
    )
    session = ParentSession
    facts = (session.id, session.kind, session.topic, session.grades, session.class_ids, session.state)
    statement = (
        select(*facts, first.c.starts_at, first.c.ends_at)
        .join(first, first.c.session_id == session.id)
        .where(session.school_year_id == school_year_id, session.plan_row_id.is_(None))
        .where(session.state == SessionState.ANNOUNCED)
        .order_by(first.c.starts_at, session.id)
    )
    return [UnplannedSession(*row) for row in db.session.execute(statement)]
