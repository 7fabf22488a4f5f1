"""One spelling for names, classes and phones."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.people.rules import (
    ClassKey,
    ClassNameUnclear,
    LandlineGiven,
    NameUnusable,
    PhoneUnclear,
    class_label,
    grade_label,
    mask_phone,
    normalise_name,
    normalise_phone,
    parse_class_name,
    public_teacher_name,
)

EDGE_NAMES = Path(__file__).parents[3] / "shared/data/names/edge_names.csv"
CLASS_2_OF_GRADE_3 = """
    三(2)班 三（2）班 三年级2班 三年级二班 三2班 302 2024级2班 三年级（2）班 3年级2班 3(2)班 3（2）班 三二班 3二班 三年2班
    302班 三(二)班 三(02)班 三【2】班 三㈡班 24级2班 2024级(2)班 2024级二班 302.0 三(2) ３０２
"""
UNCLEAR_CLASSES = """
    1001 1001班 三十班 三十二班 32班 32 3.2 300 三年级0班 三年级 三 班 十年级1班 10年级2班 初四(1)班 0302 三(2)班语文
    三(100)班 2017级1班 2028级1班 1924级2班 大(2)班
"""
HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@pytest.mark.parametrize("separator", [*"•・‧･∙⋅●·.．。", "\u0387", "··", " · ", "\u3000•"])
def test_separators_between_hanzi_become_one(separator: str) -> None:
    assert normalise_name(f"阿依古丽{separator}买买提") == "阿依古丽\u00b7买买提"


def test_separators_are_left_alone_elsewhere() -> None:
    assert normalise_name("J. R. Smith") == "J. R. Smith"
    assert normalise_name("王小明.") == "王小明."


@pytest.mark.parametrize(
    "name", ["Null", "NA", "None", "nan", "0", "𠮷野家", "䶮", "札兒赤兀惕·阿當罕·兀良合真", "葛\U000e0100城", "\ue863"]
)
def test_names_keep_every_character(name: str) -> None:
    assert normalise_name(name) == name


@pytest.mark.parametrize("raw", [" 王小明 ", "\u3000王小明\u3000", "\ufeff王小明", "王小明\r\n", "\u00a0王小明\u200b"])
def test_blanks_around_a_name_go(raw: str) -> None:
    assert normalise_name(raw) == "王小明"


def test_the_blank_that_widens_a_short_name_goes_and_no_other() -> None:
    assert normalise_name("张\u3000三") == "张三"
    assert normalise_name("Anna Lee") == "Anna Lee"
    assert normalise_name("阿依古丽 买买提") == "阿依古丽 买买提"


@pytest.mark.parametrize(
    "raw", ["", "   ", "\u3000", "\u200b", "王\x00明", "王\n明", "王\u202e明", "王\u200b明", "王\x7f明", "\ud800"]
)
def test_names_nobody_can_read_are_refused(raw: str) -> None:
    with pytest.raises(NameUnusable) as refusal:
        normalise_name(raw)
    assert refusal.value.field == "name"


def test_a_name_holds_50_characters_and_not_51() -> None:
    assert normalise_name("乌" * 50) == "乌" * 50
    with pytest.raises(NameUnusable, match="现有 51 个字"):
        normalise_name("乌" * 51)


@given(st.text(HANZI, min_size=1, max_size=20), st.text(HANZI, min_size=1, max_size=20))
def test_normalising_twice_changes_nothing_more(first: str, second: str) -> None:
    once = normalise_name(f"{first}•{second}")
    assert once == f"{first}·{second}"
    assert normalise_name(once) == once


@pytest.mark.external
def test_the_42_edge_names_come_through() -> None:
    with EDGE_NAMES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 42
    for row in rows:
        expected = row["name"]
        if row["expected"].startswith("normalise"):
            expected = "阿依古丽\u00b7买买提"
        assert normalise_name(row["name"]).encode() == expected.encode()


@pytest.mark.parametrize("text", CLASS_2_OF_GRADE_3.split())
def test_one_class_has_many_names(text: str) -> None:
    assert parse_class_name(text, school_year_start=2026) == ClassKey(2024, 2)
    assert parse_class_name(f" {text}\u3000", school_year_start=2026) == ClassKey(2024, 2)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("三(十)班", ClassKey(2024, 10)),
        ("312", ClassKey(2024, 12)),
        ("三年级十二班", ClassKey(2024, 12)),
        ("一年级二十三班", ClassKey(2026, 23)),
        ("初一(2)班", ClassKey(2020, 2)),
        ("七年级2班", ClassKey(2020, 2)),
        ("初三2班", ClassKey(2018, 2)),
        ("九(1)班", ClassKey(2018, 1)),
        ("2027级1班", ClassKey(2027, 1)),
        ("2018级1班", ClassKey(2018, 1)),
    ],
)
def test_classes_of_other_grades(text: str, key: ClassKey) -> None:
    assert parse_class_name(text, school_year_start=2026) == key


@pytest.mark.parametrize("text", ["高三(2)班", "高一", "高三2班", "高中三(2)班", "职高一(1)班"])
def test_high_school_is_not_taken_for_ours(text: str) -> None:
    with pytest.raises(ClassNameUnclear, match="不是义务教育阶段"):
        parse_class_name(text, school_year_start=2026)


@pytest.mark.parametrize("text", ["大班", "中班", "小班", "学前班", "幼儿园中班"])
def test_kindergarten_is_not_taken_for_ours(text: str) -> None:
    with pytest.raises(ClassNameUnclear, match="幼儿园"):
        parse_class_name(text, school_year_start=2026)


@pytest.mark.parametrize("text", [*UNCLEAR_CLASSES.split(), "", "  ", "三" * 10_000])
def test_what_could_be_two_classes_or_none_is_refused(text: str) -> None:
    with pytest.raises(ClassNameUnclear) as refusal:
        parse_class_name(text, school_year_start=2026)
    assert refusal.value.field == "class_name"
    assert len(refusal.value.message) < 100


def test_a_primary_school_has_no_seventh_grade() -> None:
    assert parse_class_name("六(1)班", school_year_start=2026, max_grade=6) == ClassKey(2021, 1)
    for text in ("七(1)班", "初一(1)班"):
        with pytest.raises(ClassNameUnclear, match="本校最高六年级"):
            parse_class_name(text, school_year_start=2026, max_grade=6)


def test_labels_follow_the_school_year() -> None:
    assert class_label(2024, 2, 2026) == "三年级2班"
    assert class_label(2024, 2, 2027) == "四年级2班"
    assert class_label(2027, 2, 2026) == "2027级2班"
    assert class_label(2021, 2, 2026, max_grade=6) == "六年级2班"
    assert class_label(2019, 2, 2026, max_grade=6) == "2019级2班（已毕业）"
    assert class_label(2018, 2, 2026) == "九年级2班"
    assert class_label(2017, 2, 2026) == "2017级2班（已毕业）"
    assert grade_label(2024, 2026) == "三年级"
    assert grade_label(2020, 2026, max_grade=6) == "2020级（已毕业）"
    assert grade_label(2027, 2026) == "2027级"


@given(st.integers(1, 9), st.integers(1, 99), st.integers(2000, 2080))
def test_a_label_is_read_back_as_the_same_class(grade: int, number: int, year: int) -> None:
    key = ClassKey(year - grade + 1, number)
    assert parse_class_name(class_label(key.entry_year, number, year), school_year_start=year) == key


@pytest.mark.parametrize(
    "raw",
    [
        "13800138000",
        "+8613800138000",
        "+86 138-0013-8000",
        "0086 13800138000",
        "8613800138000",
        "１３８００１３８０００",
        "138 0013 8000",
        "13800138000.0",
        "'13800138000",
        " 13800138000\u3000",
        "138\u201300138000",
    ],
)
def test_one_mobile_number_has_many_spellings(raw: str) -> None:
    assert normalise_phone(raw) == "13800138000"


def test_a_blank_phone_is_none() -> None:
    assert normalise_phone("") is None
    assert normalise_phone(" \u3000") is None


@pytest.mark.parametrize("raw", ["0471-6234567", "(0471)6234567", "010-62345678", "62345678", "6234567"])
def test_nobody_signs_in_with_a_landline(raw: str) -> None:
    with pytest.raises(LandlineGiven, match="固定电话"):
        normalise_phone(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "12800138000",
        "1380013800",
        "138001380000",
        "1.38E+10",
        "abc",
        "13800138000/13900139000",
        "-",
        "13800138000 妈妈",
        "٠" * 11,
    ],
)
def test_a_phone_is_never_guessed(raw: str) -> None:
    with pytest.raises(PhoneUnclear) as refusal:
        normalise_phone(raw)
    assert refusal.value.field == "phone"


@pytest.mark.parametrize(("phone", "shown"), [("13800138000", "138****8000"), ("6234567", "****"), ("", ""), (None, "")])
def test_a_masked_phone_shows_seven_digits_at_most(phone: str | None, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("陈静", "陈老师"),
        ("陈小静", "陈老师"),
        ("欧阳修", "欧阳老师"),
        ("司马相如", "司马老师"),
        ("欧阳", "欧老师"),
        ("张王一诺", "张老师"),
        ("韩乌仁沙娜", "韩老师"),
        ("斯琴高娃", "斯琴高娃老师"),
        ("乌日汗", "乌日汗老师"),
        ("哈斯", "哈斯老师"),
        ("达来", "达来老师"),
        ("贺林其其格", "贺林其其格老师"),
        ("阿依古丽·买买提", "阿依古丽老师"),
        ("欧阳阿依古丽·买买提", "欧阳阿依古丽老师"),
        ("Anna Lee", "Anna老师"),
        ("王", "王老师"),
    ],
)
def test_the_public_reads_a_surname(name: str, shown: str) -> None:
    assert public_teacher_name(name) == shown
