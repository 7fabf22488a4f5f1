"""The code at the door: what it says in which minute of which date, when the door is open, how long a scan lives."""

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.errors import Refused
from school.parentschool.rules.door import (
    EXPIRED,
    check_scan,
    check_scanned,
    is_open,
    is_token_of,
    seconds_left,
    token_of,
)
from tests.parentschool.small_families import FRIDAY_EVENING

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ENDS = FRIDAY_EVENING + timedelta(minutes=90)
moments = st.integers(0, 300 * 86_400_000).map(lambda one: FRIDAY_EVENING + timedelta(milliseconds=one))


def scan(token: str, moment: datetime, date_id: int = 1, secret: str = "secret") -> None:
    """Look at a token of the date with id 1."""
    check_scan(token, secret, date_id, starts_at=FRIDAY_EVENING, ends_at=ENDS, moment=moment)


def test_a_token_is_of_one_minute() -> None:
    said = {token_of("secret", 1, FRIDAY_EVENING + second * SECOND) for second in range(60)}
    assert len(said) == 1
    assert token_of("secret", 1, FRIDAY_EVENING + MINUTE) not in said
    assert token_of("secret", 1, FRIDAY_EVENING - SECOND) not in said
    assert re.fullmatch("[0-9a-f]{32}", said.pop())


@pytest.mark.parametrize(("later", "is_good"), [(0, True), (59, True), (60, True), (119, True), (120, False), (3600, False)])
def test_a_photographed_token_lasts_for_its_minute_and_the_next(later: int, is_good: bool) -> None:
    token = token_of("secret", 1, FRIDAY_EVENING)
    moment = FRIDAY_EVENING + later * SECOND
    assert is_token_of(token, "secret", 1, moment) is is_good
    if is_good:
        scan(token, moment)
    else:
        with pytest.raises(Refused, match="已经换了"):
            scan(token, moment)


def test_a_token_of_a_minute_to_come_is_none() -> None:
    assert not is_token_of(token_of("secret", 1, FRIDAY_EVENING + MINUTE), "secret", 1, FRIDAY_EVENING + 59 * SECOND)


def test_a_token_opens_no_other_date_and_comes_from_no_other_secret() -> None:
    token = token_of("secret", 1, FRIDAY_EVENING)
    assert not is_token_of(token, "secret", 2, FRIDAY_EVENING)
    assert not is_token_of(token, "other", 1, FRIDAY_EVENING)
    # 1 with the minute 12… is not 11 with the minute 2…
    assert len({token_of("secret", number, FRIDAY_EVENING) for number in range(1, 500)}) == 499


@given(moments, st.text(max_size=40))
def test_nothing_but_a_token_is_a_token(moment: datetime, text: str) -> None:
    assert not is_token_of(text, "secret", 1, moment)
    assert not is_token_of(token_of("secret", 1, moment)[:-1], "secret", 1, moment)
    assert not is_token_of(token_of("secret", 1, moment).upper() + "0", "secret", 1, moment)


@given(moments)
def test_the_next_code_begins_when_no_second_is_left(moment: datetime) -> None:
    left = seconds_left(moment)
    assert 1 <= left <= 60
    whole = moment.replace(microsecond=0)
    assert token_of("secret", 1, whole + (left - 1) * SECOND) == token_of("secret", 1, moment)
    assert token_of("secret", 1, whole + left * SECOND) != token_of("secret", 1, moment)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (FRIDAY_EVENING - 30 * MINUTE - SECOND, "18:30 开始签到"),
        (FRIDAY_EVENING - 30 * MINUTE, ""),
        (ENDS, ""),
        (ENDS + SECOND, "活动已经结束"),
    ],
)
def test_the_door_is_open_from_half_an_hour_before_until_the_end(moment: datetime, words: str) -> None:
    assert is_open(FRIDAY_EVENING, ENDS, moment) is (words == "")
    token = token_of("secret", 1, moment)
    if words:
        with pytest.raises(Refused, match=words):
            scan(token, moment)
    else:
        scan(token, moment)


@pytest.mark.parametrize(("after", "is_good"), [(-1, False), (0, True), (300, True), (301, False)])
def test_a_scan_may_be_confirmed_for_five_minutes(after: int, is_good: bool) -> None:
    moment = FRIDAY_EVENING + after * SECOND
    if is_good:
        check_scanned(FRIDAY_EVENING, moment)
    else:
        with pytest.raises(Refused, match="再扫一次"):
            check_scanned(FRIDAY_EVENING, moment)


def test_who_never_scanned_is_told_to() -> None:
    with pytest.raises(Refused) as caught:
        check_scanned(None, FRIDAY_EVENING)
    assert caught.value.message == EXPIRED
