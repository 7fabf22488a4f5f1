"""Home visits as each of the people gets them: planned, recorded, opened after a look, corrected, followed up."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from school.clock import frozen
from school.db import db
from school.parentschool.enums import PlannedState
from school.parentschool.models import FollowUp, HomeVisit, PlannedVisit, VisitLook
from tests.accounts.cast import signed_in
from tests.homework.small_school import AFTERNOON, WEDNESDAY
from tests.parentschool.visit_school import FOLLOW_UP, RESULT, SECRETS, TEXTS, WITHDRAWN, VisitSchool, move, plan
from tests.support.client import SchoolClient
from tests.support.html import parse

Device = Callable[[str], SchoolClient]


@pytest.fixture
def device(app: Flask, visiting: VisitSchool) -> Device:
    """The device of `liu`, `bai`, `moral`, `principal` and the rest; signed in once."""
    known: dict[str, SchoolClient] = {}
    school = visiting.school
    users = {name: getattr(school, name) for name in ("liu", "bai", "chen", "zhao", "office", "principal", "sun")}
    users |= {"moral": visiting.moral, "administrator": visiting.administrator}

    def of(who: str) -> SchoolClient:
        if who not in known:
            known[who] = signed_in(app, users[who])
        return known[who]

    return of


def _typed(there: VisitSchool, **changes: object) -> dict[str, object]:
    """What 刘老师 types of a visit."""
    typed = {
        "on_day": "2026-11-20",
        "began_at": "18:30",
        "minutes": "40",
        "mode": "home",
        "teacher_ids": [str(there.school.liu_teacher.id)],
        "place": "家中",
        **SECRETS,
        "what": FOLLOW_UP,
        "owner_id": str(there.school.liu.id),
        "due_on": "2026-12-04",
    }
    return typed | changes


def _says(page: str, *texts: str) -> list[str]:
    """Which texts a page holds anywhere."""
    return [text for text in texts if text in page]


def test_a_homeroom_teacher_plans_records_and_looks(visiting: VisitSchool, device: Device) -> None:
    there, liu = visiting, device("liu")
    page = liu.get("/visits").text
    assert "三年级2班" in page
    assert "一年级1班" not in page
    address = f"/visits/classes/{there.school.third_2.id}"
    sent = {"pupil_ids": [str(there.wuyun.id), str(there.xiaohe.id)], "planned_on": "2026-12-04", "mode": "home"}
    answer = liu.post_form(f"{address}/plan", sent, page=address)
    assert answer.status_code == 303
    assert "已为 2 名学生排好家访计划。" in liu.get(address).text
    answer = liu.post_form(f"/visits/pupils/{there.wuyun.id}/new", _typed(there))
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    page = liu.get(address).text
    assert "2026-11-20 上门" in page
    assert "33%" in page
    assert _says(page, *TEXTS) == []
    (visit,) = db.session.query(HomeVisit)
    gate = liu.get(f"/visits/{visit.id}").text
    assert "查看记录（会留下查看痕迹）" in gate
    assert _says(gate, *TEXTS, "乌云其木格", "刘娜仁", "家中") == []
    assert _says(gate, "2026-11-20", "三年级2班", "上门") == ["2026-11-20", "三年级2班", "上门"]
    assert liu.post_form(f"/visits/{visit.id}/look", page=f"/visits/{visit.id}").status_code == 303
    opened = liu.get(f"/visits/{visit.id}").text
    assert _says(opened, *SECRETS.values(), FOLLOW_UP) == [*SECRETS.values(), FOLLOW_UP]
    assert "谁看过" in opened
    assert db.session.query(VisitLook).count() == 1


def test_without_a_look_no_page_shows_a_text_and_with_one_it_ends(visiting: VisitSchool, device: Device) -> None:
    there, liu = visiting, device("liu")
    visit = there.record(there.wuyun)
    (follow_up,) = visit.follow_ups
    behind = ("", "/edit", "/print", "/follow-ups/new", f"/follow-ups/{follow_up.id}", f"/follow-ups/{follow_up.id}/done")
    for path in behind:
        answer = liu.get(f"/visits/{visit.id}{path}", follow_redirects=True)
        assert "查看记录（会留下查看痕迹）" in answer.text, path
        assert _says(answer.text, *TEXTS) == [], path
    moral = device("moral")
    moral.post_form(f"/visits/{visit.id}/look", page=f"/visits/{visit.id}")
    for path in behind:  # another's look opens nothing for me
        assert _says(liu.get(f"/visits/{visit.id}{path}", follow_redirects=True).text, *TEXTS) == [], path
    liu.post_form(f"/visits/{visit.id}/look", page=f"/visits/{visit.id}")
    for path, shown in zip(behind, (SECRETS["met"], SECRETS["met"], SECRETS["met"], "", FOLLOW_UP, FOLLOW_UP), strict=True):
        answer = liu.get(f"/visits/{visit.id}{path}")
        assert answer.status_code == 200
        assert shown in answer.text, path
    with frozen(AFTERNOON + timedelta(minutes=31)):
        for path in behind:
            assert _says(liu.get(f"/visits/{visit.id}{path}", follow_redirects=True).text, *TEXTS) == [], path
    assert db.session.query(VisitLook).count() == 2


def test_a_form_sent_without_a_look_shows_nothing_that_is_stored(visiting: VisitSchool, device: Device) -> None:
    there, liu = visiting, device("liu")
    visit = there.record(there.wuyun)
    (follow_up,) = visit.follow_ups
    page = f"/visits/classes/{there.school.third_2.id}"
    for path in ("/edit", "/follow-ups/new", f"/follow-ups/{follow_up.id}", f"/follow-ups/{follow_up.id}/done", "/withdraw"):
        answer = liu.post_form(f"/visits/{visit.id}{path}", page=page)
        assert answer.status_code == 422, path
        assert _says(answer.text, *TEXTS) == [], path
    stale = liu.post_form(f"/visits/{visit.id}/edit", _typed(there, revision="0", met="祖父母都在"), page=page)
    assert stale.status_code == 422
    assert "别人已经改过" in stale.text
    assert "祖父母都在" in stale.text
    assert SECRETS["met"] not in stale.text


def test_a_refused_record_keeps_what_was_typed_and_writes_nothing(visiting: VisitSchool, device: Device) -> None:
    there, liu = visiting, device("liu")
    address = f"/visits/pupils/{there.wuyun.id}/new"
    cases = [
        ({"place": "阳光小区3号楼2单元502室"}, "像住址"),
        ({"at_home": "母亲电话 13800138000"}, "像电话号码"),
        ({"on_day": "2026-11-26"}, "今天以后"),
        ({"on_day": "2026-08-31"}, "不在本校"),
        ({"minutes": "0"}, "1 到 480"),
        ({"teacher_ids": []}, "至少一位"),
        ({"due_on": ""}, "请填跟进期限"),
        ({"due_on": "2026-11-24"}, "今天或以后"),
        ({"mode": ""}, "不是有效"),
        ({"began_at": "半夜"}, ""),
    ]
    for changes, words in cases:
        answer = liu.post_form(address, _typed(there, **changes))
        assert answer.status_code == 422, changes
        assert words in answer.text, changes
        assert SECRETS["wishes"] in answer.text
    assert db.session.query(HomeVisit).count() == 0
    plain = liu.post_form(address, _typed(there, what="", due_on=""))
    assert plain.status_code == 303
    assert db.session.query(FollowUp).count() == 0


def test_a_double_tap_is_one_record(visiting: VisitSchool, device: Device) -> None:
    there, liu = visiting, device("liu")
    address = f"/visits/pupils/{there.wuyun.id}/new"
    page = liu.get(address).text
    hidden = {one.get("name", ""): one.get("value", "") for one in parse(page).all("input") if one.get("type") == "hidden"}
    assert re.fullmatch("[0-9a-f]{32}", hidden["submission_key"])
    for _tap in range(2):
        sent = _typed(there, submission_key=hidden["submission_key"], csrf_token=hidden["csrf_token"])
        assert liu.post(address, data=sent, headers={"Origin": "http://localhost"}).status_code == 303
    assert db.session.query(HomeVisit).count() == 1


def test_a_record_is_corrected_followed_up_and_withdrawn(visiting: VisitSchool, device: Device) -> None:
    there, liu = visiting, device("liu")
    visit = there.record(there.wuyun)
    (follow_up,) = visit.follow_ups
    page = f"/visits/{visit.id}"
    liu.post_form(f"{page}/look", page=page)
    changed = _typed(there, met="祖父", mode="phone")
    assert liu.post_form(f"{page}/edit", changed).status_code == 303
    db.session.expire_all()
    assert (visit.met, visit.mode.value, visit.revision) == ("祖父", "phone", 2)
    more = {"what": "家长会后再谈", "owner_id": str(there.moral.id), "due_on": "2026-12-20"}
    assert liu.post_form(f"{page}/follow-ups/new", more).status_code == 303
    moved = {"what": FOLLOW_UP, "owner_id": str(there.school.liu.id), "due_on": "2026-12-30"}
    assert liu.post_form(f"{page}/follow-ups/{follow_up.id}", moved).status_code == 303
    assert liu.post_form(f"{page}/follow-ups/{follow_up.id}/done", {"result": RESULT}).status_code == 303
    shown = liu.get(page).text
    assert _says(shown, "家长会后再谈", RESULT, "已完成") == ["家长会后再谈", RESULT, "已完成"]
    assert _says(device("moral").get("/visits").text, "我要跟进的", "2026-12-20") == ["我要跟进的", "2026-12-20"]
    assert "我要跟进的" not in liu.get("/visits").text
    assert liu.post_form(f"{page}/withdraw", {"reason": WITHDRAWN}).status_code == 303
    shown = liu.get(page).text
    assert WITHDRAWN in shown
    assert "/edit" not in shown
    assert "我要跟进的" not in device("moral").get("/visits").text


def test_late_follow_ups_and_plans_are_seen(visiting: VisitSchool, device: Device) -> None:
    there = visiting
    there.record(there.wuyun)
    plan(there, there.xiaohe)
    with frozen(AFTERNOON + timedelta(10)):
        index, page = device("liu").get("/visits").text, device("liu").get(f"/visits/classes/{there.school.third_2.id}").text
        assert _says(index, "已逾期", "1 项逾期", "1 名过期") == ["已逾期", "1 项逾期", "1 名过期"]
        assert _says(page, "已逾期", "已过期") == ["已逾期", "已过期"]
        assert _says(index + page, *TEXTS) == []
        whole = device("principal").get("/visits").text
        assert "1 项逾期" in whole
        assert "我要跟进的" not in whole


def test_the_class_page_narrows_ticks_and_keeps_ticks(visiting: VisitSchool, device: Device) -> None:
    there, liu = visiting, device("liu")
    there.record(there.wuyun)
    plan(there, there.xiaohe)
    address = f"/visits/classes/{there.school.third_2.id}"
    page = liu.get(f"{address}?only=unvisited&tick=all")
    ticked = [one.get("value") for one in parse(page.text).all("input") if one.get("checked") is not None]
    assert ticked == [str(there.yinuo.id)]
    assert "给乌云其木格排计划" not in page.text
    sent = {"pupil_ids": [str(there.yinuo.id)], "planned_on": "2026-11-24", "mode": "phone"}
    answer = liu.post_form(f"{address}/plan", sent, page=address)
    assert answer.status_code == 422
    assert "已经过去" in answer.text
    ticked = [one.get("value") for one in parse(answer.text).all("input") if one.get("checked") is not None]
    assert ticked == [str(there.yinuo.id)]
    answer = liu.post_form(f"{address}/plan", {"planned_on": "2026-12-01", "mode": "phone"}, page=address)
    assert (answer.status_code, "先勾选" in answer.text) == (422, True)
    forged = {"pupil_ids": [str(there.stranger.id)], "planned_on": "2026-12-01", "mode": "phone"}
    assert liu.post_form(f"{address}/plan", forged, page=address).status_code == 422
    assert db.session.query(PlannedVisit).count() == 1


def test_a_planned_visit_is_moved_and_dropped(visiting: VisitSchool, device: Device) -> None:
    there, liu = visiting, device("liu")
    plan(there, there.xiaohe)
    row = db.session.scalars(select(PlannedVisit)).one()
    assert liu.post_form(f"/visits/planned/{row.id}", {"planned_on": "2026-12-18", "mode": "school"}).status_code == 303
    assert liu.post_form(f"/visits/planned/{row.id}", {"planned_on": "2026-11-01", "mode": "school"}).status_code == 422
    assert liu.post_form(f"/visits/planned/{row.id}/drop", {"reason": ""}).status_code == 422
    assert liu.post_form(f"/visits/planned/{row.id}/drop", {"reason": "孩子转学"}).status_code == 303
    db.session.expire_all()
    assert (row.planned_on, row.mode.value, row.state) == (date(2026, 12, 18), "school", PlannedState.DROPPED)


def test_the_new_homeroom_teacher_reads_and_does_not_write(visiting: VisitSchool, device: Device) -> None:
    there, bai = visiting, device("bai")
    visit = there.record(there.wuyun)
    page = f"/visits/{visit.id}"
    assert bai.get(page).status_code == 404
    move(there.wuyun, there.school.first_1, WEDNESDAY)
    assert bai.post_form(f"{page}/look", page=page).status_code == 303
    shown = bai.get(page).text
    assert SECRETS["at_home"] in shown
    assert "谁看过" not in shown
    for path in ("/edit", "/withdraw", "/follow-ups/new", f"/follow-ups/{visit.follow_ups[0].id}"):
        assert bai.get(f"{page}{path}").status_code == 404, path
    assert bai.get(f"{page}/print").status_code == 200
    history = f"/visits/pupils/{there.wuyun.id}"
    assert f"/visits/{visit.id}" in bai.get(history).text
    later = there.record(
        there.wuyun,
        "new",
        there.school.bai,
        on_day=WEDNESDAY,
        began_at=visit.began_at.replace(hour=8),
        teacher_ids=(there.school.bai_teacher.id,),
    )
    liu = device("liu")
    seen = liu.get(history).text
    assert f'/visits/{visit.id}"' in seen
    assert f'/visits/{later.id}"' not in seen
    assert liu.get(f"/visits/{later.id}").status_code == 404


def test_the_principal_reads_looks_and_writes_nothing(visiting: VisitSchool, device: Device) -> None:
    there, principal = visiting, device("principal")
    visit = there.record(there.wuyun)
    plan(there, there.xiaohe)
    row = db.session.scalars(select(PlannedVisit)).one()
    page = f"/visits/{visit.id}"
    principal.post_form(f"{page}/look", page=page)
    shown = principal.get(page).text
    assert _says(shown, SECRETS["met"], "谁看过", "王校长") == [SECRETS["met"], "谁看过", "王校长"]
    assert "/edit" not in shown
    writes = (
        f"{page}/edit",
        f"{page}/withdraw",
        f"{page}/follow-ups/new",
        f"/visits/pupils/{there.wuyun.id}/new",
        f"/visits/planned/{row.id}",
        f"/visits/planned/{row.id}/drop",
    )
    for path in writes:
        assert principal.get(path).status_code == 404, path
        assert principal.post_form(path, page="/visits/classes/2").status_code == 404, path
    assert "排进计划" not in principal.get(f"/visits/classes/{there.school.third_2.id}").text
    office = device("moral")
    assert "排进计划" in office.get(f"/visits/classes/{there.school.third_2.id}").text
    assert office.post_form(f"/visits/pupils/{there.xiaohe.id}/new", _typed(there, what="")).status_code == 303


def test_what_was_promised_to_the_principal_the_principal_may_finish(visiting: VisitSchool, device: Device) -> None:
    there, liu, principal = visiting, device("liu"), device("principal")
    visit = there.record(there.wuyun)
    page = f"/visits/{visit.id}"
    liu.post_form(f"{page}/look", page=page)
    sent = {"what": "约见家长", "owner_id": str(there.school.principal.id), "due_on": "2026-12-10"}
    assert liu.post_form(f"{page}/follow-ups/new", sent).status_code == 303
    mine = db.session.query(FollowUp).filter_by(owner_id=there.school.principal.id).one()
    others = db.session.query(FollowUp).filter_by(owner_id=there.school.liu.id).one()
    assert "我要跟进的" in principal.get("/visits").text
    principal.post_form(f"{page}/look", page=page)
    assert principal.get(f"{page}/follow-ups/{others.id}/done").status_code == 404
    assert principal.post_form(f"{page}/follow-ups/{mine.id}/done", {"result": "已约见"}).status_code == 303


def test_a_year_without_a_row_says_so_and_a_former_year_is_only_read(visiting: VisitSchool, device: Device) -> None:
    there = visiting
    there.record(there.wuyun)
    address = f"/visits/classes/{there.school.third_2.id}"
    with frozen(AFTERNOON + timedelta(300)):
        liu = device("liu")
        assert liu.get("/visits?year=2020").status_code == 404
        assert "校历里还没有这个学年" in liu.get("/visits").text
        assert liu.get(address).status_code == 404
        former = liu.get(f"{address}?year=2026").text
        assert "2026-11-20 上门" in former
        assert "排进计划" not in former
