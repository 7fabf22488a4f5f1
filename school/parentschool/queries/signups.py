"""Chairs and waiting lists of sessions as the writes and the families' pages need them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, union
from sqlalchemy.orm import aliased, raiseload

from school.db import db
from school.parentschool.enums import SessionState, SignUpState
from school.parentschool.models import ParentSession, SessionDate, SignUp
from school.parentschool.queries.families import family_now, is_of
from school.parentschool.rules.signups import DateFacts, Household, SessionFacts
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil
from school.waiting.rules import Entry, Line

LIVE = (SignUpState.SEATED, SignUpState.WAITING)
SIGN_UPS = SignUp.__table__


@dataclass(frozen=True)
class Held:
    """A family's live sign-up for a date; `position` counts from 1 among those who wait, 0 for chairs."""

    id: int
    date_id: int
    family: int
    state: SignUpState
    adults: int
    guardian: str
    pupil: str
    gives_up_id: int | None
    position: int = 0

    @property
    def is_seated(self) -> bool:
        """Whether the family has its chairs."""
        return self.state is SignUpState.SEATED


@dataclass(frozen=True)
class Past:
    """A sign-up as it ended or stands, with the date it was for."""

    topic: str
    date: DateFacts
    state: SignUpState
    adults: int
    joined_at: datetime
    ended_at: datetime | None


def facts_of(session: ParentSession) -> SessionFacts:
    """A session row as plain values."""
    return SessionFacts(
        id=session.id,
        topic=session.topic,
        state=session.state,
        opens_at=session.sign_up_opens_at,
        closes_at=session.sign_up_closes_at,
        most_adults=session.most_adults,
        dates={one.id: date_facts(one) for one in session.dates},
    )


def date_facts(date: SessionDate) -> DateFacts:
    """A date row as plain values."""
    return DateFacts(date.id, date.starts_at, date.ends_at, date.place, date.chairs, date.cancelled_at is not None)


def load_line(session_id: int, date_id: int) -> tuple[Line, dict[int, Household]]:
    """A date's taken chairs and list, and the families on it with all they have of the topic."""
    statement = select(func.coalesce(func.sum(SignUp.adults), 0))
    placed = db.session.scalar(statement.where(SignUp.date_id == date_id, SignUp.state == SignUpState.SEATED)) or 0
    entries = [
        Entry(row.id, date_id, row.family, gives_up=_one_or_none(row.gives_up_id), seats=row.adults)
        for row in db.session.execute(
            select(SIGN_UPS).where(SIGN_UPS.c.date_id == date_id, SIGN_UPS.c.state == SignUpState.WAITING).order_by(SIGN_UPS.c.id)
        )
    ]
    return Line(int(placed), entries), households_of(session_id, {one.member_id for one in entries}) if entries else {}


def households_of(session_id: int, families: Collection[int]) -> dict[int, Household]:
    """Families before a topic, by family; each asked for has one."""
    statement = select(SIGN_UPS).where(SIGN_UPS.c.session_id == session_id, SIGN_UPS.c.state.in_(LIVE))
    seats: dict[int, dict[int, int]] = defaultdict(dict)
    waiting: dict[int, set[int]] = defaultdict(set)
    pupils: dict[int, set[int]] = defaultdict(set)
    for row in db.session.execute(statement.where(SIGN_UPS.c.family.in_(sorted(families)))):
        pupils[row.family].add(row.pupil_id)
        if row.state == SignUpState.SEATED:
            seats[row.family][row.date_id] = row.adults
        else:
            waiting[row.family].add(row.date_id)
    here = with_child_in_class({pupil for ids in pupils.values() for pupil in ids})
    return {
        family: Household(not pupils[family] or bool(pupils[family] & here), seats[family], frozenset(waiting[family]))
        for family in families
    }


def with_child_in_class(pupil_ids: Iterable[int]) -> set[int]:
    """Those of these pupils who are in a class now, or a brother or sister of whom is."""
    wanted = sorted(set(pupil_ids))
    own, other = aliased(Guardianship), aliased(Guardianship)
    in_class = select(ClassMembership.pupil_id).where(ClassMembership.ends_on.is_(None))
    kin = select(own.pupil_id).join(other, other.guardian_id == own.guardian_id).where(other.pupil_id.in_(in_class))
    statement = union(in_class.where(ClassMembership.pupil_id.in_(wanted)), kin.where(own.pupil_id.in_(wanted)))
    return set(db.session.scalars(statement))


def rekey(session_id: int) -> None:
    """Bring the number of every family up to date that has chairs or waits at a session, under its lock.

    Two families that became one may both have something: the second keeps its old number until one of them withdraws.
    """
    is_live = (SignUp.session_id == session_id, SignUp.state.in_(LIVE))
    present = family_now(SIGN_UPS.c.pupil_id)
    statement = select(SignUp, present).where(*is_live, SignUp.family != present).options(raiseload("*"))
    stale = db.session.execute(statement).all()
    live = db.session.scalars(select(SignUp).where(*is_live).options(raiseload("*"))).all() if stale else []
    for row, family in sorted(stale, key=lambda one: (one[0].state is not SignUpState.SEATED, one[0].id)):
        both = [one for one in live if one.family == family]
        if not any(one.date_id == row.date_id or one.state is row.state is SignUpState.SEATED for one in both):
            row.family = family
            db.session.flush()


def families_gone(session_id: int, moment: datetime) -> Sequence[SignUp]:
    """The chairs, at dates that have not begun, of families that have no child in a class any more."""
    statement = (
        select(SignUp)
        .join(SessionDate, SessionDate.id == SignUp.date_id)
        .where(SignUp.session_id == session_id, SignUp.state == SignUpState.SEATED, SessionDate.starts_at > moment)
        .order_by(SignUp.id)
    )
    rows = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    here = with_child_in_class(row.pupil_id for row in rows) if rows else set()
    return [row for row in rows if row.pupil_id not in here]


def sessions_to_settle(moment: datetime) -> list[int]:
    """Announced sessions with a date ahead at which somebody has chairs or waits, ascending."""
    statement = (
        select(SignUp.session_id)
        .join(SessionDate, SessionDate.id == SignUp.date_id)
        .join(ParentSession, ParentSession.id == SignUp.session_id)
        .where(ParentSession.state == SessionState.ANNOUNCED, SessionDate.starts_at > moment, SignUp.state.in_(LIVE))
        .distinct()
    )
    return sorted(db.session.scalars(statement))


def find_guardian_of(user_id: int, pupil_id: int) -> Guardian | None:
    """The guardian who signs in as this user and is responsible for this pupil."""
    statement = (
        select(Guardian)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .where(Guardian.user_id == user_id, Guardianship.pupil_id == pupil_id)
        .order_by(Guardian.id)
        .limit(1)
    )
    return db.session.scalar(statement)


def live_sign_up(date_id: int, family: int) -> SignUp | None:
    """A family's chairs or place on the list of a date, under the number it was written with (see `rekey`)."""
    statement = select(SignUp).where(SignUp.date_id == date_id, SignUp.family == family, SignUp.state.in_(LIVE))
    return db.session.scalar(statement.execution_options(populate_existing=True))


def live_sign_ups_of(date_id: int, family: int) -> Sequence[SignUp]:
    """All that a family has at a date, chairs first: one, or two of families that became one."""
    statement = select(SignUp).where(SignUp.date_id == date_id, SignUp.state.in_(LIVE), is_of(SIGN_UPS.c.pupil_id, [family]))
    rows = db.session.scalars(statement.order_by(SignUp.id).execution_options(populate_existing=True)).all()
    return sorted(rows, key=lambda one: one.state is not SignUpState.SEATED)


def had_sign_up(date_id: int, family: int) -> bool:
    """Whether the family ever was on the lists of a date."""
    statement = select(SignUp.id).where(SignUp.date_id == date_id, is_of(SIGN_UPS.c.pupil_id, [family]))
    return db.session.scalar(statement.limit(1)) is not None


def sign_ups_by_id(ids: Iterable[int]) -> Sequence[SignUp]:
    """Sign-ups, ascending."""
    statement = select(SignUp).where(SignUp.id.in_(sorted(set(ids)))).order_by(SignUp.id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def waiting_of(session_id: int, family: int) -> Sequence[SignUp]:
    """All dates of a topic a family waits for."""
    statement = select(SignUp).where(
        SignUp.session_id == session_id, SignUp.family == family, SignUp.state == SignUpState.WAITING
    )
    return db.session.scalars(statement.order_by(SignUp.id).execution_options(populate_existing=True)).all()


def dates_with_lines(session_id: int) -> set[int]:
    """Dates of a topic that somebody waits for."""
    statement = select(SignUp.date_id).where(SignUp.session_id == session_id, SignUp.state == SignUpState.WAITING)
    return set(db.session.scalars(statement.distinct()))


def sessions_with_lines() -> list[int]:
    """Sessions somebody waits for, ascending."""
    statement = select(SignUp.session_id).where(SignUp.state == SignUpState.WAITING).distinct()
    return sorted(db.session.scalars(statement))


def guardians_seated_at(date_id: int) -> list[int]:
    """Who signed up the families that have chairs at a date, by guardian id."""
    statement = select(SignUp.guardian_id).where(SignUp.date_id == date_id, SignUp.state == SignUpState.SEATED)
    return sorted(set(db.session.scalars(statement)))


def sessions_to_remind(moment: datetime, until: datetime) -> list[int]:
    """Announced sessions with a date between two moments that nobody was reminded of, ascending."""
    statement = (
        select(SessionDate.session_id)
        .join(ParentSession, ParentSession.id == SessionDate.session_id)
        .where(ParentSession.state == SessionState.ANNOUNCED, SessionDate.cancelled_at.is_(None))
        .where(SessionDate.reminded_at.is_(None), SessionDate.starts_at > moment, SessionDate.starts_at < until)
        .distinct()
    )
    return sorted(db.session.scalars(statement))


def sessions_held_by(families: Collection[int]) -> set[int]:
    """Sessions at which these families have chairs or wait, invited or not any more."""
    is_theirs = is_of(SIGN_UPS.c.pupil_id, families)
    statement = select(SignUp.session_id).where(is_theirs, SignUp.state.in_(LIVE)).distinct()
    return set(db.session.scalars(statement)) if families else set()


def held_by(session_ids: Collection[int], families: Collection[int]) -> dict[int, list[Held]]:
    """By session what these families have or wait for, in order of the dates' sign-ups, chairs last."""
    family = family_now(SIGN_UPS.c.pupil_id).label("family_now")
    live = (
        select(SIGN_UPS, family, Guardian.name.label("guardian"), Pupil.name.label("pupil"))
        .join(Guardian, Guardian.id == SIGN_UPS.c.guardian_id)
        .join(Pupil, Pupil.id == SIGN_UPS.c.pupil_id)
        .where(SIGN_UPS.c.session_id.in_(session_ids), SIGN_UPS.c.state.in_(LIVE), is_of(SIGN_UPS.c.pupil_id, families))
        .order_by(SIGN_UPS.c.state == SignUpState.SEATED, SIGN_UPS.c.id)
    )
    rows = db.session.execute(live).all() if session_ids and families else []
    queues = _queues({row.date_id for row in rows if row.state == SignUpState.WAITING})
    found: dict[int, list[Held]] = defaultdict(list)
    for row in rows:
        position = queues[row.date_id].index(row.id) + 1 if row.state == SignUpState.WAITING else 0
        held = Held(
            row.id, row.date_id, row.family_now, row.state, row.adults, row.guardian, row.pupil, row.gives_up_id, position
        )
        found[row.session_id].append(held)
    return found


def counts_of(date_ids: Collection[int]) -> tuple[Counter[int], Counter[int]]:
    """By date the chairs given out, and the families that wait."""
    statement = (
        select(SignUp.date_id, SignUp.state, func.sum(SignUp.adults), func.count())
        .where(SignUp.date_id.in_(date_ids), SignUp.state.in_(LIVE))
        .group_by(SignUp.date_id, SignUp.state)
    )
    taken: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for date_id, state, adults, families in db.session.execute(statement) if date_ids else ():
        if state is SignUpState.SEATED:
            taken[date_id] = int(adults)
        else:
            waiting[date_id] = families
    return taken, waiting


def past_of(families: Collection[int], limit: int = 60) -> list[Past]:
    """All sign-ups of these families, the latest first."""
    statement = (
        select(ParentSession.topic, SessionDate, SignUp.state, SignUp.adults, SignUp.joined_at, SignUp.ended_at)
        .join(ParentSession, ParentSession.id == SignUp.session_id)
        .join(SessionDate, SessionDate.id == SignUp.date_id)
        .where(is_of(SIGN_UPS.c.pupil_id, families))
        .order_by(SessionDate.starts_at.desc(), SignUp.id.desc())
        .limit(limit)
        .options(raiseload("*"))
    )
    rows = db.session.execute(statement) if families else ()
    return [Past(topic, date_facts(date), *rest) for topic, date, *rest in rows]


def _queues(date_ids: Collection[int]) -> dict[int, list[int]]:
    statement = select(SignUp.date_id, SignUp.id).where(SignUp.date_id.in_(date_ids), SignUp.state == SignUpState.WAITING)
    queues: dict[int, list[int]] = defaultdict(list)
    for date_id, sign_up_id in db.session.execute(statement.order_by(SignUp.id)) if date_ids else ():
        queues[date_id].append(sign_up_id)
    return queues


def _one_or_none(value: int | None) -> tuple[int, ...]:
    return () if value is None else (value,)
