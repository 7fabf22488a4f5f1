"""Short ways to let the small school's families come, answer and be asked, for the tests of attendance."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from school.accounts.models import User
from school.db import db, transaction
from school.errors import Refused
from school.parentschool.enums import MentorSource, RequestState
from school.parentschool.models import (
    FamilyMentor,
    FamilyPresence,
    MentorRequest,
    ParentSession,
    SessionDate,
    SessionFeedback,
)
from school.parentschool.queries.presence import Comer, find_comer
from school.parentschool.rules.door import token_of
from school.parentschool.service import feedback, presence, signups
from school.people.models import Guardian, Pupil
from tests.accounts.cast import signed_in
from tests.homework.small_school import SEPTEMBER, TESTER
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, Families
from tests.support.client import SchoolClient

DOOR_OPENS = FRIDAY_EVENING - timedelta(minutes=30)
ENDS = FRIDAY_EVENING + timedelta(minutes=90)
MONDAY = ENDS + timedelta(days=3)
Freeze = Callable[[datetime], None]
Device = Callable[[User], SchoolClient]


def comer_of(child: Pupil, guardian: Guardian) -> Comer:
    """A child in a class with a guardian."""
    found = find_comer(child.id, guardian.id)
    assert found is not None
    return found


def sign_up(families: Families, number: int, adults: int = 1, at: SessionDate | None = None) -> int:
    """The numbered family (from 1) signs up for Friday, at noon on Wednesday; the id of its sign-up."""
    family, chosen = families.families[number - 1], at or families.friday
    with transaction():
        signups.sign_up(chosen.session_id, chosen.id, family.mother, family.child.id, adults, by=family.actor)
    found = signups.live_sign_up(chosen.id, family.child.id)
    assert found is not None
    return found.id


def scan(families: Families, number: int, adults: int = 1, *, scanned_at: datetime, guardian: Guardian | None = None) -> bool:
    """The numbered family's mother, or another of its guardians, taps 我到了; whether that noted the family."""
    family = families.families[number - 1]
    comer = comer_of(family.child, guardian or family.mother)
    with transaction():
        return presence.arrive(families.friday.id, comer, adults, scanned_at=scanned_at, actor=family.actor).is_new


def come(families: Families, *numbers: int, at: SessionDate | None = None) -> list[int]:
    """These families are noted without a code, one adult each; the ids of their presences."""
    ids = []
    for number in numbers:
        family = families.families[number - 1]
        with transaction():
            noted = presence.add_walk_in((at or families.friday).id, comer_of(family.child, family.mother), 1, actor=TESTER)
        ids.append(noted.presence.id)
    return ids


def answer(presence_id: int, stars: int = 4, text: str = "", **speakers: int) -> None:
    """A family answers; `speakers` are stars as `s7=5` for the mentor with id 7."""
    with transaction():
        feedback.answer(presence_id, stars, {name[1:]: value for name, value in speakers.items()}, text)


def presences(held: SessionDate) -> list[tuple[str, str, int, str, bool]]:
    """Child, guardian, adults, how noted, and whether signed up, in the order of noting."""
    db.session.rollback()
    rows = db.session.query(FamilyPresence).filter_by(date_id=held.id).order_by(FamilyPresence.id)
    return [(one.pupil.name, one.guardian.name, one.adults, one.method.value, one.sign_up_id is not None) for one in rows]


def answers(session: ParentSession) -> list[SessionFeedback]:
    """What was answered about a session."""
    db.session.rollback()
    ids = [one.id for one in session.dates]
    return db.session.query(SessionFeedback).filter(SessionFeedback.date_id.in_(ids)).all()


def refused(act: Callable[[], object]) -> Refused:
    """The refusal of an act; it writes nothing."""
    with pytest.raises(Refused) as caught, transaction():
        act()
    db.session.rollback()
    return caught.value


def scanned(app: Flask, user: User, held: SessionDate, moment: datetime) -> tuple[SchoolClient, str]:
    """A signed-in device that opened what the code says at this moment, and where that led."""
    client = signed_in(app, user)
    led = client.get(f"/parent-school/here/{held.id}/{token_of(held.door_secret, held.id, moment)}")
    assert led.status_code == 303, led.text
    return client, led.headers["Location"]


def speaker(session: ParentSession, name: str) -> int:
    """A member of the corps who holds the session; the id."""
    mentor = FamilyMentor(
        name=name,
        source=MentorSource.COMMUNITY,
        field="亲子沟通",
        consented_on=SEPTEMBER,
        consent_how="当面签了同意书",
        serves_from=SEPTEMBER,
        serves_until=date(2027, 8, 31),
    )
    db.session.add(mentor)
    db.session.flush()
    times = {"asked_at": NOON, "answered_at": NOON}
    db.session.add(MentorRequest(session_id=session.id, mentor_id=mentor.id, state=RequestState.CONFIRMED, **times))
    db.session.commit()
    return mentor.id
