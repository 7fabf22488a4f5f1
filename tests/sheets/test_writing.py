"""Files for downloading: typed cells, text that stays text, and what is read back is what was written."""

import contextlib
import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from school.errors import Refused
from school.sheets.cells import clean_cell
from school.sheets.reading import read_sheet
from school.sheets.writing import SheetOut, display_width, sheet_names, write_csv, write_workbook
from tests.sheets.making import packed, parts_of, sheet_xml, text_cell, workbook

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ROWS = st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=8)


def opened(*rows: list[object]) -> openpyxl.worksheet.worksheet.Worksheet:
    content = write_workbook([SheetOut("名单", ["列一", "列二", "列三"], rows)])
    return openpyxl.load_workbook(io.BytesIO(content)).active


def test_values_keep_their_types() -> None:
    noon = datetime(2026, 9, 1, 12, 30, tzinfo=UTC)
    sheet = opened([1, 2.5, Decimal("0.1")], [date(2026, 9, 1), noon, True], [None, "", "007"], [10**15, float("nan"), False])
    values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert values == [
        [1, 2.5, 0.1],
        [datetime(2026, 9, 1), datetime(2026, 9, 1, 12, 30), "是"],  # noqa: DTZ001
        [None, None, "007"],
        [str(10**15), None, "否"],
    ]


def test_boundaries_of_what_excel_can_hold() -> None:
    sheet = opened([10**15 - 1, -(10**15), float("inf")], [date(1899, 12, 31), date(1900, 1, 1), "长" * 32_768])
    (whole, negative, infinite), (early, first, long) = ([cell.value for cell in row] for row in sheet.iter_rows(min_row=2))
    assert (whole, negative, infinite) == (10**15 - 1, str(-(10**15)), "inf")
    assert (early, first) == ("1899-12-31", datetime(1900, 1, 1))  # noqa: DTZ001
    assert (len(long), long[-6:]) == (32_767, "…（已截断）")


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://a")', "{=1}", "http://a.example", "+1", "@x", "1", "mailto:a@b"])
def test_text_is_never_a_formula_a_link_or_a_number(text: str) -> None:
    content = write_workbook([SheetOut("名单", [text], [[text]])])
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    assert read_sheet(content, "f.xlsx").rows == [[text], [text]]


def test_the_header_is_frozen_and_widths_fit_chinese() -> None:
    sheet = opened(["中" * 10, "a" * 10, "中" * 100])
    assert sheet.freeze_panes == "A2"
    widths = [round(sheet.column_dimensions[letter].width) for letter in "ABC"]
    assert 21 <= widths[0] <= 24
    assert 11 <= widths[1] <= 14
    assert 47 <= widths[2] <= 50


def test_display_width_counts_the_longest_line() -> None:
    assert [display_width(text) for text in ("", "ab", "中a", "a\n中中")] == [0, 2, 3, 4]


def test_sheet_names_are_ones_excel_accepts() -> None:
    wanted = ["三(2)班", "a/b:c", "'", "x" * 40, "X" * 40, "", "History", "\U00020bb7" * 20, "a b c"]
    names = sheet_names(wanted)
    assert names[:3] == ["三(2)班", "a b c", "表3"]
    assert names[3:7] == ["x" * 31, "X" * 27 + " (2)", "表6", "History (2)"]
    assert names[7:] == ["\U00020bb7" * 15, "a b c (2)"]
    content = write_workbook([SheetOut(name, ["列"], [["x"]]) for name in wanted])
    assert read_sheet(content, "f.xlsx").sheet_names == names


def test_more_columns_than_excel_holds_are_refused() -> None:
    with pytest.raises(Refused, match="16384 列"):
        write_workbook([SheetOut("名单", ["x"] * 16_385, [])])


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-2+3", "'-2+3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("＝1+1", "'＝1+1"),
        ("-5", "-5"),
        ("+8613800138000", "+8613800138000"),
        ("-5.25", "-5.25"),
        ("-5.", "'-5."),
        ("张三=李四", "张三=李四"),
        ("'x", "'x"),
        (-5, "-5"),
        (None, ""),
        (True, "是"),
        (date(2026, 9, 1), "2026-09-01"),
        (datetime(2026, 9, 1, 8, 5), "2026-09-01 08:05"),  # noqa: DTZ001
    ],
)
def test_a_csv_cell_is_no_formula(value: object, safe: str) -> None:
    content = write_csv(["列", "列二"], [[value, "x"]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1] == [safe, "x"]
    if isinstance(value, str):
        raw = write_csv(["列", "列二"], [[value, "x"]], raw=True)
        assert list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))[1] == [value, "x"]


def test_a_csv_line_by_line() -> None:
    content = write_csv(["姓名", "备注"], [["张,三", '说"好"'], ["", ""], ["a;b", " x"]])
    assert content.decode("utf-8-sig") == '姓名,备注\r\n"张,三","说""好"""\r\n,\r\n"a;b"," x"\r\n'
    assert write_csv(["姓名"], [[""]]).decode("utf-8-sig") == '姓名\r\n""\r\n'


@given(ROWS)
@settings(max_examples=300, deadline=None)
def test_raw_csv_gives_any_reader_the_exact_text(rows: list[list[str]]) -> None:
    content = write_csv(["一", "二", "三"], rows, raw=True).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content, newline=""))) == [["一", "二", "三"], *rows]


def expected(rows: list[list[str]]) -> list[list[str]]:
    """What reading gives: cleaned cells, empty rows at the end gone."""
    cleaned = [[clean_cell(cell) for cell in row] for row in rows]
    while not any(cleaned[-1]):
        cleaned.pop()
    return cleaned


@given(ROWS)
@settings(max_examples=300, deadline=None)
def test_raw_csv_reads_back(rows: list[list[str]]) -> None:
    table = [["一", "二", "三"], *rows]
    assert read_sheet(write_csv(table[0], rows, raw=True), "f.csv").rows == expected(table)


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_workbooks_read_back(rows: list[list[str]]) -> None:
    table = [["一", "二", "三"], *rows]
    assert read_sheet(write_workbook([SheetOut("名单", table[0], rows)]), "f.xlsx").rows == expected(table)


@given(st.binary(max_size=400))
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_or_refused(content)
    read_or_refused(b"PK\x03\x04" + content)


GOOD = workbook(f'<row r="1">{text_cell("A1", "姓名")}<c r="B1" s="1"><v>46266</v></c></row>')
PARTS = parts_of(
    {"名单": sheet_xml(f'<row r="1">{text_cell("A1", "姓名")}<c r="B1" t="s"><v>0</v></c></row>')}, strings=b"<sst/>"
)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=4), st.integers(1, len(GOOD)))
@settings(max_examples=400, deadline=None)
def test_any_damage_to_a_workbook_is_read_or_refused(changes: list[tuple[int, int]], kept: int) -> None:
    content = bytearray(GOOD)
    for place, byte in changes:
        content[place] = byte
    read_or_refused(bytes(content))
    read_or_refused(bytes(content[:kept]))


@given(st.sampled_from(sorted(PARTS)), st.integers(0, 400), st.integers(0, 40), st.binary(max_size=30))
@settings(max_examples=400, deadline=None)
def test_any_damage_inside_a_part_is_read_or_refused(name: str, start: int, length: int, instead: bytes) -> None:
    part = PARTS[name]
    read_or_refused(packed(PARTS | {name: part[:start] + instead + part[start + length :]}))


def read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Refused):
        rows = read_sheet(content, "f.xlsx").rows
        assert all(isinstance(cell, str) for row in rows for cell in row)


def written_and_read(texts: list[str]) -> list[list[list[str]]]:
    rows = [[text, "x"] for text in texts]
    files = [write_workbook([SheetOut("名单", ["姓名", "备注"], rows)]), write_csv(["姓名", "备注"], rows, raw=True)]
    return [read_sheet(content, "f").rows[1:] for content in files]


@pytest.mark.external
def test_real_edge_names_come_back_byte_for_byte(shared: Path) -> None:
    listed = csv.DictReader(io.StringIO((shared / "names" / "edge_names.csv").read_text("utf-8"), newline=""))
    names = [row["name"] for row in listed] + ["Null", "NA", "\U00020bb7野", "㛃"]
    assert len(names) >= 42
    for rows in written_and_read(names):
        assert [row[0].encode() for row in rows] == [name.encode() for name in names]


@pytest.mark.external
def test_naughty_strings_come_back_cleaned_and_no_more(shared: Path) -> None:
    strings = json.loads((shared / "payloads" / "blns.json").read_text("utf-8"))
    assert len(strings) > 500
    for rows in written_and_read(strings):
        assert [row[0] for row in rows] == [clean_cell(text) for text in strings]
