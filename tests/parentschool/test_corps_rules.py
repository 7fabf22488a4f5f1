"""The mentor corps: nobody without consent, a term of office, no second place, free on the dates, one answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from school.clock import ZONE
from school.errors import Refused
from school.parentschool.enums import MentorSource, RequestState
from school.parentschool.rules.corps import (
    MemberValues,
    Service,
    Standing,
    check_alone,
    check_answer,
    check_available,
    check_leave,
    check_member,
    check_withdraw,
    may_office_answer,
)
from school.parentschool.rules.sessions import DateValues, Stay

TODAY = date(2026, 11, 25)
VALUES = MemberValues("县医院", "亲子沟通", "", "", TODAY, "当面签字", date(2026, 9, 1), date(2027, 8, 31))
SERVICE = Service("周医生", date(2026, 9, 1), date(2027, 8, 31))
EVENING = datetime(2026, 11, 27, 19, 0, tzinfo=ZONE)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "left_on", "standing"),
    [
        (date(2026, 8, 31), None, Standing.AHEAD),
        (date(2026, 9, 1), None, Standing.SERVING),
        (date(2027, 8, 31), None, Standing.SERVING),
        (date(2027, 9, 1), None, Standing.OVER),
        (date(2026, 11, 24), TODAY, Standing.SERVING),
        (TODAY, TODAY, Standing.LEFT),
        (date(2027, 9, 1), TODAY, Standing.LEFT),
    ],
)
def test_a_term_of_office_has_a_first_and_a_last_day(day: date, left_on: date | None, standing: Standing) -> None:
    assert replace(SERVICE, left_on=left_on).standing(day) is standing


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"field": ""}, "field"),
        ({"consent_how": ""}, "consent_how"),
        ({"consented_on": TODAY + timedelta(1)}, "consented_on"),
        ({"serves_until": date(2026, 8, 31)}, "serves_until"),
        ({"serves_until": date(2026, 9, 1) + timedelta(1101)}, "serves_until"),
    ],
)
def test_without_consent_or_with_an_odd_term_nobody_comes_in(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as caught:
        check_member(replace(VALUES, **changes), today=TODAY)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "changes", [{}, {"serves_until": date(2026, 9, 1)}, {"serves_until": date(2026, 9, 1) + timedelta(1100)}]
)
def test_a_consent_of_today_and_a_term_of_a_day_or_three_years_will_do(changes: dict[str, object]) -> None:
    check_member(replace(VALUES, **changes), today=TODAY)


@pytest.mark.parametrize(
    ("other", "is_free"),
    [
        (SERVICE, False),
        (replace(SERVICE, serves_until=date(2026, 9, 1)), False),
        (replace(SERVICE, serves_from=date(2025, 9, 1), serves_until=date(2026, 8, 31)), True),
        (replace(SERVICE, serves_from=date(2027, 8, 31), serves_until=date(2028, 8, 31)), False),
        (replace(SERVICE, serves_from=date(2027, 9, 1), serves_until=date(2028, 8, 31)), True),
        (replace(SERVICE, serves_from=date(2025, 9, 1), left_on=date(2026, 8, 31)), True),
        (replace(SERVICE, serves_from=date(2025, 9, 1), left_on=date(2026, 9, 1)), False),
    ],
)
def test_one_person_has_one_term_at_a_time(other: Service, is_free: bool) -> None:
    if is_free:
        check_alone(VALUES, [other], today=TODAY)
    else:
        with pytest.raises(Refused, match="已在导师团里"):
            check_alone(VALUES, [other], today=TODAY)


def leave(**changes: object) -> Callable[[], None]:
    """Leaving today for a reason with nothing promised, with anything changed."""
    present: dict[str, object] = {"reason": "调离", "on_day": TODAY, "today": TODAY, "is_left": False, "to_hold": []}
    return lambda: check_leave(**(present | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_left": True}, "已经退出"),
        ({"reason": ""}, "原因"),
        ({"on_day": TODAY + timedelta(1)}, "不能晚于今天"),
        ({"to_hold": ["习惯", "阅读"]}, "习惯、阅读"),
    ],
)
def test_who_promised_a_session_does_not_just_leave(changes: dict[str, object], words: str) -> None:
    leave()()
    with pytest.raises(Refused, match=words):
        leave(**changes)()


@pytest.mark.parametrize(("begins", "is_free"), [(-2, True), (-1, False), (0, False), (1, False), (2, True)])
def test_a_mentor_is_at_one_place_at_a_time(begins: int, is_free: bool) -> None:
    wanted = [DateValues(EVENING, EVENING + 2 * HOUR)]
    held = Stay(1, "阅读", EVENING + begins * HOUR, EVENING + (begins + 2) * HOUR)
    if is_free:
        check_available(SERVICE, wanted, [held])
    else:
        with pytest.raises(Refused, match="周医生2026年11月27日那个时间已应允主讲“阅读”"):
            check_available(SERVICE, wanted, [held])


def test_a_mentor_is_in_office_on_every_date() -> None:
    dates = [DateValues(EVENING, EVENING + HOUR), DateValues(EVENING + timedelta(1), EVENING + timedelta(1) + HOUR)]
    check_available(replace(SERVICE, serves_until=date(2026, 11, 28)), dates, [])
    with pytest.raises(Refused, match="2026年11月28日时周医生任期已满"):
        check_available(replace(SERVICE, serves_until=date(2026, 11, 27)), dates, [])
    with pytest.raises(Refused, match="2026年11月27日时周医生任期未到"):
        check_available(replace(SERVICE, serves_from=date(2026, 11, 28)), dates, [])


@pytest.mark.parametrize(
    ("source", "has_account", "may"),
    [
        (MentorSource.COMMUNITY, False, True),
        (MentorSource.TEACHER, True, False),
        (MentorSource.PARENT, True, False),
        (MentorSource.PARENT, False, True),
    ],
)
def test_the_office_answers_only_for_who_cannot(source: MentorSource, has_account: bool, may: bool) -> None:
    assert may_office_answer(source, has_account=has_account) is may


@pytest.mark.parametrize("state", [one for one in RequestState if one is not RequestState.ASKED])
def test_there_is_one_answer(state: RequestState) -> None:
    with pytest.raises(Refused, match=state.label):
        check_answer(state, answer="好", is_by_office=False)


def test_what_the_office_writes_down_says_how_it_came() -> None:
    check_answer(RequestState.ASKED, answer="", is_by_office=False)
    check_answer(RequestState.ASKED, answer="电话答复", is_by_office=True)
    with pytest.raises(Refused) as caught:
        check_answer(RequestState.ASKED, answer="", is_by_office=True)
    assert caught.value.field == "answer"


def test_a_request_is_taken_back_while_it_stands_and_leaves_a_speaker() -> None:
    for state in (RequestState.ASKED, RequestState.CONFIRMED):
        check_withdraw(state, is_last_speaker=False)
    for state in (RequestState.DECLINED, RequestState.WITHDRAWN):
        with pytest.raises(Refused, match=state.label):
            check_withdraw(state, is_last_speaker=False)
    with pytest.raises(Refused, match="没有主讲人"):
        check_withdraw(RequestState.CONFIRMED, is_last_speaker=True)
