"""What a family reads and may tap: stages, choices, wishes, history, the notice."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from school.calendar.words import moment_with_day, time_left
from school.courses.answers import seat_answer, wish_answer
from school.courses.enums import CourseState, Phase, PlaceEnd, PlaceSource, Promotion, SelectionState, WaitingState
from school.courses.rules.choices import Act, choice_of, find_wishes_closed, judge_wish, leaves_for
from school.courses.rules.consent import NOTICES, notice_of
from school.courses.rules.facts import CourseFacts, MeetingFacts, SelectionFacts, Window
from school.courses.rules.histories import PastEntry, PastStay, events_of
from school.courses.rules.seats import Child, Rulebook, VerdictKind
from school.courses.rules.stages import stage_of
from school.courses.service.places import Result, ResultKind
from school.courses.service.wishes import WishKind, WishResult
from tests.courses.seat_model import NOON, course_facts, rulebook_for

HOUR = timedelta(hours=1)
WISHES = Window(Phase.WISH, 0, NOON - HOUR, NOON + 56 * HOUR)
LATER = Window(Phase.OPEN, 0, NOON + 100 * HOUR, NOON + 150 * HOUR)


def course(number: int, day: int = 2, *, also: int = 0, **changes: Any) -> CourseFacts:
    """A course of ten seats on a weekday, and on another one at the same time."""
    made = replace(course_facts(number, 10, day), room=f"活动室{number}", **changes)
    return replace(made, meetings=(*made.meetings, MeetingFacts(also, 960, 1020))) if also else made


def open_selection(**changes: Any) -> SelectionFacts:
    """A selection in its open round."""
    return replace(rulebook_for([]).selection, **changes)


def rulebook(*courses: CourseFacts, selection: SelectionFacts) -> Rulebook:
    """The rules of a selection with these courses."""
    return replace(rulebook_for(courses), selection=selection)


def wish_selection(**changes: Any) -> SelectionFacts:
    """A selection in its wish round; the open round is in four days."""
    base = {"has_wishes": True, "max_wishes": 2, "windows": (WISHES, LATER), "state": SelectionState.ANNOUNCED}
    return open_selection(**{**base, **changes})


def book(*courses: CourseFacts, **changes: Any) -> Rulebook:
    """The rules of the wish round with these courses."""
    return rulebook(*courses, selection=wish_selection(**changes))


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        (WISHES.opens_at - timedelta(seconds=1), None),
        (WISHES.opens_at, Phase.WISH),
        (WISHES.closes_at - timedelta(seconds=1), Phase.WISH),
        (WISHES.closes_at, None),
    ],
)
def test_a_stage_is_open_within_its_window(moment: datetime, phase: Phase | None) -> None:
    assert stage_of(wish_selection(), 3, moment).phase is phase


def test_a_stage_says_until_when_and_what_comes() -> None:
    stage = stage_of(wish_selection(), 3, NOON)
    assert (stage.title, stage.sentence, stage.until) == ("正在填志愿", "11月27日（周五）20:00 截止。", WISHES.closes_at)
    assert "不用抢" in stage.then
    assert "11月29日（周日）16:00 开始补选" in stage_of(wish_selection(), 3, WISHES.closes_at).then
    drawn = stage_of(wish_selection(state=SelectionState.DRAWN), 3, NOON)
    assert (drawn.title, drawn.phase) == ("补选还没有开始", None)
    during = stage_of(wish_selection(state=SelectionState.DRAWN), 3, LATER.opens_at)
    assert (during.title, during.phase, during.until) == ("正在补选", Phase.OPEN, LATER.closes_at)
    assert stage_of(wish_selection(state=SelectionState.FROZEN), 3, NOON).title == "等待摇号"
    assert stage_of(wish_selection(state=SelectionState.FINISHED), 3, LATER.opens_at).phase is None


def test_a_grade_without_a_window_is_told_so() -> None:
    only_first = (Window(Phase.WISH, 1, NOON - HOUR, NOON + HOUR),)
    assert stage_of(wish_selection(windows=only_first), 3, NOON).sentence == "孩子所在年级这次不填志愿。"
    assert stage_of(wish_selection(windows=only_first), 1, NOON).phase is Phase.WISH


def test_a_selection_without_wishes_is_first_come() -> None:
    windows = (Window(Phase.OPEN, 0, NOON - HOUR, NOON + HOUR),)
    plain = wish_selection(has_wishes=False, windows=windows, withdraw_until=NOON + HOUR)
    stage = stage_of(plain, 3, NOON)
    assert (stage.title, stage.phase) == ("正在报名", Phase.OPEN)
    assert "11月25日（周三）13:00 前可以自行退课" in stage.then
    assert "请联系教导处" in stage_of(plain, 3, NOON + HOUR).then


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2, hours=8, minutes=59), "还有 2 天 8 小时"),
        (timedelta(days=1), "还有 1 天"),
        (timedelta(hours=23, minutes=59), "还有 23 小时 59 分钟"),
        (timedelta(minutes=1), "还有 1 分钟"),
        (timedelta(seconds=59), "不到 1 分钟"),
        (timedelta(0), ""),
    ],
)
def test_time_left_is_rounded_down(left: timedelta, words: str) -> None:
    assert time_left(NOON, NOON + left) == words


def test_a_moment_names_its_weekday() -> None:
    assert moment_with_day(NOON) == "11月25日（周三）12:00"


def test_a_wish_needs_grade_window_consent_and_room() -> None:
    one, two, three = course(1), course(2), course(3)
    rules = book(one, two, three)
    child = Child(3)
    assert judge_wish(child, one, rules, wished=[], now=NOON) is None
    assert judge_wish(child, three, rules, wished=[1], now=NOON) is None
    full = judge_wish(child, three, rules, wished=[1, 2], now=NOON)
    assert full is not None
    assert full.kind is VerdictKind.LIMIT
    assert "最多填 2 个志愿" in full.sentence
    assert judge_wish(child, two, rules, wished=[1, 2], now=NOON) is None  # it is one of the two
    kinds = {
        VerdictKind.GRADE: judge_wish(Child(9), one, rules, wished=[], now=NOON),
        VerdictKind.CLOSED: judge_wish(child, one, rules, wished=[], now=WISHES.closes_at),
        VerdictKind.CONSENT: judge_wish(Child(3, has_consent=False), one, rules, wished=[], now=NOON),
        VerdictKind.PLACED: judge_wish(Child(3, frozenset({1})), one, rules, wished=[], now=NOON),
        VerdictKind.NOT_LISTED: judge_wish(child, course(4, state=CourseState.CANCELLED), rules, wished=[], now=NOON),
    }
    assert all(verdict is not None and verdict.kind is kind for kind, verdict in kinds.items()), kinds


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"has_wishes": False, "windows": (LATER,)}, "不填志愿"),
        ({"state": SelectionState.FROZEN}, "已经冻结"),
        ({"windows": (LATER,)}, "不填志愿"),
        ({"windows": (Window(Phase.WISH, 0, NOON + HOUR, NOON + 2 * HOUR),)}, "11月25日 13:00 开始"),
        ({"windows": (Window(Phase.WISH, 0, NOON - 2 * HOUR, NOON),)}, "12:00 截止"),
    ],
)
def test_closed_wishes_say_why(changes: dict, words: str) -> None:
    closed = find_wishes_closed(wish_selection(**changes), 3, NOON)
    assert closed is not None
    assert words in closed.sentence


def test_one_button_for_each_course() -> None:
    mine, clash, other, full = course(1, day=2), course(2, day=2), course(3, day=3), course(4, day=4, capacity=1)
    rules = rulebook(mine, clash, other, full, selection=open_selection(max_courses=3))
    child = Child(3, frozenset({1}))

    def act(one: CourseFacts, who: Child = child, **counts: int) -> Act:
        taken = {int(key[1:]): value for key, value in counts.items()}
        return choice_of(who, one, rules, phase=Phase.OPEN, wished=(), taken=taken, waiting={}, now=NOON).act

    assert act(other) is Act.TAKE
    assert act(full, c4=1) is Act.WAIT
    assert act(clash) is Act.SWAP
    assert act(clash, c2=clash.capacity) is Act.WAIT_AND_SWAP
    assert act(other, Child(9)) is Act.NONE
    assert act(other, Child(3, has_consent=False)) is Act.NONE
    wish = choice_of(Child(3), other, book(other), phase=Phase.WISH, wished=(), taken={3: 2}, waiting={3: 4}, now=NOON)
    assert (wish.act, wish.seats_left, wish.waiting) == (Act.WISH, other.capacity - 2, 4)


def test_what_to_leave_is_the_least() -> None:
    tuesday, wednesday, both = course(1, day=2), course(2, day=3), course(3, day=2, also=3)
    rules = rulebook(tuesday, wednesday, both, course(4, day=5), selection=open_selection(max_courses=2))
    child = Child(3, frozenset({1, 2}))
    assert [[one.id for one in option] for option in leaves_for(child, both, rules)] == [[1, 2]]
    assert [[one.id for one in option] for option in leaves_for(child, course(4, day=5), rules)] == [[1], [2]]
    assert leaves_for(Child(3), both, rules) == ()


def test_possible_courses_come_first() -> None:
    courses = [course(1), course(2, day=3), course(3, day=4, capacity=1), course(4, day=5, grades=frozenset({9}))]
    rules = rulebook(*courses, selection=open_selection(max_courses=3))
    child = Child(3, frozenset({1}))
    made = [choice_of(child, one, rules, phase=Phase.OPEN, wished=(), taken={3: 1}, waiting={}, now=NOON) for one in courses[1:]]
    assert [one.course.id for one in sorted(reversed(made), key=lambda one: one.order)] == [2, 3, 4]


def test_the_answer_names_everything() -> None:
    one = course(1)
    placed = seat_answer("小孟", Result(ResultKind.PLACED, one, seats_left=0))
    assert all(part in placed for part in ("小孟", one.name, one.times, one.room, one.teacher, "还剩 0 个名额"))
    swapped = seat_answer("小孟", Result(ResultKind.PLACED, one, given_up=(course(2),)))
    assert "同时退出了" in swapped
    waits = Result(ResultKind.WAITING, one, position=3)
    assert "排第 3 位" in seat_answer("小孟", waits)
    offering = open_selection(promotion=Promotion.OFFER, offer_hours=24)
    assert "24 小时内确认" in seat_answer("小孟", waits, offering)
    offered = seat_answer("小孟", Result(ResultKind.OFFERED, one, expires_at=NOON))
    assert "11月25日 12:00 前点“接受”" in offered
    assert "已经退出" in seat_answer("小孟", Result(ResultKind.LEFT, one))
    assert "不用再点" in seat_answer("小孟", Result(ResultKind.ALREADY, one))
    answers = {kind: wish_answer("小孟", WishResult(kind, one, 2, 3), "小乌") for kind in WishKind}
    assert len(set(answers.values())) == len(WishKind)
    assert all("小孟" in sentence and one.name in sentence for sentence in answers.values())
    assert "小乌" in answers[WishKind.TOGETHER]


def test_history_is_told_newest_first() -> None:
    one, two = course(1), course(2)
    stays = [
        PastStay(1, 1, PlaceSource.DRAW, NOON, NOON + 3 * HOUR, PlaceEnd.WITHDRAWN, "搬家"),
        PastStay(1, 2, PlaceSource.WAITING_LIST, NOON + 4 * HOUR),
    ]
    entries = [
        PastEntry(1, 2, WaitingState.PLACED, 4, NOON, NOON + 4 * HOUR),
        PastEntry(1, 9, WaitingState.EXPIRED, None, NOON + HOUR, NOON + 2 * HOUR),
    ]
    told = [event.sentence for event in events_of(stays, entries, {1: one, 2: two})]
    assert told == [
        f"候补递补成功“{two.name}”。",
        f"退出了“{one.name}”（搬家）。",
        "没有在时限内确认，名额让给了下一位：“已删除的课程”。",
        "排上了“已删除的课程”的候补。",
        f"摇号未中，排在“{two.name}”候补第 4 位。",
        f"摇号录取“{one.name}”。",
    ]


def test_every_way_in_and_out_has_words() -> None:
    for source in PlaceSource:
        for end in PlaceEnd:
            assert len(events_of([PastStay(1, 1, source, NOON, NOON, end)], [], {})) == 2
    for state in WaitingState:
        assert events_of([], [PastEntry(1, 1, state, None, NOON, NOON, NOON)], {})


def test_the_notice_says_what_the_law_asks() -> None:
    notice = notice_of(1)
    headings = [heading for heading, _sentence in notice.items]
    assert headings == ["自愿", "用来做什么", "用哪些信息", "谁能看到", "保存多久", "怎样撤回"]
    assert notice_of(99) == NOTICES[max(NOTICES)]
    assert notice_of(0).version == min(NOTICES)
