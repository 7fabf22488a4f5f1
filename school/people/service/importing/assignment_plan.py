"""What a list of teaching assignments would do: lessons and offices begun, replaced and unchanged."""

from collections import defaultdict
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from school.people.enums import ImportKind
from school.people.rules import ClassKey, class_label, grade_label
from school.people.service.importing.assignment_rows import AssignmentRow, AssignmentRows
from school.people.service.importing.plan import Change, Plan, Wrong
from school.people.service.subjects import subject_named
from school.permissions import Role


@dataclass(frozen=True)
class KnownTeacher:
    """A teacher at the school."""

    id: int
    user_id: int | None
    name: str
    staff_code: str


@dataclass(frozen=True)
class LiveLesson:
    """An assignment of the term that has not ended."""

    id: int
    teacher_id: int
    key: ClassKey
    subject: str
    starts_on: date


@dataclass(frozen=True)
class HeldOffice:
    """A homeroom teacher's, grade leader's or prep leader's role that has not ended."""

    id: int
    user_id: int
    role: Role
    key: ClassKey | None
    entry_year: int | None
    subject: str | None
    starts_on: date


@dataclass(frozen=True)
class AssignmentSnapshot:
    """What the list is compared with. Changes take effect on `from_day`, which lies in the term."""

    term_id: int
    term_starts_on: date
    term_ends_on: date
    from_day: date
    teachers: Sequence[KnownTeacher]
    classes: Dict[ClassKey, int]
    subjects: Dict[str, int]
    lessons: Sequence[LiveLesson]
    offices: Sequence[HeldOffice]


@dataclass(frozen=True)
class Lesson:
    """A lesson to begin; `is_first` when nobody taught the subject in the class this term."""

    teacher: KnownTeacher
    key: ClassKey
    subject: str
    is_first: bool


@dataclass(frozen=True)
class Office:
    """A role to begin."""

    teacher: KnownTeacher
    role: Role
    key: ClassKey | None = None
    entry_year: int | None = None
    subject: str | None = None
    is_first: bool = True


@dataclass
class AssignmentPlan(Plan):
    """A dry run of assignments with what an apply writes."""

    lessons: list[Lesson] = field(default_factory=list)
    ended_lessons: list[LiveLesson] = field(default_factory=list)
    offices: list[Office] = field(default_factory=list)
    ended_offices: list[HeldOffice] = field(default_factory=list)


def plan_assignments(read: AssignmentRows, snapshot: AssignmentSnapshot, *, school_year_start: int) -> AssignmentPlan:
    """The plan for the rows of a file; pure. A lesson or homeroom the file gives to somebody else is replaced."""
    plan = AssignmentPlan(ImportKind.ASSIGNMENTS, wrong=list(read.wrong))
    planner = _Planner(plan, read, snapshot, school_year_start)
    for row in read.rows:
        planner.take(row)
    planner.finish()
    plan.wrong.sort(key=lambda wrong: wrong.row_number)
    return plan


class _Planner:
    def __init__(self, plan: AssignmentPlan, read: AssignmentRows, snapshot: AssignmentSnapshot, year: int) -> None:
        self._plan, self._titles, self._snapshot, self._year = plan, read.titles, snapshot, year
        self._by_code = {teacher.staff_code: teacher for teacher in snapshot.teachers}
        self._by_name: dict[str, list[KnownTeacher]] = defaultdict(list)
        for teacher in snapshot.teachers:
            self._by_name[teacher.name].append(teacher)
        self._by_id = {teacher.id: teacher for teacher in snapshot.teachers}
        self._wanted: dict[tuple[ClassKey, str], dict[int, AssignmentRow]] = defaultdict(dict)
        self._homerooms: dict[ClassKey, tuple[KnownTeacher, AssignmentRow]] = {}
        self._leaders: dict[tuple[Role, int, str | None], dict[int, AssignmentRow]] = defaultdict(dict)

    def take(self, row: AssignmentRow) -> None:
        """Note what a row wants, or what is wrong with it."""
        teacher, subject = self._teacher(row), subject_named(row.subject, self._snapshot.subjects)
        unknown = [key for key in row.keys if key not in self._snapshot.classes]
        if unknown:
            labels = "、".join(class_label(key.entry_year, key.number, self._year) for key in unknown)
            self._note(row, "class_name", labels, "学校里没有这个班。请先导入学生名单，或核对班级和学年。")
        if row.subject and subject is None:
            self._note(row, "subject", row.subject, f"没有这个学科。学校的学科有：{'、'.join(self._snapshot.subjects)}。")
        homeroom = self._homeroom(row, teacher)
        if teacher is None or unknown or (row.subject and subject is None):
            return
        for key in row.keys:
            self._take_class(row, teacher, key, subject, homeroom)

    def _take_class(
        self, row: AssignmentRow, teacher: KnownTeacher, key: ClassKey, subject: str | None, homeroom: KnownTeacher | None
    ) -> None:
        if subject:
            first = self._wanted[key, subject].setdefault(teacher.id, row)
            if first is not row:
                self._note(row, "class_name", self._label(key), f"与第 {first.row_number} 行重复。")
        if homeroom:
            named, by = self._homerooms.setdefault(key, (homeroom, row))
            if named != homeroom:
                self._note(row, "homeroom", homeroom.name, f"第 {by.row_number} 行已写{named.name}是{self._label(key)}的班主任。")
        if row.is_grade_leader:
            self._leaders[Role.GRADE_LEADER, key.entry_year, None].setdefault(teacher.id, row)
        if row.is_prep_leader and subject:
            self._leaders[Role.PREP_LEADER, key.entry_year, subject].setdefault(teacher.id, row)

    def finish(self) -> None:
        """Compare what the rows want with what is."""
        bad = self._plan.wrong_rows
        for (key, subject), wanted in self._wanted.items():
            good = {teacher_id: row for teacher_id, row in wanted.items() if row.row_number not in bad}
            if good:
                self._compare_lesson(key, subject, good)
        for key, (teacher, row) in self._homerooms.items():
            if row.row_number not in bad:
                self._compare_homeroom(key, teacher, row)
        for (role, entry_year, subject), wanted in self._leaders.items():
            for teacher_id, row in wanted.items():
                if row.row_number not in bad:
                    self._compare_leader(role, entry_year, subject, self._by_id[teacher_id], row)
        self._name_shared()

    def _compare_lesson(self, key: ClassKey, subject: str, wanted: Dict[int, AssignmentRow]) -> None:
        live = [lesson for lesson in self._snapshot.lessons if (lesson.key, lesson.subject) == (key, subject)]
        gone = [lesson for lesson in live if lesson.teacher_id not in wanted]
        taught = {lesson.teacher_id for lesson in live}
        before = "、".join(self._name(lesson.teacher_id) for lesson in gone)
        self._plan.unchanged += len(taught & set(wanted))
        self._plan.ended_lessons += gone
        for teacher_id in [teacher_id for teacher_id in wanted if teacher_id not in taught]:
            teacher = self._by_id[teacher_id]
            self._plan.lessons.append(Lesson(teacher, key, subject, is_first=not live))
            what = f"{subject}：{before} → {teacher.name}" if gone else subject
            lines = self._plan.changed if gone else self._plan.added
            lines.append(Change(wanted[teacher_id].row_number, teacher.name, self._label(key), what))
        if gone and set(wanted) <= taught:
            row = next(iter(wanted.values()))
            self._plan.changed.append(Change(row.row_number, before, self._label(key), f"不再教{subject}"))

    def _compare_homeroom(self, key: ClassKey, teacher: KnownTeacher, row: AssignmentRow) -> None:
        held = [office for office in self._snapshot.offices if office.role is Role.HOMEROOM_TEACHER and office.key == key]
        gone = [office for office in held if office.user_id != teacher.user_id]
        self._plan.ended_offices += gone
        if len(gone) < len(held):
            self._plan.unchanged += 1
            return
        self._plan.offices.append(Office(teacher, Role.HOMEROOM_TEACHER, key=key, is_first=not held))
        lines = self._plan.changed if gone else self._plan.added
        lines.append(Change(row.row_number, teacher.name, self._label(key), "接任班主任" if gone else "班主任"))

    def _compare_leader(
        self, role: Role, entry_year: int, subject: str | None, teacher: KnownTeacher, row: AssignmentRow
    ) -> None:
        wanted = (role, entry_year, subject, teacher.user_id)
        if any((o.role, o.entry_year, o.subject, o.user_id) == wanted for o in self._snapshot.offices):
            self._plan.unchanged += 1
            return
        self._plan.offices.append(Office(teacher, role, entry_year=entry_year, subject=subject))
        where = grade_label(entry_year, self._year)
        self._plan.added.append(Change(row.row_number, teacher.name, where, f"{subject or ''}{role.label}"))

    def _homeroom(self, row: AssignmentRow, teacher: KnownTeacher | None) -> KnownTeacher | None:
        if row.homeroom in ("", "*"):
            return teacher if row.homeroom else None
        return self._named(row, "homeroom", row.homeroom)

    def _teacher(self, row: AssignmentRow) -> KnownTeacher | None:
        if not row.staff_code:
            return self._named(row, "teacher", row.teacher)
        found = self._by_code.get(row.staff_code)
        if found is None:
            self._note(row, "staff_code", row.staff_code, "没有这个工号的教师。请先导入教师名单，或核对工号。")
        elif row.teacher and found.name != row.teacher:
            self._note(row, "teacher", row.teacher, f"工号 {row.staff_code} 是{found.name}，请核对。")
            return None
        return found

    def _named(self, row: AssignmentRow, column: str, name: str) -> KnownTeacher | None:
        found = self._by_name.get(name, [])
        if len(found) == 1:
            return found[0]
        reason = "有几位同名教师，请补上工号。" if found else "没有这位教师。请先导入教师名单，或核对姓名。"
        self._note(row, column, name, reason)
        return None

    def _name_shared(self) -> None:
        for (key, subject), wanted in self._wanted.items():
            if len(wanted) > 1:
                names = "、".join(self._name(teacher_id) for teacher_id in wanted)
                self._plan.warnings.append(f"{self._label(key)}{subject}由{names}共同任教，照常导入，请核对。")

    def _note(self, row: AssignmentRow, key: str, value: str, reason: str) -> None:
        self._plan.wrong.append(Wrong(row.row_number, self._titles[key], value, reason))

    def _name(self, teacher_id: int) -> str:
        known = self._by_id.get(teacher_id)
        return known.name if known else "已离校教师"

    def _label(self, key: ClassKey) -> str:
        return class_label(key.entry_year, key.number, self._year)
