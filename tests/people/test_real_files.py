"""The real registers: read as they come, imported within seconds, exported byte for byte."""

import json
import time
from pathlib import Path

import pytest
from flask import Flask

from school.db import db
from school.people.enums import ImportKind
from school.people.models import ClassMembership, Guardian, Pupil, SchoolClass
from school.people.service.exporting import HEADER, export_roster
from school.people.service.importing.reading import read_roster
from school.sheets.reading import read_sheet
from tests.conftest import SHARED
from tests.people.cast import imports

pytestmark = [pytest.mark.external, pytest.mark.usefixtures("today_is")]
ROSTER = SHARED / "roster"
REAL = ROSTER / "roster_720_clean.xlsx"
SECONDS = 5.0


def names_in(path: Path) -> list[str]:
    rows = read_sheet(path.read_bytes(), path.name).rows
    column = rows[0].index("姓名")
    return sorted(row[column] for row in rows[1:])


def school(app: Flask, *arguments: str) -> tuple[int, str, str]:
    """Run `flask school …`; exit code, output and what it said besides."""
    result = app.test_cli_runner().invoke(args=["school", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_720_pupils_come_in_within_five_seconds_and_once_only(app: Flask) -> None:
    start = time.perf_counter()
    code, out, progress = school(app, "import-roster", str(REAL), "--json")
    took = time.perf_counter() - start
    assert code == 0, out
    told = json.loads(out)
    assert (told["applied"], told["counts"]["added"], told["counts"]["new_classes"], told["wrong"]) == (True, 720, 24, [])
    assert {"身份证件号", "民族", "健康状况", "现住址", "成员1身份证件号"} <= set(told["dropped_columns"])
    assert "写入学生 720/720" in progress
    assert took < SECONDS
    again = json.loads(school(app, "import-roster", str(REAL), "--json")[1])
    assert (again["counts"]["added"], again["counts"]["changed"], again["counts"]["unchanged"]) == (0, 0, 720)
    assert (db.session.query(Pupil).count(), db.session.query(SchoolClass).count()) == (720, 24)
    assert db.session.query(ClassMembership).count() == 720


def test_what_was_imported_comes_out_byte_for_byte(app: Flask, tmp_path: Path) -> None:
    school(app, "import-roster", str(REAL))
    for name in ("out.xlsx", "out.csv"):
        code, _out, said = school(app, "export-roster", str(tmp_path / name))
        assert (code, said.startswith("已导出 720 名学生")) == (0, True)
        assert names_in(tmp_path / name) == names_in(REAL)
        again = json.loads(school(app, "import-roster", str(tmp_path / name), "--json")[1])
        assert (again["counts"]["unchanged"], again["counts"]["wrong_rows"]) == (720, 0)


def test_nothing_forbidden_is_anywhere_in_the_database(app: Flask) -> None:
    school(app, "import-roster", str(REAL))
    rows = read_sheet(REAL.read_bytes(), REAL.name).rows
    secret = {row[rows[0].index(title)] for row in rows[1:] for title in ("身份证件号", "出生日期")}
    stored = {str(value) for table in db.metadata.sorted_tables for row in db.session.execute(table.select()) for value in row}
    assert not secret & stored
    assert "蒙古族" not in " ".join(stored)
    assert imports()[0].rows == []


def test_a_dry_run_writes_nothing(app: Flask) -> None:
    code, out, _said = school(app, "import-roster", str(REAL), "--dry-run")
    assert code == 0
    assert "试运行：新增 720" in out
    assert [db.session.query(model).count() for model in (Pupil, SchoolClass, Guardian)] == [0, 0, 0]
    assert imports() == []


@pytest.mark.parametrize(
    "name", ["xueji_export_header_wuhan.csv", "xueji_export_header_variant2.csv", "xueji_export_header_wuhan.gb18030.csv"]
)
def test_both_orders_of_the_register_are_read(name: str) -> None:
    header = read_sheet((ROSTER / name).read_bytes(), name).rows[0]
    values = {"姓名": "孙小宝", "班级": "三年级2班", "成员1姓名": "孙家长", "成员1联系电话": "13900000001", "学籍辅号": "1"}
    row = [values.get(title, "150102201001011234" if "件号" in title else "") for title in header]
    content = "\n".join("\t".join(line) for line in (header, row)).encode("gb18030")
    roster = read_roster(content, "学籍.xls", ImportKind.PUPILS)
    assert set(values) <= set(roster.header)
    assert not [title for title in roster.header if "身份" in title or "住址" in title or "民族" in title]
    assert "150102201001011234" not in str(roster.rows)


def test_the_other_schools_headers_are_read_too() -> None:
    for name, wanted in [("vocational_2009_header.csv", "校内学号"), ("private_school_roster_fields.csv", "监护人2姓名")]:
        header = read_sheet((ROSTER / name).read_bytes(), name).rows[0]
        content = "\n".join(",".join(line) for line in (header, ["x"] * len(header))).encode()
        roster = read_roster(content, name, ImportKind.PUPILS)
        assert wanted in roster.header
        assert not {"身份证号", "银行卡号", "是否低保", "现住址", "现家庭住址", "政治面貌"} & set(roster.header)


def test_a_refused_file_ends_with_one_and_a_sentence(app: Flask, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("姓名,班级\n甲,高三(2)班\n", encoding="utf-8")
    code, out, said = school(app, "import-roster", str(wrong))
    assert code == 1
    assert "第 2 行“班级”高三(2)班" in out
    assert "什么也没有导入" in said
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    code, out, said = school(app, "import-roster", str(empty), "--json")
    assert (code, json.loads(out)["error"]) == (1, "文件是空的，请选择有内容的 .xlsx 或 .csv 文件。")


def test_an_empty_school_exports_its_header(app: Flask) -> None:
    content, count = export_roster(ImportKind.PUPILS, "csv", school_year=2026)
    assert count == 0
    assert content.decode("utf-8-sig").strip().split(",") == list(HEADER)
