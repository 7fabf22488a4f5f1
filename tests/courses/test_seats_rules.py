"""The judgement of a seat at its boundaries, and settlements small enough to follow by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from school.courses.enums import CourseState, Phase, Promotion, SelectionState
from school.courses.rules.facts import Window
from school.courses.rules.queue import SeatBook, leaves_for_wish
from school.courses.rules.seats import (
    Child,
    HasSeatOrWaits,
    RoundClosed,
    Rulebook,
    Verdict,
    VerdictKind,
    check,
    check_may_withdraw,
    judge,
    refusal_of,
)
from school.waiting.rules import Entry, Expired, Hall, Line, Offered, Promoted, Step, Unfit, settle
from tests.courses.seat_model import NOON, course_facts, rulebook_for

# 1 and 2 meet on Monday at one time; 3 on Monday later; 4 on Tuesday; 5 on Tuesday, exempt.
COURSES = [
    course_facts(1, 2, day=1),
    course_facts(2, 1, day=1, starts_at=1000),
    course_facts(3, 1, day=1, starts_at=1020),
    course_facts(4, 1, day=2),
    course_facts(5, 1, day=3, is_exempt=True),
]
BOOK = rulebook_for(COURSES)
HOUR = timedelta(hours=1)


def verdict(
    child: Child, course: int, *, book: Rulebook = BOOK, taken: int = 0, at: datetime = NOON, gives: tuple = ()
) -> Verdict:
    """The judgement of a third-grader's taking a course."""
    return judge(child, book.courses[course], book, taken=taken, now=at, gives_up=gives)


def having(*places: int) -> Child:
    """A third-grader with these courses."""
    return Child(3, frozenset(places))


def changed(book: Rulebook, **changes: object) -> Rulebook:
    """A rulebook whose selection differs."""
    return replace(book, selection=replace(book.selection, **changes))


def settled(
    book: Rulebook, placed: dict[int, set[int]], entries: list[Entry], courses: set[int], children: dict[int, Child] | None = None
) -> list[Step]:
    """The steps of a settlement; `placed` are the courses of each pupil."""
    waiting = {one.member_id: {two.line_id for two in entries if two.member_id == one.member_id} for one in entries}
    known = {
        pupil: Child(3, frozenset(placed.get(pupil, ())), frozenset(waiting.get(pupil, ()))) for pupil in {*placed, *waiting}
    } | (children or {})

    def load(course: int) -> tuple[Line, dict[int, Child]]:
        count = sum(course in mine for mine in placed.values())
        return Line(count, [one for one in entries if one.line_id == course]), known

    hall = Hall(load)
    for course in book.courses:
        hall.line(course)  # in memory before the first step, which the hall then follows
    return list(settle(courses, hall, SeatBook(book), NOON))


def test_seats_left_and_the_last_one() -> None:
    assert verdict(having(), 1, taken=1).sentence == "还有 1 个名额。"
    assert verdict(having(), 1, taken=2).kind is VerdictKind.FULL
    assert verdict(having(), 1, taken=3).kind is VerdictKind.FULL


def test_the_weeks_limit_counts_no_exempt_course() -> None:
    book = changed(BOOK, max_courses=2)
    assert verdict(having(1), 4, book=book).is_free
    assert verdict(having(1, 5), 4, book=book).is_free
    full = verdict(having(1, 3), 4, book=book)
    assert (full.kind, [one.id for one in full.others]) == (VerdictKind.LIMIT, [1, 3])
    assert verdict(having(1, 3), 5, book=book).is_free
    assert verdict(having(1, 3), 4, book=book, gives=(3,)).is_free


def test_the_days_limit_and_no_limit() -> None:
    book = changed(BOOK, max_per_day=1)
    blocked = verdict(having(1), 3, book=book)
    assert (blocked.kind, [one.id for one in blocked.others]) == (VerdictKind.DAY_LIMIT, [1])
    assert verdict(having(1), 3, book=changed(BOOK, max_per_day=2)).is_free
    assert verdict(having(1), 3, book=changed(BOOK, max_per_day=0)).is_free


def test_a_clash_names_what_is_in_the_way() -> None:
    blocked = verdict(having(1), 2)
    assert blocked.kind is VerdictKind.CLASH
    assert "“课程1”（周一 16:00—17:00）" in blocked.sentence
    assert verdict(having(1), 3).is_free, "one ends as the other begins"


def test_grade_state_consent_and_no_class() -> None:
    course = replace(BOOK.courses[1], grades=frozenset({4}))
    assert judge(Child(3), course, BOOK, taken=0, now=NOON).kind is VerdictKind.GRADE
    assert judge(Child(4), course, BOOK, taken=0, now=NOON).is_free
    assert verdict(Child(None), 1).kind is VerdictKind.GRADE
    assert verdict(Child(3, has_consent=False), 1).kind is VerdictKind.CONSENT
    for state in (CourseState.DRAFT, CourseState.CLOSED, CourseState.CANCELLED):
        assert judge(Child(3), replace(course, state=state), BOOK, taken=0, now=NOON).kind is VerdictKind.NOT_LISTED


def test_placed_waiting_and_offered_come_first() -> None:
    assert verdict(having(1), 1).kind is VerdictKind.PLACED
    assert verdict(Child(3, waiting=frozenset({1})), 1).kind is VerdictKind.WAITING
    offered = Child(3, offered={1: NOON})
    assert verdict(offered, 1, at=NOON - timedelta(seconds=1)).kind is VerdictKind.OFFERED
    assert verdict(offered, 1, at=NOON).kind is VerdictKind.WAITING, "past its deadline nobody promises anything"


def test_the_window_of_the_grade() -> None:
    windows = (Window(Phase.OPEN, 0, NOON, NOON + HOUR), Window(Phase.OPEN, 3, NOON + HOUR, NOON + 2 * HOUR))
    book = changed(BOOK, windows=windows)
    assert verdict(having(), 1, book=book).kind is VerdictKind.CLOSED
    assert verdict(Child(4), 1, book=book).is_free
    assert verdict(having(), 1, book=book, at=NOON + HOUR).is_free
    assert verdict(having(), 1, book=book, at=NOON + 2 * HOUR).kind is VerdictKind.CLOSED
    assert verdict(having(), 1, book=changed(BOOK, windows=())).sentence == "补选还没有开放，时间以学校公布的日程为准。"
    assert verdict(having(), 1, book=changed(BOOK, has_wishes=True)).sentence == "摇号结果还没有公布，公布后才能补选。"
    assert "已经结束" in verdict(having(), 1, book=changed(BOOK, state=SelectionState.FINISHED)).sentence


def test_leaving_has_a_deadline_and_an_end() -> None:
    selection = replace(BOOK.selection, withdraw_until=NOON)
    check_may_withdraw(selection, NOON - timedelta(seconds=1))
    check_may_withdraw(BOOK.selection, NOON)
    with pytest.raises(RoundClosed, match="截止"):
        check_may_withdraw(selection, NOON)
    with pytest.raises(RoundClosed, match="教导处"):
        check_may_withdraw(replace(BOOK.selection, state=SelectionState.FINISHED), NOON)


def test_every_verdict_but_free_has_its_refusal() -> None:
    for kind in VerdictKind:
        if kind is not VerdictKind.FREE:
            assert refusal_of(Verdict(kind, "句子")).message == "句子"
    check(Verdict(VerdictKind.FREE, ""))
    with pytest.raises(HasSeatOrWaits):
        check(Verdict(VerdictKind.PLACED, ""))


def test_drawn_before_joined_and_each_in_order() -> None:
    entries = [Entry(1, 1, 11), Entry(2, 1, 12, draw_rank=2), Entry(3, 1, 13, draw_rank=1), Entry(4, 1, 14)]
    steps = settled(BOOK, {}, entries, {1})
    assert [step.entries[0].member_id for step in steps] == [13, 12]
    more = replace(BOOK, courses={**BOOK.courses, 1: replace(BOOK.courses[1], capacity=4)})
    assert [step.entries[0].member_id for step in settled(more, {}, entries, {1})] == [13, 12, 11, 14]


def test_a_swap_frees_what_the_child_itself_waits_for_elsewhere() -> None:
    """11 leaves 1 for 4; what it waits for in 2 clashed with 1 and comes free for it."""
    book = changed(BOOK, max_courses=3)
    entries = [Entry(1, 4, 11, gives_up=(1,)), Entry(2, 2, 11)]
    assert settled(book, {11: {1}}, entries[1:], {2}) == []
    steps = settled(book, {11: {1}}, entries, {4})
    assert [(step.entries[0].line_id, step.leaves[step.entries[0].id]) for step in steps] == [(4, (1,)), (2, ())]


def test_a_chain_of_swaps_runs_to_its_end() -> None:
    """11 leaves 2 for 4, 12 leaves 3 for 2, 13 gets 3."""
    book = changed(BOOK, max_courses=1)
    entries = [Entry(1, 4, 11, gives_up=(2,)), Entry(2, 2, 12, gives_up=(3,)), Entry(3, 3, 13)]
    steps = settled(book, {11: {2}, 12: {3}}, entries, {4})
    assert [step.entries[0].member_id for step in steps] == [11, 12, 13]


def test_three_in_a_circle_change_at_once() -> None:
    entries = [Entry(1, 2, 13, gives_up=(4,)), Entry(2, 3, 11, gives_up=(2,)), Entry(3, 4, 12, gives_up=(3,))]
    steps = settled(changed(BOOK, max_courses=1), {11: {2}, 12: {3}, 13: {4}}, entries, {4})
    assert len(steps) == 1
    assert isinstance(steps[0], Promoted)
    assert {one.member_id for one in steps[0].entries} == {11, 12, 13}
    offering = changed(BOOK, max_courses=1, promotion=Promotion.OFFER)
    assert settled(offering, {11: {2}, 12: {3}, 13: {4}}, entries, {4}) == []


def test_a_circle_starts_only_with_the_first_who_fits() -> None:
    before = Entry(1, 2, 14)
    entries = [Entry(2, 2, 12, gives_up=(3,)), Entry(3, 3, 11, gives_up=(2,))]
    placed = {11: {2}, 12: {3}}
    book = changed(BOOK, max_courses=1)
    assert len(settled(book, placed, entries, {2})) == 1
    assert settled(book, placed, [before, *entries], {2}) == []
    assert len(settled(book, placed | {14: {4}}, [before, *entries], {2})) == 1, "who does not fit stands in nobody's way"


def test_the_least_dear_wish_that_is_in_the_way_is_left() -> None:
    book = changed(BOOK, max_courses=2)
    assert leaves_for_wish(having(4), book.courses[1], [4], book) == (), "nothing is in the way"
    assert leaves_for_wish(having(3, 4), book.courses[1], [3, 4], book) == (4,)
    assert leaves_for_wish(having(3, 4), book.courses[1], [4, 3], book) == (3,)
    assert leaves_for_wish(having(2, 4), book.courses[1], [4, 2], book) == (2,), "what clashes, not what is least dear"
    assert leaves_for_wish(having(2, 4), book.courses[1], [4], book) == (), "a better wish is never left"
    tight = changed(BOOK, max_courses=1)
    assert leaves_for_wish(having(2, 4), tight.courses[1], [2, 4], tight) == (2, 4)


def test_overdue_offers_pass_on_and_open_ones_hold() -> None:
    book = changed(BOOK, promotion=Promotion.OFFER, offer_hours=5)
    entries = [Entry(1, 2, 11, expires_at=NOON), Entry(2, 2, 12)]
    steps = settled(book, {}, entries, {2})
    assert [type(step) for step in steps] == [Expired, Offered]
    assert isinstance(steps[1], Offered)
    assert steps[1].until == NOON + 5 * HOUR
    entries[0] = replace(entries[0], expires_at=NOON + timedelta(seconds=1))
    assert settled(book, {}, entries, {2}) == []


def test_siblings_take_two_seats_or_wait_where_they_stand() -> None:
    pair = [Entry(1, 1, 11, together="g"), Entry(3, 1, 12, together="g")]
    between = Entry(2, 1, 13)
    assert [{one.member_id for one in step.entries} for step in settled(BOOK, {}, [*pair, between], {1})] == [{11, 12}]
    steps = settled(BOOK, {14: {1}}, [*pair, between], {1})
    assert [{one.member_id for one in step.entries} for step in steps] == [{13}]
    assert settled(BOOK, {12: {2}}, pair, {1}) == [], "one of them does not fit, so neither goes"


def test_a_child_in_no_class_leaves_the_list_and_nobody_waits_behind_it() -> None:
    entries = [Entry(1, 2, 11), Entry(2, 2, 12)]
    steps = settled(BOOK, {}, entries, {2}, {11: Child(None, waiting=frozenset({2}))})
    assert [type(step) for step in steps] == [Unfit, Promoted]


def test_nothing_moves_before_the_draw_or_after_the_end() -> None:
    entries = [Entry(1, 2, 11)]
    assert len(settled(BOOK, {}, entries, {2})) == 1
    assert settled(changed(BOOK, state=SelectionState.FINISHED), {}, entries, {2}) == []
    assert settled(changed(BOOK, has_wishes=True), {}, entries, {2}) == []
    assert len(settled(changed(BOOK, has_wishes=True, state=SelectionState.DRAWN), {}, entries, {2})) == 1
