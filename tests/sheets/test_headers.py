"""The header row is found and its columns recognised; look-alike columns are never confused; a person may correct it."""

import csv
import io
from pathlib import Path

import pytest

from school.errors import Refused
from school.sheets.headers import BY_HAND, Column, Mapping, apply_overrides, find_header, match_columns, plain_title
from school.sheets.reading import read_sheet

# As realistic as the list that people/ owns.
ROSTER = (
    Column("name", "姓名", ("学生姓名", "名字"), required=True),
    Column("former_name", "曾用名"),
    Column("class_name", "班级", ("行政班级", "班别"), required=True),
    Column("grade", "年级"),
    Column("gender", "性别"),
    Column("born_on", "出生日期", ("出生年月", "生日")),
    Column("pupil_code", "学号", ("校内学号", "学籍辅号")),
    Column("seat_number", "班内学号", ("座号",)),
    Column("national_code", "全国学籍号", ("学籍号", "省级电子注册学籍号")),
    Column("entered_on", "入学年月"),
    Column("phone", "联系电话", ("手机号", "电话", "学生本人电话")),
    Column("guardian1_name", "成员1姓名", ("监护人1姓名", "家长姓名", "家长1姓名", "父亲姓名")),
    Column("guardian1_relation", "成员1关系", ("监护人1角色", "监护人1关系", "与学生关系")),
    Column("guardian1_phone", "成员1联系电话", ("监护人1电话", "家长电话", "家长手机号", "父亲电话")),
    Column("guardian2_name", "成员2姓名", ("监护人2姓名", "家长2姓名", "母亲姓名")),
    Column("guardian2_relation", "成员2关系", ("监护人2角色", "监护人2关系")),
    Column("guardian2_phone", "成员2联系电话", ("监护人2电话", "母亲电话")),
)


def found(header: list[str]) -> dict[str, str]:
    """Key → the title of the column it was given."""
    mapping = match_columns(header, ROSTER)
    return {key: header[match.index] for key, match in mapping.matches.items()}


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("姓名", "name"),
        ("姓  名", "name"),
        ("*姓名", "name"),
        ("姓名*", "name"),
        ("姓名（必填）", "name"),
        ("姓名【必填项】", "name"),
        ("学生姓名(必填)", "name"),
        ("姓名：", "name"),
        ("1.姓名", "name"),
        ("必填姓名", "name"),
        ("\u3000姓\n名 ", "name"),
        ("学生曾用名", "former_name"),
        ("所在班级", "class_name"),
        ("班级名称", "class_name"),
        ("班级（如：三年级1班）", "class_name"),
        ("成员１姓名", "guardian1_name"),
        ("监护人1姓名 *", "guardian1_name"),
        ("学生 性别", "gender"),
        ("省级电子注册学籍号码", "national_code"),
        ("成员1联系电话号", "guardian1_phone"),
    ],
)
def test_a_title_alone_is_recognised(title: str, key: str) -> None:
    assert found([title]) == {key: title}


@pytest.mark.parametrize(
    "title",
    [
        "身份证件号",
        "身份证号",
        "身份证件类型",
        "成员1关系说明",
        "成员1是否监护人",
        "成员1身份证件号",
        "成员1现住址",
        "成员3姓名",
        "成员3联系电话",
        "班主任姓名",
        "教师姓名",
        "姓名拼音",
        "入学方式",
        "就读方式",
        "出生地",
        "学校名称",
        "学校标识码",
        "毕业学校",
        "班级代码",
        "年级组长",
        "母亲单位",
        "父亲身份证号",
        "备注",
        "序号",
        "1",
        "",
        "（）",
    ],
)
def test_a_title_that_only_looks_alike_is_left_alone(title: str) -> None:
    assert found([title]) == {}


@pytest.mark.parametrize("order", [1, -1])
def test_similar_columns_go_each_to_its_own_in_any_order(order: int) -> None:
    header = [
        "姓名",
        "曾用名",
        "成员1姓名",
        "成员2姓名",
        "联系电话",
        "成员1联系电话",
        "成员2联系电话",
        "班级",
        "班内学号",
        "学号",
    ][::order]
    assert found(header) == {
        "name": "姓名",
        "former_name": "曾用名",
        "class_name": "班级",
        "pupil_code": "学号",
        "seat_number": "班内学号",
        "phone": "联系电话",
        "guardian1_name": "成员1姓名",
        "guardian1_phone": "成员1联系电话",
        "guardian2_name": "成员2姓名",
        "guardian2_phone": "成员2联系电话",
    }


def test_the_same_title_twice_goes_to_the_first_and_the_other_stays_visible() -> None:
    mapping = match_columns(["姓名", "电话", "电话"], ROSTER)
    assert mapping.index("phone") == 1
    assert mapping.unmatched == [(2, "电话")]


def test_an_exact_title_wins_over_a_similar_one_before_it() -> None:
    assert match_columns(["学生姓名", "姓名"], (Column("name", "姓名"),)).matches["name"] == (1, 100)


def test_a_title_that_is_one_columns_name_is_no_near_miss_of_another() -> None:
    columns = (Column("hobby", "兴趣爱好特长"), Column("hobbies", "兴趣爱好特长们"))
    mapping = match_columns(["兴趣爱好特长", "兴趣爱好特长"], columns)
    assert mapping.matches == {"hobby": (0, 100)}


def test_missing_required_columns_and_values() -> None:
    mapping = match_columns(["姓名", "民族"], ROSTER)
    assert [column.key for column in mapping.missing] == ["class_name"]
    assert mapping.unmatched == [(1, "民族")]
    assert mapping.value(["陶迪", "汉族"], "name") == "陶迪"
    assert mapping.value([], "name") == mapping.value(["陶迪"], "class_name") == ""


@pytest.mark.parametrize("above", [0, 1, 29])
def test_titles_and_empty_rows_above_the_header_are_passed_over(above: int) -> None:
    rows = [["海拉尔区某某小学学生名单", "", ""], *([["", "", ""]] * 40)][:above]
    rows += [["序号", "姓名", "班级"], ["1", "陶迪", "一年级1班"]]
    assert find_header(rows, ROSTER) == above


def test_the_thirty_first_row_is_too_late() -> None:
    with pytest.raises(Refused, match="姓名、班级"):
        find_header([[""]] * 30 + [["姓名", "班级"]], ROSTER)


def test_a_note_naming_one_column_is_not_the_header() -> None:
    rows = [["姓名", "请填写全名"], ["学号", "姓名", "班级"]]
    assert find_header(rows, ROSTER) == 1


def test_of_two_equal_headers_the_first_is_taken() -> None:
    assert find_header([["姓名", "班级"], ["甲", "1班"], ["姓名", "班级"]], ROSTER) == 0


def test_without_any_header_a_sentence_says_what_is_looked_for() -> None:
    for rows in ([], [["甲", "一班"]], [["姓名", "甲"]]):
        with pytest.raises(Refused, match="没有找到表头"):
            find_header(rows, ROSTER)


def corrected(overrides: dict[str, int | None]) -> Mapping:
    return apply_overrides(match_columns(["姓名", "班级", "曾用名"], ROSTER), overrides)


def test_a_person_may_move_take_away_and_leave_columns() -> None:
    assert corrected({}).matches == match_columns(["姓名", "班级", "曾用名"], ROSTER).matches
    moved = corrected({"name": 2, "class_name": 1})
    assert (moved.matches["name"], moved.matches["class_name"]) == ((2, BY_HAND), (1, 100))
    assert moved.index("former_name") is None
    assert moved.unmatched == [(0, "姓名")]
    assert [column.key for column in corrected({"name": None}).missing] == ["name"]
    swapped = corrected({"name": 2, "former_name": 0})
    assert (swapped.index("name"), swapped.index("former_name")) == (2, 0)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"name": 3}, "不在文件里"),
        ({"name": -1}, "不在文件里"),
        ({"name": 0, "grade": 0}, "同一列"),
        ({"salary": 0}, "没有这个栏目"),
    ],
)
def test_an_impossible_correction_is_refused(overrides: dict[str, int | None], words: str) -> None:
    with pytest.raises(Refused, match=words):
        corrected(overrides)


def test_a_plain_title_keeps_only_the_words() -> None:
    assert plain_title("＊ 成员１ 姓名（必填，25字以内）：") == "成员1姓名"
    assert plain_title("上下学距离（公里）") == "上下学距离"
    assert plain_title("电话（父亲）") == "电话父亲"


def bytes_titles(content: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


WUHAN = {
    "name": "姓名",
    "former_name": "曾用名",
    "class_name": "班级",
    "gender": "性别",
    "born_on": "出生日期",
    "pupil_code": "学籍辅号",
    "seat_number": "班内学号",
    "entered_on": "入学年月",
    "phone": "联系电话",
    "guardian1_name": "成员1姓名",
    "guardian1_relation": "成员1关系",
    "guardian1_phone": "成员1联系电话",
    "guardian2_name": "成员2姓名",
    "guardian2_relation": "成员2关系",
    "guardian2_phone": "成员2联系电话",
}
REAL = {
    "xueji_export_header_wuhan.csv": WUHAN,
    "xueji_export_header_wuhan.gb18030.csv": WUHAN,
    "xueji_export_header_variant2.csv": WUHAN | {"grade": "年级"},
    "vocational_2009_header.csv": {
        "name": "姓名",
        "former_name": "曾用名",
        "class_name": "班级",
        "grade": "年级",
        "gender": "性别",
        "born_on": "出生日期",
        "pupil_code": "校内学号",
        "national_code": "省级电子注册学籍号",
        "entered_on": "入学年月",
        "phone": "联系电话",
    },
    "private_school_roster_fields.csv": {
        "name": "姓名",
        "former_name": "曾用名",
        "gender": "性别",
        "born_on": "出生日期",
        "pupil_code": "学号",
        "national_code": "全国学籍号",
        "phone": "学生本人电话",
        "guardian1_name": "监护人1姓名",
        "guardian1_relation": "监护人1角色",
        "guardian1_phone": "监护人1电话",
        "guardian2_name": "监护人2姓名",
        "guardian2_relation": "监护人2角色",
    },
}


@pytest.mark.external
@pytest.mark.parametrize("name", REAL)
def test_every_real_header_is_recognised_exactly(name: str, shared: Path) -> None:
    sheet = read_sheet((shared / "roster" / name).read_bytes(), "学生信息.xls")
    assert find_header(sheet.rows, ROSTER) == 0
    assert found(sheet.rows[0]) == REAL[name]
    assert sheet.encoding == ("gb18030" if "gb18030" in name else "utf-8")


@pytest.mark.external
def test_the_real_header_as_gbk_tabs_called_xls(shared: Path) -> None:
    titles = bytes_titles((shared / "roster" / "xueji_export_header_wuhan.csv").read_bytes())
    row = [""] * len(titles)
    row[titles.index("姓名")] = "乌云其木格"
    content = "".join("\t".join(cells) + "\r\n" for cells in (titles, row)).encode("gbk")
    sheet = read_sheet(content, "学籍信息.xls")
    assert (sheet.kind, sheet.encoding) == ("tsv", "gb18030")
    assert match_columns(sheet.rows[0], ROSTER).value(sheet.rows[1], "name") == "乌云其木格"


@pytest.mark.external
def test_the_real_workbook_is_recognised(shared: Path) -> None:
    sheet = read_sheet((shared / "roster" / "roster_720_clean.xlsx").read_bytes(), "学籍.xlsx")
    assert find_header(sheet.rows, ROSTER) == 0
    assert found(sheet.rows[0]) == WUHAN
