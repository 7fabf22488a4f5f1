"""The audit finds each kind of damage a test plants, and nothing where nothing is wrong.

Where the database would refuse the damage, its constraint is dropped or switched off first.
"""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, text

from school.calendar.models import Term
from school.clock import ZONE
from school.courses.enums import CourseState, PlaceSource, Promotion, SelectionState, WaitingState
from school.courses.models import Course, CourseConsent, Place, WaitingEntry, Wish
from school.db import db
from school.people.models import ClassMembership, Pupil
from tests.courses.acts import decline, faults, join, join_together, take, transfer, withdraw
from tests.courses.small_courses import NOON, OPENS, SmallCourses, add_application, add_course, build, fresh

HOUR = timedelta(hours=1)


def plant_place(cast: SmallCourses, pupil: Pupil, course: Course, **changes: Any) -> None:
    """A live place written past the service."""
    row = {"selection_id": cast.selection.id, "course_id": course.id, "pupil_id": pupil.id, "taken_at": OPENS}
    row |= {"source": PlaceSource.OPEN_ROUND, "consent_note": "", "end_note": ""} | changes
    db.session.execute(insert(Place.__table__).values(**row))
    db.session.commit()


def plant_entry(cast: SmallCourses, pupil: Pupil, course: Course, **changes: Any) -> None:
    """A live entry written past the service."""
    row = {"selection_id": cast.selection.id, "course_id": course.id, "pupil_id": pupil.id, "joined_at": OPENS}
    row |= {"state": WaitingState.WAITING, "together": "", "gives_up": []} | changes
    db.session.execute(insert(WaitingEntry.__table__).values(**row))
    db.session.commit()


def without(constraint: str, table: str) -> None:
    """Let the database accept what the named constraint or index refuses."""
    db.session.rollback()
    if constraint.startswith("uq_"):
        db.session.execute(text(f"DROP INDEX {constraint}"))
    elif db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA ignore_check_constraints = ON"))
        return
    else:
        db.session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"))
    db.session.commit()


def test_nothing_is_wrong_after_ordinary_use(cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    take(cast, cast.third[2], cast.football)
    join(cast, cast.third[2], cast.paper, cast.football)
    join_together(cast, [cast.third[7], cast.fifth[0]], cast.paper)
    take(cast, cast.third[3], cast.chess)
    take(cast, cast.third[3], cast.tutoring)
    transfer(cast, cast.third[0], cast.paper, cast.choir)
    withdraw(cast, cast.third[1], cast.paper)
    assert faults() == []


def test_oversold(cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        plant_place(cast, pupil, cast.paper)
    assert faults() == []
    plant_place(cast, cast.third[2], cast.paper)
    assert faults() == ["oversold"]


def test_an_open_offer_counts_as_a_seat_and_an_expired_one_does_not(
    cast: SmallCourses, freeze: Callable[[datetime], None]
) -> None:
    for pupil in cast.third[:2]:
        plant_place(cast, pupil, cast.paper)
    plant_entry(cast, cast.third[2], cast.paper, state=WaitingState.OFFERED, offer_expires_at=NOON + HOUR)
    assert faults() == ["oversold"]
    freeze(NOON + HOUR)
    assert faults() == []
    freeze(NOON + 2 * HOUR)
    assert faults() == []
    freeze(NOON + 2 * HOUR + timedelta(seconds=1))
    assert faults() == ["offer_overdue"]


def test_a_child_twice_in_a_course(cast: SmallCourses) -> None:
    without("uq_course_places_live", "course_places")
    for _ in range(2):
        plant_place(cast, cast.third[0], cast.choir)
    assert faults() == ["duplicate_place"]


def test_a_child_twice_on_a_list(cast: SmallCourses) -> None:
    without("uq_course_waiting_entries_live", "course_waiting_entries")
    for pupil in cast.third[:2]:
        plant_place(cast, pupil, cast.paper)
    for _ in range(2):
        plant_entry(cast, cast.third[2], cast.paper)
    assert faults() == ["duplicate_entry"]


def test_a_child_placed_and_waiting(cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        plant_place(cast, pupil, cast.paper)
    plant_entry(cast, cast.third[0], cast.paper)
    assert faults() == ["placed_and_waiting"]


def test_clash(cast: SmallCourses) -> None:
    cast.selection.max_per_day = 0
    db.session.commit()
    plant_place(cast, cast.third[0], cast.paper)
    plant_place(cast, cast.third[0], cast.football)
    assert faults() == ["clash"]


def test_buffer_makes_a_clash(cast: SmallCourses) -> None:
    cast.selection.max_per_day, cast.selection.buffer_minutes = 2, 10
    db.session.commit()
    plant_place(cast, cast.third[0], cast.chess)
    plant_place(cast, cast.third[0], cast.dance)
    assert faults() == []
    cast.selection.buffer_minutes = 11
    db.session.commit()
    assert faults() == ["clash"]


def test_over_the_weeks_limit(cast: SmallCourses) -> None:
    for course in (cast.paper, cast.chess, cast.tutoring):
        plant_place(cast, cast.third[0], course)
    assert faults() == [], "tutoring does not count"
    plant_place(cast, cast.third[0], cast.choir)
    assert faults() == ["week_limit"]


def test_over_the_days_limit(cast: SmallCourses) -> None:
    plant_place(cast, cast.third[0], cast.chess)
    plant_place(cast, cast.third[0], cast.dance)
    assert faults() == ["day_limit"]


def test_wrong_grade(cast: SmallCourses) -> None:
    plant_place(cast, cast.first[0], cast.football)
    assert faults() == ["grade"]


@pytest.mark.parametrize("state", [CourseState.DRAFT, CourseState.CLOSED, CourseState.CANCELLED])
def test_a_place_in_a_course_that_does_not_run(cast: SmallCourses, state: CourseState) -> None:
    take(cast, cast.third[0], cast.paper)
    cast.paper.state = state
    db.session.commit()
    assert faults() == ["course_not_running"]


def test_a_list_of_a_course_that_does_not_run(cast: SmallCourses) -> None:
    plant_entry(cast, cast.third[0], cast.draft)
    assert faults() == ["course_not_running"]


def test_without_consent(cast: SmallCourses) -> None:
    take(cast, cast.third[0], cast.paper)
    db.session.query(CourseConsent).filter_by(pupil_id=cast.third[0].id).update({"withdrawn_at": NOON})
    db.session.commit()
    assert faults() == ["no_consent"]


def test_an_office_place_without_its_note(cast: SmallCourses) -> None:
    plant_place(cast, cast.third[0], cast.paper, source=PlaceSource.OFFICE)
    assert faults() == ["no_consent"]
    db.session.query(Place).update({"consent_note": "母亲电话同意"})
    db.session.commit()
    assert faults() == []


def test_a_course_of_another_term(cast: SmallCourses) -> None:
    term = Term(school_year=cast.term.school_year, number=2, starts_on=date(2027, 3, 1), ends_on=date(2027, 7, 9))
    spring = add_course(term, "C01", "春天", (1, 960, 1050))
    db.session.commit()
    plant_place(cast, cast.third[0], spring)
    plant_entry(cast, cast.third[1], spring)
    add_application(cast.selection, cast.third[2], spring)
    db.session.commit()
    assert faults() == ["other_term"] * 3


def test_a_child_who_left(cast: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    take(cast, cast.third[0], cast.paper)
    db.session.query(ClassMembership).filter_by(pupil_id=cast.third[0].id).update({"ends_on": NOON.date()})
    db.session.commit()
    assert faults() == ["left_school"]
    freeze(datetime(2027, 1, 23, 8, 0, tzinfo=ZONE))
    assert faults() == [], "after the term a child may leave; what was stays on record"


def test_the_same_rank_twice(cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        plant_place(cast, pupil, cast.paper)
    plant_entry(cast, cast.third[2], cast.paper, draw_rank=1)
    plant_entry(cast, cast.third[3], cast.paper, draw_rank=2)
    assert faults() == []
    db.session.query(WaitingEntry).update({"draw_rank": 2})
    db.session.commit()
    assert faults() == ["list_order"]


@pytest.mark.parametrize("promotion", list(Promotion))
def test_stuck_though_a_seat_is_free(app: Flask, freeze: Callable[[datetime], None], promotion: Promotion) -> None:
    freeze(NOON)
    cast = build(promotion=promotion)
    plant_place(cast, cast.third[0], cast.paper)
    plant_place(cast, cast.third[1], cast.football)
    plant_entry(cast, cast.third[1], cast.paper)
    assert faults() == [], "football is in the way"
    db.session.query(WaitingEntry).update({"gives_up": [cast.football.id]})
    db.session.commit()
    assert faults() == ["stuck"]


def test_stuck_though_two_could_change(cast: SmallCourses) -> None:
    cast.football.capacity, cast.paper.capacity = 2, 1
    cast.football.capacity = 2
    db.session.commit()
    plant_place(cast, cast.third[0], cast.paper)
    for pupil in cast.third[1:3]:
        plant_place(cast, pupil, cast.football)
    plant_entry(cast, cast.third[0], cast.football, gives_up=[cast.paper.id])
    assert faults() == []
    plant_entry(cast, cast.third[1], cast.paper, gives_up=[cast.football.id])
    assert faults() == ["stuck"]


def test_an_offer_without_a_deadline(cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        plant_place(cast, pupil, cast.paper)
    without("ck_course_waiting_entries_offer_has_a_deadline", "course_waiting_entries")
    plant_entry(cast, cast.third[2], cast.paper, state=WaitingState.OFFERED)
    assert faults() == ["offer_deadline"]


def test_a_list_after_the_end(cast: SmallCourses) -> None:
    cast.selection.state = SelectionState.FINISHED
    db.session.commit()
    plant_entry(cast, cast.third[2], cast.paper)
    assert faults() == ["list_after_end"]


def test_siblings_apart_on_a_list(cast: SmallCourses) -> None:
    plant_place(cast, cast.third[0], cast.paper)
    plant_place(cast, cast.third[1], cast.paper, source=PlaceSource.WAITING_LIST)
    plant_entry(cast, cast.third[1], cast.paper, state=WaitingState.PLACED, together="g", ended_at=NOON)
    assert faults() == []
    plant_entry(cast, cast.fifth[0], cast.paper, together="g")
    assert faults() == ["siblings"]


def test_siblings_apart_in_the_draw(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    cast = build(has_wishes=True)
    add_application(cast.selection, cast.third[0], cast.paper, together="g")
    add_application(cast.selection, cast.fifth[0], cast.paper, together="g")
    cast.selection.state = SelectionState.DRAWN
    plant_place(cast, cast.third[0], cast.paper, source=PlaceSource.DRAW)
    assert faults() == ["siblings"]
    plant_place(cast, cast.fifth[0], cast.paper, source=PlaceSource.DRAW)
    assert faults() == []


def test_a_gap_in_the_wishes(cast: SmallCourses) -> None:
    add_application(cast.selection, cast.third[0], cast.paper, cast.chess, cast.choir)
    db.session.commit()
    assert faults() == []
    db.session.query(Wish).filter_by(course_id=cast.chess.id).delete()
    db.session.commit()
    assert faults() == ["wish_ranks"]


def test_documents_that_are_not_what_was_published(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    cast = build(has_wishes=True)
    assert faults() == []
    cast.selection.seed_commitment = sha256(b"another secret").hexdigest()
    db.session.commit()
    assert faults() == ["commitment"]
    fresh()
    cast.selection.seed_commitment = sha256(b"a secret of the tests").hexdigest()
    for name in ("frozen_list", "outcome"):
        setattr(cast.selection, name, '{"名单": []}')
    cast.selection.list_sha256 = sha256('{"名单": []}'.encode()).hexdigest()
    cast.selection.outcome_sha256 = sha256('{"名单": [] }'.encode()).hexdigest()
    db.session.commit()
    assert faults() == ["outcome_hash"]
    cast.selection.frozen_list = ""
    db.session.commit()
    assert faults() == ["list_hash", "outcome_hash"]


def test_rows_that_are_not_what_was_drawn(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    cast = build(has_wishes=True, state=SelectionState.DRAWN)
    one, two, three, four = [add_application(cast.selection, pupil, cast.paper).number for pupil in cast.third[:4]]
    document = {"assignments": {one: ["C01"], two: ["C01"]}, "waiting": {"C01": [three, four]}, "closed": []}
    cast.selection.outcome = json.dumps(document)
    cast.selection.outcome_sha256 = sha256(cast.selection.outcome.encode()).hexdigest()
    for pupil in cast.third[:2]:
        plant_place(cast, pupil, cast.paper, source=PlaceSource.DRAW)
    for rank, pupil in enumerate(cast.third[2:4], 1):
        plant_entry(cast, pupil, cast.paper, draw_rank=rank)
    assert faults() == []
    db.session.query(WaitingEntry).filter_by(draw_rank=1).update({"draw_rank": 3})
    db.session.commit()
    assert faults() == ["list_order"]
    db.session.query(WaitingEntry).filter_by(draw_rank=3).update({"draw_rank": 1})
    db.session.query(Place).filter_by(pupil_id=cast.third[1].id).update({"pupil_id": cast.third[5].id})
    db.session.commit()
    assert faults() == ["outcome_rows"] * 2


def test_an_answered_offer_leaves_nothing_wrong(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    cast = build(promotion=Promotion.OFFER)
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    for pupil in cast.third[2:4]:
        join(cast, pupil, cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    decline(cast, cast.third[2], cast.paper)
    assert faults() == []
