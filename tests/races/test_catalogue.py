"""Two of the office at the same moment: one room, one code, one copy; and seats taken away while families take them.

The control looks first and writes in the next transaction; it must give one room to two courses, or these tests prove nothing.
"""

import threading
from dataclasses import replace
from datetime import date
from time import sleep

import pytest
from flask import Flask

from school.calendar.models import Term
from school.courses.models import Course, CourseTeaching
from school.courses.rules.catalogue import CourseValues
from school.courses.service import catalogue, seats
from school.courses.service.copying import copy_courses
from school.courses.service.importing import import_courses
from school.db import db, transaction
from school.errors import Refused
from tests.courses.acts import faults, holders, ids
from tests.courses.catalogue_acts import made
from tests.courses.catalogue_values import typed
from tests.courses.small_courses import TESTER, SmallCourses, fresh
from tests.races.test_class_day import at_once

pytestmark = pytest.mark.race

HANDS = 6


def creating(term_id: int, values: CourseValues, barrier: threading.Barrier) -> None:
    """Make a course as a request would."""
    barrier.wait()
    with transaction():
        catalogue.create_course(db.session.get_one(Term, term_id), values, actor=TESTER)


def one_of(outcomes: list[BaseException | None], field: str) -> None:
    """One succeeded, and all others were refused for the same field."""
    assert outcomes.count(None) == 1, outcomes
    refused = [one for one in outcomes if one is not None]
    assert all(isinstance(one, Refused) and one.field == field for one in refused), refused


def count_courses() -> int:
    fresh()
    return db.session.query(Course).count()


def test_a_room_goes_to_one_of_six_courses(app: Flask, term: Term) -> None:
    term_id = term.id
    outcomes = at_once(app, HANDS, lambda n, barrier: creating(term_id, typed(code=f"K{n}"), barrier))
    one_of(outcomes, "room")
    assert count_courses() == 1


def test_a_code_goes_to_one_of_six_courses(app: Flask, term: Term) -> None:
    term_id = term.id
    outcomes = at_once(app, HANDS, lambda n, barrier: creating(term_id, typed(room=f"教室{n}"), barrier))
    one_of(outcomes, "code")
    assert count_courses() == 1


def test_control_looking_first_and_writing_then_gives_a_room_twice(app: Flask, term: Term) -> None:
    term_id = term.id

    def act(number: int, barrier: threading.Barrier) -> None:
        values = typed(code=f"K{number}")
        with transaction():
            catalogue.check_course(db.session.get_one(Term, term_id), values, without=None)
        barrier.wait()
        with transaction():
            course = Course(term_id=term_id)
            catalogue.put_values(course, values, "")
            db.session.add(course)

    assert at_once(app, HANDS, act) == [None] * HANDS
    assert count_courses() == HANDS


def test_copying_at_once_copies_once(app: Flask, term: Term) -> None:
    source = made(term)
    spring = Term(school_year=term.school_year, number=2, starts_on=date(2027, 2, 22), ends_on=date(2027, 7, 9))
    db.session.add(spring)
    db.session.commit()
    spring_id, source_id = spring.id, source.id

    def act(_number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            copy_courses(db.session.get_one(Term, spring_id), [source_id], actor=TESTER)

    assert at_once(app, HANDS, act) == [None] * HANDS
    fresh()
    assert db.session.query(Course).filter_by(term_id=spring_id).count() == 1


def test_importing_at_once_makes_each_course_once(app: Flask, term: Term) -> None:
    term_id = term.id
    rows = [(n, {"code": f"K{n}", "name": f"课{n}", "family": "书法", "grades": "1-6", "room": f"教室{n}"}) for n in range(5)]
    found: list[list[str]] = [[]] * HANDS

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            lines = import_courses(db.session.get_one(Term, term_id), rows, is_dry=False, actor=TESTER)
        found[number] = [line.effect.value for line in lines]

    assert at_once(app, HANDS, act) == [None] * HANDS
    assert sorted(found) == [["new"] * 5, *[["same"] * 5] * (HANDS - 1)]
    assert count_courses() == 5


def test_seats_taken_away_meanwhile_are_gone(app: Flask, cast: SmallCourses) -> None:
    """作业辅导 loses two of its four seats; four families who ask before that is committed wait, and two are refused."""
    course = cast.tutoring
    course.capacity, course.outside_teacher, course.warning_reason = 4, "", "校车"
    course.teachings = [CourseTeaching(teacher=cast.chen_teacher)]
    db.session.commit()
    selection_id, course_id, pupils = cast.selection.id, course.id, ids(*cast.third[:4])
    smaller = replace(catalogue.values_of(course), capacity=2)
    is_changing = threading.Event()

    def act(number: int, _barrier: threading.Barrier) -> None:
        if number == 0:
            with transaction():
                catalogue.change_course(course_id, smaller, revision=1, reason="校车", actor=TESTER)
                is_changing.set()
                sleep(0.5)
            return
        assert is_changing.wait(timeout=30)
        with transaction():
            seats.take(selection_id, pupils[number - 1], course_id, by=TESTER)

    outcomes = at_once(app, 5, act)
    assert outcomes[0] is None
    assert sorted(type(one).__name__ for one in outcomes[1:]) == ["CourseFull", "CourseFull", "NoneType", "NoneType"], outcomes
    assert len(holders(course)) == course.capacity == 2
    assert faults() == []


def test_seats_that_families_take_meanwhile_are_not_taken_away(app: Flask, cast: SmallCourses) -> None:
    """The office had looked before; when its turn comes three seats are given out, and two would be too few."""
    course = cast.tutoring
    course.capacity, course.outside_teacher, course.warning_reason = 4, "", "校车"
    course.teachings = [CourseTeaching(teacher=cast.chen_teacher)]
    db.session.commit()
    selection_id, course_id, pupils = cast.selection.id, course.id, ids(*cast.third[:3])
    smaller = replace(catalogue.values_of(course), capacity=2)
    are_taking = threading.Event()

    def act(number: int, _barrier: threading.Barrier) -> None:
        if number == 0:
            with transaction():
                for pupil_id in pupils:
                    seats.take(selection_id, pupil_id, course_id, by=TESTER)
                are_taking.set()
                sleep(0.5)
            return
        assert are_taking.wait(timeout=30)
        with transaction():
            reasons = {"reason": "校车", "change_reason": "教室换小了"}
            catalogue.change_course(course_id, smaller, revision=1, **reasons, actor=TESTER)

    taken, changed = at_once(app, 2, act)
    assert taken is None
    assert isinstance(changed, Refused)
    assert changed.field == "capacity"
    assert (len(holders(course)), course.capacity) == (3, 4)
