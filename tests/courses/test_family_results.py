"""Results for the school and lists for course teachers: by role, with names only inside it, exports on record (PR-06)."""

import io
import re
from collections.abc import Callable

import openpyxl
import pytest

from school.accounts.models import User
from school.audit.models import AuditEntry
from school.courses.enums import CourseState, SelectionState
from school.courses.models import Course, CourseConsent
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.results import class_counts, pupil_results
from school.db import db
from school.people.models import Pupil, SchoolClass
from tests.courses.acts import join, take
from tests.courses.small_courses import SmallCourses, add_application
from tests.courses.test_family_pages import words
from tests.support.client import SchoolClient

AsUser = Callable[[User], SchoolClient]


@pytest.fixture
def played(cast: SmallCourses) -> SmallCourses:
    """小孟0 and 小孟1 are in 剪纸, 小孟0 in 国际象棋 too; 小孟2 waits for 剪纸; 小孟3's family never agreed."""
    take(cast, cast.third[0], cast.paper)
    take(cast, cast.third[0], cast.chess)
    take(cast, cast.third[1], cast.paper)
    join(cast, cast.third[2], cast.paper)
    take(cast, cast.fifth[1], cast.robots)
    db.session.query(CourseConsent).filter_by(pupil_id=cast.third[3].id).delete()
    add_application(cast.selection, cast.third[4], cast.paper, cast.choir)
    db.session.commit()
    return cast


def test_a_class_in_numbers(played: SmallCourses) -> None:
    (third,) = class_counts(played.selection.id, [played.third_1.id])
    assert (third.pupils, third.placed, third.waiting_only, third.nothing) == (8, 2, 1, 5)
    assert (third.agreed, third.wishing) == (7, 1)
    order = [one.class_id for one in class_counts(played.selection.id, [played.fifth_1.id, played.third_1.id, played.first_1.id])]
    assert order == [played.first_1.id, played.third_1.id, played.fifth_1.id]


def test_an_empty_class_counts_nobody(played: SmallCourses) -> None:
    empty = SchoolClass(entry_year=2024, number=9)
    db.session.add(empty)
    db.session.commit()
    (row,) = class_counts(played.selection.id, [empty.id])
    assert (row.pupils, row.placed, row.waiting_only, row.nothing) == (0, 0, 0, 0)


def test_pupils_with_what_they_have(played: SmallCourses) -> None:
    rows = {one.name: one for one in pupil_results(get_catalogue(played.term.id), [played.third_1.id])}
    assert [one.name for one in rows["小孟0"].courses] == ["剪纸", "国际象棋"]
    assert [(course.name, position) for course, position in rows["小孟2"].waiting] == [("剪纸", 1)]
    assert (rows["小孟3"].has_agreed, rows["小孟4"].wishes, rows["小孟5"].courses) == (False, 2, ())
    assert "小乌1" not in rows


@pytest.mark.parametrize(
    ("who", "third", "fifth"),
    [("liu", 200, 404), ("zhao", 200, 404), ("office", 200, 200), ("principal", 200, 200), ("chen", 403, 403)],
)
def test_each_role_sees_its_classes(played: SmallCourses, as_user: AsUser, who: str, third: int, fifth: int) -> None:
    client = as_user(getattr(played, who))
    for ending in ("", "/slips"):
        assert client.get(f"/courses/results/{played.third_1.id}{ending}").status_code == third
        assert client.get(f"/courses/results/{played.fifth_1.id}{ending}").status_code == fifth
    page = client.get("/courses/results")
    assert page.status_code == (403 if who == "chen" else 200)
    if who != "chen":
        assert ("五年级1班" in page.text) is (fifth == 200)


def test_families_see_no_lists(played: SmallCourses, as_user: AsUser) -> None:
    client = as_user(played.guardians[played.third[0].id])
    for path in (
        "/courses/results",
        f"/courses/results/{played.third_1.id}",
        "/courses/mine",
        f"/courses/mine/{played.paper.id}",
    ):
        assert client.get(path).status_code == 403


def test_the_class_page_tells_who_has_nothing(played: SmallCourses, as_user: AsUser) -> None:
    page = words(as_user(played.liu).get(f"/courses/results/{played.third_1.id}").text)
    assert "小孟0剪纸周二16:00—17:30国际象棋周三16:00—17:30—✓有课程" in page
    assert "小孟2—剪纸第1位…只在候补" in page
    assert "小孟3——○家长未同意" in page
    assert "小孟5——○没有课程" in page


def test_before_the_draw_the_class_page_tells_who_has_wished(played: SmallCourses, as_user: AsUser) -> None:
    played.selection.has_wishes = True
    played.selection.state = SelectionState.FROZEN
    db.session.commit()
    page = words(as_user(played.liu).get(f"/courses/results/{played.third_1.id}").text)
    assert "小孟4——已填2个" in page
    assert "小孟5——○未填" in page


def test_a_slip_has_all_a_family_needs(played: SmallCourses, as_user: AsUser) -> None:
    text = as_user(played.liu).get(f"/courses/results/{played.third_1.id}/slips").text
    slips = [words(one) for one in re.findall(r"<article.*?</article>", text, re.S)]
    assert len(slips) == 8
    (mine,) = [one for one in slips if "小孟0" in one]
    for part in ("剪纸周二16:00—17:30活动室C01，陈老师，12月7日开课", "国际象棋周三16:00—17:30活动室C03，王老师"):
        assert part in mine
    assert "候补：剪纸第1位" in next(one for one in slips if "小孟2" in one)
    assert "没有选上课后服务课程" in next(one for one in slips if "小孟5" in one)


def test_the_workbook_is_recorded_and_keeps_to_the_scope(played: SmallCourses, as_user: AsUser) -> None:
    db.session.get(Pupil, played.third[1].id).name = "=小孟1"
    db.session.commit()
    client = as_user(played.liu)
    assert client.get("/courses/results.xlsx").status_code == 404
    answer = client.post_form("/courses/results.xlsx", page="/courses/results")
    assert answer.status_code == 303
    entry = db.session.query(AuditEntry).filter_by(action="courses.export_results").one()
    assert entry.sentence == "导出了2026—2027学年第一学期的选课结果（1 个班，含姓名）"
    book = openpyxl.load_workbook(io.BytesIO(client.get(answer.location).data))
    pupils = list(book["按学生"].iter_rows(values_only=True))
    assert len(pupils) == 9
    assert ("三年级1班", None, "小孟0", "剪纸、国际象棋", "剪纸 周二 16:00—17:30；国际象棋 周三 16:00—17:30", None) in pupils
    assert book["按学生"]["C3"].value == "=小孟1"
    assert book["按学生"]["C3"].data_type == "s"
    assert {row[7] for row in book["按课程"].iter_rows(min_row=2, values_only=True)} == {"小孟0", "=小孟1"}


def test_a_teacher_sees_own_courses_only(played: SmallCourses, as_user: AsUser) -> None:
    client = as_user(played.chen)
    page = words(client.get("/courses/mine").text)
    assert "剪纸✓已上架" in page
    assert "2/2人，候补1人" in page
    assert "足球" not in page
    listed = words(client.get(f"/courses/mine/{played.paper.id}").text)
    assert "共2人，名额2" in listed
    assert "三年级1班小孟0补选" in listed
    assert client.get(f"/courses/mine/{played.chess.id}").status_code == 404
    assert client.get(f"/courses/mine/{played.chess.id}.xlsx").status_code == 404
    assert as_user(played.liu).get(f"/courses/mine/{played.paper.id}").status_code == 404
    assert as_user(played.office).get(f"/courses/mine/{played.chess.id}").status_code == 200
    assert "您没有开课" in as_user(played.liu).get("/courses/mine").text


def test_a_draft_has_no_list(played: SmallCourses, as_user: AsUser) -> None:
    db.session.get(Course, played.paper.id).state = CourseState.DRAFT
    db.session.commit()
    assert as_user(played.chen).get(f"/courses/mine/{played.paper.id}").status_code == 404


def test_a_course_list_is_taken_away_on_record(played: SmallCourses, as_user: AsUser) -> None:
    client = as_user(played.chen)
    url = f"/courses/mine/{played.paper.id}.xlsx"
    assert client.get(url).status_code == 404
    answer = client.post_form(url, page=f"/courses/mine/{played.paper.id}")
    assert db.session.query(AuditEntry).filter_by(action="courses.export_course").one().sentence == "导出了课程“剪纸”的名单"
    book = openpyxl.load_workbook(io.BytesIO(client.get(answer.location).data))
    assert list(book["剪纸"].iter_rows(values_only=True)) == [
        ("班级", "班内学号", "姓名", "来源"),
        ("三年级1班", None, "小孟0", "补选"),
        ("三年级1班", None, "小孟1", "补选"),
    ]


def test_without_a_selection_the_page_explains_itself(cast: SmallCourses, as_user: AsUser) -> None:
    cast.selection.state = SelectionState.DRAFT
    db.session.commit()
    assert "还没有选课结果" in as_user(cast.office).get("/courses/results").text
    assert as_user(cast.office).get(f"/courses/results/{cast.third_1.id}").status_code == 404
