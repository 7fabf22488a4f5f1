"""Who may be noted when and by what way, what may be corrected, and when who came is settled."""

from datetime import datetime, timedelta

import pytest

from school.errors import Refused
from school.parentschool.enums import CheckInMethod, SessionState
from school.parentschool.rules.presence import (
    check_adults,
    check_close,
    check_may_correct,
    check_may_note,
    is_held,
    is_settled,
    method_at,
)
from tests.parentschool.attendance import DOOR_OPENS, ENDS
from tests.parentschool.small_families import FRIDAY_EVENING, NOON

SECOND, FORTNIGHT = timedelta(seconds=1), timedelta(days=14)


def note(moment: datetime, closed_at: datetime | None = None) -> None:
    """May somebody be noted at this moment."""
    check_may_note(starts_at=FRIDAY_EVENING, ends_at=ENDS, closed_at=closed_at, moment=moment)


def correct(moment: datetime, *, reason: str = "数错了", is_office: bool = False, closed_at: datetime | None = None) -> None:
    """May somebody be corrected at this moment."""
    check_may_correct(ends_at=ENDS, closed_at=closed_at, is_office=is_office, reason=reason, moment=moment)


@pytest.mark.parametrize(
    ("state", "cancelled_at", "expected"),
    [
        (SessionState.ANNOUNCED, None, True),
        (SessionState.ANNOUNCED, NOON, False),
        (SessionState.DRAFT, None, False),
        (SessionState.CANCELLED, None, False),
    ],
)
def test_only_what_is_announced_and_not_cancelled_takes_place(
    state: SessionState, cancelled_at: datetime | None, expected: bool
) -> None:
    assert is_held(state, cancelled_at) is expected


@pytest.mark.parametrize("moment", [DOOR_OPENS, FRIDAY_EVENING, ENDS, ENDS + FORTNIGHT])
def test_families_are_noted_from_the_opening_of_the_door_for_a_fortnight(moment: datetime) -> None:
    note(moment)


@pytest.mark.parametrize(
    ("moment", "closed_at", "words"),
    [
        (DOOR_OPENS - SECOND, None, "11月27日 18:30 开始签到"),
        (ENDS + FORTNIGHT + SECOND, None, "已超过 14 天"),
        (ENDS + SECOND, ENDS, "已经结束登记"),
    ],
)
def test_outside_of_that_or_once_closed_nobody_is_noted(moment: datetime, closed_at: datetime | None, words: str) -> None:
    with pytest.raises(Refused, match=words):
        note(moment, closed_at)


def test_a_tick_after_the_end_was_typed_in_from_paper() -> None:
    assert method_at(ENDS, ENDS) is CheckInMethod.LIST
    assert method_at(ENDS, ENDS + SECOND) is CheckInMethod.TYPED


@pytest.mark.parametrize("adults", [1, 6])
def test_one_to_six_adults(adults: int) -> None:
    assert check_adults(adults) == adults


@pytest.mark.parametrize("adults", [None, -1, 0, 7])
def test_other_numbers_are_refused_at_their_field(adults: int | None) -> None:
    with pytest.raises(Refused, match="1 到 6") as caught:
        check_adults(adults)
    assert caught.value.field == "adults"


def test_a_correction_needs_a_reason_and_once_closed_the_office() -> None:
    correct(ENDS + FORTNIGHT)
    correct(ENDS + FORTNIGHT, closed_at=ENDS, is_office=True)
    with pytest.raises(Refused, match="写明更正的原因") as caught:
        correct(ENDS, reason="")
    assert caught.value.field == "reason"
    with pytest.raises(Refused, match="请德育处或教导处更正"):
        correct(ENDS, closed_at=ENDS)
    with pytest.raises(Refused, match="已超过 14 天"):
        correct(ENDS + FORTNIGHT + SECOND, is_office=True)


def test_presence_is_closed_once_and_after_the_end() -> None:
    check_close(ends_at=ENDS, closed_at=None, moment=ENDS)
    with pytest.raises(Refused, match="还没有结束"):
        check_close(ends_at=ENDS, closed_at=None, moment=ENDS - SECOND)
    with pytest.raises(Refused, match="已经结束登记"):
        check_close(ends_at=ENDS, closed_at=ENDS, moment=ENDS + SECOND)


def test_who_came_is_settled_when_closed_or_when_nobody_may_type_in_any_more() -> None:
    assert is_settled(ends_at=ENDS, closed_at=ENDS, moment=ENDS)
    assert not is_settled(ends_at=ENDS, closed_at=None, moment=ENDS + FORTNIGHT)
    assert is_settled(ends_at=ENDS, closed_at=None, moment=ENDS + FORTNIGHT + SECOND)
