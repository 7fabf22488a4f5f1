"""Teachers' lists and teaching assignments."""

from datetime import date, datetime

import pytest

from school.accounts.models import RoleGrant, User
from school.clock import ZONE
from school.db import db
from school.people.models import Teacher, TeachingAssignment
from school.people.queries import lessons_of_class, lessons_of_teacher
from school.permissions import Role
from tests.people.cast import (
    ASSIGNMENTS,
    PUPILS,
    TEACHERS,
    add_term,
    class_id,
    import_assignments,
    import_pupils,
    import_teachers,
    little_school,
)

pytestmark = pytest.mark.usefixtures("today_is")
LATER = datetime(2026, 12, 1, 8, 0, tzinfo=ZONE)


def teacher(code: str) -> Teacher:
    return db.session.query(Teacher).filter_by(staff_code=code).one()


def wrong(run: object) -> list[tuple[int, str, str]]:
    return [(w.row_number, w.column, w.reason.split("。")[0]) for w in run.plan.wrong]  # type: ignore[attr-defined]


def test_teachers_get_accounts_by_phone_or_staff_code() -> None:
    run = import_teachers(TEACHERS)
    assert run.plan.counts["added"] == 3
    users = [db.session.get(User, t.user_id) for t in db.session.query(Teacher).order_by(Teacher.staff_code)]
    assert [u.login for u in users] == ["13800000001", "13800000002", "T03"]
    assert {grant.role for user in users for grant in user.grants} == {Role.SUBJECT_TEACHER}
    assert [(t.public_name, t.teaching_since) for t in db.session.query(Teacher).order_by(Teacher.staff_code)] == [
        ("陈老师", 2015),
        ("斯琴高娃老师", 2008),
        ("李老师", None),
    ]
    again = import_teachers(TEACHERS)
    assert (again.plan.counts["added"], again.plan.counts["changed"], again.plan.unchanged) == (0, 0, 3)


def test_codes_are_made_where_the_file_has_none() -> None:
    import_teachers([["甲", "13800000011", "8"], ["乙", "", ""]], ["姓名", "手机", "教龄"])
    assert [(t.staff_code, t.name, t.teaching_since) for t in db.session.query(Teacher).order_by(Teacher.id)] == [
        ("T001", "甲", 2018),
        ("T002", "乙", None),
    ]
    assert import_teachers([["甲", "13800000011", "8"], ["乙", "", ""]], ["姓名", "手机", "教龄"]).plan.unchanged == 2


def test_a_changed_phone_is_the_new_login() -> None:
    import_teachers(TEACHERS)
    run = import_teachers([["T01", "陈静", "13811111111", "2015"]])
    assert [c.what for c in run.plan.changed] == ["手机号码 138****0001 → 138****1111"]
    assert db.session.get(User, teacher("T01").user_id).login == "13811111111"  # type: ignore[union-attr]


def test_wrong_teachers_are_named() -> None:
    import_teachers(TEACHERS)
    run = import_teachers([["T01", "别人", "", ""], ["T05", "丙", "12", ""], ["T06", "丁", "", "明年"], ["T06", "戊", "", ""]])
    assert wrong(run) == [
        (2, "姓名", "工号 T01 属于陈静，请核对工号和姓名"),
        (3, "手机号码", "“12”不是 11 位手机号码，请核对；一格只填一个号码"),
        (4, "任教年份", "请填开始任教的年份，如 2015"),
    ]


def test_a_teacher_twice_in_a_file_is_named() -> None:
    run = import_teachers([["T01", "陈静", "", ""], ["T01", "陈静", "", ""]])
    assert wrong(run) == [(3, "工号", "与第 2 行（陈静）重复")]


def test_assignments_begin_with_the_term_and_make_the_homeroom_teacher() -> None:
    little_school()
    lessons = lessons_of_class(class_id(2024, 2), date(2026, 9, 1))
    assert [(lesson.subject, lesson.teacher_name) for lesson in lessons] == [("语文", "陈静"), ("数学", "斯琴高娃")]
    grant = db.session.query(RoleGrant).filter_by(role=Role.HOMEROOM_TEACHER).one()
    assert (grant.user_id, grant.class_id, grant.starts_on, grant.ends_on) == (
        teacher("T01").user_id,
        class_id(2024, 2),
        date(2026, 9, 1),
        date(2027, 1, 22),
    )
    again = import_assignments(ASSIGNMENTS)
    assert (again.plan.counts["added"], again.plan.counts["changed"], again.plan.unchanged) == (0, 0, 5)


def test_a_successor_takes_over_from_today(today_is) -> None:  # noqa: ANN001
    little_school()
    today_is(LATER)
    run = import_assignments([["李雷", "三年级2班", "语文", "是"]])
    assert [c.what for c in run.plan.changed] == ["语文：陈静 → 李雷", "接任班主任"]
    here = class_id(2024, 2)
    assert [lesson.teacher_name for lesson in lessons_of_class(here, date(2026, 11, 30)) if lesson.subject == "语文"] == ["陈静"]
    assert [lesson.teacher_name for lesson in lessons_of_class(here, date(2026, 12, 1)) if lesson.subject == "语文"] == ["李雷"]
    held = db.session.query(RoleGrant).filter_by(role=Role.HOMEROOM_TEACHER).order_by(RoleGrant.id)
    assert [(g.user_id, g.starts_on, g.ends_on) for g in held] == [
        (teacher("T01").user_id, date(2026, 9, 1), date(2026, 11, 30)),
        (teacher("T03").user_id, date(2026, 12, 1), date(2027, 1, 22)),
    ]
    assert import_assignments([["李雷", "三年级2班", "语文", "是"]]).plan.unchanged == 2


def test_what_nobody_knows_is_named() -> None:
    little_school()
    before = db.session.query(TeachingAssignment).count()
    run = import_assignments(
        [
            ["外人", "三年级2班", "语文", ""],
            ["陈静", "三年级9班", "语文", ""],
            ["陈静", "三年级2班", "魔法", ""],
            ["陈静", "三年级2班", "道法", "张三"],
        ]
    )
    assert wrong(run) == [
        (2, "教师", "没有这位教师"),
        (3, "班级", "学校里没有这个班"),
        (4, "学科", "没有这个学科"),
        (5, "班主任", "没有这位教师"),
    ]
    assert db.session.query(TeachingAssignment).count() == before


def test_offices_and_subjects_by_other_names() -> None:
    little_school()
    header = ["工号", "教师", "班级", "学科", "年级组长", "备课组长"]
    import_assignments([["T02", "斯琴高娃", "三(2)班", "体育", "√", "√"]], header)
    assert [
        lesson.subject for lesson in lessons_of_teacher(teacher("T02").id, date(2026, 11, 25)) if lesson.class_number == 2
    ] == [
        "数学",
        "体育与健康",
    ]
    grants = db.session.query(RoleGrant).filter(RoleGrant.role.in_([Role.GRADE_LEADER, Role.PREP_LEADER])).order_by(RoleGrant.id)
    assert [(g.role, g.entry_year, g.subject_id is None) for g in grants] == [
        (Role.GRADE_LEADER, 2024, True),
        (Role.PREP_LEADER, 2024, False),
    ]


def test_assignments_need_a_term() -> None:
    from school.errors import Refused

    import_pupils(PUPILS)
    import_teachers(TEACHERS)
    with pytest.raises(Refused, match="还没有学期"):
        import_assignments(ASSIGNMENTS)
    add_term()
    assert import_assignments(ASSIGNMENTS).is_applied
