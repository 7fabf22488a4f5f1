"""Rows of a teachers' list turned into values, each cell with its own reason when it cannot be."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from school.errors import Refused
from school.people.rules import LandlineGiven, normalise_name, normalise_phone
from school.people.service.importing.cells import number_text, year_in
from school.people.service.importing.plan import Wrong
from school.people.service.importing.pupil_rows import title_of
from school.sheets.headers import Mapping

Value = TypeVar("Value")


@dataclass(frozen=True)
class TeacherRow:
    """A teacher as a row of the file, or a caller, names them."""

    row_number: int
    name: str
    staff_code: str | None = None
    phone: str | None = None
    teaching_since: int | None = None


@dataclass
class TeacherRows:
    """What the rows say, what is wrong in them, the file's titles by key."""

    rows: list[TeacherRow] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)


def read_teacher_rows(rows: Sequence[Sequence[str]], mapping: Mapping, *, first_row_number: int, day: date) -> TeacherRows:
    """The teachers of a file; a row with a wrong cell is left out and each of its wrong cells is named."""
    read = TeacherRows(titles={column.key: title_of(mapping, column.key) for column in mapping.columns})
    for number, row in enumerate(rows, start=first_row_number):
        if any(row):
            _read(read, number, row, mapping, day)
    _refuse_duplicates(read)
    read.wrong.sort(key=lambda wrong: wrong.row_number)
    return read


def _read(read: TeacherRows, number: int, row: Sequence[str], mapping: Mapping, day: date) -> None:
    before = len(read.wrong)

    def cell(key: str, reader: Callable[[str], Value]) -> Value | None:
        text = mapping.value(row, key)
        try:
            return reader(text)
        except LandlineGiven:
            read.warnings.append(f"第 {number} 行的电话是固定电话，没有保存；这位教师用工号登录。")
        except Refused as refused:
            read.wrong.append(Wrong(number, read.titles[key], text, refused.message))
        return None

    name = cell("name", normalise_name)
    code = cell("staff_code", _staff_code)
    phone = cell("phone", normalise_phone)
    since = cell("teaching_since", lambda text: _year(text, day))
    years = cell("years_taught", _years)
    if len(read.wrong) == before and name:
        if since is None and years is not None:
            since = day.year - years
        read.rows.append(TeacherRow(number, name, code, phone, since))


def _staff_code(text: str) -> str | None:
    code = number_text(text)
    if len(code) > 20 or not re.fullmatch(r"[\w\-.]*", code):
        raise Refused("工号最多 20 个字母或数字。")
    return code or None


def _year(text: str, day: date) -> int | None:
    if not text.strip():
        return None
    year = year_in(text)
    if year is None or year > day.year:
        raise Refused("请填开始任教的年份，如 2015。")
    return year


def _years(text: str) -> int | None:
    if not text.strip():
        return None
    match = re.fullmatch(r"(\d{1,2})\s*年?(?:以上)?", number_text(text))
    if not match:
        raise Refused("教龄请填整数年，如 8。")
    return int(match[1])


def _refuse_duplicates(read: TeacherRows) -> None:
    """A staff code, or a name with the same phone (or with nothing to tell two apart), names one teacher once."""
    codes: dict[str, TeacherRow] = {}
    names: dict[tuple[str, str | None], TeacherRow] = {}
    kept = []
    for row in read.rows:
        first = codes.get(row.staff_code or "") or names.get((row.name, row.phone))
        if first and not (row.staff_code and first.staff_code and row.staff_code != first.staff_code):
            key = "staff_code" if row.staff_code else "name"
            value = row.staff_code or row.name
            read.wrong.append(Wrong(row.row_number, read.titles[key], value, f"与第 {first.row_number} 行（{first.name}）重复。"))
            continue
        if row.staff_code:
            codes[row.staff_code] = row
        names.setdefault((row.name, row.phone), row)
        kept.append(row)
    read.rows = kept
