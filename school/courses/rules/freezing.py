"""From a term's wishes to the frozen list a draw is held on: by application number, never a name (PR-03)."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from school.courses.enums import CourseState
from school.courses.rules.facts import CourseFacts, SelectionFacts
from school.courses.rules.selection import Application, Course, Selection


@dataclass(frozen=True)
class Wished:
    """A wish: the course's id, and the name siblings share who ask for it together, else empty."""

    course_id: int
    together: str = ""


@dataclass(frozen=True)
class Applied:
    """A child's application: its number, the child's grade, wishes best first, ids of the courses it has a place in."""

    number: str
    grade: int
    wishes: tuple[Wished, ...]
    held: frozenset[int] = frozenset()
    is_favoured: bool = False


def frozen_selection(
    selection: SelectionFacts, courses: Mapping[int, CourseFacts], taken: Mapping[int, int], applied: Iterable[Applied]
) -> Selection:
    """The list: listed courses with the seats that are left, by code; applications with a wish that counts, by number.

    A wish for a course that is not listed, or that the child is in, does not count, and the wishes after it move up.
    Siblings' groups are named by their smallest application number; a group of one is none.
    """
    listed = {one.id: one for one in courses.values() if one.state is CourseState.LISTED}
    counting = [(one, _counting(one, listed)) for one in applied]
    groups = _groups(counting)
    applications = (
        Application(
            id=one.number,
            wishes=tuple(listed[wish.course_id].code for wish in wishes),
            max_courses=selection.max_courses,
            grade=one.grade,
            max_per_day=selection.max_per_day,
            held=tuple(sorted(listed[course_id].code for course_id in one.held if course_id in listed)),
            together={
                listed[wish.course_id].code: groups[wish.course_id, wish.together]
                for wish in wishes
                if (wish.course_id, wish.together) in groups
            },
            priority=int(selection.favours_unplaced and one.is_favoured),
        )
        for one, wishes in counting
        if wishes
    )
    return Selection(
        courses=tuple(sorted((_left(one, taken.get(one.id, 0)) for one in listed.values()), key=lambda one: one.id)),
        applications=tuple(sorted(applications, key=lambda one: one.id)),
        buffer_minutes=selection.buffer_minutes,
    )


def frozen_json(selection: Selection) -> str:
    """The list as the public downloads it: the same list gives the same text, whatever the order it was read in."""
    document = {
        "buffer_minutes": selection.buffer_minutes,
        "courses": [_course_row(one) for one in sorted(selection.courses, key=lambda one: one.id)],
        "pupils": [_pupil_row(one) for one in sorted(selection.applications, key=lambda one: one.id)],
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _course_row(course: Course) -> dict[str, object]:
    meetings = [{"day": one.day, "start": one.starts_at, "end": one.ends_at, "weeks": one.weeks} for one in course.meetings]
    return {
        "id": course.id,
        "capacity": course.capacity,
        "minimum": course.minimum,
        "grades": sorted(course.grades),
        "meetings": meetings,
        "first_on": course.first_on,
        "last_on": course.last_on,
        "is_exempt": course.is_exempt,
    }


def _pupil_row(one: Application) -> dict[str, object]:
    return {
        "id": one.id,
        "grade": one.grade,
        "prefs": list(one.wishes),
        "max_courses": one.max_courses,
        "max_per_day": one.max_per_day,
        "held": list(one.held),
        "together": dict(one.together),
        "priority": one.priority,
    }


def _left(course: CourseFacts, taken: int) -> Course:
    """The course with the seats and the minimum that are left to the draw."""
    drawn = course.as_drawn(capacity=max(0, course.capacity - taken))
    return Course(**{**vars(drawn), "minimum": max(0, course.minimum - taken)})


def _counting(one: Applied, listed: Collection[int]) -> tuple[Wished, ...]:
    return tuple(wish for wish in one.wishes if wish.course_id in listed and wish.course_id not in one.held)


def _groups(counting: Iterable[tuple[Applied, tuple[Wished, ...]]]) -> dict[tuple[int, str], str]:
    """By course id and the siblings' name for it the name the list gives the group."""
    members = [((wish.course_id, wish.together), one.number) for one, wishes in counting for wish in wishes if wish.together]
    counts = Counter(key for key, _number in members)
    names: dict[tuple[int, str], str] = {}
    for key, number in sorted(members, key=lambda member: member[1]):
        if counts[key] > 1:
            names.setdefault(key, number)
    return names
