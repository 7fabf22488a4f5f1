"""Families who tap at the same moment: no seat is sold twice, no child gets what its rules forbid, nobody waits in vain.

The controls leave out the lock, or the lock and the guard; they must sell a seat twice, or these tests would prove nothing.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from time import sleep

import pytest
from flask import Flask

from school.clock import now
from school.courses.enums import PlaceEnd, PlaceSource, Promotion
from school.courses.models import Course, Place
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.lines import rulebook_of, see
from school.courses.queries.selections import lock_selection
from school.courses.rules.seats import OverLimit, judge
from school.courses.service import seats, waiting
from school.courses.service.places import Result, ResultKind, insert_place, read_ground
from school.db import db, transaction
from school.errors import Refused
from school.people.models import Pupil
from tests.courses.acts import faults, holders, ids, join, states, take
from tests.courses.small_courses import TESTER, SmallCourses
from tests.races.enrol_hand import any_act
from tests.races.test_class_day import at_once
from tests.support.databases import Database

pytestmark = pytest.mark.race

TAPS = 8


def together(app: Flask, acts: list[Callable[[], Result]]) -> list[Result | BaseException | None]:
    """Do all acts at once, each in a thread and a transaction of its own; answer what each got or was refused with."""
    results: list[Result | None] = [None] * len(acts)

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            results[number] = acts[number]()

    outcomes = at_once(app, len(acts), act)
    return [error or result for error, result in zip(outcomes, results, strict=True)]


def taking(cast: SmallCourses, pupil: Pupil, course: Course, *, waits: bool = False) -> Callable[[], Result]:
    """The act of taking a seat."""
    term, who, what, by = cast.selection.id, pupil.id, course.id, cast.actor(pupil)
    return lambda: seats.take(term, who, what, by=by, waits_if_full=waits)


def kinds(outcomes: list[Result | BaseException | None]) -> Counter[str]:
    """How many got what; anything but a result or a refusal fails here."""
    assert all(isinstance(one, Result | Refused) for one in outcomes), outcomes
    return Counter(one.kind.value if isinstance(one, Result) else type(one).__name__ for one in outcomes)


def seats_of(course: Course, count: int) -> None:
    """Change a course's capacity."""
    course.capacity = count
    db.session.commit()


def test_the_last_seat_goes_to_one_of_eight(app: Flask, cast: SmallCourses) -> None:
    seats_of(cast.paper, 1)
    outcomes = together(app, [taking(cast, pupil, cast.paper) for pupil in cast.third])
    assert kinds(outcomes) == {"placed": 1, "CourseFull": TAPS - 1}
    assert len(holders(cast.paper)) == 1
    assert faults() == []


def test_eight_wait_in_one_order_for_the_last_seat(app: Flask, cast: SmallCourses) -> None:
    seats_of(cast.paper, 1)
    outcomes = together(app, [taking(cast, pupil, cast.paper, waits=True) for pupil in cast.third])
    assert kinds(outcomes) == {"placed": 1, "waiting": TAPS - 1}
    positions = [one.position for one in outcomes if isinstance(one, Result) and one.kind is ResultKind.WAITING]
    assert sorted(positions) == list(range(1, TAPS)), "every position once, as each was told"
    assert faults() == []


def test_control_looking_first_and_writing_then_sells_a_seat_twice(app: Flask, cast: SmallCourses) -> None:
    """What every naive system does: the rules are asked in one transaction, the place is written in the next."""
    seats_of(cast.paper, 1)
    pupils = [pupil.id for pupil in cast.third]
    term, selection, course = cast.term.id, cast.selection.id, cast.paper.id

    def act(number: int, barrier: threading.Barrier) -> None:
        with transaction():
            rulebook = rulebook_of(get_catalogue(term))
            seen = see(rulebook, pupils[number], course, now())
            verdict = judge(seen.child, rulebook.courses[course], rulebook, taken=seen.taken, now=now())
        barrier.wait()
        if verdict.is_free:
            row = {"selection_id": selection, "course_id": course, "pupil_id": pupils[number], "taken_at": now()}
            with transaction():
                db.session.add(Place(**row, source=PlaceSource.OPEN_ROUND))

    assert at_once(app, TAPS, act) == [None] * TAPS
    assert len(holders(cast.paper)) == TAPS
    assert faults() == ["oversold"]


def test_control_the_guard_without_the_lock(app: Flask, cast: SmallCourses, database: Database) -> None:
    """On PostgreSQL eight transactions count at once and none sees the others' rows; on SQLite there is one writer."""
    seats_of(cast.paper, 1)
    pupils = [pupil.id for pupil in cast.third]
    selection, course, holds = cast.selection.id, cast.paper.id, database.kind == "sqlite"

    def act(number: int, barrier: threading.Barrier) -> None:
        if holds:
            barrier.wait()
        with transaction():
            ground = read_ground(selection, TESTER)
            insert_place(ground, pupils[number], course, PlaceSource.OPEN_ROUND)
            if not holds:
                barrier.wait()

    assert at_once(app, TAPS, act) == [None] * TAPS
    assert len(holders(cast.paper)) == (1 if holds else TAPS)


def test_one_child_from_two_guardians_gets_one_of_two_that_clash(app: Flask, cast: SmallCourses) -> None:
    child = cast.third[0]
    for _ in range(5):
        acts = [taking(cast, child, course) for course in (cast.paper, cast.football)]
        assert kinds(together(app, acts)) == {"placed": 1, "Clashes": 1}
        assert faults() == []
        with transaction():
            seats.end_all(cast.selection.id, child.id, PlaceEnd.WITHDRAWN, by=TESTER)


def test_one_child_from_two_guardians_stays_within_the_week(app: Flask, cast: SmallCourses) -> None:
    child = cast.third[0]
    take(cast, child, cast.tutoring)
    acts = [taking(cast, child, course) for course in (cast.paper, cast.chess, cast.choir)]
    assert kinds(together(app, acts)) == {"placed": 2, "OverLimit": 1}
    assert faults() == []


def test_the_same_tap_eight_times_is_one_place(app: Flask, cast: SmallCourses) -> None:
    outcomes = together(app, [taking(cast, cast.third[0], cast.paper)] * TAPS)
    assert kinds(outcomes) == {"placed": 1, "already": TAPS - 1}
    assert db.session.query(Place).count() == 1


def test_the_same_child_eight_times_stands_once_on_the_list(app: Flask, cast: SmallCourses) -> None:
    seats_of(cast.paper, 1)
    take(cast, cast.third[1], cast.paper)
    outcomes = together(app, [taking(cast, cast.third[0], cast.paper, waits=True)] * TAPS)
    assert kinds(outcomes) == {"waiting": TAPS}
    assert {one.position for one in outcomes if isinstance(one, Result)} == {1}
    assert states(cast.paper) == ["waiting"]


def test_a_seat_that_comes_free_goes_to_the_list_not_to_who_taps(app: Flask, cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    first = cast.third[2]
    join(cast, first, cast.paper)
    leaving = cast.third[0]
    term, course = cast.selection.id, cast.paper.id
    acts = [taking(cast, pupil, cast.paper) for pupil in cast.third[3:]]
    acts.insert(2, lambda: seats.withdraw(term, leaving.id, course, by=TESTER))
    assert kinds(together(app, acts)) == {"left": 1, "CourseFull": 5}
    assert holders(cast.paper) == ids(cast.third[1], first)
    assert faults() == []


def test_all_leave_while_all_wait(app: Flask, cast: SmallCourses) -> None:
    """Two leave, six tap: those who waited before are in, and the line behind them has no gap."""
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    term, course = cast.selection.id, cast.paper.id
    leaving = [lambda who=pupil.id: seats.withdraw(term, who, course, by=TESTER) for pupil in cast.third[:2]]
    outcomes = together(app, [*leaving, *(taking(cast, pupil, cast.paper, waits=True) for pupil in cast.third[2:])])
    assert kinds(outcomes)["left"] == 2
    assert len(holders(cast.paper)) == 2
    assert Counter(states(cast.paper))["waiting"] == 4
    assert faults() == []


def test_two_who_wait_for_each_other_at_once(app: Flask, cast: SmallCourses) -> None:
    a, b = cast.third[0], cast.third[1]
    for course in (cast.paper, cast.football):
        seats_of(course, 2 if course is cast.football else 1)
    take(cast, a, cast.paper)
    for pupil in (b, cast.third[2]):
        take(cast, pupil, cast.football)
    term, paper, football = cast.selection.id, cast.paper.id, cast.football.id
    acts = [
        lambda: waiting.join_list(term, a.id, football, by=TESTER, gives_up=[paper]),
        lambda: waiting.join_list(term, b.id, paper, by=TESTER, gives_up=[football]),
    ]
    assert kinds(together(app, acts)) == {"waiting": 1, "placed": 1}
    assert (holders(cast.paper), holders(cast.football)) == (ids(b), ids(a, cast.third[2]))
    assert faults() == []


def test_transfers_in_opposite_directions(app: Flask, cast: SmallCourses) -> None:
    """Neither waits for the other for ever; each seat has one child in every order."""
    a, b = cast.third[0], cast.third[1]
    seats_of(cast.paper, 1)
    take(cast, a, cast.paper)
    take(cast, b, cast.football)
    term = cast.selection.id
    for _ in range(5):
        mine = {pupil.id: cast.paper if pupil.id in holders(cast.paper) else cast.football for pupil in (a, b)}
        acts = []
        for pupil in (a, b):
            source = mine[pupil.id].id
            target = cast.football.id if source == cast.paper.id else cast.paper.id
            acts.append(lambda who=pupil.id, s=source, t=target: seats.transfer(term, who, s, t, by=TESTER))
        found = kinds(together(app, acts))
        assert found in ({"placed": 2}, {"placed": 1, "CourseFull": 1}), found
        assert len(holders(cast.paper)) + len(holders(cast.football)) == 2
        assert faults() == []
        if a.id in holders(cast.football) and b.id in holders(cast.football):
            with transaction():
                seats.transfer(term, a.id, cast.football.id, cast.paper.id, by=TESTER)


def test_accepting_and_the_deadline_of_siblings_at_once(app: Flask, cast: SmallCourses) -> None:
    """Both parents answer: one accepts, one declines; the siblings are both in or both out."""
    cast.selection.promotion = Promotion.OFFER
    db.session.commit()
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    pair = [cast.third[7], cast.fifth[0]]
    term, course = cast.selection.id, cast.paper.id
    with transaction():
        waiting.join_together(term, [one.id for one in pair], course, by=TESTER)
    with transaction():
        for pupil in cast.third[:2]:
            seats.withdraw(term, pupil.id, course, by=TESTER)
    assert states(cast.paper) == ["offered", "offered"]
    outcomes = together(
        app,
        [
            lambda: waiting.accept_offer(term, pair[0].id, course, by=TESTER),
            lambda: waiting.decline_offer(term, pair[1].id, course, by=TESTER),
        ],
    )
    kinds(outcomes)
    assert holders(cast.paper) in ([], ids(*pair))
    assert faults() == []


def test_what_the_office_changes_meanwhile_counts(app: Flask, cast: SmallCourses) -> None:
    """A family's page was read before the office lowered the limit; the tap waits for the lock and is judged by the new one."""
    child = cast.third[0]
    take(cast, child, cast.paper)
    term, chess = cast.selection.id, cast.chess.id
    is_changing = threading.Event()

    def act(number: int, _barrier: threading.Barrier) -> None:
        if number == 0:
            with transaction():
                lock_selection(term).max_courses = 1
                db.session.flush()
                is_changing.set()
                sleep(0.5)
            return
        assert is_changing.wait(timeout=30)
        with transaction():
            get_catalogue(cast.term.id)
            seats.take(term, child.id, chess, by=TESTER)

    outcomes = at_once(app, 2, act)
    assert outcomes[0] is None
    assert isinstance(outcomes[1], OverLimit), outcomes
    assert faults() == []


def test_a_storm_of_everything(app: Flask, cast: SmallCourses) -> None:
    """Ten hands, two hundred acts at random: afterwards nothing is wrong and nobody is stuck."""
    term = cast.selection.id
    pupils, courses = [pupil.id for pupil in cast.pupils], [course.id for course in cast.courses[:6]]

    def act(number: int, barrier: threading.Barrier) -> None:
        dice = random.Random(number)
        barrier.wait()
        for _ in range(20):
            any_act(dice, term, pupils, courses)

    assert at_once(app, 10, act) == [None] * 10
    assert db.session.query(Place).count() > 10
    assert faults() == []
