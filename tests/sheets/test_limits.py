"""Each limit at its boundary: the last value that is read and the first that is refused."""

from dataclasses import replace

import pytest

from school.errors import Refused
from school.sheets.archive import Archive
from school.sheets.limits import DEFAULT_LIMITS, MEBIBYTE, Limits
from school.sheets.reading import Sheet, read_sheet
from tests.sheets.making import packed, parts_of, sheet_xml, text_cell, workbook


def csv_of(rows: int, columns: int = 1) -> bytes:
    return (",".join(["x"] * columns) + "\n").encode() * rows


def read(content: bytes, **limits: int) -> Sheet:
    return read_sheet(content, "名单.csv", replace(DEFAULT_LIMITS, **limits))


def test_the_defaults_are_the_promised_ones() -> None:
    assert (DEFAULT_LIMITS.file_bytes, DEFAULT_LIMITS.unpacked_bytes) == (10 * 1024 * 1024, 100 * 1024 * 1024)
    assert (DEFAULT_LIMITS.rows, DEFAULT_LIMITS.columns, DEFAULT_LIMITS.cell_chars) == (20_000, 200, 2_000)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "html"])
@pytest.mark.parametrize(("limit", "largest"), [("rows", 20_000), ("columns", 200), ("cell_chars", 2_000), ("cells", 900)])
def test_the_largest_is_read_and_one_more_is_refused(kind: str, limit: str, largest: int) -> None:
    make = {"rows": lambda n: [["x"]] * n, "columns": lambda n: [["x"] * n], "cell_chars": lambda n: [["姓" * n]]}
    make["cells"] = lambda n: [["x"] * 10] * (n // 10) + [["x"] * (n % 10)]
    limits = replace(DEFAULT_LIMITS, cells=900) if limit == "cells" else DEFAULT_LIMITS
    rows = read_sheet(encode(kind, make[limit](largest)), "f", limits).rows
    assert sum(len(cell) for row in rows for cell in row) == largest
    with pytest.raises(Refused):
        read_sheet(encode(kind, make[limit](largest + 1)), "f", limits)


def encode(kind: str, rows: list[list[str]]) -> bytes:
    if kind == "csv":
        return "".join(",".join(row) + "\n" for row in rows).encode()
    if kind == "html":
        return ("<table>" + "".join("<tr><td>" + "<td>".join(row) for row in rows) + "</table>").encode()
    cells = ("<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in rows)
    return workbook("".join(cells))


def test_the_file_itself() -> None:
    content = csv_of(10)
    assert len(read(content, file_bytes=len(content)).rows) == 10
    with pytest.raises(Refused, match="文件超过"):
        read(content, file_bytes=len(content) - 1)


def test_unpacked_bytes_are_counted_while_inflating() -> None:
    parts = parts_of({"名单": sheet_xml(f"<row>{text_cell('A1', '姓名')}</row>")})
    needed = sum(len(content) for content in parts.values())
    assert read(packed(parts), unpacked_bytes=needed).rows == [["姓名"]]
    with pytest.raises(Refused, match="解压后过大"):
        read(packed(parts), unpacked_bytes=needed - 1)


def test_bytes_are_counted_as_they_come_out_and_not_once_per_part() -> None:
    archive = Archive(packed({"xl/a.xml": b"x" * 1_000}), replace(DEFAULT_LIMITS, unpacked_bytes=1_999))
    assert b"".join(archive.stream("xl/a.xml")) == b"x" * 1_000
    with pytest.raises(Refused, match="解压后过大"):
        list(archive.stream("xl/a.xml"))


def test_a_part_that_inflates_wildly_is_refused_only_past_a_megabyte() -> None:
    small, big = packed({"a": b" " * MEBIBYTE}), packed({"a": b" " * (MEBIBYTE + 1)})
    assert sum(len(piece) for piece in Archive(small, DEFAULT_LIMITS).stream("a")) == MEBIBYTE
    with pytest.raises(Refused, match="解压后过大"):
        list(Archive(big, DEFAULT_LIMITS).stream("a"))
    assert sum(len(piece) for piece in Archive(big, replace(DEFAULT_LIMITS, inflation=2_000)).stream("a")) == MEBIBYTE + 1


@pytest.mark.parametrize("kind", ["csv", "xlsx", "html"])
def test_all_text_together(kind: str) -> None:
    content = encode(kind, [["ab", "cd"], ["ef", "g"]])
    assert read(content, text_chars=7).rows == [["ab", "cd"], ["ef", "g"]]
    with pytest.raises(Refused, match="文字太多"):
        read(content, text_chars=6)


def test_archive_entries() -> None:
    parts = parts_of({"名单": sheet_xml(f"<row>{text_cell('A1', '姓名')}</row>")})
    assert read(packed(parts), archive_entries=len(parts)).rows == [["姓名"]]
    with pytest.raises(Refused, match="文件数量异常"):
        read(packed(parts), archive_entries=len(parts) - 1)


def test_sheets() -> None:
    content = packed(parts_of({f"表{n}": sheet_xml(f"<row>{text_cell('A1', 'x')}</row>") for n in range(3)}))
    assert len(read(content, sheets=3).sheet_names) == 3
    with pytest.raises(Refused, match="工作表超过 2 张"):
        read(content, sheets=2)


def test_shared_strings_and_all_text() -> None:
    strings = b"<sst><si><t>ab</t></si><si><t>cd</t></si></sst>"
    body = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    content = packed(parts_of({"名单": sheet_xml(body)}, strings=strings))
    assert read(content, shared_strings=2, text_chars=4).rows == [["ab", "cd"]]
    for limits in ({"shared_strings": 1}, {"text_chars": 3}):
        with pytest.raises(Refused, match="文字太多"):
            read(content, **limits)


def test_elements_of_all_parts_together() -> None:
    content = workbook("<row><c><v>1</v></c></row>")
    counts = [n for n in range(1, 60) if accepted(content, replace(DEFAULT_LIMITS, xml_elements=n))]
    # Relationships (2), workbook part's (2), workbook (3), sheet (5): one budget for all.
    assert counts[0] == 12


def accepted(content: bytes, limits: Limits) -> bool:
    try:
        read_sheet(content, "f", limits)
    except Refused:
        return False
    return True


def test_blank_cells_far_out_cost_nothing_and_are_ignored() -> None:
    body = f'<row r="1">{text_cell("A1", "姓名")}<c r="XFD1" s="0"/></row><row r="1048576"><c r="XFD1048576"/></row>'
    sheet = read_sheet(workbook(body, before='<dimension ref="A1:XFD1048576"/>'), "f.xlsx")
    assert sheet.rows == [["姓名"]]


def test_a_gap_within_the_limit_keeps_row_numbers() -> None:
    body = f'<row r="3">{text_cell("B3", "姓名")}</row><row r="20000">{text_cell("A20000", "x")}</row>'
    rows = read_sheet(workbook(body), "f.xlsx").rows
    assert (len(rows), rows[2], rows[19_999]) == (20_000, ["", "姓名"], ["x", ""])


def test_a_long_shared_string_is_refused_only_where_it_is_used() -> None:
    strings = f"<sst><si><t>{'长' * 2_001}</t></si><si><t>姓名</t></si></sst>".encode()
    unused = packed(parts_of({"名单": sheet_xml('<row><c t="s"><v>1</v></c></row>')}, strings=strings))
    used = packed(parts_of({"名单": sheet_xml('<row r="7"><c r="C7" t="s"><v>0</v></c></row>')}, strings=strings))
    assert read_sheet(unused, "f.xlsx").rows == [["姓名"]]
    with pytest.raises(Refused, match="第 7 行第 3 列"):
        read_sheet(used, "f.xlsx")
