"""The school of the walk through a triad's term: three maths teachers of one class, the office, a grade leader who assesses.

老陈 has taught for fifteen years, 中周 for five, 新郑 for one. The server's clock is the real one, so time passes by moving
the term and everything in it back.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from school.accounts.service import grant_role
from school.calendar.enums import DayKind
from school.calendar.models import Term
from school.calendar.rules import TermDates
from school.calendar.service import add_term, enter_days
from school.clock import today
from school.db import db, transaction
from school.mentoring.models import MentorEntry, Triad
from school.people.models import SchoolClass, Subject, Teacher, TeachingAssignment
from school.permissions import Role
from tests.accounts.cast import somebody
from tests.homework.small_school import TESTER
from tests.journeys.walking import RealDay, real_day
from tests.support.server import LiveServer

CHIEF, MIDDLE, NOVICE, OFFICE, LEADER = "T001", "T002", "T003", "office", "T004"
NAMES = {CHIEF: "老陈", MIDDLE: "中周", NOVICE: "新郑"}
YEARS = {CHIEF: 15, MIDDLE: 5, NOVICE: 1}


@dataclass(frozen=True)
class MentoringSchool:
    """The server with the rows the walk asks for."""

    server: LiveServer
    day: RealDay

    def let_the_term_end(self) -> None:
        """Move the term, its triads and what they did back, so that it all ended yesterday."""
        with self.server.app.app_context():
            with transaction():
                term = db.session.query(Term).one()
                back = term.ends_on - today() + timedelta(days=1)
                for row in (term, *db.session.query(Triad)):
                    row.starts_on, row.ends_on = row.starts_on - back, row.ends_on - back
                for triad in db.session.query(Triad):
                    for member in triad.members:
                        member.starts_on -= back
                for entry in db.session.query(MentorEntry):
                    entry.on_day -= back
            db.session.remove()

    def begin_the_next_term(self) -> int:
        """A second term from today on in which the same three teach; its id."""
        with self.server.app.app_context():
            with transaction():
                term = add_term(TermDates(self.day.start_year, 2, self.day.day, self.day.ends_on), actor=TESTER)
                for row in db.session.query(TeachingAssignment).all():
                    ids = {"class_id": row.class_id, "subject_id": row.subject_id, "teacher_id": row.teacher_id}
                    db.session.add(TeachingAssignment(term_id=term.id, starts_on=self.day.day, **ids))
                db.session.flush()
                term_id = term.id
            db.session.remove()
        return term_id


def arrange(server: LiveServer) -> MentoringSchool:
    """Write the school; nothing about triads."""
    day = real_day()
    with server.app.app_context():
        with transaction():
            _write(day)
        db.session.remove()
    return MentoringSchool(server, day)


def _write(day: RealDay) -> None:
    term = add_term(TermDates(day.start_year, 1, day.starts_on, day.ends_on), actor=TESTER)
    if day.needs_makeup:
        enter_days(day.day, day.day, DayKind.MAKEUP, "补课日", follows_weekday=3, actor=TESTER)
    third = SchoolClass(entry_year=day.start_year - 2, number=1)
    maths = Subject(code="maths", name="数学", position=1)
    db.session.add_all([third, maths])
    db.session.flush()
    somebody("李主任", OFFICE, Role.TEACHING_OFFICE)
    leader = somebody("赵组长", LEADER)
    grant_role(leader, Role.GRADE_LEADER, starts_on=day.day, entry_year=third.entry_year)
    for login, name in NAMES.items():
        _teacher(login, name, day.start_year - YEARS[login], third, maths, term, day.starts_on)


def _teacher(login: str, name: str, since: int, third: SchoolClass, maths: Subject, term: Term, starts_on: date) -> None:
    user = somebody(name, login, Role.SUBJECT_TEACHER)
    teacher = Teacher(staff_code=login, name=name, public_name=f"{name}老师", teaching_since=since, user_id=user.id)
    ids = {"class_id": third.id, "subject_id": maths.id, "term_id": term.id}
    db.session.add(TeachingAssignment(teacher=teacher, starts_on=starts_on, **ids))
    db.session.flush()
