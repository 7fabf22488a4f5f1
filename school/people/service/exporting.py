"""Lists as files: the columns an import reads again, names byte for byte, so that importing one changes nothing.

A CSV is raw: a name that begins with = comes back as it is, because the file is read by programs too.
"""

from collections.abc import Sequence

from school.clock import today
from school.people.enums import ImportKind
from school.people.queries import subjects
from school.people.queries.listing import ListedPupil, pupils_of_class, pupils_of_school, teachers_listed
from school.people.rules import ClassKey, class_label, grade_label
from school.people.service.importing.assignment_plan import AssignmentSnapshot
from school.people.service.importing.assignment_writing import NoTerm, read_assignment_snapshot
from school.permissions import Role
from school.sheets.writing import Cell, SheetOut, write_csv, write_workbook

HEADER = (
    "年级",
    "班级",
    "班内学号",
    "学籍辅号",
    "姓名",
    "性别",
    "监护人1姓名",
    "监护人1关系",
    "监护人1电话",
    "监护人2姓名",
    "监护人2关系",
    "监护人2电话",
)
# The last column is for people: an import makes it from the name.
TEACHER_HEADER = ("工号", "姓名", "手机号码", "任教年份", "公示中的称呼")
ASSIGNMENT_HEADER = ("班级", "学科", "教师", "工号", "班主任", "年级组长", "备课组长")

Rows = Sequence[Sequence[Cell]]
Lesson = tuple[ClassKey, str, int]  # class, subject or "" for an office alone, teacher's id


def export_roster(kind: ImportKind, format_name: str, *, school_year: int) -> tuple[bytes, int]:
    """The whole school's list of a kind as "xlsx" or "csv"; answers the file and how many rows it holds."""
    if kind is ImportKind.TEACHERS:
        return _file(kind, format_name, TEACHER_HEADER, _teacher_rows())
    if kind is ImportKind.ASSIGNMENTS:
        return _file(kind, format_name, ASSIGNMENT_HEADER, _assignment_rows(school_year))
    return _file(kind, format_name, HEADER, _pupil_rows(pupils_of_school(), school_year))


def export_class(class_id: int, format_name: str, *, school_year: int) -> bytes:
    """The present pupils of a class as "xlsx" or "csv"."""
    return _file(ImportKind.PUPILS, format_name, HEADER, _pupil_rows(pupils_of_class(class_id), school_year))[0]


def _file(kind: ImportKind, format_name: str, header: Sequence[str], rows: Rows) -> tuple[bytes, int]:
    if format_name == "csv":
        return write_csv(header, rows, raw=True), len(rows)
    return write_workbook([SheetOut(kind.label, header, rows)]), len(rows)


def _pupil_rows(pupils: Sequence[ListedPupil], school_year: int) -> Rows:
    return [_pupil_row(pupil, school_year) for pupil in pupils]


def _pupil_row(pupil: ListedPupil, school_year: int) -> tuple[str, ...]:
    guardians = [text for g in pupil.guardians[:2] for text in (g.name, g.relation.label, g.phone or "")]
    return (
        grade_label(pupil.entry_year, school_year),
        class_label(pupil.entry_year, pupil.class_number, school_year),
        pupil.number_in_class or "",
        pupil.register_number or "",
        pupil.name,
        pupil.gender.label if pupil.gender else "",
        *guardians,
        *[""] * (6 - len(guardians)),
    )


def _teacher_rows() -> Rows:
    """The teachers at the school; an import refuses those who left."""
    present = [teacher for teacher in teachers_listed() if teacher.left_on is None]
    return [(t.staff_code, t.name, t.phone, t.teaching_since, t.public_name) for t in present]


def _assignment_rows(school_year: int) -> Rows:
    """What an import compares with: the lessons of the term that have not ended, and offices as marks beside them.

    Who heads a class or leads a grade without teaching there has a row without a subject. An office that no mark can say
    is left out, so that an import leaves it alone: one of several homeroom teachers of a class, and a prep leader of a
    subject they do not teach in the grade. Without a term there are no rows.
    """
    try:
        term = read_assignment_snapshot(today())
    except NoTerm:
        return []
    teachers = {teacher.id: teacher for teacher in term.teachers}
    positions = {subject.name: position for position, subject in enumerate(subjects())}
    marks = _Marks(term)
    lessons = {(lesson.key, lesson.subject, lesson.teacher_id) for lesson in term.lessons if lesson.teacher_id in teachers}
    lessons |= marks.places_without(lessons)

    def order(lesson: Lesson) -> tuple[int, int, int, str]:
        key, subject, teacher_id = lesson
        return -key.entry_year, key.number, positions.get(subject, -1), teachers[teacher_id].staff_code

    return [
        (
            class_label(key.entry_year, key.number, school_year),
            subject,
            teachers[teacher_id].name,
            teachers[teacher_id].staff_code,
            *marks.of(key, subject, teacher_id),
        )
        for key, subject, teacher_id in sorted(lessons, key=order)
    ]


class _Marks:
    """Offices of the teachers at the school, as marks beside lessons."""

    def __init__(self, term: AssignmentSnapshot) -> None:
        self._classes = sorted(term.classes)
        ids = {teacher.user_id: teacher.id for teacher in term.teachers if teacher.user_id}
        heads = {(office.key, office.user_id) for office in term.offices if office.role is Role.HOMEROOM_TEACHER}
        shared = [key for key, _user_id in heads]
        self._heads = {(key, ids[user_id]) for key, user_id in heads if key and user_id in ids and shared.count(key) == 1}
        held = [(office, ids[office.user_id]) for office in term.offices if office.user_id in ids]
        self._leaders = {(o.entry_year, teacher_id) for o, teacher_id in held if o.role is Role.GRADE_LEADER}
        self._preps = {(o.entry_year, o.subject, teacher_id) for o, teacher_id in held if o.role is Role.PREP_LEADER}

    def of(self, key: ClassKey, subject: str, teacher_id: int) -> tuple[str, str, str]:
        """The cells 班主任, 年级组长 and 备课组长 of a row."""
        is_held = (
            (key, teacher_id) in self._heads,
            (key.entry_year, teacher_id) in self._leaders,
            (key.entry_year, subject, teacher_id) in self._preps,
        )
        homeroom, leader, prep = ("是" if held else "" for held in is_held)
        return homeroom, leader, prep

    def places_without(self, lessons: set[Lesson]) -> set[Lesson]:
        """Rows without a subject, for those who head a class or lead a grade and teach nothing there."""
        taught = {(key, teacher_id) for key, _subject, teacher_id in lessons}
        heads = self._heads - taught
        grades = {(key.entry_year, teacher_id) for key, teacher_id in taught | heads}
        first = {key.entry_year: key for key in reversed(self._classes)}
        leaders = {(first[year], teacher_id) for year, teacher_id in self._leaders - grades if year in first}
        return {(key, "", teacher_id) for key, teacher_id in heads | leaders}
