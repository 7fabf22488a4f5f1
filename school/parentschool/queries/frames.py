"""Rows for the report on families: dates that were held, who came, and the classes they came from. No visit's text, no name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, case, func, or_, select

from school.clock import ZONE
from school.db import db
from school.parentschool.enums import MentorSource, RequestState, SessionState, SignUpState
from school.parentschool.models import (
    FamilyMentor,
    FamilyPresence,
    MentorRequest,
    ParentSession,
    PlanRow,
    SessionDate,
    SignUp,
)
from school.parentschool.queries.families import family_now
from school.people.models import ClassMembership

DATE_COLUMNS = (
    "date_id",
    "session_id",
    "day",
    "month",
    "kind",
    "topic",
    "chairs",
    "expected",
    "waiting",
    "came",
    "walk_ins",
    "adults",
)
PUPIL_COLUMNS = ("class_id", "pupil_id", "family")
PRESENCE_COLUMNS = ("date_id", "family")
MENTOR_COLUMNS = ("source", "members", "asked", "confirmed", "declined")


@dataclass(frozen=True)
class Stretch:
    """The first moment of a stretch of days, and the moment up to which what is over counts."""

    first: datetime
    until: datetime


def stretch_of(first: date, last: date, moment: datetime) -> Stretch:
    """From the morning of `first` to the end of `last` or to `moment`, whichever is earlier."""
    end = datetime.combine(last + timedelta(days=1), time(), ZONE)
    return Stretch(datetime.combine(first, time(), ZONE), min(end, moment))


def held_date_rows(stretch: Stretch) -> list[tuple]:
    """Rows of `DATE_COLUMNS` for the dates of announced sessions that ended in the stretch, in their order.

    Families: `expected` had chairs, `came` were there of these, `walk_ins` were there without a chair, having waited for one
    or not signed up; `adults` were there.
    """
    signed = (
        select(
            SignUp.date_id,
            func.sum(case((SignUp.state == SignUpState.SEATED, 1), else_=0)).label("expected"),
            func.sum(case((SignUp.state == SignUpState.WAITING, 1), else_=0)).label("waiting"),
        )
        .group_by(SignUp.date_id)
        .subquery()
    )
    there = (
        select(
            FamilyPresence.date_id,
            func.count(SignUp.id).label("came"),
            (func.count() - func.count(SignUp.id)).label("walk_ins"),
            func.sum(FamilyPresence.adults).label("adults"),
        )
        .outerjoin(SignUp, and_(SignUp.id == FamilyPresence.sign_up_id, SignUp.state == SignUpState.SEATED))
        .group_by(FamilyPresence.date_id)
        .subquery()
    )
    counts = (signed.c.expected, signed.c.waiting, there.c.came, there.c.walk_ins, there.c.adults)
    statement = (
        select(SessionDate, ParentSession.kind, ParentSession.topic, *(func.coalesce(one, 0) for one in counts))
        .join(ParentSession, ParentSession.id == SessionDate.session_id)
        .outerjoin(signed, signed.c.date_id == SessionDate.id)
        .outerjoin(there, there.c.date_id == SessionDate.id)
        .where(ParentSession.state == SessionState.ANNOUNCED, SessionDate.cancelled_at.is_(None))
        .where(SessionDate.starts_at >= stretch.first, SessionDate.ends_at <= stretch.until)
        .order_by(SessionDate.starts_at, SessionDate.id)
    )
    rows = []
    for held, kind, topic, *numbers in db.session.execute(statement):
        day = held.starts_at.date()
        facts = (held.id, held.session_id, day, day.replace(day=1), kind.value, topic, held.chairs)
        rows.append((*facts, *(int(one) for one in numbers)))
    return rows


def presence_rows(date_ids: Collection[int]) -> list[tuple[int, int]]:
    """Rows of `PRESENCE_COLUMNS`: which family was at which date."""
    family = family_now(FamilyPresence.__table__.c.pupil_id)
    statement = select(FamilyPresence.date_id, family).where(FamilyPresence.date_id.in_(date_ids))
    return [tuple(row) for row in db.session.execute(statement.order_by(FamilyPresence.id))] if date_ids else []


def members_of_classes(class_ids: Collection[int], day: date) -> list[tuple[int, int]]:
    """Class and pupil of everybody who is in one of these classes on a day."""
    statement = (
        select(ClassMembership.class_id, ClassMembership.pupil_id)
        .where(ClassMembership.class_id.in_(class_ids), ClassMembership.starts_on <= day)
        .where(or_(ClassMembership.ends_on.is_(None), ClassMembership.ends_on >= day))
        .order_by(ClassMembership.class_id, ClassMembership.pupil_id)
    )
    return [tuple(row) for row in db.session.execute(statement)]


def planned_months(school_year_id: int, first: date, last: date) -> list[date]:
    """The month of every event that a year's plan foresees in the months from `first` to `last`, as often as it has events."""
    is_wanted = PlanRow.month.between(first.replace(day=1), last)
    statement = select(PlanRow.month).where(PlanRow.school_year_id == school_year_id, is_wanted)
    return list(db.session.scalars(statement.order_by(PlanRow.month, PlanRow.id)))


def mentor_rows(school_year_id: int, day: date) -> list[tuple]:
    """Rows of `MENTOR_COLUMNS`: who serves on a day by where they come from, and how they answered in a school year."""
    serving = (
        select(FamilyMentor.source, func.count())
        .where(FamilyMentor.serves_from <= day, FamilyMentor.serves_until >= day)
        .where(or_(FamilyMentor.left_on.is_(None), FamilyMentor.left_on > day))
        .group_by(FamilyMentor.source)
    )
    members = {source: count for source, count in db.session.execute(serving)}
    answers = (
        select(FamilyMentor.source, MentorRequest.state, func.count())
        .join(FamilyMentor, FamilyMentor.id == MentorRequest.mentor_id)
        .join(ParentSession, ParentSession.id == MentorRequest.session_id)
        .where(ParentSession.school_year_id == school_year_id)
        .group_by(FamilyMentor.source, MentorRequest.state)
    )
    counts = {(source, state): count for source, state, count in db.session.execute(answers)}
    states = (RequestState.ASKED, RequestState.CONFIRMED, RequestState.DECLINED)
    return [
        (source.value, members.get(source, 0), *(counts.get((source, state), 0) for state in states)) for source in MentorSource
    ]
