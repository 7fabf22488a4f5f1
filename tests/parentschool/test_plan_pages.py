"""The plan as each of the people gets it: everybody reads it, the office keeps it, staff see what is missing."""

from collections.abc import Callable
from datetime import date

import pytest

from school.accounts.models import User
from school.calendar.models import SchoolYear
from school.db import db
from school.parentschool.enums import EventKind
from school.parentschool.models import PlanRow
from tests.parentschool.office_school import SATURDAY, OfficeSchool, date_values
from tests.support.client import SchoolClient

Device = Callable[[User], SchoolClient]
PLAN = "/parent-school/plan"
TYPED = {
    "month": "2026-11-01",
    "kind": "salon",
    "topic": "孩子磨蹭怎么办",
    "grades": ["1", "3"],
    "owner_id": "",
    "note": "请带孩子",
}


def stored() -> list[PlanRow]:
    """The plan as it is now."""
    db.session.rollback()
    return db.session.query(PlanRow).order_by(PlanRow.month, PlanRow.id).all()


def test_the_office_plans_changes_and_drops_an_event(office: OfficeSchool, as_user: Device) -> None:
    device = as_user(office.school.office)
    assert '<option selected value="2026-12-01">' in device.get(f"{PLAN}/new?year=2026&month=2026-12").text
    answer = device.post_form(f"{PLAN}/new?year=2026", TYPED | {"owner_id": str(office.school.liu_teacher.id)})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PLAN}?year=2026")
    page = device.get(f"{PLAN}?year=2026").text
    for words in ("孩子磨蹭怎么办", "家教沙龙 · 一年级、三年级 · 刘娜仁负责", "请带孩子", "还没有场次", "建场次"):
        assert words in page, words
    (row,) = stored()
    answer = device.post_form(f"{PLAN}/{row.id}", TYPED | {"topic": "磨蹭", "grades": []})
    assert answer.status_code == 303
    assert [(one.topic, one.grades, one.revision) for one in stored()] == [("磨蹭", [], 2)]
    assert device.post_form(f"{PLAN}/{row.id}/drop").status_code == 303
    assert stored() == []


def test_staff_see_months_without_an_event_and_terms_below_two(office: OfficeSchool, as_user: Device) -> None:
    office.row()
    below = "第一学期只安排了 1 次，规定每学期至少 2 次（PE-01）。"
    missing = "9月、10月、12月、1月还没有安排，本校每月一次。"
    for user in (office.school.office, office.moral, office.school.chen, office.school.principal):
        page = as_user(user).get(PLAN).text
        assert below in page
        assert missing in page
        assert page.count("还没有安排") == 4 + 1, "a badge for each such month, and the sentence"
    page = as_user(office.school.sun).get(PLAN).text
    assert "孩子磨蹭怎么办" in page
    assert "PE-01" not in page, "what the school still owes is the school's to mend"
    office.announced(date_values(SATURDAY), topic="计划外的讲座")
    page = as_user(office.school.chen).get(PLAN).text
    assert below not in page, "what was announced on top of the plan counts"
    assert "家庭教育培训 · 全校 · 计划外" in page


def test_a_plan_of_two_a_term_and_one_a_month_is_no_warning(office: OfficeSchool, as_user: Device) -> None:
    for month in (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)):
        office.row(month=month)
    assert "还没有安排" not in as_user(office.school.office).get(PLAN).text


def test_families_see_neither_owner_nor_sessions_in_the_making(office: OfficeSchool, as_user: Device) -> None:
    row = office.row(owner_id=office.school.liu_teacher.id)
    session = office.draft(topic="还没有公布的题目", plan_row_id=row.id)
    page = as_user(office.school.sun).get(PLAN).text
    for words in ("刘娜仁", "还没有公布的题目", "建场次", "添加活动", "复制上学年计划", f"/parent-school/sessions/{session.id}"):
        assert words not in page, words
    assert "筹备中" in page
    assert "还没有公布的题目（筹备中）" in as_user(office.school.office).get(PLAN).text


@pytest.mark.parametrize("path", ["/new", "/{row}", "/{row}/drop"])
def test_only_the_offices_keep_the_plan(office: OfficeSchool, as_user: Device, path: str) -> None:
    address = PLAN + path.format(row=office.row().id)
    for user in (office.school.chen, office.school.liu, office.school.zhao, office.school.principal, office.school.sun):
        device = as_user(user)
        assert device.get(address).status_code == 403
        assert device.post_form(address, TYPED, page="/account").status_code == 403
    assert as_user(office.moral).get(address).status_code == 200
    assert as_user(office.moral).get(f"{PLAN}/999").status_code == 404
    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"topic": "  "}, "请写主题"),
        ({"month": "2026-08-01"}, "有效"),
        ({"month": "胡乱"}, "有效"),
        ({"kind": "party"}, "有效"),
        ({"grades": ["9"]}, "选项里没有这一项"),
        ({"topic": "题" * 81}, "最多 80 个字"),
        ({"topic": "已有的"}, "11月的计划里已有家教沙龙“已有的”"),
    ],
)
def test_a_refused_event_keeps_what_was_typed(
    office: OfficeSchool, as_user: Device, changes: dict[str, object], words: str
) -> None:
    office.row(topic="已有的")
    answer = as_user(office.school.office).post_form(f"{PLAN}/new?year=2026", TYPED | changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "请带孩子" in answer.text
    assert [one.topic for one in stored()] == ["已有的"]


def test_who_saves_second_is_told_and_keeps_the_text(office: OfficeSchool, as_user: Device) -> None:
    row, device = office.row(), as_user(office.school.office)
    assert device.post_form(f"{PLAN}/{row.id}", TYPED | {"topic": "先到"}).status_code == 303
    answer = device.post_form(f"{PLAN}/{row.id}", TYPED | {"topic": "后到", "revision": "1"})
    assert answer.status_code == 422
    assert "别人已经改过这一项计划" in answer.text
    assert "后到" in answer.text
    assert [one.topic for one in stored()] == ["先到"]


def test_last_years_plan_comes_over_by_one_button(office: OfficeSchool, as_user: Device) -> None:
    device = as_user(office.school.office)
    assert "复制上学年计划" not in device.get(PLAN).text
    before = SchoolYear(start_year=2025)
    db.session.add(before)
    db.session.commit()
    answer = device.post_form(f"{PLAN}/copy?year=2026", page=PLAN)
    assert answer.status_code == 422
    assert "2025—2026学年没有计划可以复制" in answer.text
    db.session.add(PlanRow(school_year_id=before.id, month=date(2025, 12, 1), kind=EventKind.READING, topic="共读", grades=[]))
    db.session.commit()
    assert device.post_form(f"{PLAN}/copy?year=2026", page=PLAN).status_code == 303
    page = device.get(f"{PLAN}?year=2026").text
    assert "已复制 1 项，请核对主题和负责人。" in page
    assert "共读" in page
    device.post_form(f"{PLAN}/copy?year=2026", page=PLAN)
    assert "上学年的活动都已在计划里。" in device.get(f"{PLAN}?year=2026").text
    answer = as_user(office.school.chen).post_form(f"{PLAN}/copy?year=2026", page="/account")
    assert answer.status_code == 403


def test_a_year_that_is_not_there_is_no_page_and_a_school_without_calendar_says_so(
    office: OfficeSchool, as_user: Device, freeze: Callable[..., None]
) -> None:
    device = as_user(office.school.office)
    assert device.get(f"{PLAN}?year=2019").status_code == 404
    freeze(SATURDAY.replace(year=2030))
    assert "校历里还没有2030—2031学年" in as_user(office.school.sun).get(PLAN).text
