"""What counts for a certificate, when it may be issued, and its number."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.errors import Refused
from school.parentschool.enums import CheckInMethod, EventKind
from school.parentschool.rules.learning import (
    Attended,
    by_year,
    certificate_number,
    check_certificate,
    figures,
    hours_in_words,
    next_serial,
    still_wanted,
)
from tests.parentschool.small_families import FRIDAY_EVENING


def attended(
    session_id: int, minutes: int = 90, *, is_settled: bool = True, year: int = 2026, starts_at: datetime = FRIDAY_EVENING
) -> Attended:
    """That somebody was at a date of a session."""
    ends_at = starts_at + timedelta(minutes=minutes)
    facts = (session_id, year, year, EventKind.TRAINING, f"第{session_id}讲", starts_at, ends_at, CheckInMethod.CODE)
    return Attended(*facts, is_settled=is_settled)


def test_topics_count_once_minutes_of_every_date_and_only_what_is_settled() -> None:
    found = figures([attended(1), attended(1, 60), attended(2, 45), attended(3, 500, is_settled=False)])
    assert (found.sessions, found.minutes) == (2, 195)
    assert figures([]).sessions == 0


def test_years_and_dates_come_newest_first() -> None:
    day = timedelta(days=1)
    rows = [
        attended(1, year=2025, starts_at=FRIDAY_EVENING - 365 * day),
        attended(2, starts_at=FRIDAY_EVENING - day),
        attended(3),
    ]
    assert [(year, [one.session_id for one in found]) for year, found in by_year(rows)] == [(2026, [3, 2]), (2025, [1])]


@pytest.mark.parametrize(("sessions", "missing"), [(0, 6), (5, 1), (6, 0), (9, 0)])
def test_the_certificate_comes_at_the_number_the_school_set(sessions: int, missing: int) -> None:
    assert still_wanted(sessions, 6) == missing
    if missing:
        with pytest.raises(Refused, match=rf"再参加 {missing} 次.*每学年 6 次，已确认 {sessions} 次"):
            check_certificate(sessions, 6, has_one=False)
    else:
        check_certificate(sessions, 6, has_one=False)


def test_there_is_one_certificate_a_year() -> None:
    with pytest.raises(Refused, match="已经领过"):
        check_certificate(9, 6, has_one=True)


def test_numbers_go_on_within_a_year() -> None:
    assert certificate_number(2026, 7) == "JZ-2026-0007"
    assert next_serial([]) == 1
    assert next_serial(["JZ-2026-0009", "JZ-2026-0010", "JZ-2026-0002"]) == 11


@given(st.sets(st.integers(1, 12000), max_size=30))
def test_a_new_number_was_never_given_out(serials: set[int]) -> None:
    given_out = [certificate_number(2026, one) for one in serials]
    assert certificate_number(2026, next_serial(given_out)) not in given_out


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 小时"), (60, "1 小时"), (90, "1.5 小时"), (100, "1.7 小时"), (600, "10 小时")]
)
def test_hours_have_one_decimal_or_none(minutes: int, words: str) -> None:
    assert hours_in_words(minutes) == words
