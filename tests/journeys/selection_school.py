"""The school of the walk through a selection: two siblings, another child, four courses, and the office.

小明 (三年级1班) and 小红 (一年级1班) are 孙家长's; 小刚 (三年级1班) is 李家长's. 剪纸 has two seats, 足球, 合唱 and 国际象棋 one
each; 合唱 and 国际象棋 meet at the same time on Thursday. The server's clock is the real one, so time passes by moving windows.
"""

from dataclasses import dataclass
from datetime import timedelta

from school.accounts.service import grant_role
from school.calendar.enums import DayKind
from school.calendar.rules import TermDates
from school.calendar.service import add_term, enter_days
from school.clock import now
from school.courses.enums import Phase
from school.courses.models import CourseTeaching, Selection
from school.db import db, transaction
from school.people.enums import Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass, Teacher
from school.permissions import Role
from tests.accounts.cast import somebody
from tests.courses.small_courses import add_course
from tests.homework.small_school import TESTER
from tests.journeys.walking import RealDay, real_day
from tests.support.server import LiveServer

OFFICE, HOMEROOM, TEACHER = "office", "T002", "T001"
SUN, LI = "13900000001", "13900000002"


@dataclass(frozen=True)
class SelectionSchool:
    """The server with the rows the walk asks for."""

    server: LiveServer
    term_id: int
    first_class_id: int

    def move(self, phase: Phase, *, opens_in: float, closes_in: float) -> None:
        """Let time pass: the windows of a phase open and close so many minutes from now."""
        with self.server.app.app_context():
            with transaction():
                selection = db.session.query(Selection).filter_by(term_id=self.term_id).one()
                for window in selection.windows:
                    if window.phase is phase:
                        window.opens_at = now() + timedelta(minutes=opens_in)
                        window.closes_at = now() + timedelta(minutes=closes_in)
            db.session.remove()


def arrange(server: LiveServer) -> SelectionSchool:
    """Write the school; nothing about the selection itself."""
    day = real_day()
    with server.app.app_context():
        with transaction():
            school = _write(server, day)
        db.session.remove()
    return school


def _write(server: LiveServer, day: RealDay) -> SelectionSchool:
    term = add_term(TermDates(day.start_year, 1, day.starts_on, day.ends_on), actor=TESTER)
    if day.needs_makeup:
        enter_days(day.day, day.day, DayKind.MAKEUP, "补课日", follows_weekday=3, actor=TESTER)
    third = SchoolClass(entry_year=day.start_year - 2, number=1)
    first = SchoolClass(entry_year=day.start_year, number=1)
    somebody("李主任", OFFICE, Role.TEACHING_OFFICE)
    chen = Teacher(staff_code=TEACHER, name="陈建国", public_name="陈老师", user_id=_teacher("陈老师", TEACHER))
    db.session.add_all([third, first, chen])
    db.session.flush()
    _homeroom(first, day)
    sun, li = _guardian("孙家长", SUN), _guardian("李家长", LI)
    for name, school_class, guardian in (("小明", third, sun), ("小红", first, sun), ("小刚", third, li)):
        pupil = Pupil(name=name)
        db.session.add(ClassMembership(pupil=pupil, school_class=school_class, starts_on=day.starts_on))
        db.session.add(Guardianship(pupil=pupil, guardian=guardian, relation=Relation.MOTHER))
    dates = {"first_on": day.day + timedelta(days=7), "last_on": day.ends_on}
    paper = add_course(term, "C01", "剪纸", (2, 960, 1050), capacity=2, outside_teacher="", **dates)
    paper.teachings = [CourseTeaching(teacher=chen)]
    add_course(term, "C02", "足球", (3, 960, 1050), capacity=1, grades=[3, 4, 5, 6], **dates)
    add_course(term, "C03", "合唱", (4, 960, 1050), capacity=1, **dates)
    add_course(term, "C04", "国际象棋", (4, 960, 1050), capacity=1, **dates)
    db.session.flush()
    return SelectionSchool(server, term.id, first.id)


def _teacher(name: str, login: str) -> int:
    return somebody(name, login, Role.SUBJECT_TEACHER).id


def _homeroom(school_class: SchoolClass, day: RealDay) -> None:
    grant_role(
        somebody("刘老师", HOMEROOM, Role.SUBJECT_TEACHER), Role.HOMEROOM_TEACHER, starts_on=day.day, class_id=school_class.id
    )


def _guardian(name: str, phone: str) -> Guardian:
    guardian = Guardian(name=name, phone=phone, user_id=somebody(name, phone, Role.GUARDIAN).id)
    db.session.add(guardian)
    return guardian
