"""The demo's courses and the selection played on them: every rule holds, and everything happens once."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import func, select

from school.accounts.queries import find_user_by_login
from school.clock import ZONE, frozen
from school.courses.drawing import recheck
from school.courses.enums import CourseState, Family, Phase, PlaceSource, SelectionState, WaitingState
from school.courses.models import Course, Place, Selection, WaitingEntry, Wish
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.check import snapshots
from school.courses.queries.choosing import ChildBoard, boards_of_user
from school.courses.rules.catalogue import missing_for_families
from school.courses.rules.checking import findings_of
from school.courses.service.catalogue import check_course, values_of
from school.db import db
from school.demo.commands import load_demo_school
from tests.support.databases import Databases

WEDNESDAY = datetime(2026, 11, 25, 14, 30, tzinfo=ZONE)


@pytest.fixture(scope="module")
def selection(databases: Databases) -> Iterator[Selection]:
    """The demo on a Wednesday, and its selection; the tests only read."""
    database = databases.get("sqlite")
    database.reset()
    with database.app.app_context(), frozen(WEDNESDAY):
        load_demo_school(report=lambda _text: None)
        db.session.remove()
        yield db.session.scalars(select(Selection)).one()
        db.session.remove()


def test_no_invariant_is_broken(selection: Selection) -> None:
    assert [finding for snapshot in snapshots() for finding in findings_of(snapshot)] == []


def test_every_course_keeps_the_offices_rules(selection: Selection) -> None:
    courses = list(db.session.scalars(select(Course).where(Course.term_id == selection.term_id)))
    for course in courses:
        assert check_course(course.term, values_of(course), without=course.id) == [], course.name
    assert [missing for one in get_catalogue(selection.term_id).listed for missing in missing_for_families(one)] == []


def test_there_are_27_courses_in_six_families_and_tutoring(selection: Selection) -> None:
    catalogue = get_catalogue(selection.term_id)
    families = Counter(one.family for one in catalogue.courses.values())
    assert sum(count for family, count in families.items() if family is not Family.TUTORING) == 27
    assert set(families) == set(Family)
    states = Counter(one.state for one in catalogue.courses.values())
    assert states[CourseState.CLOSED] == 1


def test_the_open_round_is_running_on_a_draw_that_agrees(selection: Selection) -> None:
    facts = get_catalogue(selection.term_id).selection
    assert facts is not None
    assert selection.state is SelectionState.DRAWN
    assert facts.is_open(Phase.OPEN, 3, WEDNESDAY)
    assert recheck(json.loads(selection.outcome), selection.seed_commitment) == []


def test_everything_happened(selection: Selection) -> None:
    sources = dict(tuple(row) for row in db.session.execute(select(Place.source, func.count()).group_by(Place.source)))
    assert sources[PlaceSource.DRAW] > 500
    assert set(sources) == {PlaceSource.DRAW, PlaceSource.OPEN_ROUND, PlaceSource.WAITING_LIST, PlaceSource.OFFICE}
    assert db.session.scalar(select(func.count()).where(Place.ended_at.is_not(None))) == 6
    assert db.session.scalar(select(func.count()).where(WaitingEntry.state == WaitingState.WAITING)) > 100
    assert db.session.scalar(select(func.count()).where(Wish.together != "")) >= 4


def test_the_shown_parent_has_one_child_placed_and_waiting_and_one_free(selection: Selection) -> None:
    parent = find_user_by_login("parent")
    assert parent is not None
    boards: list[ChildBoard] = boards_of_user(parent.id, get_catalogue(selection.term_id), WEDNESDAY)
    by_name = {board.child.name: board for board in boards}
    assert by_name["孙一诺"].places
    assert by_name["孙一诺"].waiting
    assert by_name["孙一鸣"].consent
    assert not by_name["孙一鸣"].places
