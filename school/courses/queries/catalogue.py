"""The courses and selections of the terms, kept in each worker until the office changes one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from school.courses.enums import CourseState
from school.courses.models import Course, Selection
from school.courses.rules.facts import CourseFacts, MeetingFacts, SelectionFacts, Window
from school.courses.rules.selection import Selection as Drawn
from school.courses.rules.selection import clashes_of
from school.db import db
from school.stamps import kept


@dataclass(frozen=True)
class Catalogue:
    """All courses of one term in the order of their codes, drafts too, and the term's selection if there is one."""

    term_id: int
    courses: Mapping[int, CourseFacts]
    selection: SelectionFacts | None

    @cached_property
    def listed(self) -> tuple[CourseFacts, ...]:
        """What is public: listed courses, and those that were and then closed or called off."""
        return tuple(course for course in self.courses.values() if course.state is not CourseState.DRAFT)

    @cached_property
    def by_code(self) -> dict[str, CourseFacts]:
        """The courses by code, as the draw's list names them."""
        return {course.code: course for course in self.courses.values()}

    @cached_property
    def clashes(self) -> dict[int, frozenset[int]]:
        """For every course the ids of those no child can attend beside it."""
        buffer = self.selection.buffer_minutes if self.selection else 0
        drawn = Drawn(tuple(course.as_drawn() for course in self.courses.values()), (), buffer)
        found = clashes_of(drawn)
        return {self.by_code[code].id: frozenset(self.by_code[one].id for one in others) for code, others in found.items()}


def get_catalogues() -> Mapping[int, Catalogue]:
    """The catalogue of every term that has a course or a selection, by term id, as this transaction sees them."""
    return kept("courses", _read)


def get_catalogue(term_id: int) -> Catalogue:
    """The catalogue of one term, empty when it has none."""
    return get_catalogues().get(term_id) or Catalogue(term_id, {}, None)


def get_course(course_id: int) -> CourseFacts:
    """A course of any term, from the kept catalogues; raises LookupError when there is none."""
    found = (one.courses[course_id] for one in get_catalogues().values() if course_id in one.courses)
    course = next(found, None)
    if course is None:
        raise LookupError(f"there is no course {course_id}")
    return course


def find_selection_facts(selection_id: int) -> SelectionFacts | None:
    """A selection by id, from the kept catalogues."""
    found = (one.selection for one in get_catalogues().values() if one.selection and one.selection.id == selection_id)
    return next(found, None)


def _read() -> dict[int, Catalogue]:
    courses: dict[int, dict[int, CourseFacts]] = {}
    for course in db.session.scalars(select(Course).order_by(Course.term_id, Course.code)):
        courses.setdefault(course.term_id, {})[course.id] = facts_of(course)
    selections = {one.term_id: selection_facts_of(one) for one in db.session.scalars(select(Selection))}
    return {
        term_id: Catalogue(term_id, courses.get(term_id, {}), selections.get(term_id))
        for term_id in sorted({*courses, *selections})
    }


def facts_of(course: Course) -> CourseFacts:
    """A course row as plain values."""
    teachers = (*(teaching.teacher.public_name for teaching in course.teachings), course.outside_teacher)
    meetings = sorted(course.meetings, key=lambda one: (one.weekday, one.starts_at, one.weeks))
    return CourseFacts(
        id=course.id,
        code=course.code,
        name=course.name,
        family=course.family,
        state=course.state,
        state_reason=course.state_reason,
        description=course.description,
        room=course.room,
        grades=frozenset(course.grades),
        capacity=course.capacity,
        minimum=course.minimum,
        first_on=course.first_on,
        last_on=course.last_on,
        fee_note=course.fee_note,
        safety_note=course.safety_note,
        tags=tuple(course.tags),
        is_exempt=course.is_exempt,
        teachers=tuple(name for name in teachers if name),
        provider=course.provider.name if course.provider else "",
        picture_digest=course.picture_digest,
        meetings=tuple(MeetingFacts(one.weekday, one.starts_at, one.ends_at, one.weeks) for one in meetings),
    )


def selection_facts_of(selection: Selection) -> SelectionFacts:
    """A selection row as plain values."""
    windows = (Window(one.phase, one.grade, one.opens_at, one.closes_at) for one in selection.windows)
    return SelectionFacts(
        id=selection.id,
        term_id=selection.term_id,
        start_year=selection.term.school_year.start_year,
        term_number=selection.term.number,
        state=selection.state,
        has_wishes=selection.has_wishes,
        max_courses=selection.max_courses,
        max_per_day=selection.max_per_day,
        max_wishes=selection.max_wishes,
        buffer_minutes=selection.buffer_minutes,
        promotion=selection.promotion,
        offer_hours=selection.offer_hours,
        withdraw_until=selection.withdraw_until,
        favours_unplaced=selection.favours_unplaced,
        note=selection.note,
        consent_version=selection.consent_version,
        windows=tuple(windows),
    )
