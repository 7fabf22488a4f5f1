"""Taps at the same moment on home visits; the controls show that the lock of the pupil is what keeps them apart."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask

from school.db import db, transaction
from school.errors import Conflict, Refused
from school.parentschool.enums import VisitMode
from school.parentschool.models import HomeVisit, PlannedVisit, VisitLook
from school.parentschool.service import visits, visits_plan
from school.people.models import SchoolClass
from tests.parentschool.visit_school import DECEMBER, VisitSchool


def test_taps_at_once_make_one_record_one_plan_and_one_look(app: Flask, visiting: VisitSchool) -> None:
    there = visiting
    pupil_id, liu = there.wuyun.id, there.actor(there.school.liu)
    values, class_id = there.values(), there.school.third_2.id

    def record() -> None:
        visits.record_visit(pupil_id, values, key="same", writes_in=None, actor=liu)

    def plan() -> None:
        visits_plan.plan_visits(db.session.get_one(SchoolClass, class_id), [pupil_id], DECEMBER, VisitMode.HOME, actor=liu)

    assert _at_once(app, plan) == []
    assert len(db.session.query(PlannedVisit).all()) == 1
    assert _at_once(app, record) == []
    (visit,) = db.session.query(HomeVisit).all()
    visit_id = visit.id
    assert _at_once(app, lambda: visits.look(visit_id, actor=liu)) == []
    assert db.session.query(VisitLook).count() == 1


def test_of_four_who_correct_at_once_one_does(app: Flask, visiting: VisitSchool) -> None:
    there = visiting
    visit_id, liu, values = there.record(there.wuyun).id, there.actor(there.school.liu), there.values(place="校内")
    failures = _at_once(app, lambda: visits.correct_visit(visit_id, values, revision=1, writes_in=None, actor=liu))
    assert [type(one) for one in failures] == [Conflict] * 3


@pytest.mark.parametrize("lock", ["visits.lock_pupils", "visits_plan.lock_pupils"])
def test_control_without_the_lock_of_the_pupil_taps_collide(
    app: Flask, visiting: VisitSchool, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    there = visiting
    pupil_id, liu, values, class_id = there.wuyun.id, there.actor(there.school.liu), there.values(), there.school.third_2.id
    monkeypatch.setattr(f"school.parentschool.service.{lock}", lambda ids: list(ids))
    acts = {
        "visits.lock_pupils": lambda number: visits.record_visit(pupil_id, values, key=f"s{number}", writes_in=None, actor=liu),
        "visits_plan.lock_pupils": lambda number: visits_plan.plan_visits(
            db.session.get_one(SchoolClass, class_id), [pupil_id], DECEMBER + timedelta(number), VisitMode.HOME, actor=liu
        ),
    }
    if db.engine.dialect.name == "sqlite":
        assert _at_once(app, lambda: acts[lock](0)) == []  # BEGIN IMMEDIATE is enough there
        return
    found = []
    for number in range(10):
        with transaction():
            db.session.query(PlannedVisit).delete()
        found += _at_once(app, lambda n=number: acts[lock](n))
    assert any(not isinstance(one, Refused) for one in found)


def _at_once(app: Flask, act: object, taps: int = 4) -> list[BaseException]:
    """The same act in several threads at the same moment; what went wrong in them."""
    barrier, failures = Barrier(taps), []

    def run() -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    act()  # type: ignore[operator]
            except Exception as error:  # the test judges them all
                failures.append(error)

    threads = [Thread(target=run) for _tap in range(taps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    db.session.expire_all()
    return failures
