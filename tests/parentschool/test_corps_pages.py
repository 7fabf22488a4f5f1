"""The mentor corps as each of the people gets it: the office keeps it and asks, mentors answer on their own page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from school.accounts.models import User
from school.clock import frozen
from school.db import db, transaction
from school.parentschool.enums import MentorSource, RequestState
from school.parentschool.models import FamilyMentor, MentorRequest
from school.parentschool.service import sessions
from school.people.models import Guardian
from tests.parentschool.office_school import FRIDAY, SATURDAY, OfficeSchool, date_values, told
from tests.support.client import SchoolClient

Device = Callable[[User], SchoolClient]
CORPS, ASKED = "/parent-school/corps", "/parent-school/asked"
PHONE = "13700001234"


def typed(**changes: Any) -> dict[str, Any]:
    """What the office types of a new member."""
    present = {
        "field": "心理健康",
        "introduction": "二十年班主任",
        "phone": "13700009999",
        "consented_on": "2026-11-20",
        "consent_how": "当面签了同意书",
        "serves_from": "2026-11-25",
        "serves_until": "2027-08-31",
    }
    return present | changes


def requests() -> list[MentorRequest]:
    """What was asked, as it is now."""
    db.session.rollback()
    return db.session.query(MentorRequest).order_by(MentorRequest.id).all()


def test_members_of_all_three_sources_come_in(office: OfficeSchool, as_user: Device) -> None:
    device = as_user(office.school.office)
    guardian = db.session.query(Guardian).filter_by(user_id=office.school.sun.id).one()
    with transaction():  # 孙家长 may come in anew
        db.session.query(FamilyMentor).filter_by(guardian_id=guardian.id).delete()
    for address, who in (
        (f"{CORPS}/new", {"name": "郑老师", "work": "县妇联"}),
        (f"{CORPS}/new?source=teacher", {"teacher_id": str(office.school.bai_teacher.id)}),
        (f"{CORPS}/new?source=parent&q=孙家", {"guardian_id": str(guardian.id)}),
    ):
        answer = device.post_form(address, typed(**who))
        assert answer.status_code == 303, address
        page = device.get(answer.headers["Location"]).text
        assert "已加入导师团。" in page
        assert "二十年班主任" in page
    page = device.get(CORPS).text
    for words in ("社会，县妇联", "郑老师", "白音", "孙家长", "在任", "2026-11-25 至 2027-08-31"):
        assert words in page, words
    assert db.session.query(FamilyMentor).count() == 5


def test_a_guardian_is_found_and_told_apart_without_the_whole_number(office: OfficeSchool, as_user: Device) -> None:
    device = as_user(office.school.office)
    found = device.get(f"{CORPS}/new?source=parent&q=0001").text
    assert "孙家长（三年级2班 乌云其木格的家长，手机尾号 0001）" in found
    assert "13900000001" not in found
    assert "请至少输入两个字或两位数字" in device.get(f"{CORPS}/new?source=parent&q=孙").text
    assert "没有找到这位家长" in device.get(f"{CORPS}/new?source=parent&q=查无此人").text
    assert 'name="field"' not in device.get(f"{CORPS}/new?source=parent").text, "first look for the person"
    assert device.get(f"{CORPS}/new?source=stranger").status_code == 404


@pytest.mark.parametrize(
    ("query", "changes", "words"),
    [
        ("", {"name": ""}, "请填写这一项"),
        ("", {"name": "周医生", "work": "县医院 儿科"}, "已在导师团里"),
        ("", {"name": "郑老师", "consent_how": ""}, "请填写这一项"),
        ("", {"name": "郑老师", "consented_on": "2026-11-26"}, "不能晚于今天"),
        ("", {"name": "郑老师", "serves_until": "2026-11-24"}, "不能早于开始"),
        ("", {"name": "郑老师", "serves_until": "明年"}, "不是有效的日期"),
        ("?source=teacher", {"teacher_id": ""}, "请选择在校的教师"),
        ("?source=teacher", {"teacher_id": "999"}, "有效"),
        ("?source=parent&q=孙家", {"guardian_id": "999"}, "有效"),
    ],
)
def test_a_refused_member_keeps_what_was_typed(
    office: OfficeSchool, as_user: Device, query: str, changes: dict[str, str], words: str
) -> None:
    answer = as_user(office.school.office).post_form(f"{CORPS}/new{query}", typed(**changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert "二十年班主任" in answer.text
    assert db.session.query(FamilyMentor).count() == 3


def test_only_the_offices_see_the_corps_and_its_phones(office: OfficeSchool, as_user: Device) -> None:
    session = office.draft()
    request = office.ask(session, office.doctor)
    paths = [
        CORPS,
        f"{CORPS}/new",
        f"{CORPS}/{office.doctor.id}",
        f"{CORPS}/{office.doctor.id}/change",
        f"{CORPS}/{office.doctor.id}/end",
        f"/parent-school/sessions/{session.id}/ask",
        f"/parent-school/requests/{request.id}/answer",
        f"/parent-school/requests/{request.id}/withdraw",
    ]
    for user in (office.school.chen, office.school.liu, office.school.zhao, office.school.principal, office.school.sun):
        device = as_user(user)
        for path in paths:
            assert device.get(path).status_code == 403, path
        for path in paths[3:]:
            assert device.post_form(path, {"answer": "好", "answers": "yes"}, page="/account").status_code == 403, path
    for user in (office.school.office, office.moral):
        device = as_user(user)
        for path in paths:
            assert device.get(path).status_code == 200, path
        assert PHONE in device.get(f"{CORPS}/{office.doctor.id}").text
        assert PHONE not in device.get(CORPS).text
    assert [one.state for one in requests()] == [RequestState.ASKED]


def test_a_member_is_renewed_and_leaves(office: OfficeSchool, as_user: Device) -> None:
    device, address = as_user(office.school.office), f"{CORPS}/{office.liu.id}"
    changed = typed(serves_from="2026-09-01", serves_until="2028-08-31", consented_on="2026-09-01")
    assert device.post_form(f"{address}/change", changed).status_code == 303
    assert "2026-09-01 至 2028-08-31" in device.get(address).text
    stale = device.post_form(f"{address}/change", changed | {"revision": "1", "field": "后到的专长"})
    assert stale.status_code == 422
    assert "别人已经改过这位成员" in stale.text
    assert "后到的专长" in stale.text
    answer = device.post_form(f"{address}/end", {"on_day": "2026-11-26", "reason": "休假去了"})
    assert answer.status_code == 422
    assert "休假去了" in answer.text
    assert device.post_form(f"{address}/end", {"on_day": "2026-11-25", "reason": "休假"}).status_code == 303
    page = device.get(address).text
    assert "2026-11-25，休假" in page
    assert f"{address}/end" not in page
    assert "已退出" in device.get(CORPS).text


def test_a_teacher_is_asked_and_confirms_on_their_own_page(office: OfficeSchool, as_user: Device) -> None:
    session, desk, liu = office.draft(), as_user(office.school.office), as_user(office.school.liu)
    assert "现在没有邀请" in liu.get(ASKED).text
    address = f"/parent-school/sessions/{session.id}/ask"
    assert "刘娜仁（教师，习惯养成）" in desk.get(address).text
    answer = desk.post_form(address, {"member_id": "", "message": "请讲四十分钟"})
    assert answer.status_code == 422
    assert "请选择一位导师" in answer.text
    assert "请讲四十分钟" in answer.text
    assert desk.post_form(address, {"member_id": str(office.liu.id), "message": "请讲四十分钟"}).status_code == 303
    page = desk.get(f"/parent-school/sessions/{session.id}").text
    assert "待答复" in page
    assert "等本人在“导师邀请”页答复" in page
    assert "刘娜仁" not in desk.get(address).text, "who is asked is not offered again"
    (request,) = requests()
    assert desk.get(f"/parent-school/requests/{request.id}/answer").status_code == 404, "theirs to answer"
    page = liu.get(ASKED).text
    for words in ("待答复", "怎样陪孩子写作业", "2026年11月27日（周五）19:00—20:30，多功能厅", "请讲四十分钟"):
        assert words in page, words
    own = f"{ASKED}/{request.id}"
    answer = liu.post_form(own, {"answer": "带上讲义"})
    assert answer.status_code == 422
    assert "请选择“应允”或“婉拒”" in answer.text
    assert "带上讲义" in answer.text
    assert liu.post_form(own, {"answer": "带上讲义", "answers": "yes"}).status_code == 303
    page = liu.get(ASKED).text
    assert "已答复，学校会收到。" in page
    assert "将要主讲" in page
    assert "已应允，不用再答复" in liu.get(own).text
    assert "带上讲义" in desk.get(f"/parent-school/sessions/{session.id}").text
    assert "刘娜仁" in desk.get("/parent-school/sessions").text
    assert told(office.school.office) == ["刘娜仁已应允主讲“怎样陪孩子写作业”：带上讲义"]


def test_a_guardian_answers_too_and_nobody_answers_for_another(office: OfficeSchool, as_user: Device) -> None:
    session = office.draft()
    theirs, mine = office.ask(session, office.liu), office.ask(session, office.sun)
    sun = as_user(office.school.sun)
    assert sun.get(f"{ASKED}/{theirs.id}").status_code == 404
    assert sun.post_form(f"{ASKED}/{theirs.id}", {"answers": "yes"}, page=f"{ASKED}/{mine.id}").status_code == 404
    for user in (office.school.chen, office.school.office, office.school.outsider):
        device = as_user(user)
        assert device.get(ASKED).status_code == 404, "not in the corps"
        assert device.get(f"{ASKED}/{mine.id}").status_code == 404
    assert [one.state for one in requests()] == [RequestState.ASKED] * 2
    assert sun.post_form(f"{ASKED}/{mine.id}", {"answer": "那天夜班", "answers": "no"}).status_code == 303
    assert [one.state for one in requests()] == [RequestState.ASKED, RequestState.DECLINED]
    page = sun.get(ASKED).text
    assert "没有主讲" in page
    assert "已婉拒" in page


def test_a_confirmation_that_came_too_late_says_why_and_keeps_the_words(office: OfficeSchool, as_user: Device) -> None:
    first, second = office.draft(), office.draft(date_values(place="阅览室"), topic="亲子阅读")
    one, other = office.ask(first, office.liu), office.ask(second, office.liu)
    office.confirm(one)
    liu = as_user(office.school.liu)
    answer = liu.post_form(f"{ASKED}/{other.id}", {"answer": "两场都想讲", "answers": "yes"})
    assert answer.status_code == 422
    assert "已应允主讲“怎样陪孩子写作业”" in answer.text
    assert "两场都想讲" in answer.text
    page = liu.get(f"{ASKED}/{other.id}")
    with transaction():
        sessions.cancel_session(second.id, reason="停电", actor=office.actor)
    assert page.status_code == 200
    gone = liu.get(f"{ASKED}/{other.id}").text
    assert "活动已取消，不用再答复" in gone
    late = liu.post_form(f"{ASKED}/{other.id}", {"answer": "还来得及吗", "answers": "yes"}, page="/account")
    assert late.status_code == 422
    assert "已经取消" in late.text
    assert "还来得及吗" in late.text


def test_the_office_writes_down_what_a_doctor_said_and_takes_a_request_back(office: OfficeSchool, as_user: Device) -> None:
    session, desk = office.draft(), as_user(office.school.office)
    request = office.ask(session, office.doctor)
    address = f"/parent-school/requests/{request.id}"
    answer = desk.post_form(f"{address}/answer", {"answer": "", "answers": "yes"})
    assert answer.status_code == 422
    assert "请写明对方怎样答复的" in answer.text
    assert desk.post_form(f"{address}/answer", {"answer": "电话答应了", "answers": "yes"}).status_code == 303
    assert "周医生" in desk.get("/parent-school/sessions").text
    answer = desk.post_form(f"{address}/withdraw", {"reason": "题" * 201})
    assert answer.status_code == 422
    assert desk.post_form(f"{address}/withdraw", {"reason": "医院有任务"}).status_code == 303
    assert [one.state for one in requests()] == [RequestState.WITHDRAWN]


def test_what_each_mentor_held_is_told_to_the_office_and_to_themselves(office: OfficeSchool, as_user: Device) -> None:
    session = office.draft(sign_up_closes_at=FRIDAY)
    office.second(session)
    office.confirm(office.ask(session, office.liu))
    with transaction():
        sessions.announce_session(session.id, actor=office.actor)
    with frozen(SATURDAY + timedelta(hours=3)):
        own = as_user(office.school.liu).get(ASKED).text
        assert "已主讲" in own
        assert "共 2 场" in own
        desk = as_user(office.school.office)
        assert "2 场" in desk.get(CORPS).text
        page = desk.get(f"{CORPS}/{office.liu.id}").text
        assert page.count("（已主讲）") == 2
        assert "0 场" in desk.get(f"{CORPS}/{office.sun.id}").text


def test_a_mentor_without_account_is_the_offices_to_answer_for(office: OfficeSchool, as_user: Device) -> None:
    request = office.ask(office.draft(), office.sun)
    desk, address = as_user(office.school.office), f"/parent-school/requests/{request.id}/answer"
    assert desk.get(address).status_code == 404
    db.session.query(Guardian).filter_by(id=office.sun.guardian_id).update({"user_id": None})
    db.session.commit()
    assert office.sun.source is MentorSource.PARENT
    assert desk.post_form(address, {"answer": "当面答复", "answers": "no"}).status_code == 303
