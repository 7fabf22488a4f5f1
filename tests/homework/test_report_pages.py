"""The report's pages, workbook and command: whom they show what, and that each figure opens exactly its rows."""

import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from html import unescape

import pytest
from flask import Flask
from openpyxl import load_workbook

from school.accounts.models import User
from school.db import db
from school.homework.enums import DayState
from school.homework.models import HomeworkDay
from school.homework.service.publishing import Choice, publish_day
from tests.homework import report_school
from tests.homework.report_school import NOON, ClassDayFacts
from tests.homework.small_school import EVENING, TESTER, WEDNESDAY, SmallSchool, day_of
from tests.support.client import SchoolClient

REPORT = "/reports/homework?month=2026-11"
ROWS = "/reports/homework/rows?month=2026-11"
FIGURE = re.compile(r'<a href="(/reports/homework/rows\?[^"]*)">([^<]*)</a>(?: <small>(\d+)/\d+ 项</small>)?')
CELL = re.compile(r'<a class="heat-cell[^"]*" href="([^"]*)">')

AsUser = Callable[[User], SchoolClient]


@pytest.fixture
def facts(school: SmallSchool, freeze: Callable[[datetime], None]) -> list[ClassDayFacts]:
    """A random November up to Wednesday noon."""
    freeze(NOON)
    return report_school.play(school, seed=7)


def rows_at(client: SchoolClient, url: str) -> int:
    """How many rows a page of rows says it has; checked against what it lists."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    said = re.search(r"共 (\d+) (?:个班级日|项作业)", answer.text)
    count = int(said[1]) if said else 0
    assert answer.text.count('<th scope="row">') == min(count, 50), url
    return count


def test_every_figure_opens_exactly_its_rows(facts: list[ClassDayFacts], school: SmallSchool, as_user: AsUser) -> None:
    client = as_user(school.principal)
    text = client.get(REPORT).text
    figures = FIGURE.findall(text)
    assert len(figures) > 60
    checked = 0
    for url, shown, of in figures:
        if shown.isdecimal() or of:
            checked += 1
            assert rows_at(client, unescape(url)) == int(of or shown), unescape(url)
    assert checked > 50


def test_every_cell_of_the_grid_opens_its_class_day(facts: list[ClassDayFacts], school: SmallSchool, as_user: AsUser) -> None:
    client = as_user(school.principal)
    cells = CELL.findall(client.get(REPORT).text)
    assert len(cells) == len(facts)
    for url in cells[::7]:
        assert rows_at(client, unescape(url)) == 1


def test_means_and_shares_open_what_they_are_of(facts: list[ClassDayFacts], school: SmallSchool, as_user: AsUser) -> None:
    client = as_user(school.principal)
    of_class = [one for one in facts if one.class_key == "2024-2"]
    written = sum(item["written"] for one in of_class for item in one.items)
    maths = sum(item["subject"] == "maths" for one in facts for item in one.items)
    assert rows_at(client, f"{ROWS}&class=2024-2&status=published") == sum(one.is_published for one in of_class)
    assert rows_at(client, f"{ROWS}&class=2024-2&status=written_items") == written
    assert rows_at(client, f"{ROWS}&subject=maths") == maths


def test_a_day_opens_its_items(facts: list[ClassDayFacts], school: SmallSchool, as_user: AsUser) -> None:
    client = as_user(school.principal)
    one = next(one for one in facts if len(one.items) > 1)
    text = client.get(f"{ROWS}&class={one.class_key}&date={one.on_day}").text
    link = re.search(r'href="([^"]*status=items[^"]*)"', text)
    assert link
    assert rows_at(client, unescape(link[1])) == len(one.items)


def test_a_term_has_the_same_figures_without_a_grid(facts: list[ClassDayFacts], school: SmallSchool, as_user: AsUser) -> None:
    text = as_user(school.principal).get("/reports/homework?term=2026-1").text
    assert "2026—2027学年上学期" in text
    assert "heat-cell" not in text
    assert f">{sum(one.is_published for one in facts)}</a>" in text


def test_a_grade_leader_sees_the_own_grade_and_no_other(facts: list[ClassDayFacts], school: SmallSchool, as_user: AsUser) -> None:
    client = as_user(school.zhao)
    text = client.get(REPORT).text
    assert "三年级2班" in text
    assert "一年级1班" not in text
    third = [one for one in facts if one.class_key.startswith("2024")]
    assert rows_at(client, f"{ROWS}&status=published") == sum(one.is_published for one in third)
    assert rows_at(client, f"{ROWS}&status=items") == sum(len(one.items) for one in third)
    assert rows_at(client, f"{ROWS}&grade=1&status=published") == 0
    assert client.get(f"{ROWS}&class=2026-1&status=published").status_code == 404
    assert client.get(f"{ROWS}&class=2024-2&status=published").status_code == 200
    book = load_workbook(io.BytesIO(client.get("/reports/homework.xlsx?month=2026-11").data))
    assert [row[0].value for row in book["班级汇总"].iter_rows(min_row=3)] == ["三年级1班", "三年级2班"]


@pytest.mark.parametrize("url", [REPORT, "/reports/homework.xlsx?month=2026-11", ROWS])
def test_teachers_and_families_do_not_see_the_report(
    school: SmallSchool, as_user: AsUser, client: SchoolClient, url: str
) -> None:
    assert as_user(school.chen).get(url).status_code == 403
    assert as_user(school.sun).get(url).status_code == 403
    assert client.get(url).status_code == 302
    assert as_user(school.office).get(url).status_code == 200


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/reports/homework?month=十一月", 400),
        ("/reports/homework?month=2026-13", 400),
        ("/reports/homework?term=1999-1", 400),
        (f"{ROWS}&class=2024-9", 404),
        (f"{ROWS}&class=高三(2)班", 400),
        (f"{ROWS}&grade=x", 400),
        (f"{ROWS}&subject=alchemy", 404),
        (f"{ROWS}&status=perfect", 400),
        (f"{ROWS}&date=x", 400),
    ],
)
def test_nonsense_in_the_address(school: SmallSchool, as_user: AsUser, url: str, status: int) -> None:
    assert as_user(school.principal).get(url).status_code == status


def test_without_records_the_page_says_what_to_do(school: SmallSchool, as_user: AsUser) -> None:
    text = as_user(school.principal).get("/reports/homework?month=2026-08").text
    assert "这段时间没有可统计的上课日" in text


def test_the_workbook_has_typed_cells_and_one_sheet_for_each_part(
    facts: list[ClassDayFacts], school: SmallSchool, as_user: AsUser
) -> None:
    answer = as_user(school.principal).get("/reports/homework.xlsx?month=2026-11")
    assert "%E4%BD%9C%E4%B8%9A" in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["班级日历", "班级汇总", "年级汇总", "学科汇总", "逐日明细"]
    classes = book["班级汇总"]
    header = [cell.value for cell in classes[2]]
    due = [row[header.index("应公示")].value for row in classes.iter_rows(min_row=3)]
    assert due == [
        sum(one.status != "pending" for one in facts if one.class_key == key) for key in ("2026-1", "2024-1", "2024-2")
    ]
    assert all(isinstance(value, int) for value in due)
    assert classes.freeze_panes == "B3"
    details = book["逐日明细"]
    assert details.max_row == len(facts) + 2
    assert isinstance(details["B3"].value, datetime)
    assert details["B3"].number_format == "yyyy-mm-dd"
    assert len(book["班级日历"].conditional_formatting) > 0


def test_the_command_prints_json_and_a_table(facts: list[ClassDayFacts], app: Flask, freeze: Callable[[datetime], None]) -> None:
    runner = app.test_cli_runner()
    printed = runner.invoke(args=["school", "report", "homework", "--month", "2026-11", "--json"])
    assert printed.exit_code == 0, printed.output
    document = json.loads(printed.output)
    assert document["schema"] == "homework-report/1"
    assert (document["from"], document["to"], document["through"]) == ("2026-11-01", "2026-11-30", "2026-11-25")
    assert document["total"]["published"] == sum(one.is_published for one in facts)
    table = runner.invoke(args=["school", "report", "homework", "--term", "2026-1"])
    assert "三年级2班" in table.output
    assert "合计" in table.output
    refused = runner.invoke(args=["school", "report", "homework", "--month", "x"])
    assert refused.exit_code == 1
    assert "认不出月份" in refused.output


def test_the_services_keep_what_the_report_reads(
    school: SmallSchool, as_user: AsUser, freeze: Callable[[datetime], None]
) -> None:
    school.file(50)
    freeze(EVENING)
    choice = Choice(goes_on_unfiled=True, confirms_standard=True, reason="开会")
    publish_day(school.third_2.id, WEDNESDAY, choice, actor=TESTER)
    db.session.commit()
    client = as_user(school.principal)
    for status in ("published", "late", "near", "warned"):
        assert rows_at(client, f"{ROWS}&class=2024-2&date=2026-11-25&status={status}") == 1, status
    assert rows_at(client, f"{ROWS}&class=2024-2&date=2026-11-25&status=written_items") == 1


def test_old_days_are_closed_by_command(school: SmallSchool, app: Flask, freeze: Callable[[datetime], None]) -> None:
    school.file(20)
    publish_day(school.third_2.id, WEDNESDAY, Choice(goes_on_unfiled=True, confirms_standard=True), actor=TESTER)
    db.session.commit()
    runner = app.test_cli_runner()
    assert "归档了 0 " in runner.invoke(args=["school", "close-days"]).output
    assert day_of(school.third_2).state is DayState.PUBLISHED
    freeze(datetime(2026, 12, 9, 1, 0, tzinfo=NOON.tzinfo))
    assert "归档了 1 " in runner.invoke(args=["school", "close-days"]).output
    assert day_of(school.third_2).state is DayState.CLOSED
    assert db.session.query(HomeworkDay).count() == 1
