"""Teachers and assignments as files: names byte for byte, and importing the file again changes nothing."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from school.accounts.models import User
from school.accounts.service import grant_role
from school.audit.models import AuditEntry
from school.audit.service import COMMAND_LINE
from school.db import db
from school.people.enums import ImportKind
from school.people.models import Teacher
from school.people.service.exporting import ASSIGNMENT_HEADER, export_roster
from school.people.service.importing.running import run_import
from school.people.service.staff import leave
from school.permissions import Role
from school.sheets.reading import read_sheet
from tests.accounts.cast import administrator, office, signed_in
from tests.people.cast import ASSIGNMENTS_HEADER, YEAR, class_id, import_assignments, import_teachers

pytestmark = pytest.mark.usefixtures("staff")
SEPTEMBER = date(2026, 9, 1)
NAMES = {"T04": "阿依古丽·买买提", "T05": "张𪚥", "T06": "Null", "T07": "葛\U000e0100𬎆"}
FORMATS = ["xlsx", "csv"]


@pytest.fixture
def staff(school: object) -> None:
    """Names that have to survive, offices beside lessons and offices alone."""
    import_teachers([["T04", NAMES["T04"], "13800000004", "1999"], *([c, n, "", ""] for c, n in list(NAMES.items())[1:])])
    run = import_assignments(
        [
            [NAMES["T04"], "五年级1班", "音乐", "", "", ""],
            [NAMES["T05"], "五年级1班", "语文", "是", "是", "是"],
            [NAMES["T06"], "一年级1班", "", "是", "", ""],
            [NAMES["T07"], "三年级2班", "", "", "是", ""],
        ],
        [*ASSIGNMENTS_HEADER, "年级组长", "备课组长"],
    )
    assert run.is_applied


def teacher(code: str) -> Teacher:
    return db.session.query(Teacher).filter_by(staff_code=code).one()


def rows_of(kind: ImportKind, format_name: str = "csv") -> list[list[str]]:
    content, count = export_roster(kind, format_name, school_year=YEAR)
    rows = read_sheet(content, f"a.{format_name}").rows
    assert len(rows) == count + 1
    return [list(row) for row in rows[1:]]


def changes_of_importing_again(kind: ImportKind, format_name: str) -> tuple[int, int, int]:
    content, _count = export_roster(kind, format_name, school_year=YEAR)
    run = run_import(content, f"again.{format_name}", kind, actor=COMMAND_LINE)
    assert run.is_applied
    assert run.kept.dropped_columns == (["公示中的称呼"] if kind is ImportKind.TEACHERS else [])
    plan = run.plan
    assert [getattr(plan, name, []) for name in ("wrong", "warnings", "missing", "ended_lessons", "ended_offices")] == [[]] * 5
    return plan.counts["added"], plan.counts["changed"], plan.unchanged


@pytest.mark.parametrize("format_name", FORMATS)
def test_teachers_come_out_byte_for_byte_and_in_again_without_a_change(format_name: str) -> None:
    rows = rows_of(ImportKind.TEACHERS, format_name)
    assert {row[0]: row[1] for row in rows} == {"T01": "陈静", "T02": "斯琴高娃", "T03": "李雷"} | NAMES
    assert rows[3] == ["T04", "阿依古丽·买买提", "13800000004", "1999", "阿依古丽老师"]
    assert changes_of_importing_again(ImportKind.TEACHERS, format_name) == (0, 0, 7)


@pytest.mark.parametrize("format_name", FORMATS)
def test_assignments_come_out_byte_for_byte_and_in_again_without_a_change(format_name: str) -> None:
    assert rows_of(ImportKind.ASSIGNMENTS, format_name) == [
        ["一年级1班", "", "Null", "T06", "是", "", ""],
        ["一年级1班", "数学", "斯琴高娃", "T02", "", "", ""],
        ["三年级2班", "", NAMES["T07"], "T07", "", "是", ""],
        ["三年级2班", "语文", "陈静", "T01", "是", "", ""],
        ["三年级2班", "数学", "斯琴高娃", "T02", "", "", ""],
        ["五年级1班", "语文", "张𪚥", "T05", "是", "是", "是"],
        ["五年级1班", "英语", "李雷", "T03", "", "", ""],
        ["五年级1班", "音乐", "阿依古丽·买买提", "T04", "", "", ""],
    ]
    # 6 lessons, 3 homeroom teachers, 2 grade leaders, 1 prep leader
    assert changes_of_importing_again(ImportKind.ASSIGNMENTS, format_name) == (0, 0, 12)


def test_an_office_no_mark_can_say_is_left_alone() -> None:
    grant_role(_user("T02"), Role.HOMEROOM_TEACHER, starts_on=SEPTEMBER, class_id=class_id(2024, 2))
    grant_role(_user("T06"), Role.PREP_LEADER, starts_on=SEPTEMBER)
    db.session.commit()
    assert {row[4] for row in rows_of(ImportKind.ASSIGNMENTS) if row[0] == "三年级2班"} == {""}
    assert changes_of_importing_again(ImportKind.ASSIGNMENTS, "csv") == (0, 0, 11)


def test_who_has_left_is_on_neither_list() -> None:
    leave(teacher("T01"), last_day=date(2026, 11, 25), reason="调走", actor=COMMAND_LINE)
    db.session.commit()
    assert "陈静" not in str([rows_of(kind) for kind in (ImportKind.TEACHERS, ImportKind.ASSIGNMENTS)])
    assert changes_of_importing_again(ImportKind.TEACHERS, "csv") == (0, 0, 6)
    assert changes_of_importing_again(ImportKind.ASSIGNMENTS, "csv")[:2] == (0, 0)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("teachers", "导出了全校教师名单（含电话）"), ("assignments", "导出了全校任课安排")],
)
def test_a_list_is_given_by_a_recorded_button_to_who_keeps_lists(app: Flask, kind: str, sentence: str) -> None:
    keeper = signed_in(app, administrator())
    url = f"/people/{kind}.csv"
    assert f'action="{url}"' in keeper.get("/people/teachers").text
    assert keeper.get(url).status_code == 404
    answer = keeper.post_form(url, page="/people/teachers")
    assert db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first().sentence == sentence  # type: ignore[union-attr]
    assert keeper.get(answer.location).data == export_roster(ImportKind(kind), "csv", school_year=YEAR)[0]
    others = {"teachers", "assignments", "pupils"} - {kind}
    assert [keeper.get(f"/people/{other}.csv").status_code for other in others] == [404, 404]
    device = signed_in(app, office())
    assert url not in device.get("/people/teachers").text
    assert device.post_form(url, page="/account").status_code == 403


@pytest.mark.parametrize(("kind", "said"), [("pupils", "5 名学生"), ("teachers", "7 位教师"), ("assignments", "8 条任课安排")])
def test_the_command_writes_each_kind(app: Flask, tmp_path: Path, kind: str, said: str) -> None:
    for format_name in FORMATS:
        file = tmp_path / f"out.{format_name}"
        result = app.test_cli_runner().invoke(args=["school", "export-roster", str(file), "--kind", kind])
        assert (result.exit_code, result.stderr) == (0, f"已导出 {said}到 {file}\n")
        rows = [list(row) for row in read_sheet(file.read_bytes(), file.name).rows[1:]]
        assert rows == rows_of(ImportKind(kind), format_name)


def test_without_a_term_there_is_a_header(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("school.people.service.importing.assignment_writing.current_or_last_term", lambda _day: None)
    content, count = export_roster(ImportKind.ASSIGNMENTS, "csv", school_year=YEAR)
    assert (content.decode("utf-8-sig").strip().split(","), count) == (list(ASSIGNMENT_HEADER), 0)


def _user(code: str) -> User:
    return db.session.query(User).filter_by(id=teacher(code).user_id).one()
