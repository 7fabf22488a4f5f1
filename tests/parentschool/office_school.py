"""The office side of parent school: 李主任 keeps it on a Wednesday at 15:00, three mentors are in office.

周医生 comes from the community and has no account; 刘老师 and 孙家长 (a child in 三年级2班) answer on their own page.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from school.accounts.models import User
from school.audit.service import Actor
from school.calendar.models import SchoolYear
from school.clock import ZONE
from school.db import db, transaction
from school.errors import Refused
from school.outbox.models import Notice
from school.parentschool.enums import EventKind, MentorSource
from school.parentschool.models import FamilyMentor, MentorRequest, ParentSession, PlanRow, SessionDate
from school.parentschool.rules.corps import MemberValues
from school.parentschool.rules.plan import PlanValues
from school.parentschool.rules.sessions import DateValues, SessionValues
from school.parentschool.service import corps, plan, sessions
from school.parentschool.service.corps import Person
from school.people.models import Guardian
from school.permissions import Role
from tests.accounts.cast import somebody
from tests.homework.small_school import SmallSchool

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=ZONE)
FRIDAY = datetime(2026, 11, 27, 19, 0, tzinfo=ZONE)
SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=ZONE)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def planned(**changes: Any) -> PlanValues:
    """A salon for the whole school in November, with anything changed."""
    return replace(PlanValues(NOVEMBER, EventKind.SALON, "孩子磨蹭怎么办", frozenset(), None, ""), **changes)


def session_values(**changes: Any) -> SessionValues:
    """A training for the whole school that is complete but for its speaker, with anything changed."""
    present = SessionValues(
        kind=EventKind.TRAINING,
        topic="怎样陪孩子写作业",
        description="三个在家就能用的办法。",
        guest="",
        plan_row_id=None,
        grades=frozenset(),
        class_ids=frozenset(),
        most_adults=2,
        sign_up_opens_at=NOW - timedelta(hours=7),
        sign_up_closes_at=FRIDAY,
    )
    return replace(present, **changes)


def date_values(starts_at: datetime = FRIDAY, **changes: Any) -> DateValues:
    """Ninety minutes in the 多功能厅 without a limit, with anything changed."""
    return replace(DateValues(starts_at, starts_at + timedelta(minutes=90), "多功能厅"), **changes)


def member_values(**changes: Any) -> MemberValues:
    """In office over this school year since September, with anything changed."""
    present = MemberValues(
        work="",
        field="亲子沟通",
        introduction="",
        phone="",
        consented_on=date(2026, 9, 1),
        consent_how="当面签了同意书",
        serves_from=date(2026, 9, 1),
        serves_until=date(2027, 8, 31),
    )
    return replace(present, **changes)


@dataclass
class OfficeSchool:
    """The small school with its office, and the mentors."""

    school: SmallSchool
    year: SchoolYear
    moral: User
    doctor: FamilyMentor
    liu: FamilyMentor
    sun: FamilyMentor

    @property
    def actor(self) -> Actor:
        """李主任 as who acts."""
        return Actor(self.school.office.id, self.school.office.display_name)

    def row(self, **changes: Any) -> PlanRow:
        """A planned event."""
        with transaction():
            return plan.add_row(2026, planned(**changes), actor=self.actor)

    def draft(self, first: DateValues | None = None, **changes: Any) -> ParentSession:
        """A session that is being prepared."""
        with transaction():
            return sessions.create_session(session_values(**changes), first or date_values(), actor=self.actor)

    def announced(self, first: DateValues | None = None, **changes: Any) -> ParentSession:
        """A session that families see, with a guest."""
        session = self.draft(first, **({"guest": "王医生"} | changes))
        with transaction():
            return sessions.announce_session(session.id, actor=self.actor)

    def second(self, session: ParentSession, values: DateValues | None = None) -> SessionDate:
        """One more date of a session, on Saturday unless told."""
        with transaction():
            return sessions.add_date(session.id, values or date_values(SATURDAY), revision=session.revision, actor=self.actor)

    def ask(self, session: ParentSession, member: FamilyMentor, message: str = "") -> MentorRequest:
        """Ask a mentor for a session."""
        with transaction():
            return corps.ask(session.id, member.id, message=message, actor=self.actor)

    def confirm(self, request: MentorRequest) -> MentorRequest:
        """The mentor says yes, whoever writes it down."""
        has_account = request.mentor.source is not MentorSource.COMMUNITY
        with transaction():
            if has_account:
                return corps.answer(request.id, confirms=True, answer="", actor=self.actor)
            return corps.write_answer(request.id, confirms=True, answer="电话答复", actor=self.actor)


def build_office(school: SmallSchool) -> OfficeSchool:
    """Write the mentors into the small school's database."""
    moral = somebody("韩主任", "han", Role.MORAL_OFFICE)
    guardian = db.session.query(Guardian).filter_by(user_id=school.sun.id).one()
    people = {
        "doctor": (Person(MentorSource.COMMUNITY, name="周医生"), member_values(work="县医院 儿科", phone="13700001234")),
        "liu": (Person(MentorSource.TEACHER, teacher_id=school.liu_teacher.id), member_values(field="习惯养成")),
        "sun": (Person(MentorSource.PARENT, guardian_id=guardian.id), member_values(field="亲子阅读")),
    }
    actor = Actor(school.office.id, school.office.display_name)
    made = {}
    for name, (person, values) in people.items():
        with transaction():
            made[name] = corps.add_member(person, values, actor=actor)
    return OfficeSchool(school, db.session.query(SchoolYear).filter_by(start_year=2026).one(), moral, **made)


def refused(act: Callable[[], object], words: str = "", field: str | None = None) -> Refused:
    """The refusal of an act, which says these words beside this field."""
    with pytest.raises(Refused) as caught, transaction():
        act()
    assert words in caught.value.message
    assert caught.value.field == field or field is None
    return caught.value


def told(user: User) -> list[str]:
    """What a person was told, in order."""
    db.session.rollback()
    return [one.text for one in db.session.query(Notice).filter_by(user_id=user.id).order_by(Notice.id)]
