"""Lists of courses: a dry run says what would be, an import does it, and what was exported imports as it was."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask import Flask

from school.audit.models import AuditEntry
from school.calendar.models import SchoolYear, Term
from school.courses.enums import CourseState, Family
from school.courses.models import Course, CourseMeeting, Provider
from school.courses.rules.rows import TITLES
from school.courses.service import catalogue
from school.courses.service.importing import DryRun, Line, export_rows, import_courses
from school.db import db, transaction
from school.people.models import Teacher
from tests.courses.acts import take
from tests.courses.catalogue_acts import OCTOBER
from tests.courses.catalogue_values import TUESDAY_LATE, meeting, typed
from tests.courses.small_courses import TESTER, SmallCourses, fresh

Row = dict[str, str]


@pytest.fixture
def term(app: Flask, freeze: Callable[[datetime], None]) -> Term:
    """A term, two teachers and a provider, no course."""
    freeze(OCTOBER)
    term = Term(school_year=SchoolYear(start_year=2026), number=1, starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 22))
    chen = Teacher(staff_code="T001", name="陈建国", public_name="陈老师")
    wang = Teacher(staff_code="T002", name="王芳", public_name="王老师")
    papers = Provider(
        name="青少年宫",
        whitelist_number="B-1",
        licence_number="L-1",
        licence_until=date(2027, 8, 31),
        checks_until=date(2027, 8, 31),
    )
    db.session.add_all([term, chen, wang, papers])
    db.session.commit()
    return term


def row(code: str, name: str, **cells: str) -> Row:
    """A row of a file that has these columns and no others."""
    plain = {"code": code, "name": name, "family": "美术手工", "grades": "1-3", "meetings": "周二15:30-17:30"}
    return plain | {"room": f"教室{code}", "capacity": "20"} | cells


def numbered(rows: list[Row]) -> list[tuple[int, Row]]:
    return list(enumerate(rows, 2))


def imported(term: Term, *rows: Row) -> list[Line]:
    with transaction():
        return import_courses(term, numbered(list(rows)), is_dry=False, actor=TESTER)


def tried(term: Term, *rows: Row) -> list[Line]:
    with pytest.raises(DryRun) as run, transaction():
        import_courses(term, numbered(list(rows)), is_dry=True, actor=TESTER)
    fresh()
    return list(run.value.lines)


def effects(lines: list[Line]) -> list[str]:
    return [line.effect.value for line in lines]


def as_exported(term: Term) -> list[Row]:
    return [dict(zip(TITLES, map(str, cells), strict=True)) for cells in export_rows(term.id)]


def course(term: Term, code: str) -> Course:
    fresh()
    return db.session.query(Course).filter_by(term_id=term.id, code=code).one()


def test_a_dry_run_says_everything_and_writes_nothing(term: Term) -> None:
    imported(term, row("A1", "泥塑"), row("A2", "剪纸", meetings="周三15:30-17:30"))
    before = (as_exported(term), db.session.query(AuditEntry).count(), db.session.query(CourseMeeting).count())
    lines = tried(
        term,
        row("A1", "泥塑", meetings="周四15:30-17:30"),
        row("A2", "剪纸", meetings="周三15:30-17:30"),
        row("A3", "陶艺"),
        row("A4", "数学补课"),
    )
    assert effects(lines) == ["changed", "same", "new", "wrong"]
    assert [line.number for line in lines] == [2, 3, 4, 5]
    assert "补课" in lines[3].sentences[0]
    assert (as_exported(term), db.session.query(AuditEntry).count(), db.session.query(CourseMeeting).count()) == before


def test_an_import_does_what_the_dry_run_said(term: Term) -> None:
    rows = [row("A1", "泥塑"), row("A2", "剪纸", capacity="三十"), row("A3", "陶艺", grades="七年级")]
    assert effects(tried(term, *rows)) == effects(imported(term, *rows)) == ["new", "wrong", "wrong"]
    assert [one["code"] for one in as_exported(term)] == ["A1"]
    assert course(term, "A1").state is CourseState.DRAFT
    assert db.session.query(AuditEntry).filter_by(action="courses.import").one().sentence == "导入课程：新增 1 门，修改 0 门"


def test_importing_again_changes_nothing(term: Term) -> None:
    rows = [
        row("A1", "泥塑", meetings="周四15:30-17:30；周二15:30-17:30", teachers="王芳、陈建国", tags="美、拓展"),
        row("A2", "剪纸", meetings="周三16:00-17:00(单周)", reason="校车", provider="青少年宫", outside_teacher="李教练"),
        row("A3", "陶艺", reason="时间够长，这句是多余的"),
    ]
    assert effects(imported(term, *rows)) == ["new"] * 3
    revisions = [course(term, code).revision for code in ("A1", "A2", "A3")]
    assert effects(imported(term, *rows)) == ["same"] * 3
    assert [course(term, code).revision for code in ("A1", "A2", "A3")] == revisions


def test_what_is_exported_imports_as_it_was(term: Term) -> None:
    everything = typed(
        teacher_ids=(1, 2),
        provider_id=1,
        outside_teacher="王教练",
        meetings=(TUESDAY_LATE, meeting(4, "16:00", "17:00")),
        is_exempt=True,
        description="第一行\n第二行，=1+1",
    )
    with transaction():
        catalogue.create_course(term, everything, reason="校车", actor=TESTER)
        catalogue.create_course(term, typed(code="K02", name="-剪纸-", room="", meetings=()), actor=TESTER)
    assert effects(imported(term, *as_exported(term))) == ["same", "same"]
    rows = as_exported(term)
    with transaction():
        for one in db.session.query(Course):
            catalogue.delete_course(one.id, actor=TESTER)
    assert effects(imported(term, *rows)) == ["new", "new"]
    assert as_exported(term) == rows


def test_columns_the_file_lacks_and_cells_left_open_stay(term: Term) -> None:
    imported(term, row("A1", "泥塑", teachers="陈建国", fee_note="免费", minimum="5"))
    assert effects(imported(term, {"code": "A1", "name": "泥塑", "room": "新教室", "fee_note": "", "capacity": ""})) == [
        "changed"
    ]
    one = course(term, "A1")
    assert (one.room, one.fee_note, one.capacity, one.minimum, len(one.teachings)) == ("新教室", "", 20, 5, 1)


def test_two_courses_hand_a_room_on(term: Term) -> None:
    imported(term, row("A1", "泥塑", room="甲"), row("A2", "剪纸", room="乙"))
    lines = imported(term, row("A1", "泥塑", room="乙"), row("A2", "剪纸", room="丙"))
    assert effects(lines) == ["changed", "changed"]
    assert [course(term, code).room for code in ("A1", "A2")] == ["乙", "丙"]


def test_a_code_twice_in_a_file_is_nobodys(term: Term) -> None:
    lines = imported(term, row("A1", "泥塑"), row("Ａ１", "剪纸"), row("A2", "陶艺"))
    assert effects(lines) == ["wrong", "wrong", "new"]
    assert "重复" in lines[0].sentences[0]


def test_rows_clash_with_each_other_as_with_the_catalogue(term: Term) -> None:
    lines = imported(term, row("A1", "泥塑", room="甲"), row("A2", "剪纸", room="甲"), row("A3", "陶艺", teachers="李没有"))
    assert effects(lines) == ["new", "wrong", "wrong"]
    assert ("泥塑" in lines[1].sentences[0], "李没有" in lines[2].sentences[0]) == (True, True)


def test_a_teacher_who_left_is_still_known_by_code(term: Term) -> None:
    imported(term, row("A1", "泥塑", teachers="陈建国"))
    teacher = db.session.query(Teacher).filter_by(staff_code="T001").one()
    teacher.left_on = OCTOBER.date()
    db.session.commit()
    assert effects(imported(term, *as_exported(term))) == ["same"]
    assert effects(imported(term, row("A2", "剪纸", teachers="T001"))) == ["wrong"]


def test_what_a_selection_holds_in_place_an_import_does_not_move(cast: SmallCourses) -> None:
    take(cast, cast.third[0], cast.tutoring)
    cast.tutoring.outside_teacher, cast.tutoring.warning_reason = "", "校车"
    cast.tutoring.teachings.clear()
    db.session.commit()
    cells = {"code": "C07", "name": "作业辅导", "reason": "校车"}
    [moved] = imported(cast.term, cells | {"meetings": "周一16:10-17:30"})
    [fewer] = imported(cast.term, cells | {"capacity": "29"})
    assert ("上课时间" in moved.sentences[0], "改动的理由" in fewer.sentences[0]) == (True, True)
    assert effects([moved, fewer]) == ["wrong", "wrong"]
    assert (course(cast.term, "C07").family, course(cast.term, "C07").capacity) == (Family.TUTORING, 30)
