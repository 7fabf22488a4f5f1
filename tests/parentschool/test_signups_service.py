"""Signing up for a session: chairs, lists, swaps, both guardians, and random histories in which nobody is skipped or stuck."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from school.clock import frozen
from school.db import db, transaction
from school.errors import Refused
from school.outbox.models import Notice
from school.parentschool.enums import SessionState, SignUpState
from school.parentschool.models import SignUp
from school.parentschool.service import signups
from school.parentschool.service.signups import Answer, Result
from school.people.models import ClassMembership
from tests.homework.small_school import TESTER, SmallSchool
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, Families, build_families


def join(families: Families, number: int, adults: int = 1, *, saturday: bool = False, gives_up: int | None = None) -> Result:
    """The numbered family (from 1) signs up for Friday, or Saturday."""
    family = families.families[number - 1]
    date = families.saturday if saturday else families.friday
    with transaction():
        return signups.sign_up(
            families.session.id, date.id, family.mother, family.child.id, adults, by=family.actor, gives_up=gives_up
        )


def leave(families: Families, number: int, *, saturday: bool = False) -> Result:
    """The numbered family withdraws."""
    family = families.families[number - 1]
    date = families.saturday if saturday else families.friday
    with transaction():
        return signups.withdraw(families.session.id, date.id, family.child.id, by=family.actor)


def standing(families: Families) -> dict[str, tuple[list[tuple[str, int]], list[str]]]:
    """By date who sits with how many adults, and who waits in order."""
    db.session.rollback()  # what began earlier would still see what was then
    found = {}
    for name, date in (("friday", families.friday), ("saturday", families.saturday)):
        rows = db.session.scalars(select(SignUp).where(SignUp.date_id == date.id).order_by(SignUp.id)).all()
        seated = sorted((row.guardian.name, row.adults) for row in rows if row.state is SignUpState.SEATED)
        found[name] = seated, [row.guardian.name for row in rows if row.state is SignUpState.WAITING]
    return found


def test_chairs_are_given_until_they_are_gone(families: Families) -> None:
    assert join(families, 1, 2).answer is Answer.SEATED
    assert join(families, 2, 1).answer is Answer.SEATED
    third = join(families, 3, 1)
    assert (third.answer, third.position) == (Answer.WAITING, 1)
    assert join(families, 4, 1).position == 2
    assert standing(families)["friday"] == ([("家长1", 2), ("家长2", 1)], ["家长3", "家长4"])


def test_the_same_tap_again_answers_the_same(families: Families) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3)
    assert join(families, 1, 2).answer is Answer.ALREADY
    assert (join(families, 3).answer, join(families, 3).position) == (Answer.WAITING, 1)
    assert db.session.query(SignUp).count() == 3


def test_the_other_guardian_finds_the_family_signed_up(families: Families) -> None:
    join(families, 1, 2)
    with transaction():
        result = signups.sign_up(families.session.id, families.friday.id, families.father, families.second_child.id, 2, by=TESTER)
    assert result.answer is Answer.ALREADY
    with transaction():
        gone = signups.withdraw(families.session.id, families.friday.id, families.second_child.id, by=TESTER)
    assert gone.answer is Answer.LEFT
    assert standing(families)["friday"] == ([], [])


def test_a_chair_that_comes_free_goes_to_the_first_who_fits_and_tells(families: Families) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 2)
    join(families, 4, 1)
    leave(families, 2)
    # One chair: two adults do not fit, the next family does; the first keeps its place.
    assert standing(families)["friday"] == ([("家长1", 2), ("家长4", 1)], ["家长3"])
    leave(families, 1)
    assert standing(families)["friday"] == ([("家长3", 2), ("家长4", 1)], [])
    told = {notice.user_id: notice.text for notice in db.session.scalars(select(Notice))}
    assert set(told) == {families.families[2].user.id, families.families[3].user.id}
    assert (
        "候补到座位了：“怎样陪孩子写作业”，11月27日（周五）19:00—20:30，多功能厅，2 位家长" in told[families.families[2].user.id]
    )


def test_a_family_sits_at_one_date_and_may_wait_for_the_other(families: Families) -> None:
    join(families, 1, 1)
    with pytest.raises(Refused, match="换到这一场"):
        join(families, 1, 1, saturday=True)
    join(families, 2, 2, saturday=True)
    swap = join(families, 1, 1, saturday=True, gives_up=families.friday.id)
    assert (swap.answer, swap.position) == (Answer.WAITING, 1)
    assert standing(families)["friday"] == ([("家长1", 1)], []), "the chair is kept until the other comes"
    leave(families, 2, saturday=True)
    assert standing(families) == {"friday": ([], []), "saturday": ([("家长1", 1)], [])}


def test_a_swap_to_a_free_chair_happens_at_once_and_frees_the_old_one(families: Families) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 2)
    result = join(families, 1, 2, saturday=True, gives_up=families.friday.id)
    assert (result.answer, result.left and result.left.id) == (Answer.SEATED, families.friday.id)
    assert standing(families) == {"friday": ([("家长2", 1), ("家长3", 2)], []), "saturday": ([("家长1", 2)], [])}


def test_families_that_wait_for_each_others_dates_change_them(families: Families) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 2, saturday=True)
    join(families, 1, 2, saturday=True, gives_up=families.friday.id)
    join(families, 3, 2, gives_up=families.saturday.id)
    assert standing(families) == {"friday": ([("家长2", 1), ("家长3", 2)], []), "saturday": ([("家长1", 2)], [])}


def test_no_circle_that_would_overfill_a_date(families: Families) -> None:
    join(families, 1, 1)
    join(families, 2, 2)
    join(families, 3, 2, saturday=True)
    join(families, 1, 1, saturday=True, gives_up=families.friday.id)
    join(families, 3, 2, gives_up=families.saturday.id)
    # One leaves one chair on Friday, two are needed there.
    assert standing(families)["friday"] == ([("家长1", 1), ("家长2", 2)], ["家长3"])
    assert standing(families)["saturday"] == ([("家长3", 2)], ["家长1"])


def test_who_gets_a_chair_waits_no_longer_elsewhere(families: Families) -> None:
    for number, adults in ((1, 2), (2, 1)):
        join(families, number, adults)
    join(families, 3, 2, saturday=True)
    join(families, 4, 1)
    join(families, 4, 1, saturday=True)
    leave(families, 2)
    assert standing(families) == {"friday": ([("家长1", 2), ("家长4", 1)], []), "saturday": ([("家长3", 2)], [])}


def test_more_adults_only_while_chairs_are_free_and_nobody_waits(families: Families) -> None:
    join(families, 1, 1)
    assert join(families, 1, 2).answer is Answer.CHANGED
    join(families, 2, 1)
    with pytest.raises(Refused, match="只剩 0 个座位"):
        join(families, 2, 2)
    join(families, 3, 2)
    with pytest.raises(Refused, match="还有家庭在候补"):
        join(families, 2, 2)
    assert join(families, 1, 1).answer is Answer.CHANGED
    assert standing(families)["friday"] == ([("家长1", 1), ("家长2", 1)], ["家长3"]), "one chair is not enough for two"
    assert join(families, 3, 1).answer is Answer.SEATED, "with one adult less it fits"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOON - timedelta(days=3), "报名 11月23日（周一）12:00 开始"),
        (FRIDAY_EVENING, "报名已于 11月27日（周五）19:00 截止"),
    ],
)
def test_outside_the_window_nobody_signs_up(
    families: Families, freeze: Callable[[datetime], None], moment: datetime, words: str
) -> None:
    freeze(moment)
    with pytest.raises(Refused, match=words):
        join(families, 1)
    assert db.session.query(SignUp).count() == 0


def test_the_last_minute_of_the_window_counts(families: Families, freeze: Callable[[datetime], None]) -> None:
    freeze(FRIDAY_EVENING - timedelta(minutes=1))
    assert join(families, 1).answer is Answer.SEATED


def test_odd_adults_cancelled_and_begun_dates_are_refused(families: Families, freeze: Callable[[datetime], None]) -> None:
    for adults in (0, 3, -1):
        with pytest.raises(Refused, match="1 到 2 位家长"):
            join(families, 1, adults)
    families.session.sign_up_closes_at = FRIDAY_EVENING + timedelta(hours=12)
    families.saturday.cancelled_at = NOON
    db.session.commit()
    with pytest.raises(Refused, match="已经取消"):
        join(families, 1, saturday=True)
    join(families, 1)
    freeze(FRIDAY_EVENING)
    with pytest.raises(Refused, match="已经开始"):
        join(families, 2)
    with pytest.raises(Refused, match="已经开始"):
        leave(families, 1)
    families.session.state = SessionState.CANCELLED
    db.session.commit()
    with pytest.raises(Refused, match="已经取消"):
        join(families, 2, saturday=True)


def test_more_chairs_go_to_who_waits(families: Families) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 2)
    families.friday.chairs = 5
    db.session.commit()
    with transaction():
        signups.settle(families.session.id, by=TESTER)
    assert standing(families)["friday"] == ([("家长1", 2), ("家长2", 1), ("家长3", 2)], [])


def test_a_family_whose_child_left_the_school_holds_nobody_up(families: Families) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3)
    join(families, 4)
    gone = db.session.scalars(select(ClassMembership).where(ClassMembership.pupil_id == families.families[2].child.id)).one()
    gone.ends_on = NOON.date()
    db.session.commit()
    leave(families, 2)
    assert standing(families)["friday"] == ([("家长1", 2), ("家长4", 1)], [])
    ended = db.session.scalars(select(SignUp).where(SignUp.guardian_id == families.families[2].mother.id)).one()
    assert ended.state is SignUpState.UNFIT


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("join", "join", "join", "leave", "swap", "settle")), st.integers(1, 6), st.integers(1, 2), st.booleans()
    ),
    min_size=10,
    max_size=40,
)


def test_any_history_sells_no_chair_twice_and_leaves_nobody_stuck(
    app: Flask, school: SmallSchool, freeze: Callable[[datetime], None]
) -> None:
    freeze(NOON)
    families = build_families(school)

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(ACTS)
    def histories(acts: list[tuple[str, int, int, bool]]) -> None:
        db.session.rollback()
        for model in (Notice, SignUp):
            db.session.execute(delete(model))
        db.session.commit()
        with frozen(NOON):
            for kind, number, adults, saturday in acts:
                try:
                    if kind == "join":
                        join(families, number, adults, saturday=saturday)
                    elif kind == "leave":
                        leave(families, number, saturday=saturday)
                    elif kind == "swap":
                        other = families.friday if saturday else families.saturday
                        join(families, number, adults, saturday=saturday, gives_up=other.id)
                    else:
                        with transaction():
                            assert signups.settle(families.session.id, by=TESTER) == signups.Settled(0, []), (
                                "nothing was left to do"
                            )
                except Refused:
                    pass
                check(families)

    histories()


def check(families: Families) -> None:
    """What is true after every act, counted from the rows alone."""
    db.session.rollback()
    rows = db.session.scalars(select(SignUp).where(SignUp.state.in_(["seated", "waiting"])).order_by(SignUp.id)).all()
    seated = [row for row in rows if row.state is SignUpState.SEATED]
    left = {}
    for date in (families.friday, families.saturday):
        left[date.id] = (date.chairs or 0) - sum(row.adults for row in seated if row.date_id == date.id)
        assert left[date.id] >= 0, "no chair twice"
    assert len({row.family for row in seated}) == len(seated), "one date for a family"
    places = {row.family: row.date_id for row in seated}
    for row in rows:
        if row.state is SignUpState.WAITING:
            may_sit = row.family not in places or row.gives_up_id == places[row.family]
            assert may_sit, "who sits waits only for a change"
            assert row.adults > left[row.date_id], "nobody waits before an empty chair"
    waits = {(places[row.family], row.date_id): row for row in rows if row.state is SignUpState.WAITING and row.family in places}
    for (here, there), row in waits.items():
        other = waits.get((there, here))
        if other is not None and is_first(rows, row) and is_first(rows, other):
            mine, theirs = adults_at(seated, row.family), adults_at(seated, other.family)
            fits = row.adults <= left[there] + theirs and other.adults <= left[here] + mine
            assert not fits, "two who wait for each other and fit have changed"


def is_first(rows: list[SignUp], row: SignUp) -> bool:
    """Whether nobody waits before this one."""
    return row is next(one for one in rows if one.date_id == row.date_id and one.state is SignUpState.WAITING)


def adults_at(seated: list[SignUp], family: int) -> int:
    """How many of a family sit."""
    return next(row.adults for row in seated if row.family == family)
