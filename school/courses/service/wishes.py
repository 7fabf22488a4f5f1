"""A child's wishes while its grade's window is open: added, taken back, moved, tied to those of siblings; each act idempotent.

The selection's lock is held first and all is judged after it, so ranks are always 1 to n, however many guardians tap at once.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, insert, update

from school.audit.service import Actor, record
from school.courses.queries.family import (
    APPLICATIONS,
    WISHES,
    Applied,
    WishHeld,
    applications_of_pupils,
    is_number_taken,
    pupils_together,
)
from school.courses.queries.lines import children_of, get_course_in
from school.courses.rules.choices import find_wishes_closed, judge_wish
from school.courses.rules.facts import CourseFacts
from school.courses.rules.seats import Child, Verdict, find_no_consent, refusal_of
from school.courses.service.places import Ground, stand_on
from school.db import db
from school.errors import Refused


class WishKind(StrEnum):
    """How an act on wishes ended."""

    ADDED = "added"
    ALREADY = "already"
    REMOVED = "removed"
    MOVED = "moved"
    TOGETHER = "together"
    ALONE = "alone"


@dataclass(frozen=True)
class WishResult:
    """How an act ended: `rank` of the course among `count` wishes, None when it is no wish any more."""

    kind: WishKind
    course: CourseFacts
    rank: int | None
    count: int


def add_wish(selection_id: int, pupil_id: int, course_id: int, *, by: Actor) -> WishResult:
    """Put a course behind the child's other wishes; one that is there already stays where it is.

    Raises `rules.seats.SeatRefused`, and nothing is written.
    """
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    applied = _applied(ground, pupil_id)
    if held := applied.wish(course_id):
        return WishResult(WishKind.ALREADY, course, held.rank, len(applied.wishes))
    rank = _add(ground, applied, course, _child(ground, pupil_id))
    return WishResult(WishKind.ADDED, course, rank, rank)


def remove_wish(selection_id: int, pupil_id: int, course_id: int, *, by: Actor) -> WishResult:
    """Take a wish back; those behind it move up, and a sibling who wished together wishes alone. Twice changes nothing."""
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    applied = _applied(ground, pupil_id)
    held = applied.wish(course_id)
    if held is None:
        return WishResult(WishKind.REMOVED, course, None, len(applied.wishes))
    _check_open(ground, _child(ground, pupil_id))
    is_meant = WISHES.c.application_id == applied.id, WISHES.c.course_id == course_id
    db.session.execute(delete(WISHES).where(*is_meant))
    rest = [one for one in applied.wished if one != course_id]
    _renumber(applied, rest)
    part_from_siblings(ground, held)
    _record(ground, "courses.remove_wish", f"删去了志愿“{course.name}”", pupil_id)
    return WishResult(WishKind.REMOVED, course, None, len(rest))


def move_wish(selection_id: int, pupil_id: int, course_id: int, rank: int, *, by: Actor) -> WishResult:
    """Make a wish the `rank`-th (1 is the dearest; beyond the ends means the end); a second tap finds it there already."""
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    applied = _applied(ground, pupil_id)
    held = applied.wish(course_id)
    if held is None:
        raise Refused(f"“{course.name}”不在志愿里，可能刚刚被删去了。请刷新页面查看。")
    wanted = min(max(rank, 1), len(applied.wishes))
    if wanted == held.rank:
        return WishResult(WishKind.ALREADY, course, held.rank, len(applied.wishes))
    _check_open(ground, _child(ground, pupil_id))
    order = [one for one in applied.wished if one != course_id]
    order.insert(wanted - 1, course_id)
    _renumber(applied, order)
    _record(ground, "courses.move_wish", f"把“{course.name}”改为第 {wanted} 志愿", pupil_id)
    return WishResult(WishKind.MOVED, course, wanted, len(order))


def wish_together(selection_id: int, pupil_id: int, sibling_id: int, course_id: int, *, by: Actor) -> WishResult:
    """Let siblings have a course both or not at all; the wish is added for whom it is missing.

    Whoever asks must have made sure that both are children of one guardian. Siblings tied to either of them already stay
    in the group. All is written or, when a child cannot wish for the course, nothing.
    """
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    applied = _applied_of(ground, [pupil_id, sibling_id])
    held = [one.wish(course_id) for one in applied.values()]
    names = {wish.together for wish in held if wish is not None and wish.together}
    if all(held) and len(names) == 1 and all(wish is not None and wish.together in names for wish in held):
        return _together(ground, WishKind.TOGETHER, pupil_id, course)
    group = {pupil_id, sibling_id} | {one for name in names for one in pupils_together(selection_id, course_id, name)}
    if len(group) > course.capacity:
        raise Refused(f"“{course.name}”只有 {course.capacity} 个名额，容不下 {len(group)} 个孩子，请分别填志愿。")
    applied |= _applied_of(ground, group - applied.keys())
    children = children_of(ground.rulebook, group)
    for one in sorted(group):
        try:
            _check_open(ground, children[one])
            if applied[one].wish(course_id) is None:
                _add(ground, applied[one], course, children[one])
        except Refused as refused:
            raise refused if one == pupil_id else Refused(f"另一个孩子：{refused.message}") from refused
    _tie(ground, course_id, group)
    for one in sorted(group):
        _record(ground, "courses.wish_together", f"志愿“{course.name}”要求几个孩子都上或都不上", one)
    return _together(ground, WishKind.TOGETHER, pupil_id, course)


def wish_alone(selection_id: int, pupil_id: int, course_id: int, *, by: Actor) -> WishResult:
    """Untie a child's wish from its siblings'; every wish stays where it is. Twice changes nothing."""
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    held = _applied(ground, pupil_id).wish(course_id)
    if held is not None and held.together:
        _check_open(ground, _child(ground, pupil_id))
        _set_together(ground, course_id, [pupil_id], "")
        part_from_siblings(ground, held)
        _record(ground, "courses.wish_alone", f"志愿“{course.name}”不再要求几个孩子都上或都不上", pupil_id)
    return _together(ground, WishKind.ALONE, pupil_id, course)


def ensure_application(ground: Ground, pupil_id: int) -> int:
    """The id of the child's application, made with a random number that says nothing of the child if it has none (PR-03)."""
    found = _applied(ground, pupil_id)
    if found.id:
        return found.id
    number = _new_number()
    while is_number_taken(ground.selection_id, number):
        number = _new_number()
    row = {"selection_id": ground.selection_id, "pupil_id": pupil_id, "number": number, "created_at": ground.now}
    return db.session.execute(insert(APPLICATIONS).values(**row).returning(APPLICATIONS.c.id)).scalar_one()


def part_from_siblings(ground: Ground, left: WishHeld) -> None:
    """Name the group anew that a wish has left; whoever remains alone in it wishes alone."""
    if not left.together:
        return
    rest = pupils_together(ground.selection_id, left.course_id, left.together)
    if len(rest) > 1:
        _tie(ground, left.course_id, rest)
    else:
        _set_together(ground, left.course_id, rest, "")


def _new_number() -> str:
    return str(10_000_000 + secrets.randbelow(90_000_000))


def _applied(ground: Ground, pupil_id: int) -> Applied:
    return _applied_of(ground, [pupil_id])[pupil_id]


def _applied_of(ground: Ground, pupil_ids: Sequence[int] | set[int]) -> dict[int, Applied]:
    found = applications_of_pupils(ground.selection_id, pupil_ids)
    return {one: found.get(one, Applied(0, one, "")) for one in pupil_ids}


def _child(ground: Ground, pupil_id: int) -> Child:
    return children_of(ground.rulebook, [pupil_id])[pupil_id]


def _add(ground: Ground, applied: Applied, course: CourseFacts, child: Child) -> int:
    verdict = judge_wish(child, course, ground.rulebook, wished=applied.wished, now=ground.now)
    if verdict is not None:
        raise refusal_of(verdict)
    rank = len(applied.wishes) + 1
    application_id = applied.id or ensure_application(ground, applied.pupil_id)
    row = {"application_id": application_id, "course_id": course.id, "rank": rank, "together": ""}
    db.session.execute(insert(WISHES).values(**row))
    _record(ground, "courses.add_wish", f"把“{course.name}”填为第 {rank} 志愿", applied.pupil_id)
    return rank


def _check_open(ground: Ground, child: Child) -> None:
    verdict: Verdict | None = find_wishes_closed(ground.rulebook.selection, child.grade, ground.now) or find_no_consent(child)
    if verdict is not None:
        raise refusal_of(verdict)


def _renumber(applied: Applied, order: Sequence[int]) -> None:
    """Give the wishes the ranks 1 to n in this order."""
    before: Mapping[int, int] = {one.course_id: one.rank for one in applied.wishes}
    for rank, course_id in enumerate(order, 1):
        if before[course_id] != rank:
            is_meant = WISHES.c.application_id == applied.id, WISHES.c.course_id == course_id
            db.session.execute(update(WISHES).where(*is_meant).values(rank=rank))


def _tie(ground: Ground, course_id: int, pupil_ids: Sequence[int] | set[int]) -> None:
    """Name the group after the smallest application number in it."""
    numbers = [one.number for one in applications_of_pupils(ground.selection_id, pupil_ids).values()]
    _set_together(ground, course_id, pupil_ids, min(numbers))


def _set_together(ground: Ground, course_id: int, pupil_ids: Sequence[int] | set[int], name: str) -> None:
    ids = [one.id for one in applications_of_pupils(ground.selection_id, pupil_ids).values()]
    is_meant = WISHES.c.application_id.in_(ids), WISHES.c.course_id == course_id
    db.session.execute(update(WISHES).where(*is_meant).values(together=name))


def _together(ground: Ground, kind: WishKind, pupil_id: int, course: CourseFacts) -> WishResult:
    applied = _applied(ground, pupil_id)
    held = applied.wish(course.id)
    return WishResult(kind, course, held.rank if held else None, len(applied.wishes))


def _record(ground: Ground, action: str, sentence: str, pupil_id: int) -> None:
    record(ground.by, action, sentence, subject_type="pupil", subject_id=pupil_id)
