"""The audit and the passing on of offers from the command line, as a nightly job and a program read them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from school.audit.models import AuditEntry
from school.courses.enums import PlaceSource, Promotion
from school.courses.models import Course, Place
from school.db import db
from tests.courses.acts import faults, join, states, take, withdraw
from tests.courses.small_courses import NOON, OPENS, SmallCourses, build


@pytest.fixture
def offering(app: Flask, freeze: Callable[[datetime], None]) -> SmallCourses:
    """One child holds an offer of a seat of 剪纸 until tomorrow noon, another waits behind it."""
    freeze(NOON)
    cast = build(promotion=Promotion.OFFER)
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    for pupil in cast.third[2:4]:
        join(cast, pupil, cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    return cast


def run(app: Flask, *words: str) -> tuple[int, str]:
    """Exit code and output of a command."""
    db.session.rollback()
    answer = app.test_cli_runner().invoke(args=["school", *words])
    return answer.exit_code, answer.output


def test_check_says_that_nothing_is_wrong(app: Flask, offering: SmallCourses) -> None:
    code, output = run(app, "check")
    assert code == 0
    assert output == "2026-1（已公布）：1 个名额，2 人次候补\n没有发现问题。\n"
    code, output = run(app, "check", "--json")
    document = json.loads(output)
    assert (code, document["schema"], document["is_clean"], document["findings"]) == (0, "selection-check/1", True, [])
    assert document["selections"][0] | {"selection_id": 0} == {
        "selection_id": 0,
        "term": "2026-1",
        "state": "announced",
        "places": 1,
        "waiting": 2,
    }


def test_check_names_what_is_wrong_and_fails(app: Flask, offering: SmallCourses) -> None:
    cast = offering
    for pupil in cast.third[4:6]:
        row = {"selection_id": cast.selection.id, "course_id": cast.paper.id, "pupil_id": pupil.id, "taken_at": OPENS}
        db.session.add(Place(**row, source=PlaceSource.OPEN_ROUND))
    db.session.commit()
    code, output = run(app, "check")
    assert code == 1
    assert "oversold：“剪纸”只有 2 个名额，名额与待确认名额共 4 个。" in output
    assert output.endswith("发现 1 处问题。\n")
    code, output = run(app, "check", "--json")
    assert code == 1
    assert json.loads(output)["findings"] == [
        {
            "kind": "oversold",
            "selection_id": cast.selection.id,
            "course_id": cast.paper.id,
            "pupil_id": None,
            "sentence": "“剪纸”只有 2 个名额，名额与待确认名额共 4 个。",
        }
    ]


def test_check_changes_nothing(app: Flask, offering: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON + timedelta(days=2))
    before = db.session.query(AuditEntry).count()
    code, output = run(app, "check")
    assert code == 1
    assert "offer_overdue：学生" in output
    assert states(offering.paper) == ["offered", "waiting"]
    assert db.session.query(AuditEntry).count() == before


def test_settling_passes_overdue_offers_on(app: Flask, offering: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    assert run(app, "settle-offers", "--json") == (0, '{"expired": 0, "offered": 0, "promoted": 0, "unfit": 0}\n')
    freeze(NOON + timedelta(days=1))
    code, output = run(app, "settle-offers", "--json")
    assert (code, json.loads(output)) == (0, {"expired": 1, "offered": 1, "promoted": 0, "unfit": 0})
    assert states(offering.paper) == ["expired", "offered"]
    freeze(NOON + timedelta(days=2))
    assert run(app, "settle-offers") == (0, "逾期未确认 1 人次；新发出待确认名额 0 人次；递补 0 人次；不再符合条件 0 人次。\n")
    assert faults() == []
    entry = db.session.query(AuditEntry).filter_by(action="courses.offer_expired").first()
    assert (entry.actor_label, entry.sentence) == ("服务器命令行", "逾期未确认，让出了课程“剪纸”")


def test_settling_passes_on_what_an_edit_made_possible(app: Flask, cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    join(cast, cast.third[2], cast.paper)
    db.session.get(Course, cast.paper.id).capacity = 3
    db.session.commit()
    assert faults() == ["stuck"]
    assert json.loads(run(app, "settle-offers", "--json")[1])["promoted"] == 1
    assert faults() == []
