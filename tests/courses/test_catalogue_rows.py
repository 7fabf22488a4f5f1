"""A course as a row of a spreadsheet: what people write is read, and what is written reads back the same."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.courses.enums import Family, Tag, Weeks
from school.courses.rules.catalogue import CourseValues, is_same
from school.courses.rules.facts import MeetingFacts
from school.courses.rules.rows import (
    KEPT_WHEN_EMPTY,
    TITLES,
    Known,
    filled_row,
    grades_of_text,
    meetings_of_text,
    row_of,
    values_of_row,
)
from school.errors import Refused
from tests.courses.catalogue_values import meeting, typed

KNOWN = Known(
    {"T001": (1,), "T002": (2,), "陈建国": (1,), "王芳": (3, 4)}, {"青少年宫": 5}, date(2026, 9, 1), date(2027, 1, 22), 6
)
CODES = {1: "T001", 2: "T002"}
PROVIDERS = {None: "", 5: "青少年宫"}


def row(**cells: str) -> dict[str, str]:
    """A row with code, name, family and grades, and what a test says."""
    return filled_row({"code": "K01", "name": "泥塑", "family": "美术手工", "grades": "1-3"} | cells, None)


def refused(**cells: str) -> Refused:
    with pytest.raises(Refused) as caught:
        values_of_row(row(**cells), KNOWN)
    return caught.value


@pytest.mark.parametrize(
    ("text", "meetings"),
    [
        ("周二16:00-17:30", [meeting(2, "16:00", "17:30")]),
        ("星期二 16：00～17：30（双周）", [meeting(2, "16:00", "17:30", Weeks.EVEN)]),
        ("周四(单周)16.00—17.30；周二16:00至17:30", [meeting(2, "16:00", "17:30"), meeting(4, "16:00", "17:30", Weeks.ODD)]),
        ("周二 16:00—17:30（单周）、周四 16:00—17:30", [meeting(2, "16:00", "17:30", Weeks.ODD), meeting(4, "16:00", "17:30")]),
        ("周一、周三16:00-17:30", [meeting(1, "16:00", "17:30"), meeting(3, "16:00", "17:30")]),
        ("周一至周五16:20-17:40", [meeting(day, "16:20", "17:40") for day in range(1, 6)]),
        ("周一16:00-17:00\n周二17:00-18:00", [meeting(1, "16:00", "17:00"), meeting(2, "17:00", "18:00")]),
        ("", []),
    ],
)
def test_times_as_people_write_them(text: str, meetings: list[MeetingFacts]) -> None:
    assert list(meetings_of_text(text)) == meetings


@pytest.mark.parametrize(
    "text",
    [
        "周二",
        "周三 4点",
        "16:00-17:30",
        "周二25:00-26:00",
        "周二16:60-17:30",
        "周八16:00-17:30",
        "周二16:00-17:30周三",
        "周五至周一16:30-18:00",
    ],
)
def test_times_nobody_can_read_are_refused(text: str) -> None:
    assert refused(meetings=text).field == "meetings"


@pytest.mark.parametrize(
    ("text", "grades"),
    [
        ("1-3、5", {1, 2, 3, 5}),
        ("三至六年级", {3, 4, 5, 6}),
        ("三四年级", {3, 4}),
        ("一、二年级", {1, 2}),
        ("３", {3}),
        ("全校", {1, 2, 3, 4, 5, 6}),
    ],
)
def test_grades_as_people_write_them(text: str, grades: set[int]) -> None:
    assert grades_of_text(text, 6) == grades


@pytest.mark.parametrize("text", ["", "低年级", "2026-01-03", "六-三", "0", "三-"])
def test_grades_nobody_can_read_are_refused(text: str) -> None:
    assert refused(grades=text).field == "grades"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("family", "竞赛"),
        ("family", ""),
        ("capacity", "三十"),
        ("capacity", "-3"),
        ("minimum", "1.5"),
        ("first_on", "9月1日"),
        ("last_on", "2026-02-30"),
        ("teachers", "李没有"),
        ("teachers", "王芳"),
        ("provider", "没有登记的机构"),
        ("tags", "好玩"),
        ("room", "教" * 41),
        ("description", "字" * 1001),
        ("name", ""),
    ],
)
def test_each_wrong_cell_is_named(field: str, text: str) -> None:
    assert refused(**{field: text}).field == field


def test_two_teachers_of_one_name_are_told_apart_by_code() -> None:
    assert "工号" in refused(teachers="王芳").message
    values, _reason = values_of_row(row(teachers="陈建国、T002"), KNOWN)
    assert values.teacher_ids == (1, 2)


def test_what_a_new_course_leaves_open() -> None:
    values, reason = values_of_row(row(), KNOWN)
    assert (values.capacity, values.minimum, values.first_on, values.last_on) == (30, 0, KNOWN.first, KNOWN.last)
    assert (values.meetings, values.tags, values.teacher_ids, values.is_exempt, reason) == ((), (), (), False, "")


@pytest.mark.parametrize(
    ("text", "family"), [("体育", Family.SPORTS), ("科技创新类", Family.SCIENCE), ("书法", Family.CALLIGRAPHY)]
)
def test_families_by_part_of_their_name(text: str, family: Family) -> None:
    assert values_of_row(row(family=text), KNOWN)[0].family is family


@pytest.mark.parametrize(
    "text", ["2026-10-09", "2026/10/9", "2026年10月9日", "2026.10.9", "2026-10-09 00:00:00", "２０２６-10-09"]
)
def test_dates_as_people_and_programs_write_them(text: str) -> None:
    assert values_of_row(row(first_on=text), KNOWN)[0].first_on == date(2026, 10, 9)


def test_columns_a_file_does_not_have_stay() -> None:
    present = {key: f"旧{key}" for key in TITLES}
    filled = filled_row({"code": "Ｋ01", "room": "新教室", "fee_note": "", "capacity": ""}, present)
    assert (filled["code"], filled["room"], filled["fee_note"]) == ("K01", "新教室", "")
    assert filled["capacity"] == "旧capacity"
    assert {key: filled[key] for key in TITLES if key not in ("code", "room", "fee_note")} == {
        key: f"旧{key}" for key in TITLES if key not in ("code", "room", "fee_note")
    }
    assert set(KEPT_WHEN_EMPTY) < set(TITLES)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
times = st.tuples(st.integers(1, 5), st.integers(0, 1200), st.integers(1, 239), st.sampled_from(Weeks)).map(
    lambda t: MeetingFacts(t[0], t[1], t[1] + t[2], t[3])
)
courses = st.builds(
    typed,
    code=st.from_regex("[A-Z][0-9]{2}", fullmatch=True),
    name=texts.filter(bool),
    family=st.sampled_from(Family),
    description=texts,
    room=texts,
    grades=st.frozensets(st.integers(1, 6), min_size=1),
    capacity=st.integers(1, 500),
    minimum=st.integers(0, 500),
    first_on=st.dates(date(2026, 9, 1), date(2027, 1, 22)),
    last_on=st.dates(date(2026, 9, 1), date(2027, 1, 22)),
    fee_note=texts,
    tags=st.lists(st.sampled_from([tag.value for tag in Tag]), unique=True).map(tuple),
    is_exempt=st.booleans(),
    teacher_ids=st.lists(st.sampled_from([1, 2]), unique=True).map(tuple),
    provider_id=st.sampled_from([None, 5]),
    outside_teacher=texts,
    meetings=st.lists(times, unique=True, max_size=5).map(tuple),
)


@given(courses, texts)
def test_what_is_written_reads_back_the_same(values: CourseValues, reason: str) -> None:
    cells = dict(zip(TITLES, map(str, row_of(values, reason, CODES, PROVIDERS[values.provider_id])), strict=True))
    read, reason_read = values_of_row(filled_row(cells, None), KNOWN)
    assert is_same(read, values)
    assert reason_read == reason


def test_a_header_names_every_value() -> None:
    titles = [title for title, _aliases in TITLES.values()]
    everything = [*titles, *(alias for _title, aliases in TITLES.values() for alias in aliases)]
    assert len(set(everything)) == len(everything)
