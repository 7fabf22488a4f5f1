"""The list at the door as each of the people gets it: ticking, walk-ins, corrections, closing, the sheet of paper."""

from datetime import datetime, timedelta

from flask import Flask

from school.db import db, transaction
from school.parentschool.enums import SessionState
from school.parentschool.models import FamilyPresence
from school.parentschool.service import presence
from tests.homework.small_school import TESTER
from tests.parentschool.attendance import DOOR_OPENS, ENDS, Device, Freeze, answer, come, presences, sign_up
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, Families, build_family
from tests.support.html import parse

SECOND = timedelta(seconds=1)


def list_url(families: Families) -> str:
    """Friday's list."""
    return f"/parent-school/dates/{families.friday.id}/presence"


def boxes(page: str) -> dict[str, bool]:
    """The boxes of a list by sign-up, and whether they are ticked."""
    found = [one for one in parse(page).all("input") if one.get("name") == "here"]
    return {one.get("value", ""): one.get("checked") is not None for one in found}


def test_a_homeroom_teacher_ticks_who_came_and_sees_who_did_not(families: Families, as_user: Device, freeze: Freeze) -> None:
    ids = [sign_up(families, number, 1) for number in (1, 2, 3)]
    fourth = sign_up(families, 4)  # waits
    freeze(DOOR_OPENS)
    liu, url = as_user(families.school.liu), list_url(families)
    page = liu.get(url).text
    assert "报名 <strong>4</strong> 家，已到 <strong>0</strong> 家、<strong>0</strong> 位家长" in page
    assert list(boxes(page)) == [str(one) for one in (*ids, fourth)]
    assert "候补" in page
    done = liu.post_form(url, {"here": [str(ids[0]), str(fourth)], f"adults_{ids[0]}": "2", f"adults_{fourth}": "1"})
    assert (done.status_code, done.headers["Location"]) == (303, url)
    page = liu.get(url).text
    assert "已登记 2 家到场。" in page
    assert "已到 <strong>2</strong> 家、<strong>3</strong> 位家长" in page
    assert list(boxes(page)) == [str(ids[1]), str(ids[2])]
    assert "候补到场" in page
    assert presences(families.friday) == [("孩子1", "家长1", 2, "list", True), ("孩子4", "家长4", 1, "list", True)]
    again = liu.post_form(url, {"here": [str(ids[0]), str(ids[1])], f"adults_{ids[0]}": "1", f"adults_{ids[1]}": "1"})
    assert again.status_code == 303
    assert "已登记 1 家到场。另有 1 家已经签到过" in liu.get(url).text


def test_a_refused_tick_keeps_ticks_and_numbers(families: Families, as_user: Device, freeze: Freeze) -> None:
    first, second = sign_up(families, 1), sign_up(families, 2, 2)
    freeze(FRIDAY_EVENING)
    liu, url = as_user(families.school.liu), list_url(families)
    typed = {"here": [str(first), str(second)], f"adults_{first}": "5", f"adults_{second}": "9"}
    answer = liu.post_form(url, typed)
    assert answer.status_code == 422
    assert "到场人数请填 1 到 6" in answer.text
    assert boxes(answer.text) == {str(first): True, str(second): True}
    assert '<option value="5" selected>' in answer.text
    assert presences(families.friday) == []
    empty = liu.post_form(url, {})
    assert (empty.status_code, "请先勾选到场的家庭" in empty.text) == (422, True)


def test_a_list_is_searched_and_a_tick_comes_back_to_the_search(families: Families, as_user: Device, freeze: Freeze) -> None:
    ids = [sign_up(families, number) for number in (1, 2)]
    freeze(FRIDAY_EVENING)
    liu, url = as_user(families.school.liu), list_url(families)
    assert list(boxes(liu.get(f"{url}?q=孩子2").text)) == [str(ids[1])]
    assert list(boxes(liu.get(f"{url}?q=家长1").text)) == [str(ids[0])]
    assert len(boxes(liu.get(f"{url}?q=三年级2班").text)) == 2
    done = liu.post_form(f"{url}?q=孩子2", {"here": [str(ids[1])], f"adults_{ids[1]}": "1"}, page=f"{url}?q=孩子2")
    assert done.headers["Location"].startswith(f"{url}?q=")


def test_a_teacher_has_the_families_of_their_own_classes_alone(families: Families, as_user: Device, freeze: Freeze) -> None:
    strange = build_family(9, families.school.first_1)
    families.families.append(strange)
    db.session.commit()
    mine, other = sign_up(families, 1), sign_up(families, 7)
    freeze(FRIDAY_EVENING)
    come(families, 7)
    (noted,) = db.session.query(FamilyPresence).all()
    liu, bai, url = as_user(families.school.liu), as_user(families.school.bai), list_url(families)
    for page in (liu.get(url).text, liu.get(f"{url}/print").text):
        assert "孩子1" in page
        assert "孩子9" not in page
    assert "孩子9" in bai.get(url).text
    assert "孩子1" not in bai.get(url).text.replace("孩子1、", "")
    assert {"孩子1", "孩子9"} <= {one.text for one in parse(as_user(families.school.office).get(url).text).all("strong")} | {
        "孩子9"
    }
    assert liu.get(f"/parent-school/presences/{noted.id}").status_code == 404
    assert bai.get(f"/parent-school/presences/{noted.id}").status_code == 200
    assert as_user(families.school.zhao).get(f"/parent-school/presences/{noted.id}").status_code == 404
    ticked = bai.post_form(url, {"here": [str(mine)], f"adults_{mine}": "1"}, page="/account")
    assert (ticked.status_code, "请先勾选" in ticked.text) == (422, True)
    assert other
    assert len(presences(families.friday)) == 1
    walk_in = f"/parent-school/dates/{families.friday.id}/walk-in"
    assert liu.get(f"{walk_in}?class={families.school.first_1.id}").status_code == 404
    assert liu.get(f"{walk_in}?class=987654321").status_code == 404


def test_a_walk_in_is_added_from_the_class_and_marked(families: Families, as_user: Device, freeze: Freeze) -> None:
    families.session.grades = [1]
    families.session.class_ids = [families.school.third_2.id]
    db.session.commit()
    freeze(FRIDAY_EVENING)
    liu, url = as_user(families.school.liu), f"/parent-school/dates/{families.friday.id}/walk-in"
    page = liu.get(url).text
    assert "孩子5 · 家长5（母亲）" in page, "with one class there is nothing to choose"
    family = families.families[4]
    pair = f"{family.child.id}-{family.mother.id}"
    done = liu.post_form(url, {"comer": pair, "adults": "2"})
    assert (done.status_code, done.headers["Location"]) == (303, list_url(families))
    listed = liu.get(list_url(families)).text
    assert "未报名到场" in listed
    assert "不在邀请范围" not in listed
    assert presences(families.friday) == [("孩子5", "家长5", 2, "list", False)]
    twice = liu.post_form(url, {"comer": pair, "adults": "3"})
    assert (twice.status_code, "孩子5家已经签到过了" in twice.text) == (422, True)
    assert f'<option selected value="{pair}">' in twice.text
    assert '<option selected value="3">' in twice.text
    for typed in (
        {"comer": "", "adults": "1"},
        {"comer": f"{family.child.id}-987654321", "adults": "1"},
        {"comer": "x", "adults": "1"},
        {"comer": pair},
    ):
        assert liu.post_form(url, typed).status_code == 422, typed
    assert len(presences(families.friday)) == 1


def test_a_family_that_was_not_invited_is_noted_with_a_remark(families: Families, as_user: Device, freeze: Freeze) -> None:
    families.session.grades = [1]
    db.session.commit()
    freeze(FRIDAY_EVENING)
    office, third = as_user(families.school.office), families.school.third_2.id
    url = f"/parent-school/dates/{families.friday.id}/walk-in"
    assert "孩子5" not in office.get(url).text, "the office chooses a class first"
    assert "不在这一场的邀请范围" in office.get(f"{url}?class={third}").text
    pair = f"{families.families[4].child.id}-{families.families[4].mother.id}"
    assert (
        office.post_form(f"{url}?class={third}", {"comer": pair, "adults": "1"}, page=f"{url}?class={third}").status_code == 303
    )
    assert "不在邀请范围" in office.get(list_url(families)).text


def test_nobody_ticks_before_the_door_opens_or_what_is_cancelled(families: Families, as_user: Device, freeze: Freeze) -> None:
    first = sign_up(families, 1)
    freeze(DOOR_OPENS - SECOND)
    liu, url = as_user(families.school.liu), list_url(families)
    page = liu.get(url).text
    assert boxes(page) == {}
    assert "18:30 开始签到" in page
    assert "报 1 位" in page
    early = liu.post_form(url, {"here": [str(first)], f"adults_{first}": "1"}, page="/account")
    assert (early.status_code, "还没到签到时间" in early.text) == (422, True)
    families.friday.cancelled_at = NOON
    db.session.commit()
    freeze(FRIDAY_EVENING)
    page = liu.get(url).text
    assert "这一场已经取消" in page
    assert boxes(page) == {}
    assert presences(families.friday) == []


def test_a_correction_keeps_a_refused_reason_and_after_the_closing_is_the_offices(
    families: Families, as_user: Device, freeze: Freeze
) -> None:
    freeze(FRIDAY_EVENING)
    first, second = come(families, 1, 2)
    liu, office = as_user(families.school.liu), as_user(families.school.office)
    url = f"/parent-school/presences/{first}"
    refused = liu.post_form(url, {"what": "adults", "adults": "3", "reason": ""})
    assert (refused.status_code, "请写明更正的原因" in refused.text) == (422, True)
    assert '<option selected value="3">' in refused.text
    assert liu.post_form(url, {"what": "adults", "adults": "3", "reason": "数错了"}).status_code == 303
    assert liu.post_form(f"/parent-school/presences/{second}", {"what": "absent", "reason": "认错了人"}).status_code == 303
    assert presences(families.friday) == [("孩子1", "家长1", 3, "list", False)]
    assert liu.get(f"/parent-school/presences/{second}").status_code == 404
    freeze(ENDS)
    with transaction():
        presence.close(families.friday.id, actor=TESTER)
    assert "更正" not in liu.get(list_url(families)).text.replace("需要更正", "")
    late = liu.post_form(url, {"what": "adults", "adults": "1", "reason": "再数一遍"})
    assert late.status_code == 422
    assert "请德育处或教导处更正" in late.text
    assert "再数一遍" in late.text
    assert office.post_form(url, {"what": "adults", "adults": "1", "reason": "再数一遍"}).status_code == 303
    assert presences(families.friday) == [("孩子1", "家长1", 1, "list", False)]


def test_the_office_closes_after_the_end_and_then_sees_who_did_not_come(
    families: Families, as_user: Device, freeze: Freeze
) -> None:
    sign_up(families, 1)
    sign_up(families, 2)
    freeze(FRIDAY_EVENING)
    come(families, 2)
    office, url = as_user(families.school.office), list_url(families)
    close = f"/parent-school/dates/{families.friday.id}/close-presence"
    assert "结束签到登记" not in office.get(url).text
    early = office.post_form(close, page=url)
    assert (early.status_code, "还没有结束" in early.text) == (422, True)
    freeze(ENDS)
    liu = as_user(families.school.liu)
    assert "结束签到登记" not in liu.get(url).text
    assert liu.post_form(close, page=url).status_code == 403
    assert office.post_form(close, page=url).status_code == 303
    page = office.get(url).text
    assert "报名未到（1 家）" in page
    assert boxes(page) == {}
    assert "补登未报名的家庭" not in page
    twice = office.post_form(close, page="/account")
    assert (twice.status_code, "已经结束登记" in twice.text) == (422, True)


def test_the_sheet_has_every_sign_up_by_class_and_room_for_others(families: Families, as_user: Device, freeze: Freeze) -> None:
    families.families.append(build_family(9, families.school.first_1))
    db.session.commit()
    sign_up(families, 1)
    sign_up(families, 4, 2)
    sign_up(families, 7)
    freeze(FRIDAY_EVENING)
    come(families, 1, 5)
    page = as_user(families.school.office).get(f"{list_url(families)}/print").text
    captions = ["".join(one.itertext()).strip() for one in parse(page).all("caption")]
    assert captions == ["一年级1班（1 家）", "三年级2班（2 家）", "未报名到场的家庭"]
    assert page.count("☑") == 1
    assert page.count("☐") == 2
    assert "孩子5" not in page, "who came without is on the page, not on the sheet"
    assert "（候补）" in page


def test_dates_to_serve_are_those_of_a_fortnight_back_and_four_weeks_ahead(
    families: Families, as_user: Device, freeze: Freeze
) -> None:
    def links(moment: datetime) -> list[str]:
        freeze(moment)
        page = as_user(families.school.liu).get("/parent-school/dates").text
        hrefs = [one.get("href", "") for one in parse(page).all("a")]
        return [one for one in hrefs if "/parent-school/dates/" in one]

    friday, saturday = (f"/parent-school/dates/{one.id}" for one in (families.friday, families.saturday))
    assert links(NOON) == [f"{friday}/presence", f"{saturday}/presence"]
    assert links(FRIDAY_EVENING) == [f"{friday}/door", f"{friday}/presence", f"{saturday}/presence"]
    assert links(ENDS + SECOND) == [f"{saturday}/presence", f"{friday}/presence"]
    assert links(FRIDAY_EVENING - timedelta(weeks=4)) == [f"{friday}/presence"]
    assert links(FRIDAY_EVENING - timedelta(weeks=4) - SECOND) == []
    assert links(ENDS + timedelta(days=14)) == [f"{saturday}/presence", f"{friday}/presence"]
    assert links(ENDS + timedelta(days=14) + SECOND) == [f"{saturday}/presence"]
    families.saturday.cancelled_at = NOON
    db.session.commit()
    assert links(NOON) == [f"{friday}/presence"]
    families.session.state = SessionState.DRAFT
    db.session.commit()
    assert links(NOON) == []
    assert "现在没有要签到的场次" in as_user(families.school.liu).get("/parent-school/dates").text


def test_no_list_tells_that_a_family_answered(app: Flask, families: Families, as_user: Device, freeze: Freeze) -> None:
    freeze(FRIDAY_EVENING)
    (first,) = come(families, 1)
    freeze(ENDS)
    office = as_user(families.school.office)
    urls = (
        list_url(families),
        f"{list_url(families)}/print",
        f"/parent-school/presences/{first}",
        "/parent-school/dates",
        "/audit",
    )

    def seen() -> list[list[str]]:
        return [[text for text in parse(office.get(url).text).root.itertext() if text.strip()] for url in urls]

    before = seen()
    answer(first, 1, "不好")
    assert seen() == before
