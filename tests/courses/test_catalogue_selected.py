"""Changing the catalogue while families choose, on both databases: what a selection holds in place."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask import Flask

from school.calendar.models import Term
from school.courses.enums import CourseState, Family, SelectionState
from school.courses.models import Selection
from school.db import db
from tests.courses.acts import holders, join, states, take
from tests.courses.catalogue_acts import OCTOBER, audit, cancel, changed, listed, made, provider, refused, unlist
from tests.courses.catalogue_values import meeting
from tests.courses.small_courses import SmallCourses, add_application, build


def with_papers(cast: SmallCourses) -> SmallCourses:
    """The small selection with a provider whose papers hold for every outside teacher, and reasons for short courses."""
    one = provider()
    for course in cast.courses:
        course.provider_id = one.id if course.outside_teacher and course.family is not Family.TUTORING else None
        course.warning_reason = "校车"
    db.session.commit()
    return cast


@pytest.fixture
def held(cast: SmallCourses) -> SmallCourses:
    """The small selection in its open round."""
    return with_papers(cast)


def test_calling_off_ends_places_and_the_list(held: SmallCourses) -> None:
    for pupil in held.third[:3]:
        take(held, pupil, held.paper, waits=True)
    assert cancel(held.paper) == 2
    assert (holders(held.paper), states(held.paper)) == ([], ["closed"])


def test_more_seats_go_to_the_list_at_once(held: SmallCourses) -> None:
    for pupil in held.third[:4]:
        take(held, pupil, held.paper, waits=True)
    changed(held.paper, capacity=3)
    assert holders(held.paper) == sorted(pupil.id for pupil in held.third[:3])


def test_fewer_seats_want_a_reason_and_never_fewer_than_are_taken(held: SmallCourses) -> None:
    take(held, held.third[0], held.dance)
    refusal = refused(changed, held.dance, capacity=3)
    assert (refusal.field, "1 个孩子" in refusal.message) == ("change_reason", True)
    changed(held.dance, change_reason="教室换小了", capacity=1)
    assert (audit().reason, "从 4 减到 1" in audit().sentence) == ("教室换小了", True)
    take(held, held.third[1], held.choir)
    take(held, held.third[2], held.choir)
    assert refused(changed, held.choir, change_reason="教室换小了", capacity=1).field == "capacity"


def test_what_families_chose_by_stays(held: SmallCourses) -> None:
    moved = (meeting(3, "16:00", "17:30"),)
    take(held, held.third[0], held.dance)
    assert refused(changed, held.dance, meetings=moved).field == "weekday_1"
    assert refused(changed, held.dance, code="C99").field == "code"
    assert "不能下架" in refused(unlist, held.dance).message
    changed(held.choir, meetings=(meeting(4, "16:30", "17:30"),))
    assert refused(changed, held.choir, code="C99").field == "code"


def test_waiting_and_wishing_count_as_choosing(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(OCTOBER)
    held = with_papers(build(has_wishes=True))
    add_application(held.selection, held.third[0], held.paper)
    db.session.commit()
    assert refused(changed, held.paper, meetings=(meeting(2, "16:30", "17:30"),)).field == "weekday_1"
    assert "不能下架" in refused(unlist, held.paper).message
    unlist(held.dance)


def test_one_child_who_has_and_waits_is_counted_once(held: SmallCourses) -> None:
    take(held, held.third[0], held.chess)
    take(held, held.third[1], held.chess)
    join(held, held.third[2], held.chess)
    assert "3 个孩子" in refused(changed, held.chess, fee_note="材料费 20 元").message


def test_nothing_moves_while_a_list_is_frozen(held: SmallCourses) -> None:
    held.selection.state = SelectionState.FROZEN
    db.session.commit()
    for act in (lambda: listed(held.draft), lambda: unlist(held.dance)):
        assert "冻结" in refused(act).message
    assert "冻结" in refused(changed, held.dance, capacity=9).message
    changed(held.dance, room="舞蹈教室")
    changed(held.draft, capacity=5)
    assert cancel(held.choir, "教师生病") == 0
    assert held.choir.state is CourseState.CANCELLED


def test_a_selection_of_another_term_holds_nothing(cast: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    freeze(OCTOBER)
    cast.selection.state = SelectionState.FROZEN
    spring = Term(school_year=cast.term.school_year, number=2, starts_on=date(2027, 2, 22), ends_on=date(2027, 7, 9))
    db.session.add(spring)
    db.session.commit()
    course = made(spring, teacher_ids=(cast.chen_teacher.id,), first_on=spring.starts_on, last_on=spring.ends_on)
    listed(course)
    assert db.session.query(Selection).count() == 1
