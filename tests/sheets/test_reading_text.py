"""Separated text and web tables, whatever they are called and however they are encoded."""

import codecs

import pytest

from school.errors import Refused
from school.sheets.reading import read_sheet

TABLE = [["姓名", "班级", "学号"], ["乌云其木格", "三(2)班", "007"], ["Null", "NA", "150102201901011234"]]


def text_of(separator: str, end: str = "\r\n") -> str:
    return "".join(separator.join(row) + end for row in TABLE)


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "mark", "said"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("gbk", b"", "gb18030"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "utf-16"),
        ("utf-16-be", b"", "utf-16"),
    ],
)
def test_every_encoding_separator_and_line_end(encoding: str, mark: bytes, said: str, separator: str, end: str) -> None:
    sheet = read_sheet(mark + text_of(separator, end).encode(encoding), "名单.xls")
    assert sheet.rows == TABLE
    assert (sheet.encoding, sheet.kind) == (said, "tsv" if separator == "\t" else "csv")
    assert "文件名以 .xls 结尾" in sheet.notes[0]


@pytest.mark.parametrize("name", ["\U00020bb7野", "㛃", "\U0002b8b8", "ᠮᠣᠩᠭᠣᠯ", "葛\U000e0100", "阿依古丽•买买提", "𬱖"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_rare_characters_survive(name: str, encoding: str) -> None:
    content = f"姓名,班级\n{name},三年级一班\n".encode(encoding)
    assert read_sheet(content, "a.csv").rows[1][0] == name


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ('"张,三",一班', ["张,三", "一班"]),
        ('"张""三",一班', ['张"三', "一班"]),
        ('"张\r\n三",一班', ["张\n三", "一班"]),
        (" \u3000张三\u3000,\u200b一班\ufeff", ["张三", "一班"]),
        ('="007",="15010220190101123X"', ["007", "15010220190101123X"]),
        ("张\x00三\x08,一班", ["张三", "一班"]),
        ("张三,一班,,,", ["张三", "一班"]),
    ],
)
def test_one_line_of_fields(line: str, fields: list[str]) -> None:
    assert read_sheet(f"\ufeff姓名,班级\r\n{line}\r\n".encode(), "a.csv").rows[1] == fields


def test_tabs_win_over_the_commas_inside_cells() -> None:
    content = "姓名\t住址\n张三\t甲,乙,丙\n李四\t丁\n".encode()
    assert read_sheet(content, "名单.csv").rows == [["姓名", "住址"], ["张三", "甲,乙,丙"], ["李四", "丁"]]


def test_title_lines_do_not_hide_the_separator() -> None:
    content = "某某小学 2026 年秋季学生名单\n\n姓名,班级\n张三,一班\n".encode()
    assert read_sheet(content, "a.csv").rows[2:] == [["姓名", "班级"], ["张三", "一班"]]


def test_a_declared_separator_is_believed_and_row_numbers_stay() -> None:
    assert read_sheet("sep=;\n姓名;班级\n甲,乙;丙\n".encode(), "a.csv").rows == [["", ""], ["姓名", "班级"], ["甲,乙", "丙"]]


def test_a_field_of_more_than_any_register_is_a_quote_left_open() -> None:
    with pytest.raises(Refused, match="引号"):
        read_sheet(('姓名,班级\n"张三,一班\n' + "李四,二班\n" * 40_000).encode(), "a.csv")


def test_gibberish_is_not_taken_for_gb18030() -> None:
    with pytest.raises(Refused, match="第 2 行有损坏的文字"):
        read_sheet("姓名,班级\n乌云其木格,三年级".encode() + b"\xe4\n", "a.csv")


@pytest.mark.parametrize("content", ["BMI,姓名\n18,甲\n", "MZ,姓名\n1,甲\n"])
def test_two_honest_letters_are_not_a_picture(content: str) -> None:
    assert len(read_sheet(content.encode(), "a.csv").rows) == 2


HTML = """<html><head><meta charset="gb2312"><style>td{mso-number-format:'\\@'}</style><script>if(a<b)"<td>"</script></head>
<body><!-- <td>不要</td> --><TABLE border=1><tr><th colspan=2>学生&nbsp;名单<th>备注</tr>
<tr><td rowspan="2">三(2)班</td><td>乌云&amp;其木格</td><td>甲<br>乙</td></tr>
<tr><td>007<td><b>粗</b>
 体</table></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_web_table_called_xls(encoding: str) -> None:
    sheet = read_sheet(HTML.encode(encoding), "导出.xls")
    assert sheet.kind == "html"
    assert sheet.rows == [
        ["学生\xa0名单", "", "备注"],
        ["三(2)班", "乌云&其木格", "甲\n乙"],
        ["三(2)班", "007", "粗 体"],
    ]
