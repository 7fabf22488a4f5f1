"""Lists of classes, pupils and teachers as pages and exports show them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from school.accounts.models import RoleGrant
from school.db import db
from school.people.enums import Gender, MembershipEnd, Relation
from school.people.models import (
    ClassMembership,
    Guardian,
    Guardianship,
    Pupil,
    SchoolClass,
    Subject,
    Teacher,
    TeachingAssignment,
)
from school.people.rules import mask_phone
from school.permissions import Role


@dataclass(frozen=True)
class ListedGuardian:
    """A pupil's guardian."""

    name: str
    phone: str | None
    relation: Relation

    @property
    def phone_shown(self) -> str:
        """The phone as pages show it."""
        return mask_phone(self.phone)


@dataclass(frozen=True)
class ListedPupil:
    """A pupil with class, number and guardians."""

    id: int
    name: str
    gender: Gender | None
    register_number: str | None
    class_id: int
    entry_year: int
    class_number: int
    number_in_class: str | None
    guardians: tuple[ListedGuardian, ...] = ()


@dataclass(frozen=True)
class ListedClass:
    """A class with the number of its pupils and its homeroom teacher."""

    id: int
    entry_year: int
    number: int
    pupils: int
    homeroom_teacher: str


@dataclass(frozen=True)
class Stay:
    """A pupil's time in a class."""

    class_id: int
    entry_year: int
    class_number: int
    number_in_class: str | None
    starts_on: date
    ends_on: date | None
    end_reason: MembershipEnd | None


@dataclass(frozen=True)
class ListedAssignment:
    """A teacher's subject in a class, from a day until a day."""

    id: int
    teacher_id: int
    subject: str
    entry_year: int
    class_number: int
    starts_on: date
    ends_on: date | None


def classes_listed(first_entry_year: int, last_entry_year: int, day: date) -> list[ListedClass]:
    """Classes that entered between two years, youngest grade first, as they are on the day."""
    pupils = (
        select(ClassMembership.class_id, func.count().label("pupils"))
        .where(ClassMembership.ends_on.is_(None))
        .group_by(ClassMembership.class_id)
        .subquery()
    )
    statement = (
        select(SchoolClass.id, SchoolClass.entry_year, SchoolClass.number, func.coalesce(pupils.c.pupils, 0))
        .outerjoin(pupils, pupils.c.class_id == SchoolClass.id)
        .where(SchoolClass.entry_year.between(first_entry_year, last_entry_year))
        .order_by(SchoolClass.entry_year.desc(), SchoolClass.number)
    )
    homerooms = homeroom_teachers(day)
    return [ListedClass(*row, "、".join(homerooms.get(row[0], []))) for row in db.session.execute(statement)]


def homeroom_teachers(day: date) -> dict[int, list[str]]:
    """Names of the homeroom teachers of the day, by class."""
    statement = (
        select(RoleGrant.class_id, Teacher.name)
        .join(Teacher, Teacher.user_id == RoleGrant.user_id)
        .where(RoleGrant.role == Role.HOMEROOM_TEACHER, RoleGrant.starts_on <= day)
        .where(or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day))
        .order_by(RoleGrant.id)
    )
    found: dict[int, list[str]] = {}
    for class_id, name in db.session.execute(statement):
        found.setdefault(class_id, []).append(name)
    return found


def pupils_of_class(class_id: int) -> list[ListedPupil]:
    """The present pupils of a class, by number in class."""
    return _listed(_pupil_select().where(ClassMembership.class_id == class_id))


def pupils_of_school() -> list[ListedPupil]:
    """All present pupils, youngest class first."""
    return _listed(_pupil_select())


def find_pupil(pupil_id: int) -> Pupil | None:
    """A pupil by id."""
    return db.session.get(Pupil, pupil_id)


def lock_pupil(pupil_id: int) -> Pupil | None:
    """A pupil, locked until the transaction ends."""
    statement = select(Pupil).where(Pupil.id == pupil_id).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def open_membership(pupil_id: int) -> ClassMembership | None:
    """The class a pupil is in now."""
    return db.session.scalar(
        select(ClassMembership).where(ClassMembership.pupil_id == pupil_id, ClassMembership.ends_on.is_(None))
    )


def stays_of_pupil(pupil_id: int) -> list[Stay]:
    """A pupil's classes, newest first."""
    statement = (
        select(
            SchoolClass.id,
            SchoolClass.entry_year,
            SchoolClass.number,
            ClassMembership.number_in_class,
            ClassMembership.starts_on,
            ClassMembership.ends_on,
            ClassMembership.end_reason,
        )
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .where(ClassMembership.pupil_id == pupil_id)
        .order_by(ClassMembership.starts_on.desc(), ClassMembership.id.desc())
    )
    return [Stay(*row) for row in db.session.execute(statement)]


def guardians_of_pupil(pupil_id: int) -> list[ListedGuardian]:
    """A pupil's guardians, the first one first."""
    return _guardians(Guardianship.pupil_id == pupil_id).get(pupil_id, [])


def teachers_listed() -> list[Teacher]:
    """All teachers: those at the school first, by staff code."""
    return list(db.session.scalars(select(Teacher).order_by(Teacher.left_on.is_not(None), Teacher.staff_code)))


def assignments_by_teacher(term_id: int, teacher_id: int | None = None) -> dict[int, list[ListedAssignment]]:
    """A term's assignments, by teacher."""
    statement = (
        select(
            TeachingAssignment.id,
            TeachingAssignment.teacher_id,
            Subject.name,
            SchoolClass.entry_year,
            SchoolClass.number,
            TeachingAssignment.starts_on,
            TeachingAssignment.ends_on,
        )
        .join(Subject, Subject.id == TeachingAssignment.subject_id)
        .join(SchoolClass, SchoolClass.id == TeachingAssignment.class_id)
        .where(TeachingAssignment.term_id == term_id)
        .order_by(SchoolClass.entry_year.desc(), SchoolClass.number, Subject.position)
    )
    if teacher_id is not None:
        statement = statement.where(TeachingAssignment.teacher_id == teacher_id)
    found: dict[int, list[ListedAssignment]] = {}
    for row in db.session.execute(statement):
        found.setdefault(row[1], []).append(ListedAssignment(*row))
    return found


def find_assignment(teacher_id: int, assignment_id: int) -> TeachingAssignment | None:
    """An assignment of this very teacher."""
    statement = select(TeachingAssignment).where(TeachingAssignment.id == assignment_id)
    return db.session.scalar(statement.where(TeachingAssignment.teacher_id == teacher_id))


def lock_teacher(teacher_id: int) -> Teacher | None:
    """A teacher, locked until the transaction ends."""
    statement = select(Teacher).where(Teacher.id == teacher_id).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def open_assignments(teacher_id: int, day: date) -> list[TeachingAssignment]:
    """What a teacher teaches on the day or after it."""
    statement = select(TeachingAssignment).where(TeachingAssignment.teacher_id == teacher_id)
    is_open = or_(TeachingAssignment.ends_on.is_(None), TeachingAssignment.ends_on >= day)
    return list(db.session.scalars(statement.where(is_open)))


def open_grants(user_id: int, day: date) -> list[RoleGrant]:
    """The roles a user holds on the day or after it."""
    statement = select(RoleGrant).where(RoleGrant.user_id == user_id)
    return list(db.session.scalars(statement.where(or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day))))


def _pupil_select() -> Select:
    return (
        select(
            Pupil.id,
            Pupil.name,
            Pupil.gender,
            Pupil.register_number,
            SchoolClass.id,
            SchoolClass.entry_year,
            SchoolClass.number,
            ClassMembership.number_in_class,
        )
        .join(ClassMembership, ClassMembership.pupil_id == Pupil.id)
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .where(ClassMembership.ends_on.is_(None))
        .order_by(
            SchoolClass.entry_year.desc(),
            SchoolClass.number,
            func.length(ClassMembership.number_in_class),
            ClassMembership.number_in_class,
            Pupil.id,
        )
    )


def _listed(statement: Select) -> list[ListedPupil]:
    rows = [tuple(row) for row in db.session.execute(statement)]
    ids = statement.with_only_columns(Pupil.id).order_by(None)
    guardians = _guardians(Guardianship.pupil_id.in_(ids))
    return [ListedPupil(*row, tuple(guardians.get(row[0], ()))) for row in rows]


def _guardians(which: object) -> dict[int, list[ListedGuardian]]:
    statement = (
        select(Guardianship.pupil_id, Guardian.name, Guardian.phone, Guardianship.relation)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(which)  # type: ignore[arg-type]
        .order_by(Guardianship.position, Guardianship.id)
    )
    found: dict[int, list[ListedGuardian]] = {}
    for pupil_id, *rest in db.session.execute(statement):
        found.setdefault(pupil_id, []).append(ListedGuardian(*rest))
    return found
