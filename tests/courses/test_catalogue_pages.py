"""The office's pages of the catalogue: what is typed stays typed, what is refused is not written, what is over is said."""

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from school.accounts.models import User
from school.calendar.models import Term
from school.courses.enums import CourseState, SelectionState
from school.courses.models import Course, Provider
from school.db import db
from school.people.models import Teacher
from school.permissions import Role
from tests.accounts.cast import somebody
from tests.courses.acts import take
from tests.courses.catalogue_acts import JPEG, changed, listed, made, provider, teacher
from tests.courses.catalogue_values import meeting
from tests.courses.small_courses import SmallCourses, fresh
from tests.support.client import SchoolClient

TYPED = {
    "code": "K01",
    "name": "泥塑",
    "family": "crafts",
    "description": "捏、塑、雕。\r\n从小动物开始。",
    "room": "美术室1",
    "grades": ["1", "3"],
    "capacity": "20",
    "minimum": "5",
    "first_on": "2026-09-14",
    "last_on": "2027-01-15",
    "fee_note": "免费",
    "safety_note": "工具由教师保管。",
    "tags": ["extended", "aesthetic"],
    "teachers": "陈建国",
    "weekday_1": "2",
    "starts_1": "15:30",
    "ends_1": "17:30",
} | {f"weeks_{number}": "all" for number in range(1, 6)}


@pytest.fixture
def office(term: Term, as_user: Callable[[User], SchoolClient]) -> SchoolClient:
    """李主任's device; 陈建国 teaches here."""
    teacher()
    return as_user(somebody("李主任", "li", Role.TEACHING_OFFICE))


def only_course() -> Course:
    fresh()
    return db.session.query(Course).one()


def test_a_course_is_typed_and_found(office: SchoolClient) -> None:
    answer = office.post_form("/courses/manage/new", TYPED)
    assert answer.status_code == 303
    course = only_course()
    assert answer.location == f"/courses/manage/{course.id}"
    assert (course.description, course.state) == ("捏、塑、雕。\n从小动物开始。", CourseState.DRAFT)
    page = office.get(answer.location).text
    assert "周二 15:30—17:30" in page
    assert "共 18 次" in page
    assert "一、三年级" in page
    assert "泥塑" in office.get("/courses/manage").text
    edit = office.get(f"/courses/manage/{course.id}/edit").text
    assert 'value="陈建国"' in edit
    assert 'value="15:30"' in edit


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "数学补课"}, "属于学科补习"),
        ({"name": " "}, "请填写这一项"),
        ({"starts_1": "15:00"}, "课表 15:30 才结束"),
        ({"ends_1": "17:00"}, "请写明理由"),
        ({"teachers": "李没有"}, "没有教师“李没有”"),
        ({"capacity": "很多"}, "请填整数"),
        ({"capacity": "4"}, "开班人数不能超过人数上限"),
        ({"grades": []}, "请选择年级"),
        ({"weekday_2": "3"}, "请填写上课和下课时间"),
        ({"starts_2": "15:30", "ends_2": "17:30"}, "请选择星期几"),
        ({"weekday_2": "2", "starts_2": "17:00", "ends_2": "18:00"}, "重叠"),
        ({"first_on": ""}, "请按 2026-09-01"),
        ({"outside_teacher": "王教练"}, "校外教师要选所属的机构"),
        ({"family": "cooking"}, "类别"),
    ],
)
def test_a_refusal_keeps_what_was_typed(office: SchoolClient, changes: dict[str, object], sentence: str) -> None:
    answer = office.post_form("/courses/manage/new", TYPED | {"safety_note": "穿围裙，带抹布"} | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "穿围裙，带抹布" in answer.text
    fresh()
    assert db.session.query(Course).count() == 0


def test_two_teachers_of_one_name_are_told_apart(office: SchoolClient) -> None:
    namesake = teacher("T002")
    assert "请改用工号" in office.post_form("/courses/manage/new", TYPED).text
    office.post_form("/courses/manage/new", TYPED | {"teachers": "T002"})
    course = only_course()
    assert [one.teacher_id for one in course.teachings] == [namesake.id]
    assert 'value="T002"' in office.get(f"/courses/manage/{course.id}/edit").text


def test_the_second_editor_sees_both_and_may_go_on(office: SchoolClient, term: Term) -> None:
    course = made(term, teacher_ids=(1,))
    url = f"/courses/manage/{course.id}/edit"
    before = office.get(url)
    changed(course, room="美术室2")
    second = office.post_form(url, TYPED | {"fee_note": "材料费 30 元", "revision": "1"})
    assert second.status_code == 422
    assert all(words in second.text for words in ("两边的不同", "美术室2", "材料费 30 元"))
    assert before.status_code == 200
    assert 'name="revision" type="hidden" value="2"' in second.text
    assert office.post_form(url, TYPED | {"revision": "2"}).status_code == 303
    assert only_course().room == "美术室1"


def test_more_meetings_open_by_themselves(office: SchoolClient, term: Term) -> None:
    course = made(term, meetings=tuple(meeting(day, "15:30", "17:30") for day in (1, 2, 4)))
    page = office.get(f"/courses/manage/{course.id}/edit").text
    first, more = page.split("更多时段")
    assert ("starts_3" in first, "starts_4" in first, "starts_4" in more) == (True, False, True)


def test_listing_and_taking_off_by_a_tap(office: SchoolClient, term: Term) -> None:
    course = made(term, description="", teacher_ids=(1,))
    page = f"/courses/manage/{course.id}"
    refused = office.post_form(f"{page}/list", page=page)
    assert (refused.status_code, "上架前请补上：课程内容" in refused.text) == (422, True)
    assert "缺课程内容" in office.get("/courses/manage").text
    changed(course, description="捏小动物。")
    assert office.post_form(f"{page}/list", page=page).status_code == 303
    assert only_course().state is CourseState.LISTED
    assert office.post_form(f"{page}/unlist", page=page).status_code == 303
    assert office.post_form(f"{page}/delete", page=page).location == f"/courses/manage?term={term.id}"
    fresh()
    assert db.session.query(Course).count() == 0


def test_the_list_is_narrowed(office: SchoolClient, term: Term) -> None:
    made(term, "校车", meetings=(meeting(2, "16:00", "17:00"),), teacher_ids=(1,))
    listed(db.session.query(Course).one())
    made(term, code="K02", name="剪纸", room="", meetings=())
    whole = office.get("/courses/manage").text
    assert all(words in whole for words in ("泥塑", "剪纸", "草稿 1", "已上架 1", "周一、周三、周四、周五还没有上架的课程"))
    assert "写了理由的 1 门" in whole
    for query, there, gone in (
        ("show=draft", "剪纸", "泥塑"),
        ("show=missing", "剪纸", "泥塑"),
        ("show=reason", "泥塑", "剪纸"),
        ("show=listed", "泥塑", "剪纸"),
    ):
        page = office.get(f"/courses/manage?{query}").text
        assert (there in page, f">{gone}</a>" in page) == (True, False)
    assert "没有这样的课程" in office.get("/courses/manage?family=music").text
    assert "泥塑" in office.get("/courses/manage?family=nonsense&show=nonsense").text


def test_calling_off_says_who_is_hurt(cast: SmallCourses, as_user: Callable[[User], SchoolClient]) -> None:
    take(cast, cast.third[0], cast.paper)
    office = as_user(cast.office)
    url = f"/courses/manage/{cast.paper.id}/cancel"
    assert "现有 1 个孩子的名额会结束" in office.get(url).text
    assert (office.post_form(url, {"reason": ""}).status_code, cast.paper.state) == (422, CourseState.LISTED)
    cast.selection.state = SelectionState.FROZEN
    db.session.commit()
    answer = office.post_form(url, {"reason": "教师生病"}, follow_redirects=True)
    assert ("1 个孩子的名额已结束" in answer.text, "重新冻结" in answer.text) == (True, True)
    fresh()
    assert cast.paper.state is CourseState.CANCELLED


def test_less_than_families_chose_asks_for_a_reason_on_the_page(
    cast: SmallCourses, as_user: Callable[[User], SchoolClient]
) -> None:
    take(cast, cast.third[0], cast.tutoring)
    cast.tutoring.outside_teacher, cast.tutoring.warning_reason = "", "校车"
    cast.tutoring.teachings.clear()
    listed_teacher = Teacher(staff_code="T090", name="钱老师", public_name="钱老师")
    db.session.add(listed_teacher)
    db.session.commit()
    office = as_user(cast.office)
    url = f"/courses/manage/{cast.tutoring.id}/edit"
    assert "改动的理由" in office.get(url).text
    cells = TYPED | {
        "code": "C07",
        "name": "作业辅导",
        "family": "tutoring",
        "grades": list("123456"),
        "capacity": "20",
        "minimum": "0",
        "first_on": "2026-12-07",
        "fee_note": cast.tutoring.fee_note,
        "teachers": "T090",
        "is_exempt": "y",
        "weekday_1": "1",
        "starts_1": "16:00",
        "warning_reason": "校车",
    }
    refused = office.post_form(url, cells)
    assert (refused.status_code, "人数上限从 30 减到 20" in refused.text) == (422, True)
    assert office.post_form(url, cells | {"change_reason": "教室换小了"}).status_code == 303
    fresh()
    assert cast.tutoring.capacity == 20


def test_a_picture_is_looked_at_and_shown(office: SchoolClient, term: Term, client: SchoolClient) -> None:
    course = made(term, teacher_ids=(1,))
    url = f"/courses/manage/{course.id}/picture"

    def send(content: bytes, name: str = "a.jpg") -> int:
        return office.post_form(url, {"picture": (io.BytesIO(content), name)}, content_type="multipart/form-data").status_code

    assert send(b"<svg onload=alert(1)>" + bytes(60)) == 422
    assert send(b"\xff\xd8\xff" + bytes(500_000)) == 422
    assert office.post_form(url, {}, content_type="multipart/form-data").status_code == 422
    assert send(JPEG, "a.svg") == 303
    picture = office.get(f"/courses/{course.id}/picture")
    assert (picture.data, picture.mimetype, picture.headers["X-Content-Type-Options"]) == (JPEG, "image/jpeg", "nosniff")
    assert client.get(f"/courses/{course.id}/picture").status_code == 404
    listed(course)
    assert client.get(f"/courses/{course.id}/picture").status_code == 200
    assert office.post_form(url, {"remove": "1"}, content_type="multipart/form-data").status_code == 303
    assert client.get(f"/courses/{course.id}/picture").status_code == 404


PAPERS = {"name": "青少年宫", "whitelist_number": "B-1", "licence_number": "L-1"}


def test_providers_are_registered_and_watched(office: SchoolClient, term: Term) -> None:
    soon, late = "2026-12-11", "2027-12-31"
    assert office.post_form("/courses/providers/new", PAPERS | {"licence_until": late}).status_code == 422
    full = PAPERS | {"licence_until": late, "checks_until": late}
    assert office.post_form("/courses/providers/new", full).status_code == 303
    assert office.post_form("/courses/providers/new", full).status_code == 422
    row = db.session.query(Provider).one()
    assert "有效" in office.get("/courses/providers").text
    course = made(term, provider_id=row.id, outside_teacher="王教练")
    url = f"/courses/providers/{row.id}"
    assert office.post_form(url, full | {"checks_until": soon}).status_code == 303
    page = office.get("/courses/providers").text
    assert ("比证照上得更久" in page, "泥塑" in page) == (True, True)
    assert "早于最后一次上课" in office.get(f"/courses/manage/{course.id}").text
    assert "机构证照不够" in office.get("/courses/manage?show=papers").text


@pytest.mark.parametrize(("days", "words"), [(-1, "已过期"), (0, "0 天后到期"), (59, "59 天后到期"), (60, "有效")])
def test_papers_that_end_soon_are_marked(office: SchoolClient, days: int, words: str) -> None:
    provider(date(2026, 10, 12) + timedelta(days))
    assert words in office.get("/courses/providers").text


def test_the_second_editor_of_a_provider_is_told(office: SchoolClient) -> None:
    row = provider()
    url = f"/courses/providers/{row.id}"
    full = PAPERS | {"licence_until": "2027-12-31", "checks_until": "2027-12-31"}
    office.post_form(url, full)
    second = office.post_form(url, full | {"licence_number": "L-2", "revision": "1"})
    assert (second.status_code, "许可证到 2027-12-31" in second.text, 'value="L-2"' in second.text) == (422, True, True)
    assert office.post_form(url, full | {"licence_number": "L-2", "revision": "2"}).status_code == 303


def test_courses_of_the_term_before_are_copied(office: SchoolClient, term: Term) -> None:
    spring = Term(school_year=term.school_year, number=2, starts_on=date(2027, 2, 22), ends_on=date(2027, 7, 9))
    db.session.add(spring)
    db.session.commit()
    clay, paper = made(term), made(term, code="K02", name="剪纸", room="舞蹈室")
    made(spring, code="K02", name="剪纸", room="舞蹈室", first_on=spring.starts_on, last_on=spring.ends_on)
    url = f"/courses/manage/copy?term={spring.id}"
    page = office.get(url).text
    assert "K02 剪纸（本学期已有）" in page
    assert f'checked id="courses-0" name="courses" type="checkbox" value="{clay.id}"' in page
    assert office.post_form(url, {"courses": []}).status_code == 422
    assert office.post_form(url, {"courses": ["999"]}).status_code == 422
    answer = office.post_form(url, {"courses": [str(clay.id), str(paper.id)]})
    assert answer.location == f"/courses/manage?term={spring.id}"
    shown = office.get(answer.location).text
    assert ("已复制 1 门" in shown, "本学期已有编号 K02" in shown) == (True, True)
    fresh()
    assert sorted(one.code for one in db.session.query(Course).filter_by(term_id=spring.id)) == ["K01", "K02"]


def test_the_next_term_is_planned_before_it_has_a_course(office: SchoolClient, term: Term) -> None:
    spring = Term(school_year=term.school_year, number=2, starts_on=date(2027, 2, 22), ends_on=date(2027, 7, 9))
    db.session.add(spring)
    db.session.commit()
    page = office.get("/courses/manage").text
    assert f'href="/courses/manage?term={spring.id}"' in page
    empty = office.get(f"/courses/manage?term={spring.id}").text
    assert f'href="/courses/manage/new?term={spring.id}"' in empty
    form = office.get(f"/courses/manage/new?term={spring.id}").text
    assert 'value="2027-02-22"' in form
    cells = TYPED | {"first_on": "2027-03-01", "last_on": "2027-06-25"}
    office.post_form(f"/courses/manage/new?term={spring.id}", cells)
    assert only_course().term_id == spring.id


def test_nothing_to_copy_is_said(office: SchoolClient) -> None:
    assert "以前的学期没有课程" in office.get("/courses/manage/copy").text


def test_nobody_else_keeps_the_catalogue(app: Flask, term: Term, as_user: Callable[[User], SchoolClient]) -> None:
    principal = as_user(somebody("王校长", "wang", Role.PRINCIPAL))
    assert principal.get("/courses/manage").status_code == 403
    assert app.test_client().get("/courses/manage").location.startswith("/sign-in")
