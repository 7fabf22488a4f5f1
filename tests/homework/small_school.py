"""A school small enough to read: two classes, three teachers, one guardian, one Wednesday.

陈老师 teaches 数学 in 三年级1班 and 三年级2班; 刘老师 teaches 语文 in 三年级2班 and is its homeroom teacher; 白老师 teaches
语文 in 一年级1班 and is its homeroom teacher; 赵组长 leads grade 3; 孙家长 has a child in 三年级2班; 外人 has nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from school.accounts.models import User
from school.accounts.service import grant_role
from school.audit.service import Actor
from school.calendar.models import SchoolYear, Term
from school.clock import ZONE
from school.db import db
from school.homework.enums import Form, Layer, Stage
from school.homework.models import HomeworkDay, HomeworkItem
from school.homework.rules.filing import ItemValues, LayerValues
from school.homework.service.filing import Filing, file_item
from school.people.enums import Relation
from school.people.models import (
    ClassMembership,
    Guardian,
    Guardianship,
    Pupil,
    SchoolClass,
    Subject,
    Teacher,
    TeachingAssignment,
)
from school.people.queries import Lesson, lessons_of_teacher
from school.permissions import Role
from tests.accounts.cast import somebody

WEDNESDAY = date(2026, 11, 25)
THURSDAY = date(2026, 11, 26)
FRIDAY = date(2026, 11, 27)
SATURDAY = date(2026, 11, 28)
AFTERNOON = datetime(2026, 11, 25, 15, 0, tzinfo=ZONE)
EVENING = datetime(2026, 11, 25, 16, 1, tzinfo=ZONE)
SEPTEMBER = date(2026, 9, 1)
TESTER = Actor(None, "测试")


@dataclass
class SmallSchool:
    """The rows and people of the small school."""

    third_1: SchoolClass
    third_2: SchoolClass
    first_1: SchoolClass
    maths: Subject
    chinese: Subject
    chen: User
    liu: User
    bai: User
    zhao: User
    office: User
    principal: User
    sun: User
    outsider: User
    chen_teacher: Teacher
    liu_teacher: Teacher
    bai_teacher: Teacher

    def lesson(self, teacher: Teacher, school_class: SchoolClass, on_day: date = WEDNESDAY) -> Lesson:
        """A teacher's lesson in a class."""
        return next(one for one in lessons_of_teacher(teacher.id, on_day) if one.class_id == school_class.id)

    def file(self, minutes: int, *, teacher: Teacher | None = None, key: str = "key", **changes: Any) -> HomeworkItem:
        """File whole-class written homework for 三年级2班 and commit."""
        lesson = self.lesson(teacher or self.chen_teacher, changes.pop("school_class", self.third_2))
        filing = Filing(key=key, reason=changes.pop("reason", ""), is_draft=changes.pop("is_draft", False))
        item = file_item(lesson, values(minutes, **changes), filing, actor=TESTER)
        db.session.commit()
        return item


def values(minutes: int, *, on_day: date = WEDNESDAY, due_on: date = THURSDAY, **changes: Any) -> ItemValues:
    """Written homework for the whole class, with anything changed."""
    layers = (LayerValues(Layer.ALL, changes.pop("content", "练习册第 32 页第 1 至 4 题"), minutes, changes.pop("in_school", 0)),)
    typed: dict[str, Any] = {"layers": layers, "form": Form.WRITTEN, "stage": Stage.AFTER_CLASS} | changes
    return ItemValues(on_day=on_day, due_on=due_on, **typed)


def build() -> SmallSchool:
    """Write the small school into the database."""
    year = SchoolYear(start_year=2026)
    term = Term(school_year=year, number=1, starts_on=SEPTEMBER, ends_on=date(2027, 1, 22))
    third_1, third_2 = SchoolClass(entry_year=2024, number=1), SchoolClass(entry_year=2024, number=2)
    first_1 = SchoolClass(entry_year=2026, number=1)
    chinese = Subject(code="chinese", name="语文", position=1)
    maths = Subject(code="maths", name="数学", position=2)
    music = Subject(code="music", name="音乐", position=3, has_homework=False)
    db.session.add_all([year, term, third_1, third_2, first_1, chinese, maths, music])
    db.session.flush()
    people = {
        "chen": somebody("陈老师", "T001", Role.SUBJECT_TEACHER),
        "liu": somebody("刘老师", "T002", Role.SUBJECT_TEACHER),
        "bai": somebody("白老师", "T003", Role.SUBJECT_TEACHER),
        "zhao": somebody("赵组长", "zhao"),
        "office": somebody("李主任", "office", Role.TEACHING_OFFICE),
        "principal": somebody("王校长", "principal", Role.PRINCIPAL),
        "sun": somebody("孙家长", "13900000001", Role.GUARDIAN),
        "outsider": somebody("外人", "13900000002", Role.GUARDIAN),
    }
    grant_role(people["liu"], Role.HOMEROOM_TEACHER, starts_on=SEPTEMBER, class_id=third_2.id)
    grant_role(people["bai"], Role.HOMEROOM_TEACHER, starts_on=SEPTEMBER, class_id=first_1.id)
    grant_role(people["zhao"], Role.GRADE_LEADER, starts_on=SEPTEMBER, entry_year=2024)
    chen = _teacher("T001", "陈建国", people["chen"])
    liu = _teacher("T002", "刘娜仁", people["liu"])
    bai = _teacher("T003", "白音", people["bai"])
    for teacher, school_class, subject in (
        (chen, third_1, maths),
        (chen, third_2, maths),
        (liu, third_2, chinese),
        (liu, third_2, music),
        (bai, first_1, chinese),
    ):
        db.session.add(
            TeachingAssignment(
                teacher=teacher, class_id=school_class.id, subject_id=subject.id, term_id=term.id, starts_on=SEPTEMBER
            )
        )
    _child("乌云其木格", third_2, people["sun"])
    db.session.commit()
    teachers = {"chen_teacher": chen, "liu_teacher": liu, "bai_teacher": bai}
    return SmallSchool(third_1, third_2, first_1, maths, chinese, **people, **teachers)


def day_of(school_class: SchoolClass, on_day: date = WEDNESDAY) -> HomeworkDay:
    """The class-day as it is stored now."""
    db.session.rollback()  # a transaction that began earlier would still see what was then
    db.session.expire_all()
    return db.session.query(HomeworkDay).filter_by(class_id=school_class.id, on_day=on_day).one()


def _teacher(staff_code: str, name: str, user: User) -> Teacher:
    teacher = Teacher(staff_code=staff_code, name=name, public_name=f"{name[0]}老师", user_id=user.id)
    db.session.add(teacher)
    db.session.flush()
    return teacher


def _child(name: str, school_class: SchoolClass, user: User) -> None:
    pupil = Pupil(name=name)
    guardian = Guardian(name=user.display_name, phone=user.login, user_id=user.id)
    db.session.add_all([pupil, guardian])
    db.session.flush()
    db.session.add(ClassMembership(pupil=pupil, class_id=school_class.id, starts_on=SEPTEMBER))
    db.session.add(Guardianship(pupil=pupil, guardian=guardian, relation=Relation.MOTHER))
