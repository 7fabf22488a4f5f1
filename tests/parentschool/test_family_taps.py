"""What a family's tap on a session answers, and what is refused with what was typed kept."""

import re

import pytest
from sqlalchemy import select

from school.db import db
from school.parentschool.enums import SignUpState
from school.parentschool.models import SignUp
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, SATURDAY_MORNING, Families
from tests.parentschool.test_family_pages import (
    FRIDAY_WORDS,
    SATURDAY_WORDS,
    AsUser,
    Freeze,
    mother,
    page_of,
    sign_ups,
    tap,
    words,
)
from tests.parentschool.test_signups_service import join, standing


def test_signing_up_answers_with_everything(families: Families, as_user: AsUser) -> None:
    client = mother(families, as_user, 2)
    status, told = tap(client, families, adults="2")
    assert status == 303
    assert f"报名成功：{FRIDAY_WORDS}，2位家长。".replace(" ", "") in told
    assert sign_ups(families) == [("孩子2", 2, "seated")]
    status, told = tap(client, families, adults="1")
    assert (status, f"人数已改好：{FRIDAY_WORDS}，1位家长。" in told) == (303, True)
    status, told = tap(client, families, adults="1")
    assert (status, f"已经报好名：{FRIDAY_WORDS}，1位家长。" in told) == (303, True)
    assert sign_ups(families) == [("孩子2", 1, "seated")]


def test_the_waiting_list_answers_with_the_position_and_leaving_it_names_it(families: Families, as_user: AsUser) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 1)
    client = mother(families, as_user, 4)
    status, told = tap(client, families, adults="2")
    assert (status, f"已排上候补第2位：{FRIDAY_WORDS}，2位家长。" in told) == (303, True)
    path = f"/families/dates/{families.friday.id}/withdraw"
    assert "退出后再排，要从最后排起" in client.get(path).text
    answer = client.post_form(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(families))
    assert f"已退出：{FRIDAY_WORDS}，2位家长。" in words(client.get(page_of(families)).text)
    assert standing(families)["friday"][1] == ["家长3"]


def test_leaving_passes_the_chair_on_and_twice_is_once(families: Families, as_user: AsUser) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 1)
    client, path = mother(families, as_user, 2), f"/families/dates/{families.friday.id}/withdraw"
    assert "座位马上让给候补的家庭" in client.get(path).text
    first = client.post_form(path)
    again = client.get(path)
    assert (first.status_code, again.status_code) == (303, 303), "there is nothing left to leave"
    assert standing(families)["friday"] == ([("家长1", 2), ("家长3", 1)], [])


def test_a_swap_is_one_act(families: Families, as_user: AsUser) -> None:
    join(families, 2, 2)
    client = mother(families, as_user, 2)
    page = client.get(page_of(families)).text
    assert "换到这一场</button>" in page
    assert "11月27日（周五）19:00—20:30，多功能厅 那一场同时退出" in page
    status, told = tap(client, families, saturday=True, adults="2")
    assert status == 303
    assert f"已换好：{SATURDAY_WORDS}，2位家长。原来11月27日（周五）19:00—20:30，多功能厅那一场已经退出。" in told
    assert standing(families) == {"friday": ([], []), "saturday": ([("家长2", 2)], [])}


def test_waiting_for_a_swap_keeps_the_chairs(families: Families, as_user: AsUser) -> None:
    join(families, 1, 2, saturday=True)
    join(families, 2, 1)
    client = mother(families, as_user, 2)
    assert "候补换到这一场</button>" in client.get(page_of(families)).text
    status, told = tap(client, families, saturday=True)
    listed = words(client.get("/families").text)
    assert "已报名：11月27日（周五）19:00—20:30，多功能厅，1位家长候补第1位：11月28日（周六）" in listed
    assert status == 303
    assert f"已排上候补第1位：{SATURDAY_WORDS}，1位家长。" in told
    assert "轮到以前，11月27日（周五）19:00—20:30，多功能厅那一场的座位给您留着。" in told
    assert standing(families) == {"friday": ([("家长2", 1)], []), "saturday": ([("家长1", 2)], ["家长2"])}
    status, _told = tap(client, families, saturday=True, adults="2")
    assert status == 303
    assert db.session.scalars(select(SignUp).where(SignUp.state == SignUpState.WAITING)).one().gives_up_id == families.friday.id


def test_what_has_begun_cannot_be_left_for_another_date(families: Families, as_user: AsUser, freeze: Freeze) -> None:
    families.session.sign_up_closes_at = SATURDAY_MORNING
    db.session.commit()
    join(families, 2, 1)
    client = mother(families, as_user, 2)
    freeze(FRIDAY_EVENING)
    page = client.get(page_of(families)).text
    assert "它已经开始，不能再换" in page
    assert "/sign-up" not in page
    with pytest.raises(Exception, match="已经开始"):
        join(families, 2, 1, saturday=True, gives_up=families.friday.id)
    assert sign_ups(families) == [("孩子2", 1, "seated")]


def test_who_waits_to_change_from_what_has_begun_stays_there(families: Families, as_user: AsUser, freeze: Freeze) -> None:
    families.session.sign_up_closes_at = SATURDAY_MORNING
    db.session.commit()
    join(families, 1, 2, saturday=True)
    join(families, 2, 1)
    join(families, 2, 1, saturday=True, gives_up=families.friday.id)
    freeze(FRIDAY_EVENING)
    client = mother(families, as_user, 1)
    assert client.post_form(f"/families/dates/{families.saturday.id}/withdraw").status_code == 303
    assert standing(families) == {"friday": ([("家长2", 1)], []), "saturday": ([], ["家长2"])}
    assert "那一场已经开始，不会再换" in mother(families, as_user, 2).get(page_of(families)).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"adults": "3"}, "每个家庭请报 1 到 2 位家长。"),
        ({"adults": "0"}, "每个家庭请报 1 到 2 位家长。"),
        ({"adults": "两位"}, "每个家庭请报 1 到 2 位家长。"),
        ({"pupil_id": "9999"}, "请选择您自己的、受邀请的孩子。"),
        ({"pupil_id": ""}, "请选择您自己的、受邀请的孩子。"),
    ],
)
def test_odd_taps_are_refused(families: Families, as_user: AsUser, typed: dict[str, str], sentence: str) -> None:
    status, told = tap(mother(families, as_user, 2), families, **typed)
    assert (status, sentence.replace(" ", "") in told) == (422, True)
    assert sign_ups(families) == []


def test_another_family_s_child_is_refused(families: Families, as_user: AsUser) -> None:
    status, told = tap(mother(families, as_user, 2), families, pupil_id=str(families.families[2].child.id))
    assert (status, "请选择您自己的" in told, "孩子3" in told) == (422, True, False)
    assert sign_ups(families) == []


def test_a_full_date_refuses_who_would_not_wait_and_keeps_what_was_typed(families: Families, as_user: AsUser) -> None:
    join(families, 1, 2)
    client = mother(families, as_user, 2)
    page = client.get(page_of(families)).text
    assert "1 位家长（有座位）" in page
    assert "2 位家长（座位不够）" in page
    hidden = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert hidden
    typed = {"csrf_token": hidden[1], "pupil_id": str(families.families[1].child.id), "adults": "2", "gives_up": ""}
    path = f"/families/dates/{families.friday.id}/sign-up"
    answer = client.post(path, data=typed, headers={"Origin": "http://localhost"})
    assert answer.status_code == 422
    assert "只剩 1 个座位，不够 2 位家长" in answer.text
    chosen = re.findall(r'<option selected value="(\d)">', answer.text)
    assert chosen[0] == "2", "what was typed stands there again"
    assert 'name="waits" type="checkbox"' in answer.text
    assert sign_ups(families) == [("孩子1", 2, "seated")]
    join(families, 3, 1)
    answer = client.post(path, data=typed, headers={"Origin": "http://localhost"})
    assert (answer.status_code, "刚刚报满" in answer.text) == (422, True)
    answer = client.post(path, data=typed | {"waits": "y"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 303
    assert standing(families)["friday"][1] == ["家长2"]


@pytest.mark.parametrize("act", ["closed", "cancelled", "begun"])
def test_too_late_is_refused_with_the_reason(families: Families, as_user: AsUser, freeze: Freeze, act: str) -> None:
    client = mother(families, as_user, 2)
    hidden = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page_of(families)).text)
    assert hidden
    if act == "closed":
        families.session.sign_up_closes_at = NOON
    elif act == "cancelled":
        families.friday.cancelled_at, families.friday.cancel_reason = NOON, "停电"
    else:
        families.session.sign_up_closes_at = SATURDAY_MORNING
        freeze(FRIDAY_EVENING)
    db.session.commit()
    typed = {"csrf_token": hidden[1], "pupil_id": str(families.families[1].child.id), "adults": "2", "waits": "y"}
    answer = client.post(f"/families/dates/{families.friday.id}/sign-up", data=typed, headers={"Origin": "http://localhost"})
    reasons = {"closed": "已于 11月25日（周三）12:00 截止", "cancelled": "这一场已经取消", "begun": "这一场已经开始"}
    assert (answer.status_code, reasons[act] in answer.text) == (422, True)
    assert sign_ups(families) == []


def test_more_adults_than_chairs_free_keeps_the_sign_up(families: Families, as_user: AsUser) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    client = mother(families, as_user, 2)
    assert "改人数" not in client.get(page_of(families)).text, "there is nothing it could change to"
    hidden = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page_of(families)).text)
    assert hidden
    typed = {"csrf_token": hidden[1], "pupil_id": str(families.families[1].child.id), "adults": "2", "waits": "y"}
    answer = client.post(f"/families/dates/{families.friday.id}/sign-up", data=typed, headers={"Origin": "http://localhost"})
    assert (answer.status_code, "原来的报名不变" in answer.text) == (422, True)
    assert sign_ups(families) == [("孩子1", 2, "seated"), ("孩子2", 1, "seated")]


def test_both_guardians_see_one_sign_up_and_either_may_change_it(families: Families, as_user: AsUser) -> None:
    status, _told = tap(as_user(families.father_user), families, pupil_id=str(families.second_child.id))
    assert status == 303
    assert "由父亲1报名" in mother(families, as_user).get(page_of(families)).text
    status, told = tap(mother(families, as_user), families, adults="2")
    assert (status, "人数已改好" in told) == (303, True)
    assert sign_ups(families) == [("妹妹1", 2, "seated")]


def test_a_guardian_of_two_children_says_for_which(families: Families, as_user: AsUser) -> None:
    page = mother(families, as_user).get(page_of(families)).text
    assert "孩子1（三年级2班）" in page
    assert "妹妹1（一年级1班）" in page
    assert "为哪个孩子报名" not in mother(families, as_user, 2).get(page_of(families)).text
