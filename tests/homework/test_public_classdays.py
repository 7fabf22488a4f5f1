"""Class-days of the public log out of narrow rows, without a database."""

from datetime import date, datetime

from school.calendar.rules import SchoolCalendar, TermDates
from school.clock import ZONE
from school.homework.publiclog.classdays import LogStatus, published_days, unpublished_days
from school.people.rules import ClassKey
from tests.homework.log_rows import DAY, row, span

CALENDAR = SchoolCalendar((TermDates(2026, 1, date(2026, 9, 1), date(2027, 1, 22)),))
KEY = ClassKey(2024, 2)


def test_the_newest_version_counts_and_the_old_ones_stay() -> None:
    rows = [row(20), row(12, version=2, change="amended", reason="用时偏长")]
    [day] = published_days(rows, shows_staff_code=False)
    [item] = day.items
    assert [version.row.version for version in item.versions] == [2, 1]
    assert [version.row.version for version in item.older] == [1]
    assert day.load.required == 12
    assert day.cap_minutes == 60


def test_a_withdrawn_item_counts_nothing_and_is_not_a_none() -> None:
    rows = [row(20), row(20, version=2, change="withdrawn", reason="重复布置")]
    [day] = published_days(rows, shows_staff_code=False)
    assert day.status is LogStatus.PUBLISHED
    assert day.items[0].is_withdrawn
    assert day.items[0].older == ()
    assert day.load.required == 0


def test_a_withdrawn_item_still_shows_what_was_before_its_last_wording() -> None:
    rows = [row(20), row(12, version=2, change="amended"), row(12, version=3, change="withdrawn")]
    [day] = published_days(rows, shows_staff_code=False)
    assert [version.row.version for version in day.items[0].older] == [1]


def test_none_is_a_state_of_its_own_until_something_is_added() -> None:
    none = row(item_id=None, change="none", subject="", subject_code="", layers=[])
    [day] = published_days([none], shows_staff_code=False)
    assert day.status is LogStatus.NONE
    [day] = published_days([none, row(15, change="added", reason="补充")], shows_staff_code=False)
    assert day.status is LogStatus.PUBLISHED
    assert day.none_row == none
    assert day.load.required == 15


def test_layers_take_the_largest_and_optional_stands_apart() -> None:
    layered = [
        {"layer": "a", "content": "1", "minutes": 30, "in_school_minutes": 10},
        {"layer": "b", "content": "2", "minutes": 20, "in_school_minutes": 0},
    ]
    rows = [row(10), row(item_id=2, layers=layered), row(15, item_id=3, demand="optional"), row(40, item_id=4, form="reading")]
    [day] = published_days(rows, shows_staff_code=False)
    assert (day.load.required, day.load.optional) == (40, 15)


def test_teachers_are_named_as_the_school_shows_them() -> None:
    assert published_days([row()], shows_staff_code=False)[0].items[0].teacher == "陈老师"
    assert published_days([row()], shows_staff_code=True)[0].items[0].teacher == "T001"


def _silent(days: list[date], *, is_past_deadline: bool = True, spans: list | None = None) -> dict:
    found = unpublished_days(spans or [span()], days, [], calendar=CALENDAR, today=DAY, is_past_deadline=is_past_deadline)
    return {(day.key, day.on_day): day.status for day in found}


def test_silence_on_a_school_day_is_missing_only_after_the_deadline() -> None:
    assert _silent([DAY]) == {(KEY, DAY): LogStatus.MISSING}
    assert _silent([DAY], is_past_deadline=False) == {(KEY, DAY): LogStatus.PENDING}
    before = date(2026, 11, 24)
    assert _silent([before], is_past_deadline=False) == {(KEY, before): LogStatus.MISSING}


def test_nothing_is_missing_on_a_free_day_in_the_future_or_before_the_class_was_there() -> None:
    assert _silent([date(2026, 11, 22), date(2026, 11, 26), date(2026, 8, 31)]) == {}
    assert _silent([DAY], spans=[span(runs_from=date(2026, 11, 26))]) == {}
    assert _silent([DAY], spans=[span(runs_until=date(2026, 11, 24))]) == {}


def test_leavers_of_a_primary_school_are_not_missing_but_grade_seven_is() -> None:
    assert _silent([DAY], spans=[span(entry_year=2020)]) == {}
    taught = span(entry_year=2020, taught_years=frozenset({2026}))
    assert list(_silent([DAY], spans=[taught]).values()) == [LogStatus.MISSING]


def test_the_moment_of_publication_is_the_first() -> None:
    later = datetime(2026, 11, 25, 18, 0, tzinfo=ZONE)
    [day] = published_days([row(), row(item_id=2, change="added", published_at=later)], shows_staff_code=False)
    assert day.published_at == row().published_at
