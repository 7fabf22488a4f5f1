"""Families who want the last chair of a session at the same moment: no chair twice, nobody waits before an empty one.

The control looks first and writes then, as every naive system does; it must give the chair away twice.
"""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from school.clock import now
from school.db import db, transaction
from school.errors import Refused
from school.parentschool.enums import SignUpState
from school.parentschool.models import SignUp
from school.parentschool.queries.families import family_of
from school.parentschool.queries.signups import load_line
from school.parentschool.service import signups
from school.parentschool.service.signups import Result
from tests.homework.small_school import TESTER, SmallSchool
from tests.parentschool.small_families import NOON, Families, Family, build_families
from tests.parentschool.test_signups_service import check, join, leave, standing
from tests.races.test_class_day import at_once

pytestmark = pytest.mark.race

TAPS = 8


@pytest.fixture
def families(app: Flask, school: SmallSchool, freeze: Callable[[], None]) -> Families:
    """Wednesday noon, and a family for each tap."""
    freeze(NOON)
    return build_families(school, TAPS)


def taps(app: Flask, acts: list[Callable[[], Result]]) -> list[Result | BaseException | None]:
    """Do all acts at once, each in a thread and a transaction of its own; answer what each got or was refused with."""
    results: list[Result | None] = [None] * len(acts)

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            results[number] = acts[number]()

    outcomes = at_once(app, len(acts), act)
    db.session.rollback()
    return [error or result for error, result in zip(outcomes, results, strict=True)]


def signing_up(
    families: Families, family: Family, *, saturday: bool = False, gives_up: int | None = None
) -> Callable[[], Result]:
    """The act of signing up one adult; ids are read here, for the rows belong to this thread's session."""
    date = families.saturday if saturday else families.friday
    session_id, date_id, pupil_id, by = families.session.id, date.id, family.child.id, family.actor
    mother = family.mother
    if mother in db.session:
        db.session.expunge(mother)
    return lambda: signups.sign_up(session_id, date_id, mother, pupil_id, 1, by=by, gives_up=gives_up)


def answers(outcomes: list[Result | BaseException | None]) -> Counter[str]:
    """How many got what; anything but a result or a refusal fails here."""
    assert all(isinstance(one, Result | Refused) for one in outcomes), outcomes
    return Counter(one.answer.value if isinstance(one, Result) else "refused" for one in outcomes)


def chairs(families: Families, count: int) -> None:
    """Change the chairs of Friday."""
    families.friday.chairs = count
    db.session.commit()


def test_the_last_chair_goes_to_one_of_eight_families(app: Flask, families: Families) -> None:
    chairs(families, 1)
    outcomes = taps(app, [signing_up(families, family) for family in families.families])
    assert answers(outcomes) == {"seated": 1, "waiting": TAPS - 1}
    positions = sorted(one.position for one in outcomes if isinstance(one, Result) and one.position)
    assert positions == list(range(1, TAPS)), "every position once, as each was told"
    check(families)


def test_control_looking_first_and_writing_then_gives_the_chair_twice(app: Flask, families: Families) -> None:
    chairs(families, 1)
    session_id, date_id = families.session.id, families.friday.id
    people = [(family.mother.id, family.child.id, family_of(family.child.id)) for family in families.families]

    def act(number: int, barrier: threading.Barrier) -> None:
        with transaction():
            line, _households = load_line(session_id, date_id)
        barrier.wait()
        if line.placed < 1:
            guardian, pupil, family = people[number]
            row = {"session_id": session_id, "date_id": date_id, "guardian_id": guardian, "pupil_id": pupil, "family": family}
            with transaction():
                db.session.add(SignUp(**row, adults=1, state=SignUpState.SEATED, joined_at=now(), seated_at=now()))

    assert at_once(app, TAPS, act) == [None] * TAPS
    assert len(standing(families)["friday"][0]) == TAPS
    with pytest.raises(AssertionError, match="no chair twice"):
        check(families)


def test_one_family_by_eight_taps_and_two_guardians_sits_once(app: Flask, families: Families) -> None:
    first = families.families[0]
    acts = [signing_up(families, first) for _ in range(TAPS // 2)]
    father = Family(families.father_user, families.father, families.second_child)
    acts += [signing_up(families, father, saturday=number % 2 == 0) for number in range(TAPS // 2)]
    outcomes = answers(taps(app, acts))
    assert outcomes["seated"] == 1, outcomes
    live = db.session.scalars(select(SignUp).where(SignUp.ended_at.is_(None))).all()
    assert [one.state for one in live] == [SignUpState.SEATED]


def test_a_chair_that_comes_free_goes_to_the_list_not_to_who_taps(app: Flask, families: Families) -> None:
    chairs(families, 1)
    join(families, 1)
    join(families, 2)
    date_id, pupil_id, session_id = families.friday.id, families.families[0].child.id, families.session.id
    leaving: Callable[[], Result] = lambda: signups.withdraw(session_id, date_id, pupil_id, by=TESTER)  # noqa: E731
    taps(app, [leaving, *(signing_up(families, family) for family in families.families[2:])])
    assert standing(families)["friday"][0] == [("家长2", 1)]
    check(families)


def test_families_change_dates_against_each_other(app: Flask, families: Families) -> None:
    families.friday.chairs = families.saturday.chairs = 3
    db.session.commit()
    for number in (1, 2, 3):
        join(families, number)
    for number in (4, 5, 6):
        join(families, number, saturday=True)
    friday, saturday = families.friday.id, families.saturday.id
    acts = [signing_up(families, one, saturday=True, gives_up=friday) for one in families.families[:3]]
    acts += [signing_up(families, one, gives_up=saturday) for one in families.families[3:6]]
    assert sum(answers(taps(app, acts)).values()) == 6
    assert [name for name, _adults in standing(families)["friday"][0]] == ["家长4", "家长5", "家长6"]
    check(families)
    leave(families, 4)
    check(families)
