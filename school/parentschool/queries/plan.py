"""The plan's rows and the sessions made from them; whoever changes a plan takes `sessions.lock_year` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from school.calendar.models import SchoolYear
from school.db import db
from school.parentschool.enums import SessionState
from school.parentschool.models import ParentSession, PlanRow, SessionDate


@dataclass(frozen=True)
class LinkedSession:
    """A session made from a row of the plan; `first_ends_at` is when its first date that stands ends."""

    id: int
    topic: str
    state: SessionState
    first_ends_at: datetime | None


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
