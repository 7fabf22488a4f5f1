"""The draw of a whole school: 2,500 pupils, 27 courses, five wishes each, in rounds and to the optimum.

The floor of the rounds is the barest loop over the same wishes in the same order, without clashes, limits or waiting
lists; the floor of the optimum is the solver on the bare assignment, seats and one course a child alone.
"""

from collections.abc import Iterable
from random import Random
from typing import Any

from bench.support import compare, seconds
from school.courses.optimum import optimum
from school.courses.rules.draw import draw, draw_order
from school.courses.rules.outcomes import breaches
from school.courses.rules.selection import Application, Course, Meeting, Selection

PUPILS, COURSES, WISHES, SEATS = 2500, 27, 5, 75


def run() -> Iterable[dict[str, Any]]:
    """Seconds for each mechanism; the outcome is checked for breaches outside of the time."""
    selection = a_school()
    if breaches(selection, draw(selection, "bench")) or breaches(selection, optimum(selection, "bench").outcome):
        raise RuntimeError("the draw broke a limit")
    yield compare(
        "draw_rounds", "s", lambda: seconds(lambda: draw(selection, "bench")), lambda: seconds(lambda: _bare(selection))
    )
    plain = bare_assignment(selection)
    yield compare(
        "draw_optimum", "s", lambda: seconds(lambda: _proven(selection)), lambda: seconds(lambda: _proven(plain)), rounds=3
    )


def a_school() -> Selection:
    """Popular and less popular courses on five weekdays, two courses a child, one a day, ten minutes between two."""
    chance = Random(2026)
    courses = tuple(_course(number, chance) for number in range(COURSES))
    popularity = [(1 + number) ** -0.6 for number in range(COURSES)]
    children = []
    for number in range(PUPILS):
        grade = 1 + number % 6
        open_ones = [(course.id, popularity[place]) for place, course in enumerate(courses) if grade in course.grades]
        wishes: list[str] = []
        while len(wishes) < WISHES:
            (wish,) = chance.choices([one for one, _weight in open_ones], [weight for _one, weight in open_ones])
            wishes += [wish] if wish not in wishes else []
        children.append(Application(f"{number:08}", tuple(wishes), 2, grade, max_per_day=1))
    return Selection(courses, tuple(children), 10)


def bare_assignment(selection: Selection) -> Selection:
    """The same wishes and seats, one course a child, nothing that clashes."""
    courses = tuple(Course(course.id, course.capacity) for course in selection.courses)
    return Selection(courses, tuple(Application(one.id, one.wishes) for one in selection.applications))


def _course(number: int, chance: Random) -> Course:
    start = chance.choice((940, 940, 1000))
    days = [1 + number % 5, *([1 + (number + 2) % 5] if chance.random() < 0.3 else [])]
    grades = range(1, 7) if chance.random() < 0.5 else chance.sample(range(1, 7), 3)
    meetings = tuple(Meeting(str(day), start, start + 80) for day in days)
    return Course(f"C{number:02}", SEATS, meetings=meetings, minimum=15, grades=frozenset(grades))


def _bare(selection: Selection) -> None:
    seats = {course.id: course.capacity for course in selection.courses}
    held: dict[str, list[str]] = {one.id: [] for one in selection.applications}
    for _round in range(2):
        for one in draw_order(selection.applications, "bench"):
            for wish in one.wishes:
                if seats[wish] and wish not in held[one.id]:
                    seats[wish] -= 1
                    held[one.id].append(wish)
                    break


def _proven(selection: Selection) -> None:
    if not optimum(selection, "bench").is_proven:
        raise RuntimeError("the optimum was not proven")
