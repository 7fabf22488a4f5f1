"""Who is expected at a date and who came, guardians with their children, and the rows that are noted or corrected."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, raiseload

from school.db import db
from school.parentschool.enums import CheckInMethod, SessionState, SignUpState
from school.parentschool.models import FamilyPresence, ParentSession, SessionDate, SignUp
from school.parentschool.queries.families import is_of
from school.parentschool.queries.sessions import LIVE
from school.people.enums import Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass

PRESENCES = FamilyPresence.__table__


@dataclass(frozen=True)
class Comer:
    """A guardian with one of their children, and the class the child is in."""

    guardian_id: int
    guardian_name: str
    relation: Relation
    pupil_id: int
    pupil_name: str
    class_id: int
    entry_year: int
    class_number: int


@dataclass(frozen=True)
class Came:
    """That a family came: with how many, noted how, when."""

    id: int
    adults: int
    method: CheckInMethod
    noted_at: datetime


@dataclass(frozen=True)
class Line:
    """A family on the list of a date: signed up or not, there or not; the class is None when the child is in none."""

    family: int
    sign_up_id: int | None
    state: SignUpState | None
    expected: int
    pupil_name: str
    guardian_name: str
    class_id: int | None
    entry_year: int | None
    class_number: int | None
    came: Came | None

    @property
    def is_waiting(self) -> bool:
        """Whether the family waits for a chair."""
        return self.state is SignUpState.WAITING


def comers_of_user(user_id: int) -> list[Comer]:
    """The guardian who signs in as this user, once for each of their children in a class."""
    return _comers(_comer_select().where(Guardian.user_id == user_id))


def comers_of_class(class_id: int) -> list[Comer]:
    """Every pupil of a class with every guardian, by number and name."""
    return _comers(_comer_select().where(ClassMembership.class_id == class_id))


def find_comer(pupil_id: int, guardian_id: int) -> Comer | None:
    """A pupil in a class with one of the pupil's guardians."""
    found = _comers(_comer_select().where(Pupil.id == pupil_id, Guardian.id == guardian_id))
    return found[0] if found else None


def lines_of(date_id: int) -> list[Line]:
    """Every family on the list of a date, signed up or there without, by class and name."""
    lines = [*_signed_up(date_id), *_without_sign_up(date_id)]
    return sorted(lines, key=lambda one: (-(one.entry_year or 0), one.class_number or 0, one.pupil_name, one.family))


def find_sign_up(date_id: int, family: int, pupil_id: int) -> SignUp | None:
    """The chairs or the waiting place of a family at a date; by the child too, for a family's number may have changed."""
    statement = select(SignUp).where(SignUp.date_id == date_id, SignUp.state.in_(LIVE))
    is_theirs = or_(SignUp.pupil_id == pupil_id, is_of(SignUp.__table__.c.pupil_id, [family]))
    statement = statement.where(is_theirs).order_by(SignUp.state, SignUp.id)
    return db.session.scalar(statement.limit(1))


def sign_ups_by_id(date_id: int, sign_up_ids: Collection[int]) -> list[SignUp]:
    """Those of the sign-ups that stand for this date, in order of id."""
    statement = select(SignUp).where(SignUp.date_id == date_id, SignUp.id.in_(sign_up_ids), SignUp.state.in_(LIVE))
    return list(db.session.scalars(statement.order_by(SignUp.id).options(raiseload("*"))))


def presences_of(date_id: int, families: Collection[int]) -> list[FamilyPresence]:
    """The presences of these families at a date; by the child too, for a family's number may have changed."""
    is_theirs = or_(FamilyPresence.family.in_(families), is_of(PRESENCES.c.pupil_id, families))
    statement = select(FamilyPresence).where(FamilyPresence.date_id == date_id, is_theirs)
    return list(db.session.scalars(statement.order_by(FamilyPresence.id)))


def find_presence(presence_id: int) -> FamilyPresence | None:
    """A presence by id."""
    return db.session.get(FamilyPresence, presence_id)


def reread_presence(presence_id: int) -> FamilyPresence | None:
    """A presence as it is now, under the lock of its session."""
    return db.session.get(FamilyPresence, presence_id, populate_existing=True)


def classes_of_pupils(pupil_ids: Collection[int]) -> dict[int, int]:
    """The class each pupil is in; who is in none is left out."""
    statement = select(ClassMembership.pupil_id, ClassMembership.class_id).where(ClassMembership.ends_on.is_(None))
    rows = db.session.execute(statement.where(ClassMembership.pupil_id.in_(pupil_ids)))
    return {pupil_id: class_id for pupil_id, class_id in rows}


def dates_between(since: datetime, until: datetime) -> list[SessionDate]:
    """The dates of announced sessions that end after one moment and begin before another, cancelled ones left out."""
    statement = (
        select(SessionDate)
        .join(ParentSession, ParentSession.id == SessionDate.session_id)
        .where(SessionDate.ends_at >= since, SessionDate.starts_at <= until, SessionDate.cancelled_at.is_(None))
        .where(ParentSession.state == SessionState.ANNOUNCED)
        .order_by(SessionDate.starts_at, SessionDate.id)
    )
    return list(db.session.scalars(statement))


def count_present(date_id: int) -> tuple[int, int]:
    """How many families and how many adults are there."""
    statement = select(func.count(), func.coalesce(func.sum(FamilyPresence.adults), 0))
    families, adults = db.session.execute(statement.where(FamilyPresence.date_id == date_id)).one()
    return families, int(adults)


def entry_years_of(class_ids: Iterable[int]) -> dict[int, int]:
    """The year each class entered."""
    statement = select(SchoolClass.id, SchoolClass.entry_year).where(SchoolClass.id.in_(set(class_ids)))
    return {class_id: entry_year for class_id, entry_year in db.session.execute(statement)}


def _signed_up(date_id: int) -> list[Line]:
    came = aliased(FamilyPresence)
    is_same = or_(came.sign_up_id == SignUp.id, came.family == SignUp.family, came.pupil_id == SignUp.pupil_id)
    is_theirs = and_(came.date_id == SignUp.date_id, is_same)
    statement = (
        select(
            SignUp.family,
            SignUp.id,
            SignUp.state,
            SignUp.adults,
            Pupil.name,
            Guardian.name,
            SchoolClass.id,
            SchoolClass.entry_year,
            SchoolClass.number,
            came.id,
            came.adults,
            came.method,
            came.noted_at,
        )
        .join(Pupil, Pupil.id == SignUp.pupil_id)
        .join(Guardian, Guardian.id == SignUp.guardian_id)
        .outerjoin(ClassMembership, and_(ClassMembership.pupil_id == Pupil.id, ClassMembership.ends_on.is_(None)))
        .outerjoin(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .outerjoin(came, is_theirs)
        .where(SignUp.date_id == date_id, SignUp.state.in_(LIVE))
    )
    return [_line(*row) for row in db.session.execute(statement)]


def _without_sign_up(date_id: int) -> list[Line]:
    live = select(SignUp.id).where(SignUp.date_id == date_id, SignUp.state.in_(LIVE))
    is_same = or_(
        SignUp.id == FamilyPresence.sign_up_id,
        SignUp.family == FamilyPresence.family,
        SignUp.pupil_id == FamilyPresence.pupil_id,
    )
    is_signed_up = live.where(is_same).exists()
    statement = (
        select(
            FamilyPresence.family,
            Pupil.name,
            Guardian.name,
            SchoolClass.id,
            SchoolClass.entry_year,
            SchoolClass.number,
            FamilyPresence.id,
            FamilyPresence.adults,
            FamilyPresence.method,
            FamilyPresence.noted_at,
        )
        .join(Pupil, Pupil.id == FamilyPresence.pupil_id)
        .join(Guardian, Guardian.id == FamilyPresence.guardian_id)
        .outerjoin(SchoolClass, SchoolClass.id == FamilyPresence.class_id)
        .where(FamilyPresence.date_id == date_id, ~is_signed_up)
    )
    return [_line(family, None, None, 0, *rest) for family, *rest in db.session.execute(statement)]


def _line(
    family: int,
    sign_up_id: int | None,
    state: SignUpState | None,
    expected: int,
    pupil_name: str,
    guardian_name: str,
    class_id: int | None,
    entry_year: int | None,
    class_number: int | None,
    came_id: int | None,
    *came: object,
) -> Line:
    there = Came(came_id, *came) if came_id is not None else None  # type: ignore[arg-type]
    child = (pupil_name, guardian_name, class_id, entry_year, class_number)
    return Line(family, sign_up_id, state, expected, *child, there)


def _comer_select() -> Select:
    return (
        select(
            Guardian.id,
            Guardian.name,
            Guardianship.relation,
            Pupil.id,
            Pupil.name,
            SchoolClass.id,
            SchoolClass.entry_year,
            SchoolClass.number,
        )
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(Pupil, Pupil.id == Guardianship.pupil_id)
        .join(ClassMembership, and_(ClassMembership.pupil_id == Pupil.id, ClassMembership.ends_on.is_(None)))
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .order_by(ClassMembership.number_in_class, Pupil.name, Pupil.id, Guardianship.position, Guardian.id)
    )


def _comers(statement: Select) -> list[Comer]:
    return [Comer(*row) for row in db.session.execute(statement)]
