"""Waiting lists: joining and leaving, offers and their answers, and passing on whatever came free."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, update

from school.audit.service import Actor, record
from school.courses.enums import PlaceEnd, PlaceSource, WaitingState
from school.courses.queries.lines import (
    ENTRIES,
    children_of,
    count_before,
    courses_with_lines,
    entries_together,
    find_entry,
    get_course_in,
    had_entry,
    load_line,
    see,
    waited_for,
)
from school.courses.rules.facts import CourseFacts
from school.courses.rules.queue import SeatBook
from school.courses.rules.seats import (
    Child,
    Verdict,
    VerdictKind,
    find_no_consent,
    find_obstacle,
    find_unlisted,
    find_wrong_grade,
    judge_new,
    moment_in_words,
    refusal_of,
)
from school.courses.service.notices import Own, tell_steps
from school.courses.service.places import Ground, Result, ResultKind, SeatsDisagree, end_places, insert_place, stand_on
from school.db import db
from school.errors import Refused
from school.waiting.rules import Entry, Expired, Hall, Offered, Promoted, Step, Unfit
from school.waiting.rules import settle as steps_of


class OfferGone(Refused):
    """There is no offer to answer, or its deadline has passed."""


def join_list(selection_id: int, pupil_id: int, course_id: int, *, by: Actor, gives_up: Sequence[int] = ()) -> Result:
    """Put a child on a course's list; `gives_up` are own places it leaves in the moment the seat comes.

    Who waits already keeps the place in the line and may change `gives_up`. If a seat is free and the child is the first
    who fits, it has the seat at once. Raises `rules.seats.SeatRefused`.
    """
    ground = stand_on(selection_id, by)
    return join(ground, pupil_id, course_id, gives_up=gives_up)


def join_together(selection_id: int, pupil_ids: Sequence[int], course_id: int, *, by: Actor) -> dict[int, Result]:
    """Put siblings on a course's list who want both a seat or none; results by pupil id.

    All join or nobody does: a child that could not have the seat, or waits already, refuses the whole.
    """
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    if len(set(pupil_ids)) < 2:
        raise Refused("“要么都上，要么都不上”至少要有两个孩子。")
    if len(set(pupil_ids)) > course.capacity:
        raise Refused(f"“{course.name}”只有 {course.capacity} 个名额，容不下 {len(set(pupil_ids))} 个孩子，请分别候补。")
    pass_on(ground, {course_id})
    name = secrets.token_hex(6)
    for pupil_id in sorted(set(pupil_ids)):
        seen = see(ground.rulebook, pupil_id, course_id, ground.now)
        if course_id in {*seen.child.places, *seen.child.waiting, *seen.child.offered}:
            raise Refused(f"有一个孩子已经选上“{course.name}”或正在候补，请先退出，再一起候补。")
        _add_entry(ground, pupil_id, course, seen.child, (), taken=seen.taken, together=name)
    pass_on(ground, {course_id}, own=frozenset((pupil_id, course_id) for pupil_id in pupil_ids))
    return {pupil_id: result_of(ground, pupil_id, course) for pupil_id in sorted(set(pupil_ids))}


def leave_list(selection_id: int, pupil_id: int, course_id: int, *, by: Actor) -> Result:
    """Take a child off a course's list at any time; an offer is declined by it. Leaving twice changes nothing."""
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    entry = find_entry(pupil_id, course_id)
    if entry is None:
        if not had_entry(selection_id, pupil_id, course_id):
            raise Refused(f"孩子不在“{course.name}”的候补名单上，不用退出。")
        return Result(ResultKind.LEFT, course)
    if not entry.is_waiting:
        return _decline(ground, entry, course)
    _end_entries(ground, [entry], WaitingState.LEFT)
    _record(ground, "courses.leave_list", f"退出了课程“{course.name}”的候补", pupil_id)
    pass_on(ground, {course_id})
    return Result(ResultKind.LEFT, course)


def accept_offer(selection_id: int, pupil_id: int, course_id: int, *, by: Actor) -> Result:
    """Accept an offered seat before its deadline; siblings who asked for both or none get theirs with it.

    Raises `OfferGone` after the deadline, and the refusals of `rules.seats` if the child has meanwhile taken what clashes.
    """
    return accept(stand_on(selection_id, by), pupil_id, course_id)


def decline_offer(selection_id: int, pupil_id: int, course_id: int, *, by: Actor) -> Result:
    """Decline an offered seat, which passes on at once; siblings who asked for both or none decline with it."""
    ground = stand_on(selection_id, by)
    course = get_course_in(ground.rulebook, course_id)
    entry = find_entry(pupil_id, course_id)
    if entry is None and had_entry(selection_id, pupil_id, course_id):
        return Result(ResultKind.LEFT, course)
    if entry is None or entry.is_waiting:
        raise OfferGone(f"“{course.name}”现在没有等您确认的名额。")
    return _decline(ground, entry, course)


def settle(selection_id: int, course_ids: Iterable[int] | None = None, *, by: Actor) -> list[Step]:
    """Pass on every seat and overdue offer of some courses, or of all that have a list; answers what happened.

    To be called after an edit that could let somebody fit: more seats, other times, grades or limits.
    """
    ground = stand_on(selection_id, by)
    return pass_on(ground, courses_with_lines(selection_id) if course_ids is None else course_ids)


def close_lists(selection_id: int, *, by: Actor) -> int:
    """End every live entry of a selection, when only the office changes anything any more; answers how many."""
    ground = stand_on(selection_id, by)
    is_meant = ENTRIES.c.selection_id == selection_id, ENTRIES.c.state.in_([WaitingState.WAITING, WaitingState.OFFERED])
    ended = {"state": WaitingState.CLOSED, "ended_at": ground.now, "offer_expires_at": None}
    count = db.session.execute(update(ENTRIES).where(*is_meant).values(**ended)).rowcount
    if count:
        sentence = f"结束了全部候补名单，共 {count} 人次"
        record(by, "courses.close_lists", sentence, subject_type="selection", subject_id=selection_id)
    return count


def join(ground: Ground, pupil_id: int, course_id: int, *, gives_up: Sequence[int] = ()) -> Result:
    """`join_list` under the lock."""
    course = get_course_in(ground.rulebook, course_id)
    seen = see(ground.rulebook, pupil_id, course_id, ground.now)
    if not seen.is_settled(course):
        pass_on(ground, {course_id})
        seen = see(ground.rulebook, pupil_id, course_id, ground.now)
    child = seen.child
    if course_id in child.places:
        return Result(ResultKind.ALREADY, course)
    if course_id in child.offered:
        return result_of(ground, pupil_id, course)
    if course_id in child.waiting:
        _change_gives_up(ground, pupil_id, course, child, gives_up)
        return result_of(ground, pupil_id, course)
    _add_entry(ground, pupil_id, course, child, gives_up, taken=seen.taken)
    pass_on(ground, {course_id}, own=frozenset({(pupil_id, course_id)}))
    return result_of(ground, pupil_id, course)


def accept(ground: Ground, pupil_id: int, course_id: int) -> Result:
    """`accept_offer` under the lock."""
    course = get_course_in(ground.rulebook, course_id)
    entry = find_entry(pupil_id, course_id)
    if entry is None or entry.expires_at is None:
        return _without_offer(ground, pupil_id, course, entry)
    if entry.expires_at <= ground.now:
        raise OfferGone(f"“{course.name}”的确认时间 {moment_in_words(entry.expires_at)} 已过，名额让给下一位。可以重新排候补。")
    unit = _offered_with(entry)
    children = children_of(ground.rulebook, (one.member_id for one in unit))
    for one in unit:
        _check_accepts(ground, course, one, children[one.member_id], is_sibling=one.id != entry.id)
    leaves = {one.id: tuple(sorted(children[one.member_id].places & frozenset(one.gives_up))) for one in unit}
    _seat(ground, Promoted(tuple(unit), leaves), taken_by=ground.by.user_id, verb="接受了候补到的名额，选上课程")
    left = {course_id for one in leaves.values() for course_id in one}
    if left:
        pass_on(ground, left | waited_for(ground.selection_id, (one.member_id for one in unit)))
    return Result(ResultKind.PLACED, course, given_up=ground.courses(leaves[entry.id]))


def pass_on(ground: Ground, course_ids: Iterable[int], *, own: Own = frozenset()) -> list[Step]:
    """Write every step that is due on these courses' lists and wherever the steps lead, and tell whom they seat.

    `own` are the tap's own entries, by pupil and course: whoever taps reads the answer on the page.
    """
    hall = Hall(lambda course_id: load_line(ground.rulebook, course_id))
    done = []
    for step in steps_of(course_ids, hall, SeatBook(ground.rulebook), ground.now):
        _write(ground, step)
        done.append(step)
    tell_steps(ground, done, own)
    return done


def end_entry(ground: Ground, pupil_id: int, course_id: int, state: WaitingState) -> bool:
    """End a child's live entry on a course's list, if there is one."""
    entry = find_entry(pupil_id, course_id)
    if entry is not None:
        _end_entries(ground, [entry], state)
    return entry is not None


def end_lone_entry(ground: Ground, pupil_id: int, course_id: int) -> bool:
    """End the entry of a child that takes its seat directly; False for siblings who asked for both or none."""
    entry = find_entry(pupil_id, course_id)
    if entry is None or entry.together:
        return False
    _end_entries(ground, [entry], WaitingState.PLACED)
    return True


def end_entries_of_course(ground: Ground, course_id: int) -> int:
    """End a course's list because the course ended; answers how many were on it."""
    line, _children = load_line(ground.rulebook, course_id)
    _end_entries(ground, line.entries, WaitingState.CLOSED)
    return len(line.entries)


def result_of(ground: Ground, pupil_id: int, course: CourseFacts) -> Result:
    """Where a child stands with a course now."""
    entry = find_entry(pupil_id, course.id)
    if entry is None:
        return Result(ResultKind.PLACED, course)
    if entry.expires_at is not None:
        return Result(ResultKind.OFFERED, course, expires_at=entry.expires_at)
    return Result(ResultKind.WAITING, course, position=count_before(entry) + 1)


def check_gives_up(ground: Ground, child: Child, course_id: int, gives_up: Iterable[int]) -> tuple[int, ...]:
    """The places a child gives up, ascending; raises unless they are its own."""
    wanted = tuple(sorted({one for one in gives_up if one != course_id}))
    if not child.places.issuperset(wanted):
        raise Refused("要换出的课程不是孩子现在的名额，请刷新页面后重新选择。")
    return wanted


def _write(ground: Ground, step: Step) -> None:
    if isinstance(step, Promoted):
        _seat(ground, step, taken_by=None, verb="候补递补，选上课程")
    elif isinstance(step, Offered):
        _offer(ground, step.entries, step.until)
    elif isinstance(step, Expired):
        _end_entries(ground, step.entries, WaitingState.EXPIRED)
        _record_each(ground, "courses.offer_expired", "逾期未确认，让出了课程", step.entries)
    elif isinstance(step, Unfit):
        _end_entries(ground, step.entries, WaitingState.UNFIT)
        _record_each(ground, "courses.unfit", "不在任何班级，退出了候补课程", step.entries)


def _seat(ground: Ground, step: Promoted, *, taken_by: int | None, verb: str) -> None:
    """All places that are given up end first, so that a circle of children finds its seats free."""
    for entry in step.entries:
        end_places(ground, entry.member_id, step.leaves[entry.id], PlaceEnd.SWAPPED)
    _end_entries(ground, step.entries, WaitingState.PLACED)
    for entry in step.entries:
        placed = insert_place(ground, entry.member_id, entry.line_id, PlaceSource.WAITING_LIST, taken_by=taken_by)
        if placed is None:
            raise SeatsDisagree(f"no seat in course {entry.line_id} for entry {entry.id}")
        left = "".join(f"“{course.name}”" for course in ground.courses(step.leaves[entry.id]))
        name = ground.rulebook.courses[entry.line_id].name
        _record(ground, "courses.promote", f"{verb}“{name}”" + (f"，换出{left}" if left else ""), entry.member_id)


def _offer(ground: Ground, entries: Sequence[Entry], until: datetime) -> None:
    statement = update(ENTRIES).where(ENTRIES.c.id.in_([one.id for one in entries]))
    db.session.execute(statement.values(state=WaitingState.OFFERED, offer_expires_at=until))
    _record_each(ground, "courses.offer", f"候补到名额，请在 {moment_in_words(until)} 前确认课程", entries)


def _end_entries(ground: Ground, entries: Sequence[Entry], state: WaitingState) -> None:
    if entries:
        statement = update(ENTRIES).where(ENTRIES.c.id.in_([one.id for one in entries]))
        db.session.execute(statement.values(state=state, ended_at=ground.now, offer_expires_at=None))


def _add_entry(
    ground: Ground, pupil_id: int, course: CourseFacts, child: Child, gives_up: Sequence[int], *, taken: int, together: str = ""
) -> None:
    leaves = check_gives_up(ground, child, course.id, gives_up)
    verdict = judge_new(child, course, ground.rulebook, taken=taken, now=ground.now, gives_up=leaves)
    if not verdict.may_wait:
        raise refusal_of(verdict)
    row = {
        "selection_id": ground.selection_id,
        "course_id": course.id,
        "pupil_id": pupil_id,
        "state": WaitingState.WAITING,
        "together": together,
        "gives_up": list(leaves),
        "joined_at": ground.now,
        "joined_by": ground.by.user_id,
    }
    db.session.execute(insert(ENTRIES).values(**row))
    left = "".join(f"“{one.name}”" for one in ground.courses(leaves))
    swap = f"，递补时换出{left}" if left else ""
    _record(ground, "courses.join_list", f"排上了课程“{course.name}”的候补{swap}", pupil_id)


def _change_gives_up(ground: Ground, pupil_id: int, course: CourseFacts, child: Child, gives_up: Sequence[int]) -> None:
    entry = find_entry(pupil_id, course.id)
    leaves = check_gives_up(ground, child, course.id, gives_up)
    if entry is None or leaves == entry.gives_up:
        return
    obstacle = find_obstacle(child.after(leaves=leaves), course, ground.rulebook)
    if obstacle is not None:
        raise refusal_of(obstacle)
    db.session.execute(update(ENTRIES).where(ENTRIES.c.id == entry.id).values(gives_up=list(leaves)))
    left = "".join(f"“{one.name}”" for one in ground.courses(leaves)) or "无"
    _record(ground, "courses.change_swap", f"改了课程“{course.name}”候补递补时换出的课程：{left}", pupil_id)
    pass_on(ground, {course.id}, own=frozenset({(pupil_id, course.id)}))


def _decline(ground: Ground, entry: Entry, course: CourseFacts) -> Result:
    unit = _offered_with(entry)
    _end_entries(ground, unit, WaitingState.DECLINED)
    _record_each(ground, "courses.decline", "放弃了候补到的名额，课程", unit)
    pass_on(ground, {course.id})
    return Result(ResultKind.LEFT, course)


def _offered_with(entry: Entry) -> list[Entry]:
    """The offers that stand or fall with this one."""
    if not entry.together:
        return [entry]
    return [one for one in entries_together(entry.line_id, entry.together) if one.expires_at is not None]


def _without_offer(ground: Ground, pupil_id: int, course: CourseFacts, entry: Entry | None) -> Result:
    if entry is not None:
        raise OfferGone(f"还没有轮到：“{course.name}”有名额时会请您确认。")
    child = children_of(ground.rulebook, [pupil_id])[pupil_id]
    if course.id in child.places:
        return Result(ResultKind.ALREADY, course)
    raise OfferGone(f"“{course.name}”现在没有等您确认的名额：可能已经逾期，让给了下一位。可以重新排候补。")


def _check_accepts(ground: Ground, course: CourseFacts, entry: Entry, child: Child, *, is_sibling: bool) -> None:
    verdict = (
        find_unlisted(course)
        or find_wrong_grade(child, course)
        or find_no_consent(child)
        or find_obstacle(child.after(leaves=entry.gives_up), course, ground.rulebook)
    )
    if verdict is None:
        return
    sentence = f"一起候补的另一个孩子：{verdict.sentence}" if is_sibling else verdict.sentence
    raise refusal_of(Verdict(VerdictKind(verdict.kind), sentence, verdict.others))


def _record(ground: Ground, action: str, sentence: str, pupil_id: int) -> None:
    record(ground.by, action, sentence, subject_type="pupil", subject_id=pupil_id)


def _record_each(ground: Ground, action: str, words: str, entries: Sequence[Entry]) -> None:
    for one in entries:
        _record(ground, action, f"{words}“{ground.rulebook.courses[one.line_id].name}”", one.member_id)
