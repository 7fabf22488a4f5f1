"""Importing through the pages: upload, dry run, columns, apply, discard; refusals keep what was chosen and write nothing."""

import io
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from school.audit.models import AuditEntry
from school.clock import now
from school.db import db, transaction
from school.people.enums import ImportState
from school.people.models import Pupil, RosterImport
from school.people.service.importing.imports import clean_imports
from school.permissions import Role
from tests.accounts.cast import administrator, office, signed_in, somebody, teacher
from tests.conftest import SHARED
from tests.people.cast import ASSIGNMENTS_HEADER, HEADER, PUPILS, as_file, imports
from tests.sheets import hostile
from tests.support.client import SchoolClient

pytestmark = pytest.mark.usefixtures("today_is")
HOSTILE = ("bomb-shared-strings", "billion-laughs", "far-cell", "path-traversal", "password-xlsx", "truncated-zip", "nested-zip")


@pytest.fixture
def keeper(app: Flask) -> SchoolClient:
    """周管理's device."""
    return signed_in(app, administrator())


def upload(client: SchoolClient, content: bytes, name: str = "名单.csv", kind: str = "pupils") -> TestResponse:
    file = (io.BytesIO(content), name)
    data = {"kind": kind, "file": file, "school_year": "2026"}
    return client.post_form("/people/imports", data, content_type="multipart/form-data")


def uploaded(client: SchoolClient, rows: list[list[str]] = PUPILS, header: list[str] = HEADER) -> str:
    answer = upload(client, as_file(header, rows))
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_list_is_uploaded_checked_and_applied(keeper: SchoolClient) -> None:
    place = uploaded(keeper)
    page = keeper.get(place).text
    assert "还没有导入任何内容" in page
    assert db.session.query(Pupil).count() == 0
    answer = keeper.post_form(f"{place}/apply", page=place)
    assert (answer.status_code, answer.location) == (303, place)
    assert "已导入" in keeper.get(place).text
    assert db.session.query(Pupil).count() == 5
    assert [entry.action for entry in db.session.query(AuditEntry) if entry.action.startswith("import")] == [
        "import.upload",
        "import.apply",
    ]


def test_the_kept_rows_are_gone_after_applying(keeper: SchoolClient) -> None:
    place = uploaded(keeper)
    keeper.post_form(f"{place}/apply", page=place)
    assert (imports()[0].rows, imports()[0].state) == ([], ImportState.APPLIED)


def test_forbidden_columns_are_named_and_never_stored(keeper: SchoolClient) -> None:
    header = [*HEADER, "身份证件号", "民族", "健康状况", "现住址", "特殊体质"]
    rows = [[*row, "150102201001011234", "蒙古族", "良好", "某街 1 号", "海鲜"] for row in PUPILS]
    place = uploaded(keeper, rows, header)
    assert "身份证件号、民族、健康状况、现住址、特殊体质" in keeper.get(place).text
    stored = str([(kept.header, kept.rows, kept.notes) for kept in imports()])
    assert not [word for word in ("150102201001011234", "蒙古族", "良好", "某街", "海鲜", "体质") if word in stored]


def test_an_id_number_in_another_column_is_emptied_and_said(keeper: SchoolClient) -> None:
    rows = [[*PUPILS[0], "150102201001011234"], [*PUPILS[1], "20240202"], [*PUPILS[2], "20240203"]]
    place = uploaded(keeper, rows, [*HEADER, "学号"])
    assert "第 2 行“学号”像身份证件号，已丢弃，不保存。" in keeper.get(place).text
    assert "150102201001011234" not in str(imports()[0].rows)
    ids = [[*row, f"15010220100101123{n}"] for n, row in enumerate(PUPILS[:3])]
    place = uploaded(keeper, ids, [*HEADER, "学号"])
    assert "学号" in imports()[1].dropped_columns


def test_wrong_rows_are_listed_and_the_list_is_refused_as_a_whole(keeper: SchoolClient) -> None:
    place = uploaded(keeper, [PUPILS[0], ["三年级", "无班", "02", "甲", "男", "", "", ""]])
    page = keeper.get(place).text
    assert "第 3 行" in page
    answer = keeper.post_form(f"{place}/apply", page=place)
    assert answer.status_code == 422
    assert "有 1 行有问题，没有导入任何内容" in answer.text
    assert db.session.query(Pupil).count() == 0
    assert keeper.post_form(f"{place}/apply", {"skip_wrong": "y"}, page=place).status_code == 303
    assert db.session.query(Pupil).count() == 1


def test_columns_can_be_corrected_and_one_column_for_two_is_refused(keeper: SchoolClient) -> None:
    header = ["年级", "班级", "某某", "小孩"]
    place = uploaded(keeper, [["三年级", "2班", "01", "孙小宝"]], header)
    assert "没有认出“姓名”这一列" in keeper.get(place).text
    choice = {f"column_{key}": "-1" for key in _keys()} | {"column_class_name": "1", "column_grade": "0", "school_year": "2026"}
    twice = keeper.post_form(f"{place}/mapping", {**choice, "column_name": "0"}, page=place)
    assert twice.status_code == 422
    assert "选了同一列" in twice.text
    assert imports()[0].overrides == {}
    answer = keeper.post_form(f"{place}/mapping", {**choice, "column_name": "3"}, page=place)
    assert answer.status_code == 303
    assert "孙小宝" in keeper.get(place).text


def test_a_discarded_list_is_gone(keeper: SchoolClient) -> None:
    place = uploaded(keeper)
    assert keeper.post_form(f"{place}/discard", page=place).location == "/people/imports"
    assert imports()[0].rows == []
    answer = keeper.post_form(f"{place}/apply", page="/people/imports")
    assert answer.status_code == 422
    assert "已经放弃" in answer.text


def test_applying_twice_says_so(keeper: SchoolClient) -> None:
    place = uploaded(keeper)
    keeper.post_form(f"{place}/apply", page=place)
    again = keeper.post_form(f"{place}/apply", page="/people/imports")
    assert again.status_code == 422
    assert "已经导入过了" in again.text


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.csv", "请选择"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.xls", "旧版 Excel"),
        (b"%PDF-1.7 something", "a.xlsx", "PDF"),
        ("今天天气很好\n明天也很好\n".encode(), "a.csv", "没有找到表头"),
        ("姓名,班级\n".encode(), "a.csv", "没有内容"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "a.csv", "图片"),
    ],
)
def test_a_wrong_file_gets_a_sentence_and_keeps_what_was_chosen(
    keeper: SchoolClient, content: bytes, name: str, sentence: str
) -> None:
    answer = upload(keeper, content, name, "assignments")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert '<option selected value="assignments">' in answer.text
    assert imports() == []


def test_a_hostile_workbook_gets_a_sentence(keeper: SchoolClient) -> None:
    makers = hostile.files()
    for name in HOSTILE:
        answer = upload(keeper, makers[name](), "a.xlsx")
        assert answer.status_code == 422, name
        assert "请" in answer.text
    assert imports() == []


@pytest.mark.external
def test_formulas_and_markup_are_text(keeper: SchoolClient) -> None:
    content = (SHARED / "payloads" / "formula_and_markup_cells.xlsx").read_bytes()
    answer = upload(keeper, content, "a.xlsx")
    page = keeper.get(answer.location) if answer.status_code == 303 else answer
    assert "<script>alert" not in page.text


def test_gbk_text_named_xls_is_read(keeper: SchoolClient) -> None:
    content = "姓名\t班级\t民族\n孙小宝\t三年级2班\t汉族\n".encode("gb18030")
    answer = upload(keeper, content, "学生.xls")
    page = keeper.get(answer.location).text
    assert "孙小宝" in page
    assert "按内容读取" in page


def test_only_who_keeps_lists_may_come(app: Flask, client: SchoolClient) -> None:
    assert client.get("/people/imports").status_code == 302
    assert client.post("/people/imports").status_code == 401
    for user in (office(), teacher()):
        device = signed_in(app, user)
        assert device.get("/people/imports").status_code == 403
        assert device.post_form("/people/imports", page="/account").status_code == 403


def test_somebody_elses_import_is_not_there(app: Flask, keeper: SchoolClient) -> None:
    place = uploaded(keeper)
    other = signed_in(app, somebody("郑管理", "zheng", Role.ADMINISTRATOR))
    assert other.get(place).status_code == 404
    for act in ("apply", "discard", "mapping"):
        assert other.post_form(f"{place}/{act}", page="/people/imports").status_code == 404
    assert imports()[0].state is ImportState.CHECKED
    assert keeper.get("/people/imports/99").status_code == 404


def test_a_needed_column_that_is_missing_is_said(keeper: SchoolClient) -> None:
    answer = upload(keeper, as_file(["学科", "班级"], [["语文", "三年级2班"]]), kind="assignments")
    assert "没有认出“教师”这一列" in keeper.get(answer.location).text
    assert ASSIGNMENTS_HEADER[0] == "教师"


def test_a_long_list_shows_how_far_it_is(app: Flask, keeper: SchoolClient) -> None:
    place = uploaded(keeper)
    folder = Path(app.instance_path) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{imports()[0].id}.json"
    file.write_text('{"what": "写入学生", "done": 500, "total": 2500}', encoding="utf-8")
    page = keeper.get(place).text
    assert "500 / 2500" in page
    assert 'http-equiv="refresh"' in page
    file.write_text('{"refusal": "没有导入。"}', encoding="utf-8")
    assert "没有导入。" in keeper.get(place).text
    file.unlink()
    assert "确认导入" in keeper.get(place).text


def test_a_list_that_takes_long_goes_on_aside(keeper: SchoolClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("school.people.progress.PATIENCE_SECONDS", 0.0)
    place = uploaded(keeper)
    answer = keeper.post_form(f"{place}/apply", page=place)
    assert (answer.status_code, answer.location) == (303, place)
    deadline = time.monotonic() + 20
    while "学生名单已导入" not in keeper.get(place).text and time.monotonic() < deadline:
        time.sleep(0.05)
    assert db.session.query(Pupil).count() == 5


def test_the_next_upload_deletes_what_nobody_applied(keeper: SchoolClient) -> None:
    uploaded(keeper)
    with transaction():
        imports()[0].created_at = now() - timedelta(hours=25)
    uploaded(keeper)
    assert len(imports()) == 1


def test_lists_nobody_applied_are_deleted_after_a_day(keeper: SchoolClient) -> None:
    place = uploaded(keeper)
    keeper.post_form(f"{place}/apply", page=place)
    uploaded(keeper)
    assert clean_imports(now() + timedelta(hours=23)) == 0
    assert clean_imports(now() + timedelta(hours=25)) == 1
    assert [kept.state for kept in db.session.query(RosterImport)] == [ImportState.APPLIED]


def _keys() -> list[str]:
    from school.people.columns import PUPIL_COLUMNS

    return [column.key for column in PUPIL_COLUMNS]
