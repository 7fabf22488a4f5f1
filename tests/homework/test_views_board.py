"""The homeroom board, approvals and the family's copy."""

from collections.abc import Callable

import pytest

from school.accounts.models import User
from school.db import db
from school.homework.enums import DayState, ItemState
from school.homework.models import CapRequest, HomeworkItem
from school.homework.service import publishing
from school.homework.service.filing import Filing, file_item
from school.homework.service.publishing import Choice
from school.preferences import service as preferences
from tests.homework.small_school import EVENING, TESTER, WEDNESDAY, SmallSchool, day_of, values
from tests.support.client import SchoolClient

AsUser = Callable[[User], SchoolClient]
GOES_ON = {"goes_on_unfiled": "y"}


def board_url(school: SmallSchool) -> str:
    """The board of 三年级2班."""
    return f"/homework/board/{school.third_2.id}"


def test_one_tap_publishes(school: SmallSchool, as_user: AsUser) -> None:
    school.file(30)
    school.file(20, teacher=school.liu_teacher)
    answer = as_user(school.liu).post_form(board_url(school))
    assert answer.status_code == 303
    assert day_of(school.third_2).state is DayState.PUBLISHED


def test_the_board_names_who_has_not_filed(school: SmallSchool, as_user: AsUser) -> None:
    school.file(30)
    client = as_user(school.liu)
    assert "未填报：语文" in client.get(board_url(school)).text
    refused = client.post_form(board_url(school))
    assert refused.status_code == 422
    assert day_of(school.third_2).state is DayState.OPEN
    assert client.post_form(board_url(school), GOES_ON).status_code == 303


def test_an_empty_day_is_published_as_none_only_when_said(school: SmallSchool, as_user: AsUser) -> None:
    client = as_user(school.liu)
    assert client.post_form(board_url(school), GOES_ON).status_code == 422
    assert client.post_form(board_url(school), GOES_ON | {"declares_none": "y"}).status_code == 303
    assert day_of(school.third_2).has_none


def test_late_asks_for_a_reason_and_keeps_what_was_typed(school: SmallSchool, as_user: AsUser, freeze: Callable) -> None:
    school.file(30)
    freeze(EVENING)
    client = as_user(school.liu)
    refused = client.post_form(board_url(school), GOES_ON | {"note": "已提醒语文"})
    assert refused.status_code == 422
    assert "迟公示" in refused.text
    assert "已提醒语文" in refused.text
    assert client.post_form(board_url(school), GOES_ON | {"reason": "网络故障"}).status_code == 303
    assert day_of(school.third_2).is_late


@pytest.mark.parametrize("who", ["bai", "chen"])
def test_another_class_s_board_is_not_there(school: SmallSchool, as_user: AsUser, who: str) -> None:
    status = as_user(getattr(school, who)).get(board_url(school)).status_code
    assert status == (404 if who == "bai" else 403)


def test_the_grade_leader_looks_but_does_not_publish(school: SmallSchool, as_user: AsUser) -> None:
    school.file(30)
    client = as_user(school.zhao)
    page = client.get(board_url(school)).text
    assert "公示 1 项" not in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post(board_url(school), data={"csrf_token": token} | GOES_ON).status_code == 404
    assert client.get(f"/homework/board/{school.first_1.id}").status_code == 404


def test_trim_return_and_take_in(school: SmallSchool, as_user: AsUser) -> None:
    item = school.file(50)
    lesson = school.lesson(school.liu_teacher, school.third_2)
    waiting = file_item(lesson, values(20), Filing(key="w", asks_for_room=True), actor=TESTER)
    db.session.commit()
    client = as_user(school.liu)
    page = client.get(board_url(school)).text
    assert "还差 10 分钟" in page
    assert "数学" in page
    assert client.post_form(f"/homework/items/{item.id}/trim", {"all_minutes": "40", "reason": "让给语文"}).status_code == 303
    assert client.post_form(f"/homework/items/{waiting.id}/take-in", page=board_url(school)).status_code == 303
    assert day_of(school.third_2).required_minutes == 60
    assert client.post_form(f"/homework/items/{item.id}/return", {"reason": "请换一课"}).status_code == 303
    assert db.session.get(HomeworkItem, item.id).state is ItemState.RETURNED


def test_trimming_upwards_is_refused_and_kept(school: SmallSchool, as_user: AsUser) -> None:
    item = school.file(20)
    answer = as_user(school.liu).post_form(f"/homework/items/{item.id}/trim", {"all_minutes": "30", "reason": "加一点"})
    assert answer.status_code == 422
    assert "加一点" in answer.text
    assert "只能调减" in answer.text
    assert day_of(school.third_2).required_minutes == 20


def test_an_item_of_another_class_is_not_on_ones_board(school: SmallSchool, as_user: AsUser) -> None:
    item = school.file(20)
    for act in ("trim", "return"):
        assert as_user(school.bai).get(f"/homework/items/{item.id}/{act}").status_code == 404


def test_with_approval_the_grade_leader_publishes(school: SmallSchool, as_user: AsUser) -> None:
    preferences.change({"needs_approval": True}, actor=TESTER)
    school.file(30)
    assert as_user(school.liu).post_form(board_url(school), GOES_ON).status_code == 303
    day = day_of(school.third_2)
    assert day.state is DayState.COORDINATED
    leader = as_user(school.zhao)
    assert "三年级2班" in leader.get("/homework/approvals").text
    url = f"/homework/approvals/days/{school.third_2.id}/{day.id}"
    assert leader.post_form(f"{url}/publish", page="/homework/approvals").status_code == 303
    assert day_of(school.third_2).state is DayState.PUBLISHED


def test_the_approver_gives_a_day_back(school: SmallSchool, as_user: AsUser) -> None:
    school.file(30)
    choice = Choice(confirms_standard=True, goes_on_unfiled=True)
    publishing.coordinate_day(school.third_2.id, WEDNESDAY, choice, actor=TESTER)
    db.session.commit()
    url = f"/homework/approvals/days/{school.third_2.id}/{day_of(school.third_2).id}/reopen"
    assert as_user(school.zhao).post_form(url, {"reason": "语文太多"}).status_code == 303
    assert day_of(school.third_2).state is DayState.OPEN


def test_the_office_lifts_a_school_cap_and_a_grade_leader_does_not(school: SmallSchool, as_user: AsUser) -> None:
    preferences.change({"caps": {"3": 45}}, actor=TESTER)
    school.file(45)
    asked = as_user(school.liu).post_form(f"{board_url(school)}/room", {"minutes": "61", "reason": "复习"})
    assert asked.status_code == 422
    assert "国家规定" in asked.text
    assert as_user(school.liu).post_form(f"{board_url(school)}/room", {"minutes": "60", "reason": "复习"}).status_code == 303
    request = db.session.query(CapRequest).one()
    assert as_user(school.zhao).get(f"/homework/approvals/{request.id}").status_code == 404
    office = as_user(school.office)
    assert "复习" in office.get("/homework/approvals").text
    sent = {"verdict": "yes", "answer": "仅此一天"}
    assert office.post_form(f"/homework/approvals/{request.id}", sent).status_code == 303
    assert day_of(school.third_2).approved_minutes == 60


def test_a_guardian_reads_own_children_only(school: SmallSchool, as_user: AsUser) -> None:
    school.file(30, content="口算 20 题")
    client = as_user(school.sun)
    assert "还没有公示" in client.get("/family/homework").text
    publishing.publish_day(school.third_2.id, WEDNESDAY, Choice(confirms_standard=True, goes_on_unfiled=True), actor=TESTER)
    db.session.commit()
    page = client.get("/family/homework").text
    assert "乌云其木格" in page
    assert "口算 20 题" in page
    assert "陈老师" in page
    assert "乌云其木格" not in as_user(school.outsider).get("/family/homework").text


def test_closing_a_day_ends_changes(school: SmallSchool, as_user: AsUser) -> None:
    item = school.file(30)
    client = as_user(school.liu)
    client.post_form(board_url(school), GOES_ON)
    assert client.post_form(f"{board_url(school)}/close", page=board_url(school)).status_code == 303
    assert day_of(school.third_2).state is DayState.CLOSED
    amended = client.get(f"/homework/items/{item.id}/view").text
    assert "更正会公示" not in amended
