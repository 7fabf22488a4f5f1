"""What the address of a public page may ask for."""

from datetime import date

import pytest

from school.errors import Refused
from school.homework.publiclog.arguments import Days, Scope, SubjectName, check_range, parse_days, parse_scope
from school.people.rules import ClassKey

DAY = date(2026, 11, 25)
SUBJECTS = [SubjectName("chinese", "语文"), SubjectName("maths", "数学")]


@pytest.mark.parametrize(
    ("arguments", "first", "last"),
    [
        ({"date": "2026-11-25"}, DAY, DAY),
        ({"from": "2026-11-23", "to": "2026-11-25"}, date(2026, 11, 23), DAY),
        ({"from": "2026-11-25"}, DAY, DAY),
        ({"to": "2026-11-25"}, DAY, DAY),
        ({"date": "", "from": " 2026-11-25 ", "to": ""}, DAY, DAY),
        ({"date": "２０２６-11-25"}, DAY, DAY),
    ],
)
def test_days(arguments: dict[str, str], first: date, last: date) -> None:
    assert parse_days(arguments) == Days(first, last)


def test_no_day_asked_for() -> None:
    assert parse_days({"class": "2024-2"}) is None


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"date": "昨天"}, "date"),
        ({"date": "2026-02-30"}, "date"),
        ({"from": "2026-11-25", "to": "x"}, "to"),
        ({"date": "2026-11-25", "from": "2026-11-25"}, "date"),
        ({"from": "2026-11-25", "to": "2026-11-24"}, "to"),
        ({"date": "0001-01-01"}, "date"),
    ],
)
def test_days_that_cannot_be_read(arguments: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_days(arguments)
    assert refused.value.field == field
    assert refused.value.message.endswith("。")


@pytest.mark.parametrize("text", ["2024-2", "三年级2班", "三(2)班", "三（2）班", "302", "2024级2班"])
def test_a_class_by_any_name(text: str) -> None:
    assert parse_scope({"class": text}, SUBJECTS, on_day=DAY) == Scope(ClassKey(2024, 2))


def test_a_class_name_is_meant_in_its_school_year() -> None:
    assert parse_scope({"class": "三(2)班"}, SUBJECTS, on_day=date(2026, 8, 31)) == Scope(ClassKey(2023, 2))


@pytest.mark.parametrize("text", ["3", "三", "三年级", "３"])
def test_a_grade(text: str) -> None:
    assert parse_scope({"grade": text}, SUBJECTS, on_day=DAY) == Scope(grade=3)


@pytest.mark.parametrize("text", ["maths", "数学"])
def test_a_subject_by_code_or_name(text: str) -> None:
    assert parse_scope({"subject": text}, SUBJECTS, on_day=DAY).subject == SUBJECTS[1]


def test_a_class_goes_before_a_grade() -> None:
    assert parse_scope({"class": "2024-2", "grade": "5"}, SUBJECTS, on_day=DAY) == Scope(ClassKey(2024, 2))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"class": "高三(2)班"}, "class"),
        ({"class": "2024-0"}, "class"),
        ({"class": "' OR 1=1 --"}, "class"),
        ({"grade": "0"}, "grade"),
        ({"grade": "十"}, "grade"),
        ({"subject": "奥数"}, "subject"),
    ],
)
def test_a_scope_that_cannot_be_read(arguments: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_scope(arguments, SUBJECTS, on_day=DAY)
    assert refused.value.field == field


@pytest.mark.parametrize(("scope", "most"), [(Scope(), 62), (Scope(grade=3), 62), (Scope(ClassKey(2024, 2)), 370)])
def test_so_many_days_and_not_one_more(scope: Scope, most: int) -> None:
    first = date(2026, 1, 1)
    check_range(Days(first, date.fromordinal(first.toordinal() + most - 1)), scope)
    with pytest.raises(Refused, match=f"最多查 {most} 天"):
        check_range(Days(first, date.fromordinal(first.toordinal() + most)), scope)
