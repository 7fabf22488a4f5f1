"""Every SELECT about classes, teachers, who teaches what, and whose children are whose."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, or_, select

from school.db import db
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


@dataclass(frozen=True)
class Lesson:
    """One teacher's subject in one class, as the pages need it."""

    teacher_id: int
    teacher_name: str
    class_id: int
    entry_year: int
    class_number: int
    subject_id: int
    subject_code: str
    subject: str
    has_homework: bool


@dataclass(frozen=True)
class Child:
    """A guardian's child with the present class."""

    pupil_id: int
    name: str
    class_id: int
    entry_year: int
    class_number: int


def find_teacher_of_user(user_id: int) -> Teacher | None:
    """The teacher who signs in as this user."""
    return db.session.scalar(select(Teacher).where(Teacher.user_id == user_id))


def find_teacher(teacher_id: int) -> Teacher | None:
    """A teacher by id."""
    return db.session.get(Teacher, teacher_id)


def find_class(class_id: int) -> SchoolClass | None:
    """A class by id."""
    return db.session.get(SchoolClass, class_id)


def find_class_by_key(entry_year: int, number: int) -> SchoolClass | None:
    """A class by its canonical key."""
    return db.session.scalar(select(SchoolClass).where(SchoolClass.entry_year == entry_year, SchoolClass.number == number))


def classes_of_grades(first_entry_year: int, last_entry_year: int) -> list[SchoolClass]:
    """Classes that entered between two years, youngest grade first."""
    statement = select(SchoolClass).where(SchoolClass.entry_year.between(first_entry_year, last_entry_year))
    return list(db.session.scalars(statement.order_by(SchoolClass.entry_year.desc(), SchoolClass.number)))


def subjects() -> list[Subject]:
    """All subjects in the school's order."""
    return list(db.session.scalars(select(Subject).order_by(Subject.position, Subject.id)))


def find_subject(subject_id: int) -> Subject | None:
    """A subject by id."""
    return db.session.get(Subject, subject_id)


def lessons_of_teacher(teacher_id: int, day: date) -> list[Lesson]:
    """What a teacher teaches on a day, youngest class first."""
    return _lessons(_lesson_select(day).where(TeachingAssignment.teacher_id == teacher_id))


def lessons_of_user(user_id: int, day: date) -> list[Lesson]:
    """What the teacher who signs in as this user teaches on a day, youngest class first."""
    return _lessons(_lesson_select(day).where(Teacher.user_id == user_id))


def lessons_of_class(class_id: int, day: date) -> list[Lesson]:
    """Who teaches what in a class on a day."""
    return _lessons(_lesson_select(day).where(TeachingAssignment.class_id == class_id))


def lessons_on(day: date) -> list[Lesson]:
    """Who teaches what in all classes on a day."""
    return _lessons(_lesson_select(day))


def children_of_user(user_id: int) -> list[Child]:
    """The children of the guardian who signs in as this user, with the class they are in now."""
    statement = (
        select(Pupil.id, Pupil.name, SchoolClass.id, SchoolClass.entry_year, SchoolClass.number)
        .join(Guardianship, Guardianship.pupil_id == Pupil.id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .join(ClassMembership, and_(ClassMembership.pupil_id == Pupil.id, ClassMembership.ends_on.is_(None)))
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .where(Guardian.user_id == user_id)
        .distinct()
        .order_by(SchoolClass.entry_year, SchoolClass.number, Pupil.id)
    )
    return [Child(*row) for row in db.session.execute(statement)]


def users_of_pupils(pupil_ids: Collection[int]) -> dict[int, list[int]]:
    """The accounts of each pupil's guardians, ascending; who has none is left out, every pupil asked for is there."""
    statement = (
        select(Guardianship.pupil_id, Guardian.user_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(Guardianship.pupil_id.in_(pupil_ids), Guardian.user_id.is_not(None))
        .distinct()
        .order_by(Guardianship.pupil_id, Guardian.user_id)
    )
    found: dict[int, list[int]] = {one: [] for one in pupil_ids}
    for pupil_id, user_id in db.session.execute(statement):
        found[pupil_id].append(user_id)
    return found


def _lesson_select(day: date) -> Select:
    return (
        select(
            Teacher.id,
            Teacher.name,
            SchoolClass.id,
            SchoolClass.entry_year,
            SchoolClass.number,
            Subject.id,
            Subject.code,
            Subject.name,
            Subject.has_homework,
        )
        .select_from(TeachingAssignment)
        .join(Teacher, Teacher.id == TeachingAssignment.teacher_id)
        .join(SchoolClass, SchoolClass.id == TeachingAssignment.class_id)
        .join(Subject, Subject.id == TeachingAssignment.subject_id)
        .where(TeachingAssignment.starts_on <= day)
        .where(or_(TeachingAssignment.ends_on.is_(None), TeachingAssignment.ends_on >= day))
        .order_by(SchoolClass.entry_year.desc(), SchoolClass.number, Subject.position, Teacher.id)
    )


def _lessons(statement: Select) -> list[Lesson]:
    return [Lesson(*row) for row in db.session.execute(statement)]
