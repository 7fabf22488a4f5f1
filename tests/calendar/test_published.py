"""What is filled in agrees with the State Council's notices, as the project holiday-cn keeps them."""

import json
from datetime import date
from pathlib import Path

import pytest

from school.calendar.enums import DayKind
from school.calendar.published import NotPublished, is_known, published_days
from school.calendar.rules import SchoolCalendar, TermDates, is_school_day

HOLIDAYS = Path(__file__).resolve().parents[3] / "shared" / "data" / "holidays"
YEARS = (2021, 2022, 2023, 2024, 2025, 2026)


def notices_of(year: int) -> dict[date, bool]:
    """Whether a day is off, for the days the notice names."""
    days = json.loads((HOLIDAYS / f"{year}.json").read_text(encoding="utf-8"))["days"]
    return {date.fromisoformat(day["date"]): day["isOffDay"] for day in days}


@pytest.mark.external
@pytest.mark.parametrize("year", YEARS)
def test_days_off_and_make_up_days_are_those_of_the_notice(year: int) -> None:
    """The package may name a weekend day beside a holiday that the notice does not name; it is off all the same."""
    ours = {d.on_day: d.kind is DayKind.HOLIDAY for d in published_days(year)}
    notices = notices_of(year)
    assert all(day.isoweekday() > 5 and ours.pop(day) for day in ours.keys() - notices.keys())
    assert ours == notices


@pytest.mark.external
@pytest.mark.parametrize("year", YEARS)
def test_school_days_follow_from_it(year: int) -> None:
    term = TermDates(year, 1, date(year, 1, 1), date(year, 12, 31))
    known = (*published_days(year), *(published_days(year + 1) if is_known(year + 1) else ()))
    calendar = SchoolCalendar((term,), {d.on_day: d for d in known}, frozenset({year}))
    for day, is_off in notices_of(year).items():
        if day.year == year:
            assert is_school_day(day, calendar) is not is_off, day


@pytest.mark.parametrize("year", YEARS)
def test_every_make_up_day_pays_for_a_working_day_of_its_own(year: int) -> None:
    paid = [d.follows_weekday for d in published_days(year) if d.kind is DayKind.MAKEUP]
    assert all(weekday in range(1, 6) for weekday in paid)


def test_the_national_day_of_2026() -> None:
    follows = {d.on_day: d.follows_weekday for d in published_days(2026) if d.kind is DayKind.MAKEUP}
    assert follows[date(2026, 9, 20)] == date(2026, 10, 6).isoweekday()
    assert follows[date(2026, 10, 10)] == date(2026, 10, 7).isoweekday()


@pytest.mark.external
def test_2027_is_empty_there_and_refused_here() -> None:
    assert notices_of(2027) == {}
    with pytest.raises(NotPublished, match="尚未公布"):
        published_days(2027)
