"""Entering what a draw decided: its places, its waiting lists, and the courses it left below their minimum."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import insert

from school.audit.service import Actor, record
from school.courses.enums import CourseState, PlaceEnd, PlaceSource, WaitingState
from school.courses.queries.lines import (
    ENTRIES,
    PLACES,
    WishHeld,
    children_of,
    courses_with_lines,
    get_courses,
    has_places_of,
    placed_by_course,
    pupils_by_number,
    wishes_of,
)
from school.courses.rules.facts import CourseFacts
from school.courses.rules.queue import leaves_for_wish
from school.courses.service.places import Ground, end_places_of_course, read_ground, stand_on
from school.courses.service.waiting import end_entries_of_course, pass_on
from school.db import db
from school.errors import Refused

BELOW_MINIMUM = "报名人数没有达到开班人数。"


class OutcomeContradictory(Refused):
    """An outcome that does not go with the selection: unknown numbers or codes, more children than seats."""


def enter_outcome(
    selection_id: int,
    assignments: Mapping[str, Sequence[str]],
    waiting: Mapping[str, Sequence[str]],
    closed: Collection[str],
    *,
    by: Actor,
) -> None:
    """Write a draw's outcome, by application number and course code, once: places, lists in their order, courses closed.

    If the selection's state is DRAWN already, a seat somebody on a list could have passes on at once. Raises
    `OutcomeContradictory`, and nothing is written.
    """
    ground = stand_on(selection_id, by)
    if has_places_of(selection_id, PlaceSource.DRAW):
        raise OutcomeContradictory("摇号结果已经录入，不能再录一次。")
    pupils, codes = pupils_by_number(selection_id), {course.code: course for course in ground.rulebook.courses.values()}
    _check_known(assignments, waiting, closed, pupils, codes)
    seated = [(pupils[number], codes[code]) for number, chosen in assignments.items() for code in chosen]
    _check_seats(ground, seated)
    _close(ground, [codes[code].id for code in closed])
    if seated:
        db.session.execute(insert(PLACES), [_place(ground, pupil_id, course) for pupil_id, course in seated])
    lines = {codes[code].id: [pupils[number] for number in numbers] for code, numbers in waiting.items() if code not in closed}
    rows = _entries(ground, lines)
    if rows:
        db.session.execute(insert(ENTRIES), rows)
    sentence = f"录入了摇号结果：{len(seated)} 个名额，{len(rows)} 人次候补，{len(closed)} 门课程未开班"
    record(by, "courses.enter_outcome", sentence, subject_type="selection", subject_id=selection_id)
    pass_on(read_ground(selection_id, by), courses_with_lines(selection_id))


def _check_known(
    assignments: Mapping[str, Sequence[str]],
    waiting: Mapping[str, Sequence[str]],
    closed: Collection[str],
    pupils: Mapping[str, int],
    codes: Mapping[str, CourseFacts],
) -> None:
    numbers = {*assignments, *(number for line in waiting.values() for number in line)}
    if unknown := sorted(numbers - pupils.keys()):
        raise OutcomeContradictory(f"摇号结果里有不认识的报名编号 {unknown[0]}，请重新摇号。")
    named = {*waiting, *closed, *(code for chosen in assignments.values() for code in chosen)}
    if unknown := sorted(named - codes.keys()):
        raise OutcomeContradictory(f"摇号结果里有不认识的课程 {unknown[0]}，请重新摇号。")
    if given := sorted({code for chosen in assignments.values() for code in chosen} & set(closed)):
        raise OutcomeContradictory(f"课程 {given[0]} 不开班，却有孩子被录取，请重新摇号。")


def _check_seats(ground: Ground, seated: Sequence[tuple[int, CourseFacts]]) -> None:
    counts = placed_by_course(ground.selection_id)
    for _pupil_id, course in seated:
        counts[course.id] = counts.get(course.id, 0) + 1
        if counts[course.id] > course.capacity or course.state is not CourseState.LISTED:
            raise OutcomeContradictory(f"课程“{course.name}”没有这么多名额，或已经停开，请重新摇号。")


def _close(ground: Ground, course_ids: Sequence[int]) -> None:
    for course in get_courses(course_ids):
        course.state, course.state_reason = CourseState.CLOSED, BELOW_MINIMUM
        course.revision += 1
        end_places_of_course(ground, course.id, PlaceEnd.CANCELLED, note=BELOW_MINIMUM)
        end_entries_of_course(ground, course.id)
    db.session.flush()


def _place(ground: Ground, pupil_id: int, course: CourseFacts) -> dict:
    return {
        "selection_id": ground.selection_id,
        "course_id": course.id,
        "pupil_id": pupil_id,
        "source": PlaceSource.DRAW,
        "taken_at": ground.now,
        "taken_by": None,
        "consent_note": "",
        "end_note": "",
    }


def _entries(ground: Ground, lines: Mapping[int, Sequence[int]]) -> list[dict]:
    """The lists as rows. A child that has lesser wishes leaves for a better one what is in its way."""
    wishes = wishes_of(ground.selection_id)
    children = children_of(ground.rulebook, {pupil_id for pupil_ids in lines.values() for pupil_id in pupil_ids})
    rows = []
    for course_id, pupil_ids in lines.items():
        for rank, pupil_id in enumerate(pupil_ids, 1):
            wish = wishes.get((pupil_id, course_id), WishHeld(99, ""))
            worse = {one: wishes[pupil_id, one].rank for one in children[pupil_id].places if (pupil_id, one) in wishes}
            lesser = [one for one in sorted(worse, key=worse.__getitem__) if worse[one] > wish.rank]
            leaves = leaves_for_wish(children[pupil_id], ground.rulebook.courses[course_id], lesser, ground.rulebook)
            rows.append(_entry(ground, course_id, pupil_id, rank, wish.together, leaves))
    return rows


def _entry(ground: Ground, course_id: int, pupil_id: int, rank: int, together: str, gives_up: tuple[int, ...]) -> dict:
    return {
        "selection_id": ground.selection_id,
        "course_id": course_id,
        "pupil_id": pupil_id,
        "state": WaitingState.WAITING,
        "draw_rank": rank,
        "together": together,
        "gives_up": list(gives_up),
        "joined_at": ground.now,
        "joined_by": None,
    }
