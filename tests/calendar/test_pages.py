"""The calendar's pages: everybody reads, the office and the administrator keep it, every change is recorded."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask import Flask

from school.audit.queries import AuditFilter, count_entries, entries
from school.audit.service import COMMAND_LINE
from school.calendar.enums import DayKind
from school.calendar.queries import find_day, get_calendar, terms
from school.calendar.rules import DayException, TermDates
from school.calendar.service import add_term, enter_days, fill_year
from school.clock import ZONE
from school.db import db
from tests.accounts.cast import administrator, guardian, office, principal, signed_in, teacher
from tests.support.client import SchoolClient

MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=ZONE)
AUTUMN = TermDates(2026, 1, date(2026, 9, 1), date(2027, 1, 22))
SPORTS = date(2026, 10, 30)


@pytest.fixture(autouse=True)
def _this_day(freeze: Callable[[datetime], None]) -> None:
    freeze(MORNING)


@pytest.fixture
def li(app: Flask) -> SchoolClient:
    """李主任, who keeps the calendar."""
    return signed_in(app, office())


def autumn() -> int:
    """The autumn term is entered; answers its id."""
    term = add_term(AUTUMN, actor=COMMAND_LINE)
    db.session.commit()
    return term.id


def sports_day() -> int:
    """The sports day is entered; answers its id."""
    enter_days(SPORTS, SPORTS, DayKind.CLOSURE, "运动会", actor=COMMAND_LINE)
    db.session.commit()
    return find_day(SPORTS).id


def last_sentence() -> str:
    [entry] = entries(AuditFilter(), offset=0, limit=1)
    return f"{entry.actor_label}{entry.sentence}"


def exceptions() -> dict[date, DayException]:
    db.session.rollback()
    return dict(get_calendar().exceptions)


def test_anybody_reads_the_calendar(client: SchoolClient) -> None:
    autumn()
    fill_year(2026, actor=COMMAND_LINE)
    page = client.get("/calendar")
    assert page.status_code == 200
    for text in (
        "2026—2027学年校历",
        "2026—2027学年第一学期：2026-09-01 至 2027-01-22",
        "1—7日 国庆节",
        "20日 国庆节调休，上周二的课",
        "10日 国庆节调休，上周三的课",
        "2027年的放假安排尚未公布",
    ):
        assert text in page.text
    assert "2026年的放假安排尚未公布" not in page.text
    assert "维护校历" not in page.text


def test_weeks_are_numbered_odd_and_even(client: SchoolClient) -> None:
    autumn()
    page = client.get("/calendar").text
    assert '<th scope="row">1<small>单</small></th>' in page
    assert '<th scope="row">2<small>双</small></th>' in page


def test_a_year_without_terms_says_so(client: SchoolClient) -> None:
    assert "学期起止日期还没有录入" in client.get("/calendar?year=2025").text
    assert client.get("/calendar?year=1").status_code == 404


def test_filling_a_year(li: SchoolClient) -> None:
    answer = li.post_form("/calendar/years/2026/fill", page="/calendar/edit")
    assert (answer.status_code, answer.location) == (303, "/calendar/edit")
    found = exceptions()
    assert found[date(2026, 10, 1)] == DayException(date(2026, 10, 1), DayKind.HOLIDAY, "国庆节")
    assert found[date(2026, 9, 20)].follows_weekday == 2
    assert last_sentence() == "李主任填入了2026年的放假安排，共39天"


def test_filling_leaves_the_schools_own_day_alone(app: Flask, li: SchoolClient) -> None:
    enter_days(date(2026, 10, 10), date(2026, 10, 10), DayKind.CLOSURE, "校庆", actor=COMMAND_LINE)
    li.post_form("/calendar/years/2026/fill", page="/calendar/edit")
    assert exceptions()[date(2026, 10, 10)] == DayException(date(2026, 10, 10), DayKind.CLOSURE, "校庆")
    assert not find_day(date(2026, 10, 10)).is_filled


def test_a_year_is_filled_once_so_that_a_removed_day_stays_away(li: SchoolClient) -> None:
    li.post_form("/calendar/years/2026/fill", page="/calendar/edit")
    day_id = find_day(date(2026, 10, 10)).id
    li.post_form(f"/calendar/days/{day_id}/remove", page="/calendar/edit")
    again = li.post_form("/calendar/years/2026/fill", page="/calendar/edit")
    assert again.status_code == 422
    assert "2026年的放假安排已经填入" in again.text
    assert date(2026, 10, 10) not in exceptions()


def test_a_year_that_is_not_published_is_never_guessed(li: SchoolClient) -> None:
    answer = li.post_form("/calendar/years/2027/fill", page="/calendar/edit")
    assert answer.status_code == 422
    assert "2027年的放假安排尚未公布" in answer.text
    assert exceptions() == {}
    assert get_calendar().published_years == frozenset()


def test_entering_several_days(li: SchoolClient) -> None:
    typed = {"on_day": "2026-11-02", "until": "2026-11-04", "kind": "closure", "name": "秋假", "follows_weekday": ""}
    assert li.post_form("/calendar/days/new", typed).status_code == 303
    assert [d.day for d in exceptions()] == [2, 3, 4]
    assert last_sentence() == "李主任把2026年11月2日至2026年11月4日录入为学校停课“秋假”"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": "makeup"}, "调休补班要写明上星期几的课"),
        ({"follows_weekday": "5"}, "只有调休补班才按别的星期几上课"),
        ({"name": ""}, "请填写这一项"),
        ({"name": "  "}, "请写明这一天的名称"),
        ({"on_day": "2026-02-30"}, "不是有效的日期值"),
        ({"on_day": ""}, "请按 2026-09-01 这样的格式填写日期"),
        ({"until": "2026-11-01"}, "结束日期不能早于开始日期"),
        ({"until": "2027-11-02"}, "一次最多录入 60 天"),
        ({"kind": "makeup", "follows_weekday": "5", "until": "2026-11-03"}, "调休补班请一天一天录入"),
        ({"on_day": "2026-10-30"}, "已经录入为“运动会”"),
        ({"kind": "holiday_for_all"}, "不是有效的选择"),
    ],
)
def test_a_refused_day_writes_nothing_and_keeps_what_was_typed(li: SchoolClient, changed: dict[str, str], sentence: str) -> None:
    sports_day()
    before = count_entries(AuditFilter())
    typed = {"on_day": "2026-11-02", "until": "", "kind": "closure", "name": "秋假", "follows_weekday": "", **changed}
    answer = li.post_form("/calendar/days/new", typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert list(exceptions()) == [SPORTS]
    assert count_entries(AuditFilter()) == before
    assert typed["name"].strip() in answer.text


def test_changing_a_day_makes_it_the_schools_own(li: SchoolClient) -> None:
    li.post_form("/calendar/years/2026/fill", page="/calendar/edit")
    day_id = find_day(date(2026, 10, 10)).id
    typed = {"kind": "makeup", "name": "补课", "follows_weekday": "5"}
    assert li.post_form(f"/calendar/days/{day_id}", typed).status_code == 303
    assert exceptions()[date(2026, 10, 10)].follows_weekday == 5
    assert not find_day(date(2026, 10, 10)).is_filled
    assert last_sentence() == "李主任把2026年10月10日从调休补班“国庆节调休”，上周三的课改为调休补班“补课”，上周五的课"


def test_the_second_of_two_editors_sees_what_the_first_did(app: Flask, li: SchoolClient) -> None:
    day_id = sports_day()
    other = signed_in(app, administrator())
    path = f"/calendar/days/{day_id}"
    seen = {"kind": "closure", "name": "运动会（雨天顺延）", "follows_weekday": "", "seen": "closure|运动会|"}
    assert other.post_form(path, {"kind": "closure", "name": "田径运动会", "follows_weekday": ""}).status_code == 303
    answer = li.post_form(path, seen)
    assert answer.status_code == 422
    assert "别人已经改过：现在是学校停课“田径运动会”" in answer.text
    assert "运动会（雨天顺延）" in answer.text
    assert exceptions()[SPORTS].name == "田径运动会"
    seen["seen"] = "closure|田径运动会|"
    assert li.post_form(path, seen).status_code == 303


def test_removing_a_day_makes_it_ordinary_again(li: SchoolClient) -> None:
    day_id = sports_day()
    assert li.post_form(f"/calendar/days/{day_id}/remove", page="/calendar/edit").status_code == 303
    assert exceptions() == {}
    assert last_sentence() == "李主任删除了2026年10月30日的学校停课“运动会”，这一天恢复平常"
    assert li.post_form(f"/calendar/days/{day_id}/remove", page="/calendar/edit").status_code == 404


def test_entering_a_term(li: SchoolClient) -> None:
    typed = {"start_year": "2026", "number": "1", "starts_on": "2026-09-01", "ends_on": "2027-01-22"}
    assert li.post_form("/calendar/terms/new", typed).status_code == 303
    db.session.rollback()
    assert get_calendar().terms == (AUTUMN,)
    assert last_sentence() == "李主任录入了2026—2027学年第一学期，2026年9月1日至2027年1月22日"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"number": "1"}, "2026—2027学年第一学期已经有了"),
        ({"starts_on": "2027-01-22"}, "与2026—2027学年第一学期"),
        ({"ends_on": "2027-03-01"}, "学期的最后一天要晚于第一天"),
        ({"ends_on": "2027-09-01"}, "应在2026年8月1日到2027年8月31日之间"),
        ({"start_year": "2025"}, "应在2025年8月1日到2026年8月31日之间"),
        ({"number": "3"}, "不是有效的选择"),
        ({"starts_on": "开学"}, "不是有效的日期值"),
    ],
)
def test_a_refused_term_writes_nothing_and_keeps_what_was_typed(li: SchoolClient, changed: dict[str, str], sentence: str) -> None:
    autumn()
    typed = {"start_year": "2026", "number": "2", "starts_on": "2027-03-01", "ends_on": "2027-07-09", **changed}
    answer = li.post_form("/calendar/terms/new", typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{typed["ends_on"]}"' in answer.text
    assert len(terms()) == 1


def test_changing_a_term(li: SchoolClient) -> None:
    term_id = autumn()
    typed = {"starts_on": "2026-08-31", "ends_on": "2027-01-22"}
    assert li.post_form(f"/calendar/terms/{term_id}", typed).status_code == 303
    db.session.rollback()
    assert get_calendar().terms[0].starts_on == date(2026, 8, 31)
    assert last_sentence() == ("李主任把2026—2027学年第一学期从2026年9月1日至2027年1月22日改为2026年8月31日至2027年1月22日")
    stale = {"starts_on": "2026-09-02", "ends_on": "2027-01-22", "seen": "2026-09-01|2027-01-22"}
    answer = li.post_form(f"/calendar/terms/{term_id}", stale)
    assert (answer.status_code, "别人已经改过" in answer.text) == (422, True)
    assert li.get("/calendar/terms/99").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/calendar/days/new",
        "/calendar/days/{day}",
        "/calendar/days/{day}/remove",
        "/calendar/terms/new",
        "/calendar/terms/{term}",
        "/calendar/years/2026/fill",
    ],
)
def test_keeping_the_calendar_needs_sign_in_and_the_permission(app: Flask, client: SchoolClient, path: str) -> None:
    path = path.format(day=sports_day(), term=autumn())
    before = count_entries(AuditFilter())
    assert client.post(path, data={"name": "x"}, headers={"Origin": "http://localhost"}).status_code == 401
    for user in (teacher(), guardian(), principal()):
        assert signed_in(app, user).post_form(path, page="/account").status_code == 403
    assert count_entries(AuditFilter()) == before
    assert list(exceptions()) == [SPORTS]
