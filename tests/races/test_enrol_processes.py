"""Several server processes at once, as a school runs them: what holds between threads holds between processes.

Each process has its own memory of the catalogue and its own connections; only the database can hold them together.
"""

import json
import subprocess
import sys
from collections import Counter

import pytest
from flask import Flask

from school.courses.models import Place
from school.db import db
from school.people.models import ClassMembership, Pupil
from tests.courses.acts import faults, holders
from tests.courses.small_courses import SEPTEMBER, SmallCourses, add_consent, fresh
from tests.support.databases import Database
from tests.support.postgres import ROOT

pytestmark = pytest.mark.race

HANDS = 3


def by_hands(database: Database, cast: SmallCourses, job: str, pupils: list[list[int]], courses: list[int]) -> Counter[str]:
    """Start a process for each list of pupils, let them go together, and add up what they were told."""
    command = [sys.executable, "-m", "tests.races.enrol_hand", database.url, job]
    hands = [
        subprocess.Popen(
            [*command, str(seed), str(cast.selection.id), json.dumps(mine), json.dumps(courses)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed, mine in enumerate(pupils)
    ]
    try:
        for hand in hands:
            assert hand.stdout is not None
            assert hand.stdout.readline() == "ready\n"
        for hand in hands:
            assert hand.stdin is not None
            hand.stdin.write("go\n")
            hand.stdin.flush()
        told: Counter[str] = Counter()
        for hand in hands:
            answer, _ = hand.communicate(timeout=120)
            assert hand.returncode == 0
            told.update(json.loads(answer))
        return told
    finally:
        for hand in hands:
            hand.kill()
            hand.wait()


def many(cast: SmallCourses, count: int) -> list[int]:
    """More third-graders with consent."""
    pupils = [Pupil(name=f"同学{n}") for n in range(count)]
    db.session.add_all(pupils)
    db.session.flush()
    for pupil in pupils:
        db.session.add(ClassMembership(pupil=pupil, class_id=cast.third_1.id, starts_on=SEPTEMBER))
        add_consent(cast.selection, pupil, cast.second)
    cast.choir.capacity = 17
    db.session.commit()
    return [pupil.id for pupil in pupils]


def test_three_processes_sell_no_seat_twice(app: Flask, database: Database, cast: SmallCourses) -> None:
    pupils = many(cast, 80)
    told = by_hands(database, cast, "rush", [pupils[n::HANDS] for n in range(HANDS)], [cast.choir.id])
    assert told == {"placed": 17, "CourseFull": 63}
    assert len(holders(cast.choir)) == 17
    assert faults() == []


def test_three_processes_that_all_ask_for_the_same_children(app: Flask, database: Database, cast: SmallCourses) -> None:
    pupils = many(cast, 17)
    told = by_hands(database, cast, "rush", [pupils] * HANDS, [cast.choir.id])
    assert told == {"placed": 17, "already": 17 * (HANDS - 1)}
    assert db.session.query(Place).count() == 17
    assert faults() == []


def test_control_without_lock_and_guard_processes_sell_a_seat_twice(app: Flask, database: Database, cast: SmallCourses) -> None:
    pupils = many(cast, 400)
    for _attempt in range(10):
        told = by_hands(database, cast, "naive", [pupils[n::HANDS] for n in range(HANDS)], [cast.choir.id])
        if told["placed"] > 17:
            break
        db.session.query(Place).delete()
        db.session.commit()
    assert len(holders(cast.choir)) == told["placed"] > 17
    assert faults() == ["oversold"]


def test_a_storm_from_three_processes(app: Flask, database: Database, cast: SmallCourses) -> None:
    fresh()
    pupils, courses = [pupil.id for pupil in cast.pupils], [course.id for course in cast.courses[:6]]
    told = by_hands(database, cast, "storm", [pupils] * HANDS, courses)
    assert told.total() == 60 * HANDS
    assert {"placed", "waiting", "left"} <= told.keys()
    assert faults() == []
