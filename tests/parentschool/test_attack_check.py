"""`flask school check-sessions` finds each kind of damage that is planted, and nothing in what the writes leave."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from school.clock import frozen
from school.db import db, transaction
from school.parentschool.enums import CheckInMethod, SessionState, SignUpState
from school.parentschool.models import FamilyPresence, SessionFeedback, SignUp
from school.parentschool.queries.check import snapshots
from school.parentschool.rules.checking import Fault, findings_of
from school.parentschool.service import presence
from school.people.models import ClassMembership, Guardianship
from tests.homework.small_school import TESTER
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, Families, build_date, build_session
from tests.parentschool.test_signups_service import join

Plant = Callable[[Families], None]


def faults() -> list[Fault]:
    """The kinds of damage found, once each."""
    db.session.commit()
    return sorted({finding.kind for one in snapshots() for finding in findings_of(one)})


def seat(families: Families, number: int, **changes: object) -> SignUp:
    """Chairs written past every rule."""
    family = families.families[number - 1]
    values: dict[str, object] = {
        "session_id": families.session.id,
        "date_id": families.friday.id,
        "guardian_id": family.mother.id,
        "pupil_id": family.child.id,
        "family": family.child.id,
        "adults": 1,
        "state": SignUpState.SEATED,
        "joined_at": NOON,
    }
    row = SignUp(**(values | changes))
    db.session.add(row)
    db.session.flush()
    return row


def note(families: Families, number: int, **changes: object) -> FamilyPresence:
    """A presence written past every rule."""
    family = families.families[number - 1]
    values: dict[str, object] = {
        "date_id": families.friday.id,
        "guardian_id": family.mother.id,
        "pupil_id": family.child.id,
        "family": family.child.id,
        "adults": 1,
        "method": CheckInMethod.LIST,
        "noted_at": FRIDAY_EVENING,
    }
    row = FamilyPresence(**(values | changes))
    db.session.add(row)
    db.session.flush()
    return row


def feedback(families: Families, count: int, *, is_shown: bool) -> None:
    """So many answers about Friday."""
    for number in range(count):
        row = SessionFeedback(id=f"{is_shown:d}{number:031}", date_id=families.friday.id, stars=4, is_shown=is_shown)
        db.session.add(row)


def oversell(families: Families) -> None:
    for number in (2, 3, 4, 5):
        seat(families, number)


def seat_twice(families: Families) -> None:
    seat(families, 2)
    seat(families, 2, date_id=families.saturday.id, family=9_001)


def list_twice(families: Families) -> None:
    families.friday.chairs = 1
    seat(families, 3)
    seat(families, 2, state=SignUpState.WAITING)
    seat(families, 2, state=SignUpState.WAITING, family=9_001)


def wait_beside_chairs(families: Families) -> None:
    families.saturday.chairs = 1
    seat(families, 2)
    seat(families, 3, date_id=families.saturday.id)
    seat(families, 2, date_id=families.saturday.id, state=SignUpState.WAITING)


def sit_where_nothing_is(families: Families) -> None:
    seat(families, 2)
    families.friday.cancelled_at = NOON


def sit_at_a_draft(families: Families) -> None:
    seat(families, 2)
    families.session.state = SessionState.DRAFT


def sit_elsewhere(families: Families) -> None:
    other = build_date(build_session(families.session.school_year_id, "另一个主题"), FRIDAY_EVENING, 5, "图书馆")
    seat(families, 2, date_id=other.id)


def leave_for_elsewhere(families: Families) -> None:
    other = build_date(build_session(families.session.school_year_id, "另一个主题"), FRIDAY_EVENING, 5, "图书馆")
    families.friday.chairs = 1
    seat(families, 3)
    seat(families, 2, state=SignUpState.WAITING, gives_up_id=other.id)


def bring_everybody(families: Families) -> None:
    seat(families, 2, adults=3)


def leave_the_school(families: Families) -> None:
    seat(families, 2)
    child = families.families[1].child.id
    db.session.scalars(select(ClassMembership).where(ClassMembership.pupil_id == child)).one().ends_on = NOON.date()


def wait_beside_a_free_chair(families: Families) -> None:
    seat(families, 2, state=SignUpState.WAITING)


def wait_for_each_other(families: Families) -> None:
    families.friday.chairs = families.saturday.chairs = 1
    friday, saturday = families.friday.id, families.saturday.id
    seat(families, 2)
    seat(families, 3, date_id=saturday)
    seat(families, 2, date_id=saturday, state=SignUpState.WAITING, gives_up_id=friday)
    seat(families, 3, state=SignUpState.WAITING, gives_up_id=saturday)


def come_twice(families: Families) -> None:
    note(families, 2)
    note(families, 2, family=9_001)


def come_to_nothing(families: Families) -> None:
    note(families, 2)
    families.friday.cancelled_at = NOON


def come_too_early(families: Families) -> None:
    note(families, 2, noted_at=FRIDAY_EVENING - timedelta(minutes=31))


def come_for_others(families: Families) -> None:
    note(families, 2, sign_up_id=seat(families, 3).id)


def come_for_another_date(families: Families) -> None:
    note(families, 2, sign_up_id=seat(families, 2, date_id=families.saturday.id).id)


def lose_an_answer(families: Families) -> None:
    note(families, 2, has_answered=True)


def show_one_alone(families: Families) -> None:
    feedback(families, 6, is_shown=True)


def keep_a_batch(families: Families) -> None:
    feedback(families, 5, is_shown=False)


PLANTED: dict[Plant, list[Fault]] = {
    oversell: [Fault.OVERSOLD],
    seat_twice: [Fault.TWO_CHAIRS],
    list_twice: [Fault.TWICE_AT_A_DATE],
    wait_beside_chairs: [Fault.SEATED_AND_WAITING],
    sit_where_nothing_is: [Fault.NOT_HELD],
    sit_at_a_draft: [Fault.NOT_HELD],
    sit_elsewhere: [Fault.OTHER_SESSION],
    leave_for_elsewhere: [Fault.OTHER_SESSION],
    bring_everybody: [Fault.TOO_MANY_ADULTS],
    leave_the_school: [Fault.LEFT_SCHOOL],
    wait_beside_a_free_chair: [Fault.STUCK],
    wait_for_each_other: [Fault.STUCK],
    come_twice: [Fault.PRESENT_TWICE],
    come_to_nothing: [Fault.PRESENT_NOT_HELD],
    come_too_early: [Fault.PRESENT_TOO_EARLY],
    come_for_others: [Fault.PRESENT_FOR_OTHERS],
    come_for_another_date: [Fault.PRESENT_FOR_OTHERS],
    lose_an_answer: [Fault.LOST_ANSWER],
    show_one_alone: [Fault.SHOWN_ALONE],
    keep_a_batch: [Fault.KEPT_DARK],
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted_damage_is_found_by_its_kind(families: Families, plant: Plant) -> None:
    plant(families)
    assert faults() == PLANTED[plant]


def test_every_kind_is_planted() -> None:
    assert {kind for kinds in PLANTED.values() for kind in kinds} == set(Fault)


def test_what_the_writes_leave_is_clean(families: Families) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 2)
    join(families, 4, 2, saturday=True)
    join(families, 2, 2, saturday=True, gives_up=families.friday.id)
    rows = db.session.scalars(select(SignUp.id).where(SignUp.date_id == families.friday.id)).all()
    assert rows
    assert faults() == []
    feedback(families, 10, is_shown=True)
    feedback(families, 0, is_shown=False)
    assert faults() == []
    with frozen(FRIDAY_EVENING), transaction():
        presence.tick(families.friday.id, [presence.Tick(one, 1) for one in rows], actor=TESTER)
    feedback(families, 4, is_shown=False)
    assert faults() == []


def test_a_family_whose_number_changed_and_one_guardian_less_are_no_damage(families: Families) -> None:
    join(families, 1, 1)
    for row in db.session.scalars(select(Guardianship).where(Guardianship.pupil_id == families.families[0].child.id)):
        db.session.delete(row)
    assert faults() == []


def test_the_command_says_what_is_wrong_and_fails(app: Flask, families: Families) -> None:
    run = app.test_cli_runner().invoke
    clean = run(args=["school", "check-sessions"])
    assert (clean.exit_code, clean.output) == (0, "1 个活动，0 家报名，0 家候补\n没有发现问题。\n")
    wait_beside_a_free_chair(families)
    db.session.commit()
    child = families.families[1].child.id
    sentence = "“怎样陪孩子写作业”11月27日（周五）19:00—20:30，多功能厅有座位，排着的家庭能坐，却没有递补。"
    damaged = run(args=["school", "check-sessions"])
    assert damaged.exit_code == 1
    assert damaged.output == f"1 个活动，0 家报名，1 家候补\n  stuck：学生 {child}，{sentence}\n发现 1 处问题。\n"
    document = json.loads(run(args=["school", "check-sessions", "--json"]).output)
    counts = {"session_id": families.session.id, "state": "announced", "seated": 0, "waiting": 1, "present": 0}
    finding = {"kind": "stuck", "session_id": families.session.id, "date_id": families.friday.id, "pupil_id": child}
    assert document == {
        "schema": "session-check/1",
        "is_clean": False,
        "sessions": [counts],
        "findings": [finding | {"sentence": sentence}],
    }
