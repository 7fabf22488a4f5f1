"""A staff small enough to read: nine teachers of two subjects in the autumn term of 2026, and the office.

数学: 老陈 (since 2000), 老赵 (since 2004), 中周 (since 2018), 中吴 (since 2020), 新郑 (since 2025), 新王 (since 2026).
语文: 老冯 (since 1999), 中褚 (since 2017), 新卫 (since 2025). All teach 三年级1班, 老陈 and 老赵 五年级1班 as well.
The office is 李主任, the principal 王校长; 赵组长 assesses.
"""

from dataclasses import dataclass
from datetime import date, datetime

from school.accounts.models import User
from school.accounts.service import grant_role
from school.audit.service import Actor
from school.calendar.models import SchoolYear, Term
from school.clock import ZONE
from school.db import db
from school.mentoring.enums import Seat, Title
from school.mentoring.models import TeacherProfile
from school.people.models import SchoolClass, Subject, Teacher, TeachingAssignment
from school.permissions import Role
from tests.accounts.cast import somebody

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=ZONE)
AFTER_TERM = datetime(2027, 1, 23, 9, 0, tzinfo=ZONE)
SEPTEMBER, LAST = date(2026, 9, 1), date(2027, 1, 22)
TESTER = Actor(None, "测试")
STAFF = {
    "chen": ("老陈", "maths", 2000, Title.SENIOR),
    "zhao": ("老赵", "maths", 2004, Title.SENIOR),
    "zhou": ("中周", "maths", 2018, Title.FIRST),
    "wu": ("中吴", "maths", 2020, Title.SECOND),
    "zheng": ("新郑", "maths", 2025, Title.NONE),
    "wang": ("新王", "maths", 2026, Title.NONE),
    "feng": ("老冯", "chinese", 1999, Title.SENIOR),
    "chu": ("中褚", "chinese", 2017, Title.FIRST),
    "wei": ("新卫", "chinese", 2025, Title.NONE),
}


@dataclass
class SmallStaff:
    """The rows and people of the small staff, teachers and users by the keys of `STAFF`."""

    term: Term
    spring: Term
    maths: Subject
    chinese: Subject
    third_1: SchoolClass
    teachers: dict[str, Teacher]
    users: dict[str, User]
    office: User
    principal: User
    leader: User

    def seats(self, chief: str = "chen", middle: str = "zhou", novice: str = "zheng") -> dict[Seat, int]:
        """Teacher ids by seat."""
        names = {Seat.CHIEF: chief, Seat.MIDDLE: middle, Seat.NOVICE: novice}
        return {seat: self.teachers[name].id for seat, name in names.items()}

    def actor(self, key: str) -> Actor:
        """A teacher as who acts."""
        user = self.users[key]
        return Actor(user.id, user.display_name)


def build() -> SmallStaff:
    """Write the small staff into the database."""
    year = SchoolYear(start_year=2026)
    term = Term(school_year=year, number=1, starts_on=SEPTEMBER, ends_on=LAST)
    spring = Term(school_year=year, number=2, starts_on=date(2027, 3, 1), ends_on=date(2027, 7, 10))
    maths, chinese = Subject(code="maths", name="数学", position=2), Subject(code="chinese", name="语文", position=1)
    third_1, fifth_1 = SchoolClass(entry_year=2024, number=1), SchoolClass(entry_year=2022, number=1)
    db.session.add_all([year, term, spring, maths, chinese, third_1, fifth_1])
    db.session.flush()
    teachers, users = {}, {}
    for number, (key, (name, subject, since, title)) in enumerate(STAFF.items(), 1):
        users[key] = somebody(name, f"T{number:03}", Role.SUBJECT_TEACHER)
        teachers[key] = Teacher(
            staff_code=f"T{number:03}", name=name, public_name=f"{name}老师", teaching_since=since, user_id=users[key].id
        )
        db.session.add(teachers[key])
        db.session.flush()
        db.session.add(TeacherProfile(teacher_id=teachers[key].id, title=title))
        of = maths if subject == "maths" else chinese
        for school_class in (third_1, fifth_1) if key in ("chen", "zhao") else (third_1,):
            keys = {"class_id": school_class.id, "subject_id": of.id, "term_id": term.id}
            db.session.add(TeachingAssignment(teacher=teachers[key], starts_on=SEPTEMBER, **keys))
    office = somebody("李主任", "office", Role.TEACHING_OFFICE)
    principal = somebody("王校长", "principal", Role.PRINCIPAL)
    leader = somebody("赵组长", "leader")
    grant_role(leader, Role.GRADE_LEADER, starts_on=SEPTEMBER, entry_year=2024)
    db.session.commit()
    return SmallStaff(term, spring, maths, chinese, third_1, teachers, users, office, principal, leader)
