"""Families whose number changes after they signed up keep what they have; families that leave the school give it back."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from school.accounts.models import User
from school.audit.models import AuditEntry
from school.clock import frozen
from school.db import db, transaction
from school.errors import Refused
from school.outbox.models import Notice
from school.parentschool.enums import SignUpState
from school.parentschool.models import FamilyPresence, SignUp
from school.parentschool.queries.families import families_of
from school.parentschool.queries.frames import presence_rows
from school.parentschool.queries.presence import find_comer, lines_of
from school.parentschool.rules.presence import Tick
from school.parentschool.service import presence, signups
from school.parentschool.service.signups import Answer
from school.people.enums import Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil
from tests.homework.small_school import TESTER
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, Families
from tests.parentschool.test_signups_service import join, leave, standing
from tests.support.client import SchoolClient

SignIn = Callable[[User], SchoolClient]


def bind(pupil: Pupil, guardian: Guardian, relation: Relation = Relation.OTHER) -> None:
    """Enter somebody as a guardian of a pupil."""
    db.session.add(Guardianship(pupil=pupil, guardian=guardian, relation=relation))
    db.session.commit()


def unbind(pupil: Pupil, guardian: Guardian) -> None:
    """Take a guardian off a pupil."""
    for row in db.session.scalars(select(Guardianship).where(Guardianship.pupil_id == pupil.id)):
        if row.guardian_id == guardian.id:
            db.session.delete(row)
    db.session.commit()


def elder_of(families: Families, number: int) -> Pupil:
    """Give a family a child with a smaller pupil id, so that its number becomes another: that of family 1's second child."""
    elder = families.families[0].child
    unbind(elder, families.father)
    unbind(elder, families.families[0].mother)
    bind(elder, families.families[number - 1].mother)
    return elder


def leave_school(families: Families, *numbers: int) -> None:
    """Take the children of these families out of their classes."""
    ids = [families.families[one - 1].child.id for one in numbers]
    for row in db.session.scalars(select(ClassMembership).where(ClassMembership.pupil_id.in_(ids))):
        row.ends_on = NOON.date()
    db.session.commit()


def test_a_family_finds_its_chairs_when_its_number_changed(families: Families, as_user: SignIn) -> None:
    join(families, 3, 2)
    elder_of(families, 3)
    assert families_of([families.families[2].child.id]) == {families.families[2].child.id: families.families[0].child.id}
    page = as_user(families.families[2].user).get(f"/families/sessions/{families.session.id}").text
    assert "已报名" in page
    assert join(families, 3, 2).answer is Answer.ALREADY, "the same tap gives no second chairs"
    assert db.session.query(SignUp).one().family == families.families[0].child.id, "the next act calls them by their new number"
    assert leave(families, 3).answer is Answer.LEFT
    assert standing(families)["friday"] == ([], [])


def test_a_family_withdraws_on_its_page_when_its_number_changed(families: Families, as_user: SignIn) -> None:
    join(families, 3, 2)
    elder_of(families, 3)
    answer = as_user(families.families[2].user).post_form(f"/families/dates/{families.friday.id}/withdraw")
    assert answer.status_code == 303
    assert standing(families)["friday"] == ([], [])


def test_who_waits_keeps_the_place_when_the_number_changed(families: Families) -> None:
    join(families, 5, 1)
    join(families, 2, 2)
    join(families, 3, 2)
    join(families, 4, 1)
    elder_of(families, 3)
    leave(families, 2)
    assert standing(families)["friday"] == ([("家长3", 2), ("家长5", 1)], ["家长4"])
    with pytest.raises(Refused, match="换到这一场"):
        join(families, 3, 1, saturday=True)


def test_a_number_that_another_family_had_stands_in_nobodys_way(families: Families) -> None:
    # Family 3 signs up under family 1's number; then family 1's child has its own guardians again, and they sign up too.
    elder = elder_of(families, 3)
    join(families, 3, 1)
    assert db.session.query(SignUp).one().family == elder.id
    unbind(elder, families.families[2].mother)
    bind(elder, families.families[0].mother)
    result = join(families, 1, 1)
    assert result.answer is Answer.SEATED
    assert standing(families)["friday"] == ([("家长1", 1), ("家长3", 1)], [])


def test_nobody_sees_the_chairs_of_who_was_of_the_family_once(families: Families, as_user: SignIn) -> None:
    elder = elder_of(families, 3)
    join(families, 3, 1)
    unbind(elder, families.families[2].mother)
    bind(elder, families.families[0].mother)
    page = as_user(families.families[0].user).get(f"/families/sessions/{families.session.id}").text
    assert "家长3" not in page
    assert "已报名" not in page
    with pytest.raises(Refused, match="不用退出"):
        leave(families, 1)


def test_two_families_that_became_one_leave_with_all_they_have(families: Families) -> None:
    join(families, 2, 1)
    join(families, 3, 1)
    join(families, 4, 2)
    bind(families.families[1].child, families.families[2].mother)
    assert standing(families)["friday"] == ([("家长2", 1), ("家长3", 1)], ["家长4"])
    assert leave(families, 3).answer is Answer.LEFT
    assert standing(families)["friday"] == ([("家长4", 2)], [])


def test_a_family_whose_number_changed_is_noted_once(app: Flask, families: Families) -> None:
    child, mother = families.families[2].child, families.families[2].mother
    comer = find_comer(child.id, mother.id)
    assert comer
    with frozen(FRIDAY_EVENING):
        with transaction():
            first = presence.add_walk_in(families.friday.id, comer, 1, actor=TESTER)
        assert first.is_new
        elder_of(families, 3)
        with transaction():
            second = presence.add_walk_in(families.friday.id, comer, 1, actor=TESTER)
        assert not second.is_new
    assert db.session.query(FamilyPresence).count() == 1
    assert presence_rows([families.friday.id]) == [(families.friday.id, families.families[0].child.id)]


def test_a_tick_notes_nobody_twice_whose_number_changed(families: Families) -> None:
    join(families, 3, 2)
    row = db.session.query(SignUp).one()
    comer = find_comer(families.families[2].child.id, families.families[2].mother.id)
    assert comer
    elder_of(families, 3)
    with frozen(FRIDAY_EVENING):
        with transaction():
            assert presence.add_walk_in(families.friday.id, comer, 2, actor=TESTER).presence.sign_up_id == row.id
        with transaction():
            assert presence.tick(families.friday.id, [Tick(row.id, 2)], actor=TESTER) == 0
    lines = lines_of(families.friday.id)
    assert [(one.sign_up_id, one.came is not None) for one in lines] == [(row.id, True)]


def test_a_family_that_signed_up_after_it_was_noted_is_ticked_no_second_time(families: Families) -> None:
    comer = find_comer(families.families[2].child.id, families.families[2].mother.id)
    assert comer
    with frozen(FRIDAY_EVENING - timedelta(minutes=20)):
        with transaction():
            presence.add_walk_in(families.friday.id, comer, 1, actor=TESTER)
        elder_of(families, 3)
        join(families, 3, 1)
        row = db.session.query(SignUp).one()
        with transaction():
            assert presence.tick(families.friday.id, [Tick(row.id, 1)], actor=TESTER) == 0
    assert db.session.query(FamilyPresence).count() == 1


def test_kin_of_kin_are_no_family(families: Families, as_user: SignIn) -> None:
    # Family 2's mother looks after family 3's child too; that child's own mother has nothing to do with family 2.
    bind(families.families[2].child, families.families[1].mother)
    bind(families.families[3].child, families.families[2].mother)
    first, second, third = (families.families[number].child.id for number in (1, 2, 3))
    assert families_of([first, second, third]) == {first: first, second: first, third: second}
    join(families, 2, 1)
    page = as_user(families.families[3].user).get(f"/families/sessions/{families.session.id}").text
    assert "家长2" not in page
    with pytest.raises(Refused, match="不用退出"):
        leave(families, 4)
    assert standing(families)["friday"] == ([("家长2", 1)], [])


def test_chairs_of_a_family_that_left_the_school_go_to_who_waits(app: Flask, families: Families) -> None:
    join(families, 2, 2)
    join(families, 3, 1)
    join(families, 4, 2)
    leave_school(families, 2)
    answer = app.test_cli_runner().invoke(args=["school", "settle-sessions", "--json"])
    assert json.loads(answer.output) == {"schema": "settle-sessions/1", "released": 1, "promoted": 1}
    assert standing(families)["friday"] == ([("家长3", 1), ("家长4", 2)], [])
    ended = db.session.scalars(select(SignUp).where(SignUp.state == SignUpState.UNFIT)).one()
    assert ended.guardian.name == "家长2"
    assert {one.user_id for one in db.session.scalars(select(Notice))} == {families.families[3].user.id}
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "parentschool.unfit")).one()
    assert "让出了" in told.sentence
    again = app.test_cli_runner().invoke(args=["school", "settle-sessions"])
    assert again.output == "让出座位 0 家，递补 0 家。\n"


def test_chairs_stay_once_the_date_began_and_while_a_brother_or_sister_is_there(app: Flask, families: Families) -> None:
    join(families, 1, 1)
    join(families, 2, 1)
    leave_school(families, 1, 2)
    with frozen(FRIDAY_EVENING), transaction():
        assert signups.settle(families.session.id, by=TESTER).released == 0, "what began is history"
    with transaction():
        assert signups.settle(families.session.id, by=TESTER).released == 1
    assert standing(families)["friday"] == ([("家长1", 1)], []), "the second child of family 1 is still in a class"


def test_who_waits_with_a_brother_or_sister_in_a_class_stays_on_the_list(families: Families) -> None:
    join(families, 5, 1)
    join(families, 2, 2)
    join(families, 1, 1)
    leave_school(families, 1)
    leave(families, 2)
    assert standing(families)["friday"] == ([("家长1", 1), ("家长5", 1)], [])


def test_nobody_leaves_for_another_family(families: Families, as_user: SignIn) -> None:
    join(families, 2, 2)
    join(families, 3, 1)
    before = standing(families)["friday"]
    other = families.families[1].child.id
    answer = as_user(families.families[2].user).post_form(f"/families/dates/{families.friday.id}/withdraw?child={other}")
    assert answer.status_code == 303
    assert before == ([("家长2", 2), ("家长3", 1)], [])
    assert standing(families)["friday"] == ([("家长2", 2)], []), "whoever asks leaves with their own family"
