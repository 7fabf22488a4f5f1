"""Families and one session: two evenings of one topic, few chairs. On the small school's Wednesday the sign-up is open.

The session invites the whole school; 周五 has three chairs and 周六 two. Each family has a mother who signs in and one child in
三年级2班; the first family has a father and a second child in 一年级1班 too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from school.accounts.models import User
from school.audit.service import Actor
from school.calendar.models import SchoolYear
from school.clock import ZONE
from school.db import db
from school.parentschool.enums import EventKind, SessionState
from school.parentschool.models import ParentSession, SessionDate
from school.people.enums import Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass
from school.permissions import Role
from tests.accounts.cast import somebody
from tests.homework.small_school import SEPTEMBER, SmallSchool

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=ZONE)
FRIDAY_EVENING = datetime(2026, 11, 27, 19, 0, tzinfo=ZONE)
SATURDAY_MORNING = datetime(2026, 11, 28, 9, 0, tzinfo=ZONE)


@dataclass
class Family:
    """A family: who signs in, and the child."""

    user: User
    mother: Guardian
    child: Pupil

    @property
    def actor(self) -> Actor:
        """The mother as the audit names her."""
        return Actor(self.user.id, self.user.display_name)


@dataclass
class Families:
    """The session, its two dates, and the families."""

    school: SmallSchool
    session: ParentSession
    friday: SessionDate
    saturday: SessionDate
    families: list[Family]
    father: Guardian
    father_user: User
    second_child: Pupil


def build_session(year_id: int, topic: str = "怎样陪孩子写作业", **changes: object) -> ParentSession:
    """An announced session without dates, open for sign-up from Monday until Friday evening."""
    values: dict[str, object] = {
        "kind": EventKind.TRAINING,
        "description": "三个在家就能用的办法。",
        "guest": "王医生",
        "sign_up_opens_at": NOON - timedelta(days=2),
        "sign_up_closes_at": FRIDAY_EVENING,
        "state": SessionState.ANNOUNCED,
        "announced_at": NOON - timedelta(days=2),
        "created_at": NOON - timedelta(days=9),
    }
    session = ParentSession(school_year_id=year_id, topic=topic, **(values | changes))
    db.session.add(session)
    db.session.flush()
    return session


def build_date(session: ParentSession, starts_at: datetime, chairs: int | None, place: str = "多功能厅") -> SessionDate:
    """A date of ninety minutes."""
    date = SessionDate(
        session_id=session.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        place=place,
        chairs=chairs,
        door_secret=f"secret-{starts_at:%Y%m%d}-{session.id}",
    )
    db.session.add(date)
    db.session.flush()
    return date


def build_family(number: int, school_class: SchoolClass) -> Family:
    """A mother who signs in and her child."""
    user = somebody(f"家长{number}", f"1380000{number:04}", Role.GUARDIAN)
    mother, child = Guardian(name=f"家长{number}", phone=user.login, user_id=user.id), Pupil(name=f"孩子{number}")
    db.session.add_all([mother, child])
    db.session.flush()
    db.session.add(ClassMembership(pupil=child, class_id=school_class.id, starts_on=SEPTEMBER))
    db.session.add(Guardianship(pupil=child, guardian=mother, relation=Relation.MOTHER))
    return Family(user, mother, child)


def build_families(school: SmallSchool, count: int = 6) -> Families:
    """Write session and families into the small school's database."""
    session = build_session(db.session.query(SchoolYear).one().id)
    friday, saturday = build_date(session, FRIDAY_EVENING, 3), build_date(session, SATURDAY_MORNING, 2)
    families = [build_family(number, school.third_2) for number in range(1, count + 1)]
    father_user = somebody("父亲1", "13700000001", Role.GUARDIAN)
    father, second = Guardian(name="父亲1", phone="13700000001", user_id=father_user.id), Pupil(name="妹妹1")
    db.session.add_all([father, second])
    db.session.flush()
    db.session.add(ClassMembership(pupil=second, class_id=school.first_1.id, starts_on=SEPTEMBER))
    for pupil, guardian, relation in (
        (families[0].child, father, Relation.FATHER),
        (second, father, Relation.FATHER),
        (second, families[0].mother, Relation.MOTHER),
    ):
        db.session.add(Guardianship(pupil=pupil, guardian=guardian, relation=relation))
    db.session.commit()
    db.session.refresh(session)
    return Families(school, session, friday, saturday, families, father, father_user, second)
