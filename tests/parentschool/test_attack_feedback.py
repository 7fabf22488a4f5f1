"""Ways to answer twice, or to tell one answer from the others by what was shown before, that do not work."""

import pytest
from flask import Flask

from school.db import db, transaction
from school.parentschool.models import FamilyPresence
from school.parentschool.rules.feedback import stars_of_speaker
from school.parentschool.rules.presence import Tick
from school.parentschool.service import presence
from tests.homework.small_school import TESTER
from tests.parentschool.attendance import ENDS, Freeze, answer, answers, come, refused, sign_up
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, Families
from tests.parentschool.test_feedback_rules import an_answer


def remove(presence_id: int) -> None:
    """The office says that a family was not there."""
    with transaction():
        presence.remove(presence_id, reason="记错了", is_office=True, actor=TESTER)


@pytest.fixture
def present(families: Families, freeze: Freeze) -> list[int]:
    """Family 1 signed up and was noted from the list, family 2 came without; the session is over."""
    freeze(NOON)
    signed = sign_up(families, 1)
    freeze(FRIDAY_EVENING)
    with transaction():
        presence.tick(families.friday.id, [Tick(signed, 1)], actor=TESTER)
    ids = [db.session.query(FamilyPresence).one().id, *come(families, 2)]
    freeze(ENDS)
    return ids


def test_removed_and_noted_again_a_family_does_not_answer_twice(app: Flask, families: Families, present: list[int]) -> None:
    signed = db.session.query(FamilyPresence).filter_by(id=present[0]).one().sign_up_id
    assert signed is not None
    answer(present[0], 5)
    answer(present[1], 4)
    for one in present:
        remove(one)
    with transaction():
        presence.tick(families.friday.id, [Tick(signed, 1)], actor=TESTER)
    [again] = come(families, 2)
    ticked = db.session.query(FamilyPresence).filter_by(sign_up_id=signed).one().id
    for one in (ticked, again):
        assert "每家一份" in refused(lambda one=one: answer(one, 1)).message
    assert len(answers(families.session)) == 2
    [third] = come(families, 3)
    answer(third, 3)
    assert len(answers(families.session)) == 3, "each answer that stays is counted once"


def test_removed_before_it_answered_a_family_answers_once_noted_again(families: Families, present: list[int]) -> None:
    answer(present[0], 5)
    remove(present[1])
    [again] = come(families, 2)
    answer(again, 4)
    assert "每家一份" in refused(lambda: answer(again, 1)).message


def test_a_speaker_let_off_and_asked_again_tells_no_single_answer() -> None:
    first = [an_answer(number, s7=4) for number in range(5)]
    assert stars_of_speaker(first, 7) == [4] * 5
    between = [an_answer(number, s7=1) if number == 5 else an_answer(number) for number in range(5, 10)]
    assert stars_of_speaker(first + between, 7) == [], "less five times four, the sum would be the stars of one family"
