"""The school of the walk through a session: the moral-education office, a homeroom teacher, six families of one class.

One session makes a certificate here. The server's clock is the real one, so time passes by moving the session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from school.accounts.service import grant_role
from school.calendar.enums import DayKind
from school.calendar.rules import TermDates
from school.calendar.service import add_term, enter_days
from school.clock import now
from school.db import db, transaction
from school.parentschool.models import ParentSession, SessionDate
from school.parentschool.rules.door import token_of
from school.people.enums import Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass, Teacher
from school.permissions import Role
from school.preferences.service import change
from tests.accounts.cast import somebody
from tests.homework.small_school import TESTER
from tests.journeys.walking import RealDay, real_day
from tests.support.server import LiveServer

MORAL, HOMEROOM = "moral", "T001"
FAMILIES = tuple(f"1380000000{number}" for number in range(1, 7))
CHILDREN = ("小安", "小白", "小陈", "小丁", "小额", "小冯")


@dataclass(frozen=True)
class FamiliesSchool:
    """The server, and how time passes on it."""

    server: LiveServer
    day: RealDay

    def let_the_evening_come(self) -> None:
        """The session began ten minutes ago."""
        self._move(now() - timedelta(minutes=10))

    def let_the_evening_end(self) -> None:
        """The session ended half an hour ago."""
        self._move(now() - timedelta(minutes=120))

    def scanned(self, *, ago: timedelta = timedelta(0)) -> str:
        """The address in the code at the door, as it was some time ago."""
        with self.server.app.app_context():
            date = db.session.query(SessionDate).one()
            address = f"/parent-school/here/{date.id}/{token_of(date.door_secret, date.id, now() - ago)}"
            db.session.remove()
        return address

    def _move(self, begins: datetime) -> None:
        with self.server.app.app_context():
            with transaction():
                date = db.session.query(SessionDate).one()
                date.starts_at, date.ends_at = begins, begins + timedelta(minutes=90)
                session = db.session.query(ParentSession).one()
                session.sign_up_opens_at = begins - timedelta(days=3)
                session.sign_up_closes_at = begins - timedelta(hours=1)
            db.session.remove()


def arrange(server: LiveServer) -> FamiliesSchool:
    """Write the school; nothing about sessions."""
    day = real_day()
    with server.app.app_context():
        with transaction():
            _write(day)
        db.session.remove()
    return FamiliesSchool(server, day)


def _write(day: RealDay) -> None:
    add_term(TermDates(day.start_year, 1, day.starts_on, day.ends_on), actor=TESTER)
    if day.needs_makeup:
        enter_days(day.day, day.day, DayKind.MAKEUP, "补课日", follows_weekday=3, actor=TESTER)
    change({"parent_certificate_sessions": 1}, actor=TESTER)
    third = SchoolClass(entry_year=day.start_year - 2, number=1)
    db.session.add(third)
    db.session.flush()
    moral = somebody("韩主任", MORAL, Role.MORAL_OFFICE)
    db.session.add(Teacher(staff_code=MORAL, name="韩主任", public_name="韩老师", user_id=moral.id))
    homeroom = somebody("乌云老师", HOMEROOM)
    db.session.add(Teacher(staff_code=HOMEROOM, name="乌云老师", public_name="乌云老师", user_id=homeroom.id))
    grant_role(homeroom, Role.HOMEROOM_TEACHER, starts_on=day.starts_on, class_id=third.id)
    for login, child in zip(FAMILIES, CHILDREN, strict=True):
        user = somebody(f"{child}妈妈", login, Role.GUARDIAN)
        mother, pupil = Guardian(name=f"{child}妈妈", phone=login, user_id=user.id), Pupil(name=child)
        db.session.add_all([mother, pupil])
        db.session.flush()
        db.session.add(ClassMembership(pupil=pupil, class_id=third.id, starts_on=day.starts_on))
        db.session.add(Guardianship(pupil=pupil, guardian=mother, relation=Relation.MOTHER))
