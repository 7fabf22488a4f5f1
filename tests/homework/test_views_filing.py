"""The teacher's pages: file, copy, check, draft, edit, withdraw, amend; what was typed is never lost."""

from collections.abc import Callable
from typing import Any

import pytest

from school.accounts.models import User
from school.db import db
from school.homework.enums import ItemState
from school.homework.models import HomeworkDay, HomeworkItem
from school.homework.service import publishing
from school.homework.service.publishing import Choice
from tests.homework.small_school import TESTER, WEDNESDAY, SmallSchool, day_of
from tests.support.client import SchoolClient

AsUser = Callable[[User], SchoolClient]

TYPED = {"all_content": "练习册第 32 页", "all_minutes": "20", "form": "written", "demand": "required", "layering": "whole"}


def new_url(school: SmallSchool, day: str = "") -> str:
    """The form for 数学 in 三年级2班."""
    return f"/homework/items/new/{school.third_2.id}/{school.maths.id}" + (f"?day={day}" if day else "")


def typed(**changes: Any) -> dict[str, Any]:
    """A filled form: the fields a browser would send."""
    return TYPED | {"kind": "basic", "stage": "after_class", "due_on": "2026-11-26"} | changes


def test_filing_works_and_comes_back_to_the_teachers_day(school: SmallSchool, as_user: AsUser) -> None:
    answer = as_user(school.chen).post_form(new_url(school), typed())
    assert (answer.status_code, answer.location) == (303, "/homework?day=2026-11-25")
    assert day_of(school.third_2).required_minutes == 20


def test_filing_needs_a_sign_in(school: SmallSchool, client: SchoolClient) -> None:
    assert client.post(new_url(school), data=typed()).status_code == 401
    assert db.session.query(HomeworkItem).count() == 0


def test_a_guardian_may_not_file(school: SmallSchool, as_user: AsUser) -> None:
    assert as_user(school.sun).get(new_url(school)).status_code == 403


@pytest.mark.parametrize("who", ["liu", "bai"])
def test_a_lesson_of_somebody_else_is_not_there(school: SmallSchool, as_user: AsUser, who: str) -> None:
    assert as_user(getattr(school, who)).get(new_url(school)).status_code == 404


def test_over_the_cap_says_by_how_much_keeps_the_text_and_writes_nothing(school: SmallSchool, as_user: AsUser) -> None:
    school.file(50, teacher=school.liu_teacher)
    answer = as_user(school.chen).post_form(new_url(school), typed(all_content="口算训练第 12 页"))
    assert answer.status_code == 422
    assert "多 10 分钟" in answer.text
    assert "口算训练第 12 页" in answer.text
    assert "请班主任统筹" in answer.text
    assert db.session.query(HomeworkItem).count() == 1


def test_what_does_not_fit_can_wait_for_the_homeroom_teacher(school: SmallSchool, as_user: AsUser) -> None:
    school.file(50, teacher=school.liu_teacher)
    assert as_user(school.chen).post_form(new_url(school), typed(ask_room="1")).status_code == 303
    waiting = [item for item in day_of(school.third_2).items if item.asks_for_room]
    assert [item.state for item in waiting] == [ItemState.DRAFT]


@pytest.mark.parametrize("minutes", ["0", "-5", "999", "很久", "", "1e3"])
def test_absurd_minutes_get_a_sentence_and_stay_typed(school: SmallSchool, as_user: AsUser, minutes: str) -> None:
    answer = as_user(school.chen).post_form(new_url(school), typed(all_minutes=minutes))
    assert answer.status_code == 422
    assert "分钟" in answer.text
    assert "练习册第 32 页" in answer.text
    assert db.session.query(HomeworkItem).count() == 0


@pytest.mark.parametrize("day", ["2026-11-28", "2026-11-29", "2026-08-15", "2027-05-01"])
def test_a_day_without_school_is_refused_in_a_sentence(school: SmallSchool, as_user: AsUser, day: str) -> None:
    client = as_user(school.chen)
    answer = client.post_form(new_url(school), typed(due_on="2026-11-26"), page=new_url(school))
    assert answer.status_code == 303
    token = client.get(new_url(school)).text.split('name="csrf_token" value="')[1].split('"')[0]
    sent = typed(submission_key="another", csrf_token=token, due_on=day)
    refused = client.post(new_url(school, day), data=sent, headers={"Origin": "http://localhost"})
    assert refused.status_code in (404, 422)
    assert db.session.query(HomeworkItem).count() == 1


def test_a_double_tap_makes_one_item(school: SmallSchool, as_user: AsUser) -> None:
    client = as_user(school.chen)
    page = client.get(new_url(school)).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    for _tap in range(2):
        sent = typed(submission_key="one-key", csrf_token=token)
        assert client.post(new_url(school), data=sent, headers={"Origin": "http://localhost"}).status_code == 303
    assert db.session.query(HomeworkItem).count() == 1


def test_check_shows_the_total_without_javascript_and_writes_nothing(school: SmallSchool, as_user: AsUser) -> None:
    school.file(30, teacher=school.liu_teacher)
    answer = as_user(school.chen).post_form(new_url(school), typed(check="1"))
    assert answer.status_code == 200
    assert "算上这一项共 50 分钟" in answer.text
    assert db.session.query(HomeworkItem).count() == 1


def test_one_tap_files_for_the_other_class_too(school: SmallSchool, as_user: AsUser) -> None:
    answer = as_user(school.chen).post_form(new_url(school), typed(also=[str(school.third_1.id)]))
    assert answer.status_code == 303
    assert [day_of(one).required_minutes for one in (school.third_1, school.third_2)] == [20, 20]


def test_a_class_one_does_not_teach_cannot_be_added_by_hand(school: SmallSchool, as_user: AsUser) -> None:
    answer = as_user(school.chen).post_form(new_url(school), typed(also=[str(school.first_1.id)]))
    assert answer.status_code == 422
    assert db.session.query(HomeworkItem).count() == 0


def test_copying_fills_the_form_but_not_the_day(school: SmallSchool, as_user: AsUser) -> None:
    item = school.file(25, on_day=WEDNESDAY.replace(day=24), due_on=WEDNESDAY, content="第 7 课词语")
    page = as_user(school.chen).get(new_url(school) + f"?copy={item.id}").text
    assert "第 7 课词语" in page
    assert 'value="25"' in page
    assert 'value="2026-11-26"' in page


def test_copying_from_somebody_else_is_not_there(school: SmallSchool, as_user: AsUser) -> None:
    item = school.file(25, teacher=school.liu_teacher)
    assert as_user(school.chen).get(new_url(school) + f"?copy={item.id}").status_code == 404


def test_layers_have_their_own_content_and_minutes(school: SmallSchool, as_user: AsUser) -> None:
    layered = {"layering": "layered", "all_content": "", "all_minutes": ""}
    for layer, minutes in (("a", 20), ("b", 15), ("c", 10)):
        layered |= {f"{layer}_content": f"{layer.upper()} 组题", f"{layer}_minutes": str(minutes)}
    assert as_user(school.chen).post_form(new_url(school), typed(**layered)).status_code == 303
    (item,) = day_of(school.third_2).items
    assert {layer.layer.value: layer.minutes for layer in item.layers} == {"a": 20, "b": 15, "c": 10}
    assert day_of(school.third_2).required_minutes == 20


def test_forbidden_wording_is_refused_beside_the_content(school: SmallSchool, as_user: AsUser) -> None:
    answer = as_user(school.chen).post_form(new_url(school), typed(all_content="背诵课文，家长签字"))
    assert answer.status_code == 422
    assert "家长签字" in answer.text
    assert 'id="all_content-error"' in answer.text


def test_of_two_who_edit_the_second_sees_the_difference(school: SmallSchool, as_user: AsUser) -> None:
    item = school.file(20, content="第 1 题")
    url = f"/homework/items/{item.id}"
    first, second = as_user(school.chen), as_user(school.chen)
    old_page = second.get(url).text
    hidden = {
        name: old_page.split(f'name="{name}" type="hidden" value="')[1].split('"')[0] for name in ("revision", "submission_key")
    }
    token = old_page.split('name="csrf_token" value="')[1].split('"')[0]
    assert first.post_form(url, typed(all_content="第 2 题")).status_code == 303
    answer = second.post(
        url, data=typed(all_content="第 3 题", csrf_token=token, **hidden), headers={"Origin": "http://localhost"}
    )
    assert answer.status_code == 422
    assert "第 2 题" in answer.text
    assert "第 3 题" in answer.text
    assert "两边的不同" in answer.text
    assert day_of(school.third_2).items[0].layers[0].content == "第 2 题"
    assert second.post_form(url, typed(all_content="第 3 题")).status_code == 303


def test_withdrawing_needs_a_reason(school: SmallSchool, as_user: AsUser) -> None:
    item = school.file(20)
    client = as_user(school.chen)
    assert client.post_form(f"/homework/items/{item.id}/withdraw", {"reason": " "}).status_code == 422
    assert client.post_form(f"/homework/items/{item.id}/withdraw", {"reason": "布置错了"}).status_code == 303
    assert day_of(school.third_2).items[0].state is ItemState.WITHDRAWN


def test_none_is_one_tap(school: SmallSchool, as_user: AsUser) -> None:
    url = f"/homework/none/{school.third_2.id}/{school.maths.id}?day=2026-11-25"
    assert as_user(school.chen).post_form(url, page="/homework").status_code == 303
    assert len(day_of(school.third_2).declarations) == 1


def test_an_amendment_asks_for_a_public_reason(school: SmallSchool, as_user: AsUser) -> None:
    item = school.file(20)
    choice = Choice(confirms_standard=True, goes_on_unfiled=True)
    publishing.publish_day(school.third_2.id, WEDNESDAY, choice, actor=TESTER)
    db.session.commit()
    client = as_user(school.chen)
    url = f"/homework/items/{item.id}/amend"
    assert client.post_form(url, typed(all_minutes="15")).status_code == 422
    assert client.post_form(url, typed(all_minutes="15", amend_reason="进度慢了")).status_code == 303
    assert day_of(school.third_2).required_minutes == 15
    assert as_user(school.bai).get(url).status_code == 404
    assert as_user(school.liu).get(url).status_code == 200  # the class's homeroom teacher


def test_the_teachers_day_shows_every_lesson(school: SmallSchool, as_user: AsUser) -> None:
    school.file(20, content="口算 20 题")
    page = as_user(school.chen).get("/homework").text
    assert "三年级1班" in page
    assert "三年级2班" in page
    assert "口算 20 题" in page
    assert db.session.query(HomeworkDay).count() == 1
