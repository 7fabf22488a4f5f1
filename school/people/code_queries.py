"""Who of a class, or of the teachers, has an account and a one-time code: what the code pages list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select

from school.accounts.models import User
from school.db import db
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass, Teacher


@dataclass(frozen=True)
class ClassCount:
    """A class with how many guardians it has, and how many of them have signed in."""

    class_id: int
    entry_year: int
    number: int
    guardians: int
    activated: int


@dataclass(frozen=True)
class Holder:
    """Somebody a slip can be for: a guardian with the child of this class, or a teacher; `user` is None without account."""

    name: str
    about: str
    user: User | None


def class_counts(day: date) -> list[ClassCount]:
    """Every class with pupils on a day, youngest grade first."""
    activated = func.count(Guardian.id.distinct()).filter(User.activated_at.is_not(None))
    statement = (
        select(SchoolClass.id, SchoolClass.entry_year, SchoolClass.number, func.count(Guardian.id.distinct()), activated)
        .join(ClassMembership, and_(ClassMembership.class_id == SchoolClass.id, _holds_on(day)))
        .outerjoin(Guardianship, Guardianship.pupil_id == ClassMembership.pupil_id)
        .outerjoin(Guardian, Guardian.id == Guardianship.guardian_id)
        .outerjoin(User, User.id == Guardian.user_id)
        .group_by(SchoolClass.id, SchoolClass.entry_year, SchoolClass.number)
        .order_by(SchoolClass.entry_year.desc(), SchoolClass.number)
    )
    return [ClassCount(*row) for row in db.session.execute(statement)]


def holders_of_class(class_id: int, day: date) -> list[Holder]:
    """The guardians of a class in the order of its list; one with two children in the class comes once, with both."""
    statement = (
        select(Guardian.id, Guardian.name, Pupil.name, Guardianship.relation, User)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(Pupil, Pupil.id == Guardianship.pupil_id)
        .join(ClassMembership, and_(ClassMembership.pupil_id == Pupil.id, _holds_on(day)))
        .outerjoin(User, User.id == Guardian.user_id)
        .where(ClassMembership.class_id == class_id)
        .order_by(func.length(ClassMembership.number_in_class), ClassMembership.number_in_class, Pupil.id)
        .order_by(Guardianship.position, Guardian.id)
    )
    found: dict[int, Holder] = {}
    for guardian_id, name, pupil, relation, user in db.session.execute(statement):
        before = found.get(guardian_id)
        about = f"{before.about}、{pupil}" if before else f"{pupil}"
        found[guardian_id] = Holder(name, about if before else f"{pupil}（{relation.label}）", user)
    return list(found.values())


def holders_among_teachers(day: date) -> list[Holder]:
    """The teachers at the school on a day, by staff code."""
    statement = (
        select(Teacher.name, Teacher.staff_code, User)
        .outerjoin(User, User.id == Teacher.user_id)
        .where(or_(Teacher.left_on.is_(None), Teacher.left_on > day))
        .order_by(Teacher.staff_code)
    )
    return [Holder(name, f"工号 {code}", user) for name, code, user in db.session.execute(statement)]


def lock_users(user_ids: Iterable[int]) -> list[User]:
    """The users, locked in ascending order until the transaction ends."""
    statement = select(User).where(User.id.in_(list(user_ids))).order_by(User.id).with_for_update(key_share=True)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def _holds_on(day: date) -> ColumnElement[bool]:
    return and_(ClassMembership.starts_on <= day, or_(ClassMembership.ends_on.is_(None), ClassMembership.ends_on >= day))
