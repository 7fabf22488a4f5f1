"""What the office does to lists and seats: placing, more seats, calling a course off, the end, and a draw's outcome."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from school.courses.enums import CourseState, PlaceSource
from school.courses.models import Place, WaitingEntry
from school.courses.rules.seats import CourseFull
from school.courses.service.outcomes import OutcomeContradictory
from school.courses.service.rounds import finish
from school.courses.service.seats import cancel_course, enter_outcome, place_by_office
from school.courses.service.waiting import close_lists, settle
from school.db import db, transaction
from school.errors import Refused
from school.people.models import ClassMembership
from tests.courses.acts import faults, holders, ids, join, states, take, withdraw
from tests.courses.small_courses import CLOSES, NOON, TESTER, SmallCourses, add_application, build, to_open_round


@pytest.fixture
def cast(cast: SmallCourses) -> SmallCourses:
    """third[0] and third[1] have the two seats of 剪纸."""
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    return cast


def test_the_office_places_somebody_who_waits(cast: SmallCourses) -> None:
    pupil = cast.third[2]
    join(cast, pupil, cast.paper)
    with pytest.raises(Refused, match="名额已满"), transaction():
        place_by_office(cast.selection.id, pupil.id, cast.paper.id, consent_note="母亲电话同意", by=TESTER)
    cast.paper.capacity = 3
    db.session.commit()
    with transaction():
        place_by_office(cast.selection.id, pupil.id, cast.paper.id, consent_note="母亲电话同意", by=TESTER)
    assert states(cast.paper) == ["placed"]


def test_more_seats_pass_on_when_told(cast: SmallCourses) -> None:
    join(cast, cast.third[2], cast.paper)
    cast.paper.capacity = 3
    db.session.commit()
    with transaction():
        settle(cast.selection.id, [cast.paper.id], by=TESTER)
    assert holders(cast.paper) == ids(*cast.third[:3])


def test_calling_a_course_off(cast: SmallCourses) -> None:
    join(cast, cast.third[2], cast.paper)
    for pupil in (cast.third[3], cast.third[4], cast.third[5]):
        take(cast, pupil, cast.football)
    take(cast, cast.third[0], cast.choir)
    with pytest.raises(Refused, match="原因"), transaction():
        cancel_course(cast.selection.id, cast.paper.id, reason=" ", by=TESTER)
    join(cast, cast.third[0], cast.football, cast.paper)
    withdraw(cast, cast.third[3], cast.football)
    assert cast.third[0].id in holders(cast.football)
    with transaction():
        affected = cancel_course(cast.selection.id, cast.paper.id, reason="老师生病", by=TESTER)
    assert affected == ids(cast.third[1], cast.third[2])
    assert holders(cast.paper) == []
    with transaction():
        assert cancel_course(cast.selection.id, cast.paper.id, reason="老师生病", by=TESTER) == []


def test_calling_a_course_off_lets_its_children_in_elsewhere(cast: SmallCourses) -> None:
    pupil = cast.third[0]
    for one in cast.third[3:6]:
        take(cast, one, cast.football)
    take(cast, pupil, cast.chess)
    withdraw(cast, pupil, cast.paper)
    join(cast, pupil, cast.football)
    take(cast, pupil, cast.paper)
    withdraw(cast, cast.third[3], cast.football)
    assert pupil.id not in holders(cast.football), "剪纸 is in the way"
    with transaction():
        cancel_course(cast.selection.id, cast.paper.id, reason="老师生病", by=TESTER)
    assert pupil.id in holders(cast.football)


def test_lists_close_with_the_selection(cast: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    join(cast, cast.third[2], cast.paper)
    freeze(CLOSES)
    with transaction():
        finish(cast.selection.id, by=TESTER)
    assert states(cast.paper) == ["closed"]
    with transaction():
        assert close_lists(cast.selection.id, by=TESTER) == 0
    assert faults() == []


def test_a_draw_is_entered_once(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    cast = build(has_wishes=True)
    one, two, three, four = [
        add_application(cast.selection, pupil, cast.paper, cast.robots, together="g" if n in (2, 3) else "").number
        for n, pupil in enumerate([cast.third[0], cast.third[1], cast.third[2], cast.fifth[0]])
    ]
    to_open_round(cast)
    outcome = {one: ["C01"], two: ["C01"], three: [], four: ["C06"]}
    with pytest.raises(OutcomeContradictory, match="没有这么多名额"), transaction():
        enter_outcome(cast.selection.id, outcome | {three: ["C01"]}, {}, [], by=TESTER)
    with pytest.raises(OutcomeContradictory, match="不认识的报名编号"), transaction():
        enter_outcome(cast.selection.id, {"1": ["C01"]}, {}, [], by=TESTER)
    with transaction():
        enter_outcome(cast.selection.id, outcome, {"C01": [four, three]}, ["C02"], by=TESTER)
    with pytest.raises(OutcomeContradictory, match="已经录入"), transaction():
        enter_outcome(cast.selection.id, outcome, {}, [], by=TESTER)
    assert holders(cast.paper) == ids(cast.third[0], cast.third[1])
    assert holders(cast.robots) == ids(cast.fifth[0])
    rows = db.session.query(WaitingEntry).order_by(WaitingEntry.draw_rank).all()
    assert [(row.pupil_id, row.draw_rank, row.together) for row in rows] == [
        (cast.fifth[0].id, 1, "g"),
        (cast.third[2].id, 2, "g"),
    ]
    db.session.refresh(cast.football)
    assert cast.football.state is CourseState.CLOSED
    assert {row.source for row in db.session.query(Place)} == {PlaceSource.DRAW}


def test_a_child_in_another_grade_now_is_passed_over_and_keeps_the_place(cast: SmallCourses) -> None:
    for pupil in cast.third[3:6]:
        take(cast, pupil, cast.football)
    first, second = cast.third[6:8]
    join(cast, first, cast.football)
    join(cast, second, cast.football)
    db.session.query(ClassMembership).filter_by(pupil_id=first.id).update({"class_id": cast.first_1.id})
    db.session.commit()
    withdraw(cast, cast.third[3], cast.football)
    assert states(cast.football) == ["waiting", "placed"]
    assert faults() == []


def test_who_comes_by_does_not_slip_past_a_list_nobody_told(cast: SmallCourses) -> None:
    """More seats, and nothing passed on: the first tap passes them on before it is judged itself."""
    join(cast, cast.third[2], cast.paper)
    cast.paper.capacity = 3
    db.session.commit()
    with pytest.raises(CourseFull):
        take(cast, cast.third[3], cast.paper)
    assert take(cast, cast.third[3], cast.paper, waits=True).position == 1
    assert holders(cast.paper) == ids(*cast.third[:3])


def test_a_better_wish_that_comes_later_takes_the_place_of_a_lesser_one(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    cast = build(has_wishes=True)
    cast.football.capacity, cast.football.minimum = 1, 0
    best, lesser, exempt = cast.football, cast.paper, cast.tutoring
    pupil, holder = cast.third[:2]
    number = add_application(cast.selection, pupil, best, cast.chess, exempt, lesser).number
    other = add_application(cast.selection, holder, best).number
    to_open_round(cast)
    with transaction():
        outcome = {number: ["C03", "C07", "C01"], other: ["C02"]}
        enter_outcome(cast.selection.id, outcome, {"C02": [number]}, [], by=TESTER)
    assert db.session.query(WaitingEntry).one().gives_up == [lesser.id], "剪纸 alone is in the way"
    assert faults() == []
    withdraw(cast, holder, best)
    assert holders(best) == ids(pupil)
    assert (holders(lesser), holders(cast.chess), holders(exempt)) == ([], ids(pupil), ids(pupil))
    assert faults() == []


def test_what_was_drawn_stands_though_two_could_change(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    cast = build(has_wishes=True)
    cast.football.capacity = cast.football.minimum = cast.paper.capacity = 1
    one = add_application(cast.selection, cast.third[0], cast.football, cast.paper).number
    two = add_application(cast.selection, cast.third[1], cast.paper, cast.football).number
    to_open_round(cast)
    with transaction():
        outcome = {one: ["C01"], two: ["C02"]}
        enter_outcome(cast.selection.id, outcome, {"C02": [one], "C01": [two]}, [], by=TESTER)
    assert (holders(cast.paper), holders(cast.football)) == (ids(cast.third[0]), ids(cast.third[1]))
    assert faults() == []
