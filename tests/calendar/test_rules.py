"""The calendar's rules, around the National Day of 2026, whose make-up days the school gave weekdays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.calendar.enums import DayKind
from school.calendar.rules import (
    DayException,
    OutsideTerm,
    SchoolCalendar,
    TermDates,
    evenings_until_next_school_day,
    grade_of,
    is_before_break,
    is_childrens_day_off,
    is_odd_week,
    is_provisional,
    is_published,
    is_school_day,
    next_school_day,
    previous_school_day,
    school_days,
    school_year_start,
    teaching_week,
    term_of,
    timetable_weekday,
)

AUTUMN = TermDates(2026, 1, date(2026, 9, 1), date(2027, 1, 15))
SPRING = TermDates(2026, 2, date(2027, 2, 24), date(2027, 7, 9))


def exception(day: date, kind: DayKind, *, follows: int | None = None) -> tuple[date, DayException]:
    return day, DayException(day, kind, kind.label, follows)


CALENDAR = SchoolCalendar(
    terms=(AUTUMN, SPRING),
    exceptions=dict(
        [exception(date(2026, 10, day), DayKind.HOLIDAY) for day in range(1, 8)]
        + [
            exception(date(2026, 9, 20), DayKind.MAKEUP, follows=2),
            exception(date(2026, 10, 10), DayKind.MAKEUP),
            exception(date(2026, 11, 18), DayKind.CLOSURE),
            exception(date(2026, 11, 20), DayKind.PUPILS_OFF),
        ]
    ),
    published_years=frozenset({2026}),
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 8, 31), False),  # the day before term
        (date(2026, 9, 1), True),  # its first day
        (date(2027, 1, 15), True),  # its last day
        (date(2027, 1, 16), False),
        (date(2027, 1, 18), False),  # a Monday of the winter holiday
        (date(2026, 9, 4), True),  # Friday
        (date(2026, 9, 5), False),  # Saturday
        (date(2026, 10, 1), False),
        (date(2026, 9, 20), True),  # a Sunday made up
        (date(2026, 10, 10), True),
        (date(2026, 11, 18), False),
        (date(2026, 11, 20), False),
    ],
)
def test_pupils_come_on_weekdays_of_term_unless_the_school_says_otherwise(day: date, expected: bool) -> None:
    assert is_school_day(day, CALENDAR) is expected


def test_an_empty_calendar_has_no_school_days() -> None:
    empty = SchoolCalendar()
    assert not is_school_day(date(2026, 9, 1), empty)
    assert next_school_day(date(2026, 9, 1), empty) is None
    assert previous_school_day(date(2026, 9, 1), empty) is None
    assert evenings_until_next_school_day(date(2026, 9, 1), empty) is None


@pytest.mark.parametrize(("grade", "is_off"), [(None, True), (1, True), (6, True), (7, True), (8, False), (9, False)])
def test_the_first_of_june_is_off_for_pupils_under_14(grade: int | None, is_off: bool) -> None:
    day = date(2027, 6, 1)  # a Tuesday
    assert is_childrens_day_off(day, grade) is is_off
    assert is_school_day(day, CALENDAR, grade=grade) is not is_off
    assert is_school_day(day + timedelta(days=1), CALENDAR, grade=grade)


def test_a_school_that_enters_the_first_of_june_as_a_school_day_is_obeyed() -> None:
    calendar = SchoolCalendar((SPRING,), dict([exception(date(2027, 6, 1), DayKind.MAKEUP, follows=2)]))
    assert is_school_day(date(2027, 6, 1), calendar, grade=3)


def test_a_year_without_published_holidays_is_provisional_but_not_guessed() -> None:
    new_year = date(2027, 1, 1)  # surely a holiday, but nobody has published it
    assert is_school_day(new_year, CALENDAR)
    assert is_provisional(new_year, CALENDAR)
    assert not is_provisional(date(2026, 12, 31), CALENDAR)
    assert is_published(2026, CALENDAR.published_years)
    assert not is_published(2027, CALENDAR.published_years)
    entered = SchoolCalendar((AUTUMN,), dict([exception(new_year, DayKind.HOLIDAY)]))
    assert not is_provisional(new_year, entered)
    assert not is_school_day(new_year, entered)


def test_a_make_up_day_follows_the_weekday_it_names() -> None:
    assert timetable_weekday(date(2026, 9, 20), CALENDAR) == 2
    assert timetable_weekday(date(2026, 10, 10), CALENDAR) is None  # none named yet
    assert timetable_weekday(date(2026, 9, 4), CALENDAR) == 5
    assert timetable_weekday(date(2026, 9, 5), CALENDAR) is None


def test_weeks_start_on_monday_and_week_1_holds_the_first_day_of_term() -> None:
    assert AUTUMN.starts_on.isoweekday() == 2
    assert teaching_week(date(2026, 9, 1), AUTUMN) == 1
    assert teaching_week(date(2026, 9, 6), AUTUMN) == 1  # Sunday
    assert teaching_week(date(2026, 9, 7), AUTUMN) == 2  # Monday
    assert is_odd_week(date(2026, 9, 6), AUTUMN)
    assert not is_odd_week(date(2026, 9, 7), AUTUMN)
    assert is_odd_week(date(2026, 9, 14), AUTUMN)


@pytest.mark.parametrize("day", [date(2026, 8, 31), date(2027, 1, 16)])
def test_a_day_outside_term_has_no_week(day: date) -> None:
    with pytest.raises(OutsideTerm, match="不在学期内"):
        teaching_week(day, AUTUMN)
    with pytest.raises(OutsideTerm):
        is_odd_week(day, AUTUMN)


def test_a_day_lies_in_one_term_or_none() -> None:
    assert term_of(date(2026, 9, 1), CALENDAR) == AUTUMN
    assert term_of(date(2027, 7, 9), CALENDAR) == SPRING
    assert term_of(date(2027, 2, 1), CALENDAR) is None


@pytest.mark.parametrize(
    ("day", "evenings", "before_break"),
    [
        (date(2026, 9, 7), 1, False),  # Monday
        (date(2026, 9, 4), 3, True),  # Friday
        (date(2026, 9, 19), 1, False),  # a free Saturday before the made-up Sunday
        (date(2026, 9, 18), 2, False),  # the Friday before it: one free day is no break
        (date(2026, 9, 30), 8, True),  # before National Day
        (date(2026, 11, 17), 2, False),  # before one day of closure
        (date(2027, 1, 15), 40, True),  # before the winter holiday
        (date(2027, 7, 9), None, True),  # the calendar ends here
    ],
)
def test_evenings_reach_to_the_next_school_day(day: date, evenings: int | None, before_break: bool) -> None:
    assert evenings_until_next_school_day(day, CALENDAR) == evenings
    assert is_before_break(day, CALENDAR) is before_break


def test_neighbouring_school_days_leap_over_what_is_free() -> None:
    assert next_school_day(date(2026, 9, 30), CALENDAR) == date(2026, 10, 8)
    assert previous_school_day(date(2026, 10, 8), CALENDAR) == date(2026, 9, 30)
    assert previous_school_day(date(2027, 2, 24), CALENDAR) == date(2027, 1, 15)
    assert previous_school_day(date(2026, 9, 1), CALENDAR) is None
    assert next_school_day(date(2027, 7, 8), CALENDAR) == SPRING.ends_on
    assert next_school_day(date(2027, 5, 31), CALENDAR, grade=3) == date(2027, 6, 2)
    assert next_school_day(date(2027, 5, 31), CALENDAR, grade=8) == date(2027, 6, 1)


def test_school_days_include_both_ends() -> None:
    assert school_days(date(2026, 9, 30), date(2026, 10, 8), CALENDAR) == [date(2026, 9, 30), date(2026, 10, 8)]
    assert school_days(date(2026, 9, 2), date(2026, 9, 1), CALENDAR) == []


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 8, 31), 2025), (date(2026, 9, 1), 2026), (date(2027, 1, 1), 2026), (date(2027, 8, 31), 2026)]
)
def test_the_school_year_begins_on_1_september(day: date, year: int) -> None:
    assert school_year_start(day) == year


def test_a_grade_follows_from_the_entry_year() -> None:
    assert [grade_of(year, 2026) for year in (2027, 2026, 2024, 2018, 2017)] == [0, 1, 3, 9, 10]


@given(st.dates(AUTUMN.starts_on, SPRING.ends_on))
def test_next_and_previous_are_each_other_s_way_back(day: date) -> None:
    following = next_school_day(day, CALENDAR)
    if following is not None and is_school_day(day, CALENDAR):
        assert previous_school_day(following, CALENDAR) == day
        assert school_days(day, following, CALENDAR) == [day, following]


@given(st.dates(AUTUMN.starts_on, AUTUMN.ends_on - timedelta(days=7)))
def test_a_week_later_is_the_next_week(day: date) -> None:
    assert teaching_week(day + timedelta(days=7), AUTUMN) == teaching_week(day, AUTUMN) + 1
