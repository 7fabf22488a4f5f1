"""Results as the school reads them: classes in numbers, the pupils of a class, the pupils of a course."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select

from school.courses.enums import PlaceSource
from school.courses.models import CourseTeaching
from school.courses.queries.catalogue import Catalogue
from school.courses.queries.family import APPLICATIONS, CONSENTS, WISHES
from school.courses.queries.lines import ENTRIES, IS_LIVE_ENTRY, IS_LIVE_PLACE, PLACES
from school.courses.queries.seats import seats_of_pupils
from school.courses.rules.facts import CourseFacts
from school.db import db
from school.people.models import ClassMembership, Pupil, SchoolClass, Teacher


@dataclass(frozen=True)
class ClassCounts:
    """A class in numbers: its pupils, those with a place, those who only wait, those who agreed, those with wishes."""

    class_id: int
    entry_year: int
    number: int
    pupils: int
    placed: int
    waiting_only: int
    agreed: int
    wishing: int

    @property
    def nothing(self) -> int:
        """Pupils with neither a place nor a position on a list."""
        return self.pupils - self.placed - self.waiting_only


@dataclass(frozen=True)
class PupilResult:
    """A pupil with courses and waiting lists (course, position; None for an offer)."""

    pupil_id: int
    name: str
    class_id: int
    entry_year: int
    class_number: int
    number_in_class: str
    courses: tuple[CourseFacts, ...]
    waiting: tuple[tuple[CourseFacts, int | None], ...]
    has_agreed: bool
    wishes: int


@dataclass(frozen=True)
class CoursePupil:
    """A pupil of a course."""

    name: str
    entry_year: int
    class_number: int
    number_in_class: str
    source: PlaceSource


def class_counts(selection_id: int, class_ids: Sequence[int]) -> list[ClassCounts]:
    """Some classes in numbers, youngest grade first, in one statement."""
    placed = _pupils(PLACES.c.pupil_id, IS_LIVE_PLACE, PLACES.c.selection_id == selection_id)
    waiting = _pupils(ENTRIES.c.pupil_id, IS_LIVE_ENTRY, ENTRIES.c.selection_id == selection_id)
    agreed = _pupils(CONSENTS.c.pupil_id, CONSENTS.c.withdrawn_at.is_(None), CONSENTS.c.selection_id == selection_id)
    wishing = (
        select(APPLICATIONS.c.pupil_id)
        .join(WISHES, WISHES.c.application_id == APPLICATIONS.c.id)
        .where(APPLICATIONS.c.selection_id == selection_id)
        .distinct()
        .subquery()
    )
    only_waits = and_(waiting.c.pupil_id.is_not(None), placed.c.pupil_id.is_(None))
    statement = (
        select(
            SchoolClass.id,
            SchoolClass.entry_year,
            SchoolClass.number,
            func.count(ClassMembership.pupil_id),
            func.count(placed.c.pupil_id),
            func.coalesce(func.sum(case((only_waits, 1), else_=0)), 0),
            func.count(agreed.c.pupil_id),
            func.count(wishing.c.pupil_id),
        )
        .outerjoin(ClassMembership, and_(ClassMembership.class_id == SchoolClass.id, ClassMembership.ends_on.is_(None)))
        .outerjoin(placed, placed.c.pupil_id == ClassMembership.pupil_id)
        .outerjoin(waiting, waiting.c.pupil_id == ClassMembership.pupil_id)
        .outerjoin(agreed, agreed.c.pupil_id == ClassMembership.pupil_id)
        .outerjoin(wishing, wishing.c.pupil_id == ClassMembership.pupil_id)
        .where(SchoolClass.id.in_(sorted(set(class_ids))))
        .group_by(SchoolClass.id, SchoolClass.entry_year, SchoolClass.number)
        .order_by(SchoolClass.entry_year.desc(), SchoolClass.number)
    )
    return [ClassCounts(*row) for row in db.session.execute(statement)]


def pupil_results(catalogue: Catalogue, class_ids: Iterable[int]) -> list[PupilResult]:
    """Every present pupil of some classes with courses and lists, by class and number, in five statements."""
    if catalogue.selection is None:
        return []
    selection_id, courses = catalogue.selection.id, catalogue.courses
    rows = list(db.session.execute(_pupil_select().where(ClassMembership.class_id.in_(sorted(set(class_ids))))))
    ids = [row.pupil_id for row in rows]
    seats = seats_of_pupils(selection_id, ids)
    agreed = CONSENTS.c.selection_id == selection_id, CONSENTS.c.withdrawn_at.is_(None)
    consents = set(db.session.scalars(select(CONSENTS.c.pupil_id).where(*agreed)))
    wishes = (
        select(APPLICATIONS.c.pupil_id, func.count())
        .join(WISHES, WISHES.c.application_id == APPLICATIONS.c.id)
        .where(APPLICATIONS.c.selection_id == selection_id)
        .group_by(APPLICATIONS.c.pupil_id)
    )
    wished = {pupil_id: count for pupil_id, count in db.session.execute(wishes)}
    return [
        PupilResult(
            row.pupil_id,
            row.name,
            row.class_id,
            row.entry_year,
            row.number,
            row.number_in_class or "",
            tuple(_by_time(courses[one.course_id] for one in seats[row.pupil_id].places if one.course_id in courses)),
            tuple((courses[one.course_id], one.position) for one in seats[row.pupil_id].entries if one.course_id in courses),
            row.pupil_id in consents,
            wished.get(row.pupil_id, 0),
        )
        for row in rows
    ]


def pupils_of_course(course_id: int) -> list[CoursePupil]:
    """The children with a live place in a course, by class and number."""
    statement = _pupil_select().join(PLACES, PLACES.c.pupil_id == Pupil.id).add_columns(PLACES.c.source)
    rows = db.session.execute(statement.where(PLACES.c.course_id == course_id, IS_LIVE_PLACE))
    return [CoursePupil(row.name, row.entry_year, row.number, row.number_in_class or "", row.source) for row in rows]


def courses_of_user(user_id: int) -> set[int]:
    """Ids of the courses given by the teacher who signs in as this user, of any term."""
    statement = select(CourseTeaching.course_id).join(Teacher, Teacher.id == CourseTeaching.teacher_id)
    return set(db.session.scalars(statement.where(Teacher.user_id == user_id)))


def _pupils(column: Any, *is_meant: Any) -> Any:
    return select(column).where(*is_meant).distinct().subquery()


def _pupil_select() -> Any:
    return (
        select(
            Pupil.id.label("pupil_id"),
            Pupil.name,
            SchoolClass.id.label("class_id"),
            SchoolClass.entry_year,
            SchoolClass.number,
            ClassMembership.number_in_class,
        )
        .join(ClassMembership, and_(ClassMembership.pupil_id == Pupil.id, ClassMembership.ends_on.is_(None)))
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .order_by(
            SchoolClass.entry_year.desc(),
            SchoolClass.number,
            func.length(ClassMembership.number_in_class),
            ClassMembership.number_in_class,
            Pupil.id,
        )
    )


def _by_time(courses: Iterable[CourseFacts]) -> list[CourseFacts]:
    return sorted(courses, key=lambda one: (sorted(one.weekdays), one.code))
