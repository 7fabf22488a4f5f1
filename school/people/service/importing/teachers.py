"""What a teachers' list would do to the school, and writing it."""

from collections import defaultdict
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import update

from school.accounts.models import User
from school.clock import today
from school.db import db
from school.people.enums import ImportKind
from school.people.models import Teacher
from school.people.queries import snapshots
from school.people.rules import mask_phone, public_teacher_name
from school.people.service.importing.bulk import Report, add_users, grant_all, insert_all, nothing
from school.people.service.importing.logins import LoginNames
from school.people.service.importing.plan import Change, Plan, Wrong
from school.people.service.importing.teacher_rows import TeacherRow, TeacherRows
from school.permissions import Role


@dataclass(frozen=True)
class TeacherSnapshot:
    """The school's teachers, guardians' accounts by phone and name, and login names taken."""

    teachers: Sequence[Teacher]
    families: Dict[tuple[str, str], int]
    logins: frozenset[str]


@dataclass
class TeacherPlan(Plan):
    """A dry run of teachers with what an apply writes."""

    new: list[TeacherRow] = field(default_factory=list)
    changes: list[tuple[Teacher, dict[str, object]]] = field(default_factory=list)


def read_teacher_snapshot() -> TeacherSnapshot:
    """What a teachers' list is compared with."""
    return TeacherSnapshot(snapshots.all_teachers(), snapshots.guardian_users(), snapshots.login_names())


def plan_teachers(read: TeacherRows, snapshot: TeacherSnapshot) -> TeacherPlan:
    """Match by staff code, else by phone and name, else by a name only one teacher has."""
    plan = TeacherPlan(ImportKind.TEACHERS, wrong=list(read.wrong), warnings=list(read.warnings))
    finder = _Finder(snapshot.teachers)
    met: set[int] = set()
    for row in read.rows:
        found, reason = finder.find(row)
        if found and found.id in met:
            reason = "文件里有两行指同一位教师，请核对。"
        if reason:
            plan.wrong.append(Wrong(row.row_number, read.titles["name"], row.name, reason))
        elif found is None:
            plan.new.append(row)
            plan.added.append(Change(row.row_number, row.name, f"工号 {row.staff_code}" if row.staff_code else "自动编工号"))
        else:
            met.add(found.id)
            _compare(plan, row, found)
    plan.wrong.sort(key=lambda wrong: wrong.row_number)
    plan.new_accounts = sum((row.phone or "", row.name) not in snapshot.families for row in plan.new)
    if read.rows and plan.wrong == read.wrong:
        plan.missing = [f"{t.name}（{t.staff_code}）" for t in snapshot.teachers if t.id not in met and t.left_on is None][:30]
    return plan


class _Finder:
    def __init__(self, teachers: Sequence[Teacher]) -> None:
        self._by_code = {teacher.staff_code: teacher for teacher in teachers}
        self._by_name: dict[str, list[Teacher]] = defaultdict(list)
        for teacher in teachers:
            self._by_name[teacher.name].append(teacher)

    def find(self, row: TeacherRow) -> tuple[Teacher | None, str]:
        """The teacher a row means, or why that cannot be said."""
        found = self._by_code.get(row.staff_code or "")
        if found is None:
            namesakes = self._by_name.get(row.name, [])
            by_phone = [teacher for teacher in namesakes if row.phone and teacher.phone == row.phone]
            fitting = by_phone or ([] if row.staff_code else namesakes)
            if len(fitting) > 1:
                return None, "有几位同名教师，分不清是哪一位。请补上工号。"
            found = fitting[0] if fitting else None
        elif found.name != row.name and not (row.phone and found.phone == row.phone):
            return None, f"工号 {row.staff_code} 属于{found.name}，请核对工号和姓名。"
        if found and found.left_on:
            return None, f"{found.name}已在 {found.left_on:%Y-%m-%d} 离校，请先在教师页面办理返校。"
        return found, ""


def _compare(plan: TeacherPlan, row: TeacherRow, found: Teacher) -> None:
    wanted = {"name": row.name, "phone": row.phone, "teaching_since": row.teaching_since, "staff_code": row.staff_code}
    different: dict[str, object] = {k: v for k, v in wanted.items() if v is not None and v != getattr(found, k)}
    if not different:
        plan.unchanged += 1
        return
    labels = {"name": "姓名", "phone": "手机号码", "teaching_since": "任教年份", "staff_code": "工号"}
    texts = [f"{labels[key]} {_shown(key, getattr(found, key))} → {_shown(key, value)}" for key, value in different.items()]
    if "name" in different:
        different["public_name"] = public_teacher_name(row.name)
    plan.changes.append((found, different))
    plan.changed.append(Change(row.row_number, row.name, f"工号 {found.staff_code}", ";".join(texts)))


def _shown(key: str, value: object) -> str:
    if value is None:
        return "空"
    return mask_phone(str(value)) if key == "phone" else str(value)


def write_teachers(plan: TeacherPlan, snapshot: TeacherSnapshot, *, report: Report = nothing) -> dict[str, int]:
    """Write the plan; answers the new teachers' ids by staff code."""
    logins = LoginNames(snapshot.logins)
    for teacher, different in plan.changes:
        _change(teacher, different, logins)
    db.session.flush()
    codes = _codes(plan.new, {teacher.staff_code for teacher in snapshot.teachers})
    families = [snapshot.families.get((row.phone or "", row.name)) for row in plan.new]
    strangers = [(row, code) for row, code, user_id in zip(plan.new, codes, families, strict=True) if user_id is None]
    wanted = [(logins.give(*filter(None, (row.phone, code))), row.name) for row, code in strangers]
    made = iter(add_users(wanted, report=report))
    user_ids = [user_id or next(made) for user_id in families]
    grant_all(user_ids, Role.SUBJECT_TEACHER, starts_on=today())
    rows = [
        {
            "staff_code": code,
            "name": row.name,
            "public_name": public_teacher_name(row.name),
            "phone": row.phone,
            "teaching_since": row.teaching_since,
            "user_id": user_id,
        }
        for row, code, user_id in zip(plan.new, codes, user_ids, strict=True)
    ]
    return dict(zip(codes, insert_all(Teacher, rows, what="写入教师", report=report), strict=True))


def _change(teacher: Teacher, different: Dict[str, object], logins: LoginNames) -> None:
    """A teacher who signs in with the phone signs in with the new one."""
    old_phone = teacher.phone
    for key, value in different.items():
        setattr(teacher, key, value)
    user = db.session.get(User, teacher.user_id) if teacher.user_id else None
    if user is None:
        return
    if "name" in different:
        user.display_name = teacher.name
    if "phone" in different and user.login == old_phone:
        login = logins.give(*filter(None, (teacher.phone, teacher.staff_code)))
        db.session.execute(update(User).where(User.id == user.id).values(login=login))


def _codes(rows: Sequence[TeacherRow], taken: set[str]) -> list[str]:
    """Staff codes: the file's own, else T001, T002 … where free."""
    used = taken | {row.staff_code for row in rows if row.staff_code}
    codes, number = [], 0
    for row in rows:
        code = row.staff_code
        while code is None:
            number += 1
            if f"T{number:03d}" not in used:
                code = f"T{number:03d}"
        codes.append(code)
    return codes
