"""What an .xlsx says becomes text: numbers, dates, formulas, merged cells, hidden sheets."""

import time
from pathlib import Path

import pytest

from school.errors import Refused
from school.sheets.reading import read_sheet
from tests.sheets.making import MAIN, packed, parts_of, sheet_xml, text_cell, workbook

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts>'
    '<numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>'
    '<numFmt numFmtId="165" formatCode="000"/>'
    '<numFmt numFmtId="166" formatCode="[Red]0.00&quot;days&quot;"/><numFmt numFmtId="167" formatCode="G/通用格式"/>'
    '<numFmt numFmtId="168" formatCode="[DBNum1][$-804]yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>'
    + "".join(f'<xf numFmtId="{n}"/>' for n in (0, 14, 164, 165, 166, 167, 168, 22, 31))
    + '</cellXfs><cellStyles/><dxfs><dxf><numFmt numFmtId="164" formatCode="0"/></dxf></dxfs></styleSheet>'
).encode()


def one_cell(cell: str) -> str:
    content = packed(parts_of({"名单": sheet_xml(f"<row>{text_cell('A1', '列')}{cell}</row>")}, styles=STYLES))
    return read_sheet(content, "f.xlsx").rows[0][1:][0] if len(read_sheet(content, "f.xlsx").rows[0]) > 1 else ""


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c><v>20260101</v></c>", "20260101"),
        ("<c><v>20260101.0</v></c>", "20260101"),
        ("<c><v>2.0260101E7</v></c>", "20260101"),
        ("<c><v>13800138000</v></c>", "13800138000"),
        ("<c><v>-3</v></c>", "-3"),
        ("<c><v>0</v></c>", "0"),
        ("<c><v>0.30000000000000004</v></c>", "0.3"),
        ("<c><v>1E+400</v></c>", "1E+400"),
        ("<c><v>1e99999999</v></c>", "1e99999999"),
        ("<c><v>1.2345678901234568E+17</v></c>", "123456789012345680"),
        ("<c><v>not a number</v></c>", "not a number"),
        ('<c s="3"><v>7</v></c>', "007"),
        ('<c s="3"><v>1234</v></c>', "1234"),
        ('<c s="1"><v>46266</v></c>', "2026-09-01"),
        ('<c s="2"><v>46266</v></c>', "2026-09-01"),
        ('<c s="6"><v>46266</v></c>', "2026-09-01"),
        ('<c s="8"><v>46266</v></c>', "2026-09-01"),
        ('<c s="7"><v>46266.5</v></c>', "2026-09-01 12:00:00"),
        ('<c s="7"><v>0.75</v></c>', "18:00:00"),
        ('<c s="1"><v>61</v></c>', "1900-03-01"),
        ('<c s="1"><v>60</v></c>', "60"),
        ('<c s="1"><v>2958465</v></c>', "9999-12-31"),
        ('<c s="1"><v>2958466</v></c>', "2958466"),
        ('<c s="1"><v>20260101</v></c>', "20260101"),
        ('<c s="4"><v>46266</v></c>', "46266"),
        ('<c s="5"><v>46266</v></c>', "46266"),
        ('<c s="999"><v>5</v></c>', "5"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="b"><v>0</v></c>', "FALSE"),
        ('<c t="e"><v>#N/A</v></c>', ""),
        ('<c t="d"><v>2026-09-01T00:00:00</v></c>', "2026-09-01"),
        ('<c t="str"><f>A1&amp;"x"</f><v>列x</v></c>', "列x"),
        ("<c><f>1+1</f><v>2</v></c>", "2"),
        ('<c><f>HYPERLINK("http://evil.example")</f></c>', ""),
        ('<c t="inlineStr"><is><r><t>乌云</t></r><r><t>其木格</t></r><rPh sb="0"><t>wuyun</t></rPh></is></c>', "乌云其木格"),
        ('<c t="inlineStr"><is><t xml:space="preserve"> \u3000Null\ufeff\u200b </t></is></c>', "Null"),
        ('<c t="inlineStr"><is><t>NA</t></is></c>', "NA"),
        ('<c t="inlineStr"><is><t>007</t></is></c>', "007"),
        ('<c t="inlineStr"><is><t>150102201901011234</t></is></c>', "150102201901011234"),
        ('<c t="inlineStr"><is><t>\U00020bb7野·\u2022</t></is></c>', "\U00020bb7野·\u2022"),
        ('<c t="inlineStr"><is><t>一_x000D_\n二_x005F_x000D__xD83D_</t></is></c>', "一\n二_x000D__xD83D_"),
    ],
)
def test_a_cell_becomes_the_text_a_person_saw(cell: str, text: str) -> None:
    assert one_cell(cell) == text


def test_a_1904_workbook_counts_its_days_from_there() -> None:
    parts = parts_of({"名单": sheet_xml('<row><c s="1"><v>44804</v></c></row>')}, styles=STYLES)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')
    assert read_sheet(packed(parts), "f.xlsx").rows == [["2026-09-01"]]


def test_what_was_decided_is_told() -> None:
    body = '<row><c><f>1+1</f></c><c><v>1.2345678901234568E+17</v></c><c t="inlineStr"><is><t>x</t></is></c></row>'
    notes = read_sheet(workbook(body), "f.xlsx").notes
    assert [note[:4] for note in notes] == ["有 1 ", "有 1 "]
    assert "公式没有保存计算结果" in notes[0]
    assert "超过 15 位的数字" in notes[1]


def test_a_class_merged_down_belongs_to_every_row_but_adds_none() -> None:
    body = "".join(f'<row r="{n}">{text_cell(f"B{n}", "甲乙丙"[n - 1])}</row>' for n in (1, 2, 3))
    body = body.replace('<row r="1">', f'<row r="1">{text_cell("A1", "三(2)班")}')
    merges = '<mergeCells><mergeCell ref="A1:A9"/><mergeCell ref="B1:C1"/></mergeCells>'
    sheet = read_sheet(workbook(body, after=merges), "f.xlsx")
    assert sheet.rows == [["三(2)班", "甲"], ["三(2)班", "乙"], ["三(2)班", "丙"]]
    assert sheet.notes == ["有 1 个纵向合并的单元格已按所示内容补到每一行。"]


def test_the_first_visible_sheet_with_content_is_read_and_the_others_named() -> None:
    cell = "<row>{}</row>".format
    sheets = {
        "隐藏": sheet_xml(cell(text_cell("A1", "旧"))),
        "空": sheet_xml(""),
        "名单": sheet_xml(cell(text_cell("A1", "新"))),
        "说明": sheet_xml(cell(text_cell("A1", "说明"))),
    }
    content = packed(parts_of(sheets, state={"隐藏": "veryHidden"}))
    sheet = read_sheet(content, "f.xlsx")
    assert (sheet.name, sheet.rows, sheet.sheet_names) == ("名单", [["新"]], list(sheets))
    assert sheet.notes == ["工作簿有 4 张工作表，读取的是“名单”；没有读取：隐藏、空、说明。"]
    assert read_sheet(content, "f.xlsx", sheet_name="说明").rows == [["说明"]]
    for name in ("空", "不存在"):
        with pytest.raises(Refused, match=name):
            read_sheet(content, "f.xlsx", sheet_name=name)


def test_a_workbook_without_content_is_refused() -> None:
    with pytest.raises(Refused, match="没有内容"):
        read_sheet(workbook(""), "f.xlsx")


def test_prefixed_xml_backslash_names_and_macros_are_read_as_any_other() -> None:
    body = '<x:row><x:c t="inlineStr"><x:is><x:t>姓名</x:t></x:is></x:c></x:row>'
    xml = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{body}</x:sheetData></x:worksheet>'.encode()
    parts = parts_of({"名单": xml}) | {"xl/vbaProject.bin": b"\x00macro"}
    content = packed((name.replace("/", "\\"), part) for name, part in parts.items())
    assert read_sheet(content, "名单.xlsm").rows == [["姓名"]]
    assert read_sheet(content, "名单.xlsm").notes == []


def test_two_entries_of_one_name_are_refused() -> None:
    parts = parts_of({"名单": sheet_xml(f"<row>{text_cell('A1', '甲')}</row>")})
    double = [*parts.items(), ("xl/Worksheets/sheet1.xml", sheet_xml(f"<row>{text_cell('A1', '乙')}</row>"))]
    with pytest.raises(Refused, match="损坏"):
        read_sheet(packed(double), "f.xlsx")


@pytest.mark.external
def test_the_real_register_is_read_within_a_second(shared: Path) -> None:
    content = (shared / "roster" / "roster_720_clean.xlsx").read_bytes()
    started = time.process_time()
    sheet = read_sheet(content, "学籍.xlsx")
    assert time.process_time() - started < 1
    assert (sheet.name, len(sheet.rows), len(sheet.rows[0])) == ("学籍信息表", 721, 71)
    assert sheet.rows[1][:4] == ["2199900001", "陶迪", "男", "20200128"]
    assert sheet.rows[1][12] == "999219990000100001"
    assert len({row[12] for row in sheet.rows[1:]}) == 720


@pytest.mark.external
def test_formulas_and_markup_are_only_text(shared: Path) -> None:
    sheet = read_sheet((shared / "payloads" / "formula_and_markup_cells.xlsx").read_bytes(), "f.xlsx")
    names = [row[0] for row in sheet.rows[1:]]
    assert names[:2] == ["", ""]
    assert names[2:9] == ["+1+1", "-2+3", "@SUM(1,1)", "=1+1", "=1+1", "＝1+1", "<script>alert(1)</script>"]
    assert names[10:] == ["张三\u202e男", "张\u200b三"]
    assert len(read_sheet((shared / "payloads" / "control_good.xlsx").read_bytes(), "f.xlsx").rows) == 2
