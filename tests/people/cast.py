"""A little school of people: a few classes with pupils made by importing lists, as a school makes them.

周管理 keeps the lists; 陈老师 is homeroom teacher of 三年级2班 and sees it; 吴组长 leads grade 3; 孙家长 has two children.
"""

from datetime import date

from school.accounts.models import User
from school.accounts.passwords import hash_password
from school.accounts.service import grant_role
from school.audit.service import COMMAND_LINE, Actor
from school.calendar.models import SchoolYear, Term
from school.db import db
from school.people.enums import ImportKind
from school.people.models import RosterImport
from school.people.queries import find_class_by_key
from school.people.service.importing.running import Run, run_import
from school.permissions import Role
from school.sheets.writing import write_csv
from tests.accounts.cast import PASSWORD, somebody

YEAR = 2026
HEADER = ["年级", "班级", "班内学号", "姓名", "性别", "监护人", "关系", "手机号码"]
PUPILS = [
    ["三年级", "2班", "01", "孙小宝", "男", "孙家长", "父亲", "13900000001"],
    ["三年级", "2班", "02", "阿依古丽·买买提", "女", "买买提", "父亲", "13900000002"],
    ["三年级", "2班", "03", "乌云其木格", "女", "其其格", "母亲", "13900000003"],
    ["一年级", "1班", "01", "孙小妹", "女", "孙家长", "父亲", "13900000001"],
    ["五年级", "1班", "01", "王五一", "男", "王一", "祖父", "13900000005"],
]
TEACHERS_HEADER = ["工号", "姓名", "手机号码", "任教年份"]
TEACHERS = [
    ["T01", "陈静", "13800000001", "2015"],
    ["T02", "斯琴高娃", "13800000002", "2008"],
    ["T03", "李雷", "", ""],
]
ASSIGNMENTS_HEADER = ["教师", "班级", "学科", "班主任"]
ASSIGNMENTS = [
    ["陈静", "三年级2班", "语文", "是"],
    ["斯琴高娃", "三年级2班、一年级1班", "数学", ""],
    ["李雷", "五年级1班", "英语", ""],
]


def as_file(header: list[str], rows: list[list[str]]) -> bytes:
    """A CSV as a school's own computer writes it."""
    return write_csv(header, rows, raw=True)


def import_pupils(rows: list[list[str]], header: list[str] | None = None, **options: object) -> Run:
    """Import a pupils' list at the school's machine."""
    return run(as_file(header or HEADER, rows), ImportKind.PUPILS, **options)


def import_teachers(rows: list[list[str]], header: list[str] | None = None, **options: object) -> Run:
    """Import a teachers' list at the school's machine."""
    return run(as_file(header or TEACHERS_HEADER, rows), ImportKind.TEACHERS, **options)


def import_assignments(rows: list[list[str]], header: list[str] | None = None, **options: object) -> Run:
    """Import who teaches what at the school's machine."""
    return run(as_file(header or ASSIGNMENTS_HEADER, rows), ImportKind.ASSIGNMENTS, **options)


def run(content: bytes, kind: ImportKind, *, actor: Actor = COMMAND_LINE, **options: object) -> Run:
    """Import a file."""
    return run_import(content, f"{kind.value}.csv", kind, actor=actor, **options)  # type: ignore[arg-type]


def add_term() -> Term:
    """The autumn term of 2026."""
    year = SchoolYear(start_year=YEAR)
    term = Term(school_year=year, number=1, starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 22))
    db.session.add_all([year, term])
    db.session.commit()
    return term


def little_school() -> None:
    """Classes, pupils, teachers and assignments of the autumn of 2026."""
    add_term()
    import_pupils(PUPILS)
    import_teachers(TEACHERS)
    import_assignments(ASSIGNMENTS)


def class_id(entry_year: int, number: int) -> int:
    """The id of a class."""
    found = find_class_by_key(entry_year, number)
    assert found is not None
    return found.id


def homeroom_teacher() -> User:
    """陈老师, homeroom teacher of 三年级2班."""
    user = somebody("陈老师", "chen", Role.SUBJECT_TEACHER)
    grant_role(user, Role.HOMEROOM_TEACHER, starts_on=date(2026, 9, 1), class_id=class_id(2024, 2))
    db.session.commit()
    return user


def guardian() -> User:
    """孙家长, whose account came with the list, has chosen a password."""
    user = db.session.query(User).filter_by(login="13900000001").one()
    user.password_hash = hash_password(PASSWORD)
    db.session.commit()
    return user


def grade_leader() -> User:
    """吴组长, leader of grade 3."""
    user = somebody("吴组长", "wu", Role.SUBJECT_TEACHER)
    grant_role(user, Role.GRADE_LEADER, starts_on=date(2026, 9, 1), entry_year=2024)
    db.session.commit()
    return user


def imports() -> list[RosterImport]:
    """All imports, oldest first."""
    return list(db.session.query(RosterImport).order_by(RosterImport.id))
