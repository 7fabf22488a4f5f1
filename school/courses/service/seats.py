"""Taking and leaving seats in the open round: one write path under the selection's lock, with a guard in the insert."""

from collections.abc import Sequence

from school.audit.service import Actor, record
from school.courses.enums import CourseState, PlaceEnd, PlaceSource, WaitingState
from school.courses.queries.lines import Seen, children_of, get_course_in, get_courses, had_place, see, waited_for
from school.courses.rules.facts import CourseFacts
from school.courses.rules.seats import (
    CourseFull,
    Verdict,
    VerdictKind,
    check,
    check_may_withdraw,
    find_obstacle,
    find_unlisted,
    find_wrong_grade,
    judge,
    judge_new,
    judge_seats,
    names_in_words,
)
from school.courses.service.outcomes import enter_outcome
from school.courses.service.places import (
    Ground,
    Result,
    ResultKind,
    end_places,
    end_places_of_course,
    insert_place,
    read_ground,
    stand_before,
    stand_on,
)
from school.courses.service.waiting import (
    accept,
    accept_offer,
    check_gives_up,
    close_lists,
    decline_offer,
    end_entries_of_course,
    end_entry,
    end_lone_entry,
    join,
    join_list,
    join_together,
    leave_list,
    pass_on,
    result_of,
    settle,
)
from school.db import db
from school.errors import Refused

__all__ = [
    "Result",
    "ResultKind",
    "accept_offer",
    "cancel_course",
    "close_lists",
    "decline_offer",
    "end_all",
    "enter_outcome",
    "join_list",
    "join_together",
    "leave_list",
    "place_by_office",
    "remove_by_office",
    "settle",
    "take",
    "transfer",
    "withdraw",
]


class ConsentNoteMissing(Refused):
    """The office placed a child without writing down who agreed (AS-01)."""

    def __init__(self) -> None:
        super().__init__("请写明家长的同意：谁、何时、以什么方式同意的。", "consent_note")


def take(
    selection_id: int,
    pupil_id: int,
    course_id: int,
    *,
    by: Actor,
    waits_if_full: bool = False,
    gives_up: Sequence[int] = (),
) -> Result:
    """Take a seat for a child, leaving the places in `gives_up` for it; with an offer in hand this accepts it.

    A second tap is answered with what the first one got. With `waits_if_full` a full course puts the child on its list.
    Raises `rules.seats.SeatRefused`, and nothing is written.
    """
    ground, seen = stand_before(selection_id, pupil_id, course_id, by)
    course = get_course_in(ground.rulebook, course_id)
    seen = _settled(ground, pupil_id, course, seen)
    if course_id in seen.child.places:
        return Result(ResultKind.ALREADY, course, seats_left=course.capacity - seen.taken)
    if course_id in seen.child.offered:
        return accept(ground, pupil_id, course_id)
    if waits_if_full and course_id in seen.child.waiting:
        return result_of(ground, pupil_id, course)
    leaves = check_gives_up(ground, seen.child, course_id, gives_up) if gives_up else ()
    verdict = _judge(ground, pupil_id, course, seen, leaves)
    if waits_if_full and verdict.kind is VerdictKind.FULL:
        return join(ground, pupil_id, course_id, gives_up=leaves)
    check(verdict)
    _insert(ground, pupil_id, course, PlaceSource.OPEN_ROUND)
    _leave(ground, pupil_id, leaves, PlaceEnd.SWAPPED)
    swap = f"，换出{names_in_words(ground.courses(leaves))}" if leaves else ""
    _record(ground, "courses.take", f"选上了课程“{course.name}”{swap}", pupil_id)
    given_up = ground.courses(leaves)
    return Result(ResultKind.PLACED, course, given_up=given_up, seats_left=course.capacity - seen.taken - 1)


def transfer(selection_id: int, pupil_id: int, from_course_id: int, to_course_id: int, *, by: Actor) -> Result:
    """Move a child from one course to another at once: both happen or neither."""
    ground = stand_on(selection_id, by)
    source, target = (get_course_in(ground.rulebook, one) for one in (from_course_id, to_course_id))
    if source.id == target.id:
        raise Refused("转入和转出是同一门课，请选择另一门。")
    seen = _see_settled(ground, pupil_id, target)
    if source.id not in seen.child.places:
        if target.id in seen.child.places:
            return Result(ResultKind.ALREADY, target, seats_left=target.capacity - seen.taken)
        raise Refused(f"孩子没有“{source.name}”的名额，不能从它转课。请刷新页面后再选。")
    check(_judge(ground, pupil_id, target, seen, (source.id,)))
    _insert(ground, pupil_id, target, PlaceSource.TRANSFER)
    _leave(ground, pupil_id, (source.id,), PlaceEnd.TRANSFERRED)
    _record(ground, "courses.transfer", f"从课程“{source.name}”转到“{target.name}”", pupil_id)
    return Result(ResultKind.PLACED, target, given_up=(source,), seats_left=target.capacity - seen.taken - 1)


def withdraw(selection_id: int, pupil_id: int, course_id: int, *, by: Actor, note: str = "") -> Result:
    """Leave a course; whoever is next on its list and fits has the seat, or an offer of it, in the same transaction."""
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    check_may_withdraw(ground.rulebook.selection, ground.now)
    return _end_place(ground, pupil_id, course, PlaceEnd.WITHDRAWN, note=note, words="退出了课程", action="courses.withdraw")


def place_by_office(
    selection_id: int, pupil_id: int, course_id: int, *, consent_note: str, by: Actor, gives_up: Sequence[int] = ()
) -> Result:
    """Place a child on a guardian's word, which `consent_note` holds (AS-01); seats, grade, clashes and limits hold too.

    The places in `gives_up` are left for it in the same moment.
    """
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    note = consent_note.strip()
    if not note:
        raise ConsentNoteMissing
    seen = _see_settled(ground, pupil_id, course)
    if course_id in seen.child.places:
        return Result(ResultKind.ALREADY, course, seats_left=course.capacity - seen.taken)
    in_the_way = (
        find_unlisted(course)
        or find_wrong_grade(seen.child, course)
        or find_obstacle(seen.child.after(leaves=tuple(gives_up)), course, ground.rulebook)
        or judge_seats(course, seen.taken - (course_id in seen.child.offered))
    )
    check(in_the_way)
    end_entry(ground, pupil_id, course_id, WaitingState.PLACED)
    _insert(ground, pupil_id, course, PlaceSource.OFFICE, consent_note=note)
    _leave(ground, pupil_id, tuple(gives_up), PlaceEnd.TRANSFERRED)
    pass_on(ground, {course_id})
    _record(ground, "courses.place", f"为学生安排了课程“{course.name}”", pupil_id, reason=note)
    return Result(ResultKind.PLACED, course, seats_left=course.capacity - seen.taken - 1)


def remove_by_office(selection_id: int, pupil_id: int, course_id: int, *, note: str, by: Actor) -> Result:
    """Take a child out of a course at any time, saying why; the seat passes on at once."""
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    if not note.strip():
        raise Refused("请写明为什么把孩子移出课程。", "note")
    words, action = "把学生移出了课程", "courses.remove"
    return _end_place(ground, pupil_id, course, PlaceEnd.OFFICE, note=note.strip(), words=words, action=action)


def end_all(selection_id: int, pupil_id: int, reason: PlaceEnd, *, note: str = "", by: Actor) -> int:
    """End every place and every entry of a child who left school or whose consent was withdrawn; answers how many."""
    ground = stand_on(selection_id, by)
    child = children_of(ground.rulebook, [pupil_id])[pupil_id]
    lists = {*child.waiting, *child.offered}
    for course_id in sorted(lists):
        end_entry(ground, pupil_id, course_id, WaitingState.LEFT)
    left = end_places(ground, pupil_id, child.places, reason, note=note)
    pass_on(ground, {*left, *lists})
    count = len(left) + len(lists)
    if count:
        _record(ground, "courses.end_all", f"结束了学生的全部课程与候补，共 {count} 项", pupil_id, reason=note)
    return count


def cancel_course(selection_id: int, course_id: int, *, reason: str, by: Actor) -> list[int]:
    """Call a course off: its places and its list end; answers the children who lost a place. Twice changes nothing.

    A child on the list of another course may fit there now, and then has its seat at once.
    """
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    if not reason.strip():
        raise Refused("请写明停开的原因，家长会看到。", "reason")
    if course.state is CourseState.CANCELLED:
        return []
    for row in get_courses([course_id]):
        row.state, row.state_reason = CourseState.CANCELLED, reason.strip()
        row.revision += 1
    db.session.flush()
    ground = read_ground(selection_id, by)
    pupil_ids = end_places_of_course(ground, course_id, PlaceEnd.CANCELLED, note=reason.strip())
    waiting = end_entries_of_course(ground, course_id)
    sentence = f"停开了课程“{course.name}”，涉及 {len(pupil_ids)} 个名额、{waiting} 人候补"
    record(by, "courses.cancel", sentence, subject_type="course", subject_id=course_id, reason=reason.strip())
    pass_on(ground, waited_for(selection_id, pupil_ids))
    return pupil_ids


def _see_settled(ground: Ground, pupil_id: int, course: CourseFacts) -> Seen:
    """The child before the course, after the course's list has moved as far as it can."""
    return _settled(ground, pupil_id, course, see(ground.rulebook, pupil_id, course.id, ground.now))


def _settled(ground: Ground, pupil_id: int, course: CourseFacts, seen: Seen) -> Seen:
    """Whoever comes by is looked at after the list: nobody on it is skipped, whatever changed without a word."""
    if seen.is_settled(course):
        return seen
    pass_on(ground, {course.id})
    return see(ground.rulebook, pupil_id, course.id, ground.now)


def _judge(ground: Ground, pupil_id: int, course: CourseFacts, seen: Seen, leaves: tuple[int, ...]) -> Verdict:
    """The verdict; a child that waits alone and can have a seat at once, leaving what it waits without, leaves the list."""
    verdict = judge(seen.child, course, ground.rulebook, taken=seen.taken, now=ground.now, gives_up=leaves)
    if verdict.kind is not VerdictKind.WAITING:
        return verdict
    at_once = judge_new(seen.child, course, ground.rulebook, taken=seen.taken, now=ground.now, gives_up=leaves)
    if not at_once.is_free or not end_lone_entry(ground, pupil_id, course.id):
        return verdict
    return at_once


def _insert(ground: Ground, pupil_id: int, course: CourseFacts, source: PlaceSource, *, consent_note: str = "") -> None:
    taken_by = ground.by.user_id
    if insert_place(ground, pupil_id, course.id, source, taken_by=taken_by, consent_note=consent_note) is None:
        raise CourseFull(judge_seats(course, course.capacity))


def _leave(ground: Ground, pupil_id: int, course_ids: Sequence[int], reason: PlaceEnd) -> None:
    """Leave courses and pass their seats on; the child's own entries may fit now too."""
    if course_ids:
        end_places(ground, pupil_id, course_ids, reason)
        pass_on(ground, {*course_ids, *waited_for(ground.selection_id, [pupil_id])})


def _end_place(
    ground: Ground, pupil_id: int, course: CourseFacts, reason: PlaceEnd, *, note: str, words: str, action: str
) -> Result:
    if not end_places(ground, pupil_id, [course.id], reason, note=note):
        if not had_place(ground.selection_id, pupil_id, course.id):
            raise Refused(f"孩子没有“{course.name}”的名额，不用退课。请刷新页面查看。")
        return Result(ResultKind.LEFT, course)
    _record(ground, action, f"{words}“{course.name}”", pupil_id, reason=note)
    pass_on(ground, {course.id, *waited_for(ground.selection_id, [pupil_id])})
    return Result(ResultKind.LEFT, course)


def _record(ground: Ground, action: str, sentence: str, pupil_id: int, *, reason: str = "") -> None:
    record(ground.by, action, sentence, subject_type="pupil", subject_id=pupil_id, reason=reason)
