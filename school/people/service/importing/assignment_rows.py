"""Rows of a list of teaching assignments turned into values, each cell with its own reason when it cannot be."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from school.errors import Refused
from school.people.rules import ClassKey, normalise_name
from school.people.service.importing.cells import class_key_of, is_yes, number_text
from school.people.service.importing.plan import Wrong
from school.people.service.importing.pupil_rows import title_of
from school.sheets.headers import Mapping

Value = TypeVar("Value")
_BETWEEN = re.compile(r"[、,，;；/\n]+")


@dataclass(frozen=True)
class AssignmentRow:
    """One teacher's subject in some classes; `homeroom` names the homeroom teacher of those classes, if the row does."""

    row_number: int
    teacher: str
    staff_code: str | None
    keys: tuple[ClassKey, ...]
    subject: str
    homeroom: str = ""
    is_grade_leader: bool = False
    is_prep_leader: bool = False


@dataclass
class AssignmentRows:
    """What the rows say, what is wrong in them, the file's titles by key."""

    rows: list[AssignmentRow] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)


def read_assignment_rows(
    rows: Sequence[Sequence[str]], mapping: Mapping, *, first_row_number: int, school_year_start: int
) -> AssignmentRows:
    """The assignments of a file; a row with a wrong cell is left out and each of its wrong cells is named."""
    read = AssignmentRows(titles={column.key: title_of(mapping, column.key) for column in mapping.columns})
    for number, row in enumerate(rows, start=first_row_number):
        if any(row):
            _read(read, number, row, mapping, school_year_start)
    return read


def _read(read: AssignmentRows, number: int, row: Sequence[str], mapping: Mapping, year: int) -> None:
    before = len(read.wrong)

    def cell(key: str, reader: Callable[[str], Value]) -> Value | None:
        text = mapping.value(row, key)
        try:
            return reader(text)
        except Refused as refused:
            read.wrong.append(Wrong(number, read.titles[key], text, refused.message))
            return None

    code = number_text(mapping.value(row, "staff_code"))[:20] or None
    name = cell("teacher", lambda text: normalise_name(text) if text or not code else "")
    grade = mapping.value(row, "grade")
    keys = cell("class_name", lambda text: _classes(text, grade, year))
    subject = mapping.value(row, "subject")
    homeroom = cell("homeroom", lambda text: _homeroom(text, name or ""))
    grade_leader = cell("grade_leader", lambda text: text == name or is_yes(text))
    prep_leader = cell("prep_leader", lambda text: text == name or is_yes(text))
    if not subject and not homeroom and not grade_leader:
        read.wrong.append(Wrong(number, read.titles["subject"], "", "没有填学科。"))
    if len(read.wrong) == before and keys and name is not None:
        read.rows.append(AssignmentRow(number, name, code, keys, subject, homeroom or "", bool(grade_leader), bool(prep_leader)))


def _classes(text: str, grade: str, year: int) -> tuple[ClassKey, ...]:
    """One class, or several with 、 between them."""
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()] or [""]
    return tuple(dict.fromkeys(class_key_of(part, grade, year) for part in parts))


def _homeroom(text: str, teacher: str) -> str:
    """Whom the row makes homeroom teacher: a mark means the row's teacher, a name the one it names."""
    try:
        return "*" if is_yes(text) else ""
    except Refused:
        name = normalise_name(text)
        return "*" if name == teacher else name
