"""Judging an outcome: whether it keeps to the selection's limits, and the figures the office compares mechanisms by."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations

from school.courses.rules.draw import Outcome
from school.courses.rules.limits import Limits, limits_of
from school.courses.rules.selection import Application, Selection, is_open_to, points_of


def breaches(selection: Selection, outcome: Outcome) -> list[str]:
    """Sentences naming everything an outcome gives that the selection does not allow; empty when it is sound."""
    limits = limits_of(selection)
    counts = Counter(course for held in outcome.assignments.values() for course in held)
    found = [text for one in selection.applications for text in _breaches_of(one, outcome.assignments[one.id], limits)]
    for course in selection.courses:
        if counts[course.id] > course.capacity:
            found.append(f"{course.id} has {counts[course.id]} children on {course.capacity} seats")
        if 0 < counts[course.id] < course.minimum:
            found.append(f"{course.id} runs with {counts[course.id]} children below its minimum {course.minimum}")
        if course.id in outcome.closed and counts[course.id]:
            found.append(f"{course.id} is closed and has {counts[course.id]} children")
    for (course_id, name), members in limits.groups.items():
        given = [one.id for one in members if course_id in outcome.assignments[one.id]]
        if given and len(given) < len(members):
            found.append(f"{course_id} is given to {', '.join(given)} of group {name} and not to all of it")
    return found


def metrics_of(selection: Selection, outcome: Outcome) -> dict:
    """The figures of an outcome; shares are of all applications, `mean_rank` counts the first wish as 1.

    Who had a course before is not counted as having nothing. `courses_closed` are those below their minimum.
    `points` are by `points_of`; `by_grade` has the same figures of each stated grade, its key the grade as text.
    """
    counts = Counter(course for held in outcome.assignments.values() for course in held)
    capacities = {course.id: course.capacity for course in selection.courses}
    grades = sorted({one.grade for one in selection.applications if one.grade is not None})
    points = points_of(selection)
    return {
        **_figures(selection.applications, outcome, points),
        "seats": sum(capacities.values()),
        "seats_filled": counts.total(),
        "waiting": sum(len(queue) for queue in outcome.waiting.values()),
        "courses_full": sum(counts[course] >= seats for course, seats in capacities.items()),
        "courses_closed": list(outcome.closed),
        "by_grade": {
            str(grade): _figures(tuple(one for one in selection.applications if one.grade == grade), outcome, points)
            for grade in grades
        },
    }


def _breaches_of(one: Application, given: tuple[str, ...], limits: Limits) -> Iterator[str]:
    has = (*given, *one.held)
    counted = [limits.courses[course] for course in has if not limits.courses[course].is_exempt]
    if given and len(counted) > one.max_courses and any(not limits.courses[course].is_exempt for course in given):
        yield f"{one.id} has {len(counted)} courses, {one.max_courses} is the most"
    if len(set(has)) < len(has):
        yield f"{one.id} has a course twice"
    for day in sorted({day for course in given for day in limits.courses[course].days}) if one.max_per_day else ():
        that_day = [course.id for course in counted if day in course.days]
        if len(that_day) > one.max_per_day and set(that_day) & set(given):
            yield f"{one.id} has {len(that_day)} courses on {day}, {one.max_per_day} is the most"
    yield from (f"{one.id} did not wish for {course}" for course in given if course not in one.wishes)
    yield from (f"{one.id} is not in a grade of {course}" for course in given if not is_open_to(limits.courses[course], one))
    yield from (f"{one.id} has {a} and {b}, which clash" for a, b in combinations(has, 2) if b in limits.clashes[a])


def _figures(applications: tuple[Application, ...], outcome: Outcome, points: Mapping[str, Mapping[str, float]]) -> dict:
    held = [(one, outcome.assignments[one.id]) for one in applications]
    ranks = [one.wishes.index(course) + 1 for one, courses in held for course in courses]
    with_any = sum(bool(courses) for _one, courses in held)
    with_nothing = sum(not courses and not one.held for one, courses in held)
    with_first = sum(bool(one.wishes) and one.wishes[0] in courses for one, courses in held)
    return {
        "pupils": len(held),
        "with_first_wish": with_first,
        "with_any_wish": with_any,
        "with_nothing": with_nothing,
        "share_first_wish": _share(with_first, len(held)),
        "share_any_wish": _share(with_any, len(held)),
        "share_nothing": _share(with_nothing, len(held)),
        "mean_rank": round(sum(ranks) / len(ranks), 4) if ranks else None,
        "points": sum(points[one.id][course] for one, courses in held for course in courses),
    }


def _share(count: int, total: int) -> float | None:
    return round(count / total, 4) if total else None
