"""Importing and exporting the catalogue through its pages: nothing is written before it was seen."""

import io
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from school.accounts.models import User
from school.calendar.models import Term
from school.courses.models import Course
from school.courses.rules.rows import TITLES, titles
from school.courses.views import course_import
from school.db import db
from school.permissions import Role
from school.sheets.reading import read_sheet
from school.sheets.writing import SheetOut, write_csv, write_workbook
from tests.accounts.cast import somebody
from tests.courses.catalogue_acts import changed, made, provider, teacher
from tests.courses.catalogue_values import TUESDAY_LATE, meeting
from tests.courses.small_courses import fresh
from tests.support.client import SchoolClient
from tests.support.html import hidden_fields

HEADER = ["编号", "课程名称", "类别", "年级", "上课时间", "地点", "名额", "备注"]
CLAY: list[object] = ["K01", "泥塑", "美术手工", "1-3", "周二15:30-17:30", "美术室1", 20, "旧生优先"]
PAPER: list[object] = ["K02", "剪纸", "美术手工", "1-3", "周三15:30-17:30", "美术室1", 20, ""]
URL = "/courses/manage/import"


@pytest.fixture
def office(term: Term, as_user: Callable[[User], SchoolClient]) -> SchoolClient:
    """李主任's device; 陈建国 teaches here."""
    teacher()
    return as_user(somebody("李主任", "li", Role.TEACHING_OFFICE))


def workbook(*rows: list[object], header: list[str] | None = None) -> bytes:
    return write_workbook([SheetOut("课程", header or HEADER, rows)])


def send(office: SchoolClient, content: bytes, name: str = "课程.xlsx") -> TestResponse:
    return office.post_form(URL, {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def write(office: SchoolClient, page: str, **changes: str) -> TestResponse:
    """Tap the button of the page that shows what would be written."""
    fields = hidden_fields(page, f"{URL}/apply", URL)
    assert "checked" in fields
    return office.post(f"{URL}/apply", data=fields | changes, headers={"Origin": "http://localhost"})


def codes() -> list[str]:
    fresh()
    return [one.code for one in db.session.query(Course).order_by(Course.code)]


def test_a_list_is_seen_before_it_is_written(office: SchoolClient, term: Term) -> None:
    wrong = ["K03", "数学补课", "美术手工", "1-3", "周四15:30-17:30", "美术室3", 20, ""]
    page = send(office, workbook(CLAY, PAPER, wrong))
    assert (page.status_code, codes()) == (200, [])
    assert all(words in page.text for words in ("新增 <strong>2</strong>", "有问题 <strong>1</strong>", "补课", "第 4 行"))
    assert "没有用到的列：备注" in page.text
    answer = write(office, page.text)
    assert (answer.location, codes()) == (f"/courses/manage?term={term.id}", ["K01", "K02"])
    assert "新增 2 门，有问题 1 门" in office.get(answer.location).text


def test_the_same_list_again_has_nothing_to_write(office: SchoolClient) -> None:
    write(office, send(office, workbook(CLAY, PAPER)).text)
    again = send(office, workbook(CLAY, PAPER)).text
    assert "没有要写入的内容" in again
    assert "checked" not in hidden_fields(again, f"{URL}/apply", URL)


def test_what_changes_is_said_in_words(office: SchoolClient) -> None:
    write(office, send(office, workbook(CLAY)).text)
    page = send(office, workbook([*CLAY[:5], "美术室9", 25, ""])).text
    assert all(words in page for words in ("教室：美术室1 → 美术室9", "人数上限：20 → 25"))
    write(office, page)
    assert db.session.query(Course).one().room == "美术室9"


def test_a_catalogue_that_changed_meanwhile_is_shown_again(office: SchoolClient) -> None:
    write(office, send(office, workbook(CLAY)).text)
    page = send(office, workbook([*CLAY[:6], 25, ""])).text
    changed(db.session.query(Course).one(), room="美术室7")
    second = write(office, page)
    assert (second.status_code, "核对以后课程有了变化" in second.text, "美术室7 → 美术室1" in second.text) == (422, True, True)
    fresh()
    assert db.session.query(Course).one().room == "美术室7"
    assert write(office, second.text).status_code == 303
    assert db.session.query(Course).one().room == "美术室1"


def test_the_button_twice_writes_once(office: SchoolClient) -> None:
    page = send(office, workbook(CLAY, PAPER)).text
    assert write(office, page).status_code == 303
    again = write(office, page)
    assert (again.status_code, "没有要写入的内容" in again.text) == (422, True)
    assert codes() == ["K01", "K02"]


def test_nobody_writes_what_was_not_checked(office: SchoolClient, term: Term) -> None:
    page = send(office, workbook(CLAY)).text
    sealed = hidden_fields(page, f"{URL}/apply", URL)["checked"]
    forged = write(office, page, checked=f"x{sealed[0] if isinstance(sealed, list) else sealed}")
    assert (forged.location, codes()) == (URL, [])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(course_import, "SECONDS_TO_DECIDE", -1)
        assert write(office, page).location == URL
    other = Term(
        school_year=term.school_year, number=2, starts_on=term.ends_on.replace(month=2), ends_on=term.ends_on.replace(month=7)
    )
    db.session.add(other)
    db.session.commit()
    fields = hidden_fields(page, f"{URL}/apply", URL)
    answer = office.post(f"{URL}/apply?term={other.id}", data=fields, headers={"Origin": "http://localhost"})
    assert (answer.status_code, codes()) == (404, [])


def test_a_csv_is_read_too(office: SchoolClient) -> None:
    page = send(office, write_csv(HEADER, [CLAY, PAPER]), "课程.csv").text
    write(office, page)
    assert codes() == ["K01", "K02"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "图片"),
        (workbook(CLAY, header=["编号", "别的", "类别", "年级", "上课时间", "地点", "名额", "备注"]), "没有找到列：名称"),
        (workbook(), "0 行课程"),
        (workbook(*([f"K{n:03}", f"课{n}", "书法", "1-3", "", "", 9, ""] for n in range(201))), "201 行课程"),
    ],
)
def test_a_file_that_is_no_list_is_refused(office: SchoolClient, content: bytes, sentence: str) -> None:
    answer = send(office, content)
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_without_a_file_nothing_happens(office: SchoolClient) -> None:
    assert "请选择文件" in office.post_form(URL, {}, content_type="multipart/form-data").text


def test_what_is_exported_is_read_as_it_was(office: SchoolClient, term: Term) -> None:
    one = provider(term.ends_on)
    made(
        term,
        "校车",
        name="=1+1",
        description="第一行\n第二行",
        fee_note="+免费",
        provider_id=one.id,
        outside_teacher="王教练",
        teacher_ids=(1,),
        meetings=(TUESDAY_LATE, meeting(4, "16:00", "17:00")),
        is_exempt=True,
    )
    exported = office.get("/courses/manage/export")
    sheet = read_sheet(exported.data, "课程.xlsx")
    assert sheet.rows[0] == titles()
    assert dict(zip(sheet.rows[0], sheet.rows[1], strict=True))["名称"] == "=1+1"
    assert b"<f>" not in exported.data
    assert "没有要写入的内容" in send(office, exported.data).text


def test_the_template_has_every_column_and_says_how(office: SchoolClient) -> None:
    content = office.get("/courses/manage/template.xlsx").data
    sheet = read_sheet(content, "模板.xlsx", sheet_name="填写说明")
    assert read_sheet(content, "模板.xlsx", sheet_name="课程").rows == [titles()]
    assert [row[0] for row in sheet.rows[1:]] == [title for title, _aliases in TITLES.values()]
    assert all(row[1] for row in sheet.rows)
