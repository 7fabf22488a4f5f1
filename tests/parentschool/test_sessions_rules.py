"""Sessions: who is invited, what a date must say, what families must know, what an announcement promised, calling off."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.clock import ZONE
from school.errors import Refused
from school.parentschool.enums import EventKind, SessionState
from school.parentschool.rules.sessions import (
    DateValues,
    SessionValues,
    Stay,
    adds_chairs,
    check_announce,
    check_announced_change,
    check_cancel,
    check_chairs,
    check_date,
    check_link,
    check_moved,
    check_own_dates,
    check_place,
    check_values,
    check_window,
    invites,
    is_moved,
    missing_facts,
    same_place,
)

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=ZONE)
EVENING = datetime(2026, 11, 27, 19, 0, tzinfo=ZONE)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DATE = DateValues(EVENING, EVENING + HOUR, "多功能厅", "", 30)
VALUES = SessionValues(
    EventKind.TRAINING, "写作业", "三个办法", "王医生", None, frozenset(), frozenset(), 2, NOW - HOUR, NOW + HOUR
)


@dataclass(frozen=True)
class Invited:
    """Who a session invites."""

    grades: frozenset[int] = field(default_factory=frozenset)
    class_ids: frozenset[int] = field(default_factory=frozenset)


def test_grades_and_classes_are_invited_and_nobody_named_is_everybody() -> None:
    assert invites(Invited(), 4, 9)
    one = Invited(frozenset({3}), frozenset({9}))
    assert [invites(one, grade, class_id) for grade, class_id in ((3, 1), (4, 9), (3, 9), (4, 1))] == [True, True, True, False]


@pytest.mark.parametrize(
    ("changes", "field_name"),
    [
        ({"topic": ""}, "topic"),
        ({"most_adults": 0}, "most_adults"),
        ({"most_adults": 7}, "most_adults"),
        ({"sign_up_closes_at": VALUES.sign_up_opens_at}, "sign_up_closes_at"),
    ],
)
def test_odd_values_are_refused(changes: dict[str, object], field_name: str) -> None:
    with pytest.raises(Refused) as caught:
        check_values(replace(VALUES, **changes))
    assert caught.value.field == field_name


@pytest.mark.parametrize("adults", [1, 6])
def test_one_to_six_adults_of_a_family(adults: int) -> None:
    check_values(replace(VALUES, most_adults=adults, sign_up_closes_at=VALUES.sign_up_opens_at + MINUTE))


def test_sign_up_ends_when_the_last_date_begins() -> None:
    dates = [DATE, DateValues(EVENING + 24 * HOUR, EVENING + 25 * HOUR)]
    check_window(EVENING + 24 * HOUR, dates)
    check_window(EVENING + 99 * HOUR, [])
    with pytest.raises(Refused, match="不能晚于最后一场"):
        check_window(EVENING + 24 * HOUR + MINUTE, dates)


@pytest.mark.parametrize(
    ("changes", "field_name"),
    [
        ({"ends_at": EVENING}, "ends"),
        ({"starts_at": NOW, "ends_at": NOW + HOUR}, "on_day"),
        ({"starts_at": datetime(2027, 9, 1, tzinfo=ZONE), "ends_at": datetime(2027, 9, 1, 1, tzinfo=ZONE)}, "on_day"),
        ({"online_link": "http://example.cn/a"}, "online_link"),
        ({"chairs": 0}, "chairs"),
        ({"chairs": 5001}, "chairs"),
    ],
)
def test_an_odd_date_is_refused(changes: dict[str, object], field_name: str) -> None:
    with pytest.raises(Refused) as caught:
        check_date(replace(DATE, **changes), now=NOW, start_year=2026)
    assert caught.value.field == field_name


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"chairs": 1},
        {"chairs": 5000},
        {"chairs": None},
        {"starts_at": NOW + MINUTE},
        {"starts_at": datetime(2027, 8, 31, 20, tzinfo=ZONE), "ends_at": datetime(2027, 8, 31, 21, tzinfo=ZONE)},
        {"online_link": "https://meeting.tencent.com/dm/abc?x=1"},
    ],
)
def test_a_date_of_the_year_is_taken(changes: dict[str, object]) -> None:
    check_date(replace(DATE, **changes), now=NOW, start_year=2026)


@pytest.mark.parametrize(
    "link",
    ["http://a.cn", "javascript:alert(1)", "https://", "https:///x", "//a.cn", "https://a b.cn", "https://a.cn/ x", "https://["],
)
def test_only_whole_https_links(link: str) -> None:
    with pytest.raises(Refused):
        check_link(link)


def test_two_dates_of_a_topic_do_not_overlap_and_twelve_are_enough() -> None:
    check_own_dates(DATE, [DateValues(EVENING + HOUR, EVENING + 2 * HOUR), DateValues(EVENING - HOUR, EVENING)])
    with pytest.raises(Refused, match="时间重叠"):
        check_own_dates(DATE, [DateValues(EVENING + 59 * MINUTE, EVENING + 2 * HOUR)])
    days = [DateValues(EVENING + day * 24 * HOUR, EVENING + day * 24 * HOUR + HOUR) for day in range(1, 13)]
    check_own_dates(DATE, days[:11])
    with pytest.raises(Refused, match="最多 12 场"):
        check_own_dates(DATE, days)


def test_a_place_is_held_once_at_a_time() -> None:
    check_place(DATE, [Stay(2, "阅读", EVENING + HOUR, EVENING + 2 * HOUR, "多功能厅")])
    check_place(DATE, [Stay(2, "阅读", EVENING, EVENING + HOUR, "阅览室")])
    check_place(replace(DATE, place=""), [Stay(2, "阅读", EVENING, EVENING + HOUR, "")])
    with pytest.raises(Refused, match="多功能厅那时已安排“阅读”"):
        check_place(DATE, [Stay(2, "阅读", EVENING + 59 * MINUTE, EVENING + 2 * HOUR, " 多功能厅 ")])
    assert same_place("３楼 A厅", "3楼a厅")
    assert not same_place("3楼", "4楼")


def test_what_is_missing_is_named_all_at_once() -> None:
    assert missing_facts(VALUES, [DATE], speakers=0) == []
    assert missing_facts(replace(VALUES, guest=""), [DATE], speakers=1) == []
    bare = replace(VALUES, description="", guest="")
    assert missing_facts(bare, [replace(DATE, place="")], speakers=0) == [
        "内容介绍",
        "地点或线上链接",
        "主讲人（导师应允或写明嘉宾）",
    ]
    assert missing_facts(VALUES, [replace(DATE, place="", online_link="https://a.cn")], speakers=0) == []
    assert missing_facts(VALUES, [], speakers=0) == ["时间"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": SessionState.ANNOUNCED}, "已发布"),
        ({"state": SessionState.CANCELLED}, "已取消"),
        ({"now": EVENING}, "已经过去"),
        ({"now": VALUES.sign_up_closes_at}, "报名截止的时间已经过去"),
        ({"values": replace(VALUES, description="")}, "还缺：内容介绍"),
        ({"values": replace(VALUES, sign_up_closes_at=EVENING + MINUTE)}, "不能晚于最后一场"),
    ],
)
def test_only_a_complete_draft_ahead_is_announced(changes: dict[str, object], words: str) -> None:
    def announce(**given: object) -> None:
        asked = {"values": VALUES, "dates": [DATE], "state": SessionState.DRAFT, "speakers": 0, "now": NOW} | given
        check_announce(asked.pop("values"), asked.pop("dates"), **asked)  # type: ignore[arg-type]

    announce()
    with pytest.raises(Refused, match=words):
        announce(**changes)


GRADES = {9: 3, 8: 4}


def change(before: dict[str, object], after: dict[str, object], most: int = 0) -> None:
    """A change of an announced session."""
    check_announced_change(replace(VALUES, **before), replace(VALUES, **after), most_signed_up=most, grade_of_class=GRADES)


@pytest.mark.parametrize(
    ("before", "after", "is_fine"),
    [
        ({}, {"grades": frozenset({3})}, False),
        ({"grades": frozenset({3})}, {}, True),
        ({"grades": frozenset({3})}, {"grades": frozenset({3, 4})}, True),
        ({"grades": frozenset({3, 4})}, {"grades": frozenset({3})}, False),
        ({"class_ids": frozenset({9})}, {"grades": frozenset({3})}, True),
        ({"class_ids": frozenset({9})}, {"grades": frozenset({4})}, False),
        ({"class_ids": frozenset({9})}, {"class_ids": frozenset({8})}, False),
        ({"grades": frozenset({3})}, {"class_ids": frozenset({9})}, False),
        ({"class_ids": frozenset({9})}, {"class_ids": frozenset({9, 8})}, True),
    ],
)
def test_an_invitation_that_is_out_only_grows(before: dict[str, object], after: dict[str, object], is_fine: bool) -> None:
    if is_fine:
        change(before, after)
    else:
        with pytest.raises(Refused, match="不能缩小"):
            change(before, after)


@given(*(st.frozensets(st.integers(1, 6)) for _ in range(2)), *(st.frozensets(st.sampled_from(sorted(GRADES))) for _ in range(2)))
def test_no_change_that_is_taken_uninvites_a_child(
    grades: frozenset[int], new_grades: frozenset[int], classes: frozenset[int], new_classes: frozenset[int]
) -> None:
    before, after = Invited(grades, classes), Invited(new_grades, new_classes)
    children = [(grade, 100 + grade) for grade in range(1, 7)] + [(grade, class_id) for class_id, grade in GRADES.items()]
    loses = any(invites(before, *child) and not invites(after, *child) for child in children)
    try:
        change({"grades": grades, "class_ids": classes}, {"grades": new_grades, "class_ids": new_classes})
    except Refused:
        return
    assert not loses


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"kind": EventKind.SALON}, "类型"),
        ({"most_adults": 1}, "已有家庭报了 2 位"),
        ({"sign_up_opens_at": NOW - HOUR + MINUTE}, "不能推迟"),
        ({"sign_up_closes_at": NOW + HOUR - MINUTE}, "不能提前"),
    ],
)
def test_what_was_promised_stays(after: dict[str, object], words: str) -> None:
    change({}, {"sign_up_opens_at": NOW - 2 * HOUR, "sign_up_closes_at": NOW + 2 * HOUR, "most_adults": 3}, most=2)
    with pytest.raises(Refused, match=words):
        change({}, after, most=2)


def test_chairs_that_are_given_stay() -> None:
    for chairs in (None, 4, 5):
        check_chairs(chairs, 4)
    with pytest.raises(Refused, match="已有 4 位"):
        check_chairs(3, 4)
    found = [adds_chairs(before, after) for before, after in ((3, 4), (3, None), (3, 3), (4, 3), (None, 9), (None, None))]
    assert found == [True, True, False, False, False, False]


def test_whoever_would_come_wrongly_is_told_why() -> None:
    for changes in (
        {"starts_at": EVENING + MINUTE},
        {"ends_at": EVENING + 2 * HOUR},
        {"place": "阅览室"},
        {"online_link": "https://a.cn"},
    ):
        moved = replace(DATE, **changes)
        assert is_moved(DATE, moved)
        check_moved(DATE, moved, reason="停电", now=NOW)
        with pytest.raises(Refused) as caught:
            check_moved(DATE, moved, reason="", now=NOW)
        assert caught.value.field == "reason"
    more = replace(DATE, chairs=40)
    assert not is_moved(DATE, more)
    check_moved(DATE, more, reason="", now=EVENING - MINUTE)
    with pytest.raises(Refused, match="已经开始"):
        check_moved(DATE, more, reason="", now=EVENING)


def test_calling_off_says_why_and_not_after_somebody_came() -> None:
    check_cancel(reason="停电", has_come=False)
    with pytest.raises(Refused, match="原因"):
        check_cancel(reason="", has_come=False)
    with pytest.raises(Refused, match="已有家庭签到"):
        check_cancel(reason="停电", has_come=True)
