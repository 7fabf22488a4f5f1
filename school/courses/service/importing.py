"""Importing a list of courses: the very writes of an import, row by row, taken back when it is a dry run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from school.audit.service import Actor, record
from school.calendar.models import Term
from school.courses.models import Course
from school.courses.queries.manage import (
    courses_of_term,
    find_course_by_code,
    lock_catalogue,
    providers,
    state_of_catalogue,
    teachers_by_words,
    teachers_named,
)
from school.courses.rules.catalogue import CourseValues, is_same, time_concerns
from school.courses.rules.rows import (
    TITLES,
    Known,
    differences,
    filled_row,
    plain_code,
    row_of,
    shorten,
    values_of_row,
    words_in,
)
from school.courses.service.catalogue import change_course, create_course, school_hours, values_of
from school.db import db
from school.errors import Conflict, Refused
from school.preferences.queries import get_preferences

Row = Mapping[str, str]


class Effect(StrEnum):
    """What a row of the list does."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"new": "新增", "changed": "修改", "same": "不变", "wrong": "有问题"}[self.value]


@dataclass(frozen=True)
class Line:
    """A row with what it does: `sentences` say what changes, or what is wrong with it."""

    number: int
    code: str
    name: str
    effect: Effect
    sentences: tuple[str, ...] = ()


class DryRun(Exception):
    """Raised at the end of a dry run, so that the transaction takes everything back; `lines` say what would have been."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__("dry run")
        self.lines = lines


def import_courses(
    term: Term, rows: Sequence[tuple[int, Row]], *, is_dry: bool, actor: Actor, expected: str | None = None
) -> list[Line]:
    """Write the rows (number in the file, cells by key) as drafts and changes; raises `DryRun` instead when asked to try.

    `expected` is the state of the catalogue that somebody looked at (`state_of_catalogue`); another one is a `Conflict`.

    What a file does not say of a course that is there stays as it is. A row that is refused leaves no trace and does not
    stop the others. Rows are tried again while others succeed, for one course may take the room another gives up.
    """
    lock_catalogue(term.id)
    if expected is not None and expected != state_of_catalogue(term.id):
        raise Conflict("核对以后课程有了变化，请看下面的新结果，再决定写不写入。")
    present = {str(cells[0]): dict(zip(TITLES, map(str, cells), strict=True)) for cells in export_rows(term.id)}
    rows = [(number, filled_row(row, present.get(plain_code(row.get("code", ""))))) for number, row in rows]
    known = _known(term, [row for _number, row in rows])
    times = Counter(row["code"] for _number, row in rows if row["code"])
    found = {
        number: Line(number, row["code"], row["name"], Effect.WRONG, ("编号在文件里重复。",))
        for number, row in rows
        if times[row["code"]] > 1
    }
    left = [one for one in rows if one[0] not in found]
    while left:
        results = [(one, _try(term, *one, known, actor)) for one in left]
        found |= {line.number: line for _one, line in results}
        again = [one for one, line in results if line.effect is Effect.WRONG]
        if len(again) == len(left):
            break
        left = again
    lines = [found[number] for number, _row in rows]
    if is_dry:
        raise DryRun(lines)
    new, changed = (sum(line.effect is effect for line in lines) for effect in (Effect.NEW, Effect.CHANGED))
    record(actor, "courses.import", f"导入课程：新增 {new} 门，修改 {changed} 门", subject_type="term", subject_id=term.id)
    return lines


def export_rows(term_id: int) -> list[list[object]]:
    """The courses of a term as rows that import as they were."""
    courses = courses_of_term(term_id)
    ids = {one.teacher_id for course in courses for one in course.teachings}
    codes = {id_: teacher.staff_code for id_, teacher in teachers_named(ids).items()}
    names = [(course, course.provider.name if course.provider else "") for course in courses]
    return [row_of(values_of(course), course.warning_reason, codes, provider) for course, provider in names]


def _try(term: Term, number: int, row: Row, known: Known, actor: Actor) -> Line:
    line = Line(number, row.get("code", ""), row.get("name", ""), Effect.SAME)
    try:
        with db.session.begin_nested():
            values, reason = values_of_row(row, known)
            present = find_course_by_code(term.id, values.code)
            if present is None:
                create_course(term, values, reason=reason, actor=actor)
                return replace(line, effect=Effect.NEW)
            stored = reason if time_concerns(values, school_hours()) else ""
            if is_same(values_of(present), values) and present.warning_reason == stored:
                return line
            changes = _changes(present, values, stored)
            change_course(present.id, values, revision=present.revision, reason=reason, actor=actor)
            return replace(line, effect=Effect.CHANGED, sentences=changes)
    except Refused as refused:
        return replace(line, effect=Effect.WRONG, sentences=(refused.message,))


def _changes(course: Course, values: CourseValues, reason: str) -> tuple[str, ...]:
    before = values_of(course)
    names = {id_: one.name for id_, one in teachers_named({*before.teacher_ids, *values.teacher_ids}).items()}
    pairs = differences(before, values, names, {one.id: one.name for one in providers()})
    if course.warning_reason != reason:
        pairs.append((TITLES["reason"][0], course.warning_reason, reason))
    return tuple(f"{title}：{shorten(old)} → {shorten(new)}" for title, old, new in pairs)


def _known(term: Term, rows: Sequence[Row]) -> Known:
    words = [word for row in rows for word in words_in(row.get("teachers", ""))]
    teachers = {word: tuple(one.id for one in found) for word, found in teachers_by_words(words, term.starts_on).items()}
    by_name = {one.name: one.id for one in providers()}
    return Known(teachers, by_name, term.starts_on, term.ends_on, get_preferences().last_grade)
