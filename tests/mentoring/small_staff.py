"""A staff small enough to read: nine teachers of two subjects in the autumn term of 2026, and the office.

数学: 老陈 (since 2000), 老赵 (since 2004), 中周 (since 2018), 中吴 (since 2020), 新郑 (since 2025), 新王 (since 2026).
语文: 老冯 (since 1999), 中褚 (since 2017), 新卫 (since 2025). All teach 三年级1班, 老陈 and 老赵 五年级1班 as well.
The office is 李主任, the principal 王校长; 赵组长 assesses.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

import pytest

from school.accounts.models import User
from school.accounts.service import grant_role
from school.audit.service import Actor
from school.calendar.models import SchoolYear, Term
from school.clock import ZONE
from school.db import db, transaction
from school.errors import Refused
from school.mentoring.enums import Outcome, Seat, Title
from school.mentoring.models import TeacherProfile, Triad
from school.mentoring.service import acceptance, triads
from school.people.models import SchoolClass, Subject, Teacher, TeachingAssignment
from school.permissions import Role
from tests.accounts.cast import somebody
from tests.support.html import parse

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


def made(staff: SmallStaff, *, is_active: bool = True, **seats: str) -> Triad:
    """A triad of the term, confirmed unless told otherwise."""
    with transaction():
        triad = triads.make_triad(staff.term, staff.maths, staff.seats(**seats), SEPTEMBER, LAST, actor=TESTER)
    if is_active:
        with transaction():
            triads.confirm_triad(triad.id, actor=TESTER)
    return triad


def refused(act: Callable[[], object]) -> str:
    """The sentence an act is refused with; it writes nothing."""
    with pytest.raises(Refused) as caught, transaction():
        act()
    return caught.value.message


def typed_proposal(page: str, *, take: Collection[int], **changes: str) -> dict[str, str]:
    """What a browser sends of the proposal's page when only some groups stay ticked and some fields were changed."""
    sent = {}
    for select in parse(page).all("select"):
        chosen = [one.get("value", "") for one in select.iter("option") if one.get("selected") is not None]
        sent[select.get("name", "")] = chosen[0] if chosen else ""
    return {**sent, **{f"take_{number}": "y" for number in take}, **changes}


def decide_all(staff: SmallStaff, triad: Triad, *, novice: Outcome) -> None:
    """Accept both apprentices; the middle passes."""
    with transaction():
        opened = acceptance.open_acceptances(triad.id, actor=TESTER)
    for row in opened:
        points = {str(one["key"]): int(one["points"]) for one in row.rubric}
        for user, name in ((staff.office, "李主任"), (staff.leader, "赵组长")):
            with transaction():
                acceptance.score(row.id, points, "", name=name, actor=Actor(user.id, name))
        outcome = novice if row.seat is Seat.NOVICE else Outcome.PASSED
        with transaction():
            acceptance.decide(row.id, outcome, "意见", actor=Actor(staff.office.id, "李主任"))
