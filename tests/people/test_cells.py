"""Single cells: classes named by two cells, years, marks, and what may be an identity number."""

import pytest

from school.errors import Refused
from school.people.columns import is_never_kept, looks_like_id_number
from school.people.rules import ClassKey
from school.people.service.importing.cells import class_key_of, gender_of, is_yes, relation_of, year_in
from school.people.service.importing.logins import LoginNames


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("2班", "三年级"),
        ("2", "三"),
        ("（2）班", "3"),
        ("二班", "三年级"),
        ("2", "2024级"),
        ("2班", "2024"),
        ("三年级2班", ""),
        ("三(2)班", "三年级"),
        ("2024级2班", "三年级"),
        ("302", ""),
    ],
)
def test_class_and_grade_together_name_a_class(text: str, grade: str) -> None:
    assert class_key_of(text, grade, 2026) == ClassKey(2024, 2)


@pytest.mark.parametrize(("text", "grade"), [("", ""), ("2班", ""), ("三年级2班", "四年级"), ("2班", "高三"), ("x", "三年级")])
def test_unclear_classes_are_refused(text: str, grade: str) -> None:
    with pytest.raises(Refused):
        class_key_of(text, grade, 2026)


@pytest.mark.parametrize(
    "text", ["150102201001011234", "15010220100101123X", "15010220100101123x", "1501 0220 1001 0112 34", "G150102201001011234"]
)
def test_what_may_be_an_identity_number(text: str) -> None:
    assert looks_like_id_number(text)


@pytest.mark.parametrize("text", ["20260101", "13800138000", "1501022010010112345", "15010220100101123", "王小明", ""])
def test_what_is_none(text: str) -> None:
    assert not looks_like_id_number(text)


@pytest.mark.parametrize(
    "title", ["身份证件号", "民族", "健康状况*", "现住址（必填）", "全国学籍号", "成员1身份证件号", "是否留守儿童", "银行卡号"]
)
def test_titles_that_are_never_kept(title: str) -> None:
    assert is_never_kept(title)


@pytest.mark.parametrize(
    "title", ["姓名", "班级", "学籍辅号", "班内学号", "成员1是否监护人", "监护人1角色", "入学年月", "联系电话"]
)
def test_titles_that_are_kept(title: str) -> None:
    assert not is_never_kept(title)


def test_small_cells() -> None:
    assert [year_in(text) for text in ("202609", "2026-09-01", "2026年9月", "", "150102201001011234")] == [
        2026,
        2026,
        2026,
        None,
        None,
    ]
    assert [gender_of(text) for text in ("", "未知")] == [None, None]
    assert [is_yes(text) for text in ("是", "√", "", "否")] == [True, True, False, False]
    assert [relation_of(text).label for text in ("爸爸", "奶奶", "干爹")] == ["父亲", "祖母", "其他"]
    with pytest.raises(Refused):
        gender_of("狗")


def test_login_names_are_given_once() -> None:
    logins = LoginNames({"138", "138-2"})
    assert [logins.give("138"), logins.give("139"), logins.give("139", "T01"), logins.give("139", "T01")] == [
        "138-3",
        "139",
        "T01",
        "T01-2",
    ]
