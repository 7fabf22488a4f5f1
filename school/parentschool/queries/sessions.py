"""Sessions with their dates, and what stands on them: `lock_session` is the lock of whoever changes one or signs up for it.

Whoever sets times, places or speakers takes `lock_year` before it, for these are scarce over all sessions of a school year.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import raiseload

from school.calendar.models import SchoolYear
from school.calendar.rules import grade_of
from school.db import db
from school.parentschool.enums import SessionState, SignUpState
from school.parentschool.models import FamilyPresence, ParentSession, SessionDate, SessionMaterial, SignUp
from school.parentschool.rules.sessions import Stay, invites
from school.people.models import Guardian

LIVE = (SignUpState.SEATED, SignUpState.WAITING)
STANDING = (SessionState.DRAFT, SessionState.ANNOUNCED)


def find_session(session_id: int) -> ParentSession | None:
    """A session by id, with its dates and its school year."""
    return db.session.get(ParentSession, session_id)


def lock_session(session_id: int) -> ParentSession | None:
    """A session read anew with its dates, locked until the transaction ends: chairs, sign-ups, announcing, cancelling."""
    statement = select(ParentSession).where(ParentSession.id == session_id).with_for_update(of=ParentSession)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def lock_year(school_year_id: int) -> None:
    """The school year, locked until the transaction ends: in one year one at a time sets dates, places and speakers."""
    statement = select(SchoolYear.id).where(SchoolYear.id == school_year_id)
    db.session.execute(statement.with_for_update(key_share=True, of=SchoolYear))


def find_date(date_id: int) -> SessionDate | None:
    """A date by id, with its session."""
    return db.session.get(SessionDate, date_id)


def sessions_for_classes(
    classes: Iterable[tuple[int, int]],
    *,
    since: datetime,
    states: Collection[SessionState] = (SessionState.ANNOUNCED,),
    also: Collection[int] = (),
) -> list[ParentSession]:
    """Sessions with a date that ends after `since` to which children of these classes are invited, the next one first.

    `classes` are pairs of entry year and class id. Drafts are nobody's but the office's, so only announced ones unless told;
    `also` are sessions that belong to the list whoever is invited.
    """
    wanted = set(classes)
    statement = _upcoming(since).where(ParentSession.state.in_(states))
    return [
        one
        for one in db.session.scalars(statement)
        if one.id in also
        or any(invites(one, grade_of(entry, one.school_year.start_year), class_id) for entry, class_id in wanted)
    ]


def sessions_of_year(school_year_id: int) -> Sequence[ParentSession]:
    """All sessions of a school year, by their first date; those without any first."""
    first = select(func.min(SessionDate.starts_at)).where(SessionDate.session_id == ParentSession.id).scalar_subquery()
    statement = select(ParentSession).where(ParentSession.school_year_id == school_year_id)
    return db.session.scalars(statement.order_by(first, ParentSession.id)).all()


def stays_elsewhere(session_id: int | None, starts_at: datetime, ends_at: datetime) -> list[Stay]:
    """The dates of other sessions, cancelled ones left out, that share a moment with this stretch of time."""
    statement = (
        select(ParentSession.id, ParentSession.topic, SessionDate.starts_at, SessionDate.ends_at, SessionDate.place)
        .join(ParentSession, ParentSession.id == SessionDate.session_id)
        .where(ParentSession.state.in_(STANDING), SessionDate.cancelled_at.is_(None))
        .where(SessionDate.starts_at < ends_at, SessionDate.ends_at > starts_at)
        .order_by(SessionDate.starts_at, SessionDate.id)
    )
    if session_id is not None:
        statement = statement.where(ParentSession.id != session_id)
    return [Stay(*row) for row in db.session.execute(statement)]


def seated_adults(date_ids: Collection[int]) -> dict[int, int]:
    """By date how many adults have chairs; every date asked for has a figure."""
    statement = (
        select(SignUp.date_id, func.sum(SignUp.adults))
        .where(SignUp.date_id.in_(date_ids), SignUp.state == SignUpState.SEATED)
        .group_by(SignUp.date_id)
    )
    found = {date_id: int(adults) for date_id, adults in db.session.execute(statement)} if date_ids else {}
    return {one: found.get(one, 0) for one in date_ids}


def families_by_date(date_ids: Collection[int]) -> dict[int, dict[SignUpState, int]]:
    """By date how many families have chairs and how many wait."""
    statement = (
        select(SignUp.date_id, SignUp.state, func.count())
        .where(SignUp.date_id.in_(date_ids), SignUp.state.in_(LIVE))
        .group_by(SignUp.date_id, SignUp.state)
    )
    found: dict[int, dict[SignUpState, int]] = {one: {} for one in date_ids}
    for date_id, state, count in db.session.execute(statement) if date_ids else ():
        found[date_id][state] = count
    return found


def most_signed_up(session_id: int) -> int:
    """The most adults of one family on the lists of a session; 0 when nobody signed up."""
    statement = select(func.max(SignUp.adults)).where(SignUp.session_id == session_id, SignUp.state.in_(LIVE))
    return db.session.scalar(statement) or 0


def live_sign_ups(date_ids: Collection[int]) -> Sequence[SignUp]:
    """Who has chairs or waits at these dates, in order of id."""
    statement = select(SignUp).where(SignUp.date_id.in_(date_ids), SignUp.state.in_(LIVE)).order_by(SignUp.id)
    return db.session.scalars(statement.options(raiseload("*"))).all()


def sign_ups_leaving(date_ids: Collection[int]) -> Sequence[SignUp]:
    """Who waits elsewhere and would leave one of these dates for it."""
    statement = select(SignUp).where(SignUp.gives_up_id.in_(date_ids), SignUp.state == SignUpState.WAITING)
    return db.session.scalars(statement.order_by(SignUp.id).options(raiseload("*"))).all()


def users_of_guardians(guardian_ids: Iterable[int]) -> dict[int, int]:
    """By guardian the account they sign in with; who has none is left out."""
    statement = select(Guardian.id, Guardian.user_id).where(Guardian.id.in_(set(guardian_ids)), Guardian.user_id.is_not(None))
    return {guardian_id: user_id for guardian_id, user_id in db.session.execute(statement) if user_id is not None}


def has_presences(date_ids: Collection[int]) -> bool:
    """Whether a family was noted as present at one of these dates."""
    return bool(db.session.scalar(select(exists().where(FamilyPresence.date_id.in_(date_ids)))))


def materials_of(session_id: int) -> Sequence[SessionMaterial]:
    """The files of a session in the order they came, without their bytes."""
    statement = select(SessionMaterial).where(SessionMaterial.session_id == session_id)
    return db.session.scalars(statement.order_by(SessionMaterial.id)).all()


def find_material(material_id: int) -> SessionMaterial | None:
    """A file of a session by id; its bytes are read when they are asked for."""
    return db.session.get(SessionMaterial, material_id)


def _upcoming(since: datetime) -> Select[tuple[ParentSession]]:
    nearest = select(SessionDate.session_id, func.min(SessionDate.starts_at).label("starts_at"))
    nearest = nearest.where(SessionDate.ends_at > since).group_by(SessionDate.session_id).subquery()
    statement = select(ParentSession).join(nearest, nearest.c.session_id == ParentSession.id)
    return statement.order_by(nearest.c.starts_at, ParentSession.id)
