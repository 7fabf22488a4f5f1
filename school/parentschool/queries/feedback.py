"""What families said afterwards, without whose it is; and where a guardian's family was present."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update

from school.db import db
from school.parentschool.enums import EventKind, RequestState, SessionState
from school.parentschool.models import (
    FamilyMentor,
    FamilyPresence,
    MentorRequest,
    ParentSession,
    SessionDate,
    SessionFeedback,
)
from school.parentschool.queries.families import is_of
from school.parentschool.rules.feedback import Answer

PRESENCES = FamilyPresence.__table__
BY_RANDOM_ID = (SessionFeedback.id, SessionFeedback.stars, SessionFeedback.speaker_stars, SessionFeedback.text)


@dataclass(frozen=True)
class Attendance:
    """That a guardian's family was present at a date, and whether it gave its feedback."""

    presence_id: int
    date_id: int
    session_id: int
    topic: str
    kind: EventKind
    starts_at: datetime
    ends_at: datetime
    has_answered: bool


@dataclass(frozen=True)
class Speaker:
    """A member of the mentor corps who held a session."""

    id: int
    name: str


@dataclass(frozen=True)
class Held:
    """A session that has been held at least once, and when it ended last."""

    session_id: int
    kind: EventKind
    topic: str
    guest: str
    last_ends_at: datetime


def attendances_of(guardian_ids: Collection[int], families: Collection[int]) -> list[Attendance]:
    """Where these guardians or their families were present, newest first; cancelled dates left out."""
    is_theirs = or_(FamilyPresence.guardian_id.in_(guardian_ids), is_of(PRESENCES.c.pupil_id, families))
    statement = _attendance_select().where(is_theirs).order_by(SessionDate.starts_at.desc(), FamilyPresence.id.desc())
    return [Attendance(*row) for row in db.session.execute(statement)]


def speakers_by_session(session_ids: Collection[int]) -> dict[int, list[Speaker]]:
    """Who held each of these sessions; a session held by nobody of the corps has an empty list."""
    statement = (
        select(MentorRequest.session_id, FamilyMentor.id, FamilyMentor.name)
        .join(FamilyMentor, FamilyMentor.id == MentorRequest.mentor_id)
        .where(MentorRequest.session_id.in_(session_ids), MentorRequest.state == RequestState.CONFIRMED)
        .order_by(MentorRequest.id)
    )
    found: dict[int, list[Speaker]] = {one: [] for one in session_ids}
    for session_id, *speaker in db.session.execute(statement):
        found[session_id].append(Speaker(*speaker))
    return found


def answers_by_session(session_ids: Collection[int]) -> dict[int, list[Answer]]:
    """All answers about each of these sessions, by their random ids; what may be looked at of them is `rules.feedback.shown`."""
    statement = (
        select(SessionDate.session_id, *BY_RANDOM_ID, SessionFeedback.is_shown)
        .join(SessionDate, SessionDate.id == SessionFeedback.date_id)
        .where(SessionDate.session_id.in_(session_ids))
        .order_by(SessionFeedback.id)
    )
    found: dict[int, list[Answer]] = {one: [] for one in session_ids}
    for session_id, *answer in db.session.execute(statement):
        found[session_id].append(Answer(*answer))
    return found


def held_sessions(school_year_id: int, until: datetime) -> list[Held]:
    """The sessions of a school year of which a date is over, the latest first."""
    last = func.max(SessionDate.ends_at)
    statement = (
        select(ParentSession.id, ParentSession.kind, ParentSession.topic, ParentSession.guest, last)
        .join(SessionDate, SessionDate.session_id == ParentSession.id)
        .where(ParentSession.school_year_id == school_year_id, ParentSession.state == SessionState.ANNOUNCED)
        .where(SessionDate.ends_at <= until, SessionDate.cancelled_at.is_(None))
        .group_by(ParentSession.id, ParentSession.kind, ParentSession.topic, ParentSession.guest)
        .order_by(last.desc(), ParentSession.id)
    )
    return [Held(*row) for row in db.session.execute(statement)]


def count_hidden(session_id: int) -> int:
    """How many answers about a session wait for their batch to be full."""
    statement = select(func.count()).where(SessionFeedback.date_id.in_(_dates_of(session_id)), ~SessionFeedback.is_shown)
    return db.session.scalar(statement) or 0


def count_unclaimed(date_id: int) -> int:
    """How many answers about a date are of families whose presence was removed: those beyond the families that answered."""
    answers = select(func.count()).where(SessionFeedback.date_id == date_id).scalar_subquery()
    families = select(func.count()).where(FamilyPresence.date_id == date_id, FamilyPresence.has_answered).scalar_subquery()
    return max(0, db.session.scalar(select(answers - families)) or 0)


def showing_hidden(session_id: int) -> object:
    """The statement that brings to light what waits."""
    hidden = update(SessionFeedback).where(SessionFeedback.date_id.in_(_dates_of(session_id)), ~SessionFeedback.is_shown)
    return hidden.values(is_shown=True).execution_options(synchronize_session=False)


def _dates_of(session_id: int) -> Select:
    return select(SessionDate.id).where(SessionDate.session_id == session_id)


def _attendance_select() -> Select:
    return (
        select(
            FamilyPresence.id,
            SessionDate.id,
            ParentSession.id,
            ParentSession.topic,
            ParentSession.kind,
            SessionDate.starts_at,
            SessionDate.ends_at,
            FamilyPresence.has_answered,
        )
        .join(SessionDate, SessionDate.id == FamilyPresence.date_id)
        .join(ParentSession, ParentSession.id == SessionDate.session_id)
        .where(ParentSession.state == SessionState.ANNOUNCED, SessionDate.cancelled_at.is_(None))
    )
