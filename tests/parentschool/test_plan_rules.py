"""The plan of a school year: its months, which are empty, terms below PE-01, copies, and how far an event is."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from school.calendar.rules import TermDates
from school.clock import ZONE
from school.errors import Refused
from school.parentschool.enums import EventKind, SessionState
from school.parentschool.rules.plan import (
    PlanValues,
    Progress,
    check_drop,
    check_not_there,
    check_row,
    copies,
    empty_months,
    grades_in_words,
    is_in_term,
    months_of,
    progress,
    warnings,
)

FIRST = TermDates(2026, 1, date(2026, 9, 1), date(2027, 1, 22))
SECOND = TermDates(2026, 2, date(2027, 2, 22), date(2027, 7, 9))
TERMS = [FIRST, SECOND]
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=ZONE)
ROW = PlanValues(date(2026, 11, 1), EventKind.SALON, "孩子磨蹭怎么办", frozenset({1, 3}), 7, "请带孩子")


def month(number: int) -> date:
    """The first day of a month of the school year 2026."""
    return date(2026 if number >= 9 else 2027, number, 1)


def test_a_school_year_has_its_twelve_months_from_september() -> None:
    months = months_of(2026)
    assert len(months) == 12
    assert (months[0], months[3], months[4], months[-1]) == (month(9), month(12), month(1), month(8))


@pytest.mark.parametrize(("number", "is_in"), [(9, True), (1, True), (2, True), (7, True), (8, False)])
def test_a_month_with_one_day_of_term_is_in_it(number: int, is_in: bool) -> None:
    assert is_in_term(month(number), TERMS) is is_in


def test_empty_are_months_of_terms_only() -> None:
    held = {month(number) for number in (9, 10, 11, 12, 3, 4, 5, 6)}
    assert empty_months(held, 2026, TERMS) == [month(1), month(2), month(7)]
    assert empty_months(held | {month(1), month(2), month(7)}, 2026, TERMS) == []
    assert empty_months(set(), 2026, []) == [], "before the terms are known no month can be missing"


@pytest.mark.parametrize(("count", "is_below"), [(0, True), (1, True), (2, False), (3, False)])
def test_a_term_wants_two_activities(count: int, is_below: bool) -> None:
    planned = [month(9)] * count + [month(3), month(4)]
    found = [one for one in warnings(planned, 2026, TERMS) if "PE-01" in one]
    assert found == ([f"第一学期只安排了 {count} 次，规定每学期至少 2 次（PE-01）。"] if is_below else [])


def test_the_second_term_is_counted_by_itself_and_months_are_named() -> None:
    planned = [month(number) for number in (9, 10, 11, 12, 1, 3)]
    assert warnings(planned, 2026, TERMS) == [
        "第二学期只安排了 1 次，规定每学期至少 2 次（PE-01）。",
        "2月、4月、5月、6月、7月还没有安排，本校每月一次。",
    ]
    every = [one for one in months_of(2026) if one != month(8)]
    assert warnings(every, 2026, TERMS) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"month": date(2026, 8, 1)}, "month"),
        ({"month": date(2027, 9, 1)}, "month"),
        ({"month": date(2026, 11, 2)}, "month"),
        ({"topic": ""}, "topic"),
        ({"grades": frozenset({0})}, "grades"),
        ({"grades": frozenset({6, 7})}, "grades"),
    ],
)
def test_a_row_outside_the_year_or_the_school_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as caught:
        check_row(replace(ROW, **changes), start_year=2026, last_grade=6)
    assert caught.value.field == field


@pytest.mark.parametrize("changes", [{}, {"month": date(2026, 9, 1)}, {"month": date(2027, 8, 1)}, {"grades": frozenset({1, 6})}])
def test_a_row_of_the_year_is_taken(changes: dict[str, object]) -> None:
    check_row(replace(ROW, **changes), start_year=2026, last_grade=6)


def test_the_same_event_of_a_month_is_there_once() -> None:
    with pytest.raises(Refused, match="11月的计划里已有家教沙龙“孩子磨蹭怎么办”"):
        check_not_there(replace(ROW, note="另一个备注", grades=frozenset()), [ROW])
    for change in ({"month": date(2026, 12, 1)}, {"kind": EventKind.TRAINING}, {"topic": "别的"}):
        check_not_there(replace(ROW, **change), [ROW])


def test_a_row_with_sessions_stays() -> None:
    check_drop(0)
    with pytest.raises(Refused, match="已经建了场次"):
        check_drop(1)


def test_a_copy_is_one_year_later_once_and_without_who_left() -> None:
    other = replace(ROW, month=date(2027, 1, 1), topic="寒假怎么过", owner_id=8)
    copied = copies([ROW, other], [], owners={8})
    assert copied == [
        replace(ROW, month=date(2027, 11, 1), owner_id=None),
        replace(other, month=date(2028, 1, 1)),
    ]
    assert copies([ROW, other], copied, owners={8}) == []
    assert copies([ROW, ROW], [], owners=()) == [copied[0]]


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("sessions", "found"),
    [
        ([], Progress.NONE),
        ([(SessionState.CANCELLED, NOW - HOUR)], Progress.NONE),
        ([(SessionState.DRAFT, NOW + HOUR)], Progress.DRAFTED),
        ([(SessionState.DRAFT, NOW - HOUR)], Progress.DRAFTED),
        ([(SessionState.ANNOUNCED, NOW + HOUR)], Progress.ANNOUNCED),
        ([(SessionState.ANNOUNCED, NOW)], Progress.HELD),
        ([(SessionState.ANNOUNCED, None), (SessionState.DRAFT, NOW + HOUR)], Progress.ANNOUNCED),
        ([(SessionState.ANNOUNCED, NOW + HOUR), (SessionState.ANNOUNCED, NOW - HOUR)], Progress.HELD),
    ],
)
def test_the_furthest_session_says_how_far_an_event_is(
    sessions: list[tuple[SessionState, datetime | None]], found: Progress
) -> None:
    assert progress(sessions, NOW) is found


def test_grades_in_words() -> None:
    assert grades_in_words([3, 1]) == "一年级、三年级"
    assert grades_in_words([]) == "全校"
