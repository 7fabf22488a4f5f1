"""Publishing a class-day: in time, complete or knowingly not, under the cap; and its cell in the report."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from school.homework.enums import DayStatus
from school.homework.rules.caps import CapExceeded, DayLoad, day_limits
from school.homework.rules.concerns import ReasonNeeded
from school.homework.rules.publishing import (
    NoneContradicted,
    NoneNotDeclared,
    Publication,
    StandardNotConfirmed,
    SubjectsUnfiled,
    check_publication,
    day_status,
    is_late,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 25)
FOUR = time(16, 0)


def at(hour: int, minute: int = 0, second: int = 0, *, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute, second), tzinfo=SHANGHAI)


READY = Publication(DAY, at(15, 30), FOUR, item_count=3, confirms_standard=True)
LOAD = DayLoad(required=40, with_optional=40)
LIMITS = day_limits(3, 60)


@pytest.mark.parametrize(
    ("published_at", "late"),
    [
        (at(15, 59, 59), False),
        (at(16), False),
        (at(16, 0, 1), True),
        (at(8, day=date(2026, 11, 26)), True),
        (at(23, day=date(2026, 11, 24)), False),
        (datetime(2026, 11, 25, 8, 0, tzinfo=UTC), False),  # 16:00 in Shanghai
        (datetime(2026, 11, 25, 8, 1, tzinfo=UTC), True),
    ],
)
def test_late_is_after_the_schools_time_in_shanghai(published_at: datetime, late: bool) -> None:
    assert is_late(published_at, DAY, FOUR) is late


def test_a_complete_day_in_time_is_published_without_a_word() -> None:
    assert check_publication(READY, LOAD, LIMITS) == []


def test_a_late_day_says_why_and_is_counted() -> None:
    late = replace(READY, published_at=at(16, 1))
    with pytest.raises(ReasonNeeded, match=r"16:00.*迟公示"):
        check_publication(late, LOAD, LIMITS)
    assert [concern.rule for concern in check_publication(late, LOAD, LIMITS, reason="停电")] == ["HW-06"]


def test_nothing_is_not_none() -> None:
    empty = replace(READY, item_count=0, confirms_standard=False)
    with pytest.raises(NoneNotDeclared) as refusal:
        check_publication(empty, DayLoad(), LIMITS)
    assert refusal.value.field == "declares_none"
    assert check_publication(replace(empty, declares_none=True), DayLoad(), LIMITS) == []


def test_none_beside_items_is_a_contradiction() -> None:
    with pytest.raises(NoneContradicted):
        check_publication(replace(READY, declares_none=True), LOAD, LIMITS)


def test_missing_subjects_are_named_and_may_stay_missing_knowingly() -> None:
    partial = replace(READY, unfiled=("英语", "科学"))
    with pytest.raises(SubjectsUnfiled, match="英语、科学还没有填报") as refusal:
        check_publication(partial, LOAD, LIMITS)
    assert refusal.value.field == "goes_on_unfiled"
    assert check_publication(replace(partial, goes_on_unfiled=True), LOAD, LIMITS) == []


def test_somebody_confirms_the_curriculum_standard() -> None:
    with pytest.raises(StandardNotConfirmed) as refusal:
        check_publication(replace(READY, confirms_standard=False), LOAD, LIMITS)
    assert refusal.value.field == "confirms_standard"


@pytest.mark.parametrize(("minutes", "stands"), [(60, True), (61, False)])
def test_no_day_over_the_cap_is_published(minutes: int, stands: bool) -> None:
    load = DayLoad(required=minutes, with_optional=minutes)
    if stands:
        assert check_publication(READY, load, LIMITS) == []
    else:
        with pytest.raises(CapExceeded):
            check_publication(READY, load, LIMITS, reason="期末")


def test_all_warnings_are_asked_for_at_once() -> None:
    late = replace(READY, published_at=at(17))
    weekend = day_limits(3, 60, evenings=3)
    load = DayLoad(required=70, with_optional=70)
    with pytest.raises(ReasonNeeded) as refusal:
        check_publication(late, load, weekend)
    assert [concern.rule for concern in refusal.value.concerns] == ["HW-04", "HW-06"]
    assert len(check_publication(late, load, weekend, reason="单元整理")) == 2


@pytest.mark.parametrize(("minutes", "status"), [(0, "within"), (47, "within"), (48, "near"), (60, "near"), (61, "over")])
def test_the_cell_of_a_published_day(minutes: int, status: str) -> None:
    cell = day_status(is_published=True, has_none=False, required_minutes=minutes, limit_minutes=60)
    assert cell == DayStatus(status)


def test_missing_none_and_pending_are_three_things() -> None:
    assert day_status(is_published=False, has_none=False, required_minutes=99, limit_minutes=60) is DayStatus.MISSING
    assert day_status(is_published=True, has_none=True, required_minutes=0, limit_minutes=60) is DayStatus.NONE
    assert day_status(is_published=False, has_none=False, required_minutes=0, limit_minutes=60, is_due=False) is DayStatus.PENDING


def test_a_lower_grade_day_is_within_at_zero_and_over_at_one() -> None:
    assert day_status(is_published=True, has_none=False, required_minutes=0, limit_minutes=0) is DayStatus.WITHIN
    assert day_status(is_published=True, has_none=False, required_minutes=1, limit_minutes=0) is DayStatus.OVER
