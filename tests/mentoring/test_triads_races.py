"""Offices that seat people at the same moment, on both databases; the control shows that the lock is what keeps the rules."""

from threading import Barrier, Thread

import pytest
from flask import Flask

from school.db import db, transaction
from school.errors import Refused
from school.mentoring.enums import Seat
from school.mentoring.models import Triad
from school.mentoring.service import triads
from tests.mentoring.small_staff import LAST, SEPTEMBER, TESTER, SmallStaff, made


def test_two_offices_seat_one_novice_once(app: Flask, staff: SmallStaff) -> None:
    assert _race(app, staff, [staff.seats(), staff.seats(chief="zhao", middle="wu")]) == 1


def test_two_offices_never_close_a_circle_of_masters(app: Flask, staff: SmallStaff) -> None:
    assert _race(app, staff, _halves_of_a_circle(staff), keeps=2) == 1


def test_control_without_the_lock_the_novice_sits_twice_and_the_circle_closes(
    app: Flask, staff: SmallStaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "sqlite":
        assert _race(app, staff, [staff.seats(), staff.seats(chief="zhao", middle="wu")]) == 1  # BEGIN IMMEDIATE is enough there
        return
    monkeypatch.setattr("school.mentoring.service.triads.lock_term", lambda _id: None)
    novice = [staff.seats(), staff.seats(chief="zhao", middle="wu")]
    assert any(_race(app, staff, novice) == 2 for _attempt in range(10))
    circle = _halves_of_a_circle(staff)
    assert any(_race(app, staff, circle, keeps=2) == 2 for _attempt in range(10))


def _halves_of_a_circle(staff: SmallStaff) -> list[dict[Seat, int]]:
    """老陈 leads 中周 and 老赵 leads 中吴; what is left is that 中周 leads 老赵 and 中吴 leads 老陈: no teacher in common."""
    for key in ("zhou", "wu"):
        staff.teachers[key].teaching_since = 2012
    for key in ("feng", "chu"):
        staff.teachers[key].teaching_since = 2025
    db.session.commit()
    made(staff)
    made(staff, chief="zhao", middle="wu", novice="wang")
    return [staff.seats("zhou", "zhao", "feng"), staff.seats("wu", "chen", "chu")]


def _race(app: Flask, staff: SmallStaff, wanted: list[dict[Seat, int]], *, keeps: int = 0) -> int:
    """Offices propose at the same moment; how many succeed. The first `keeps` triads stay, the others leave no trace."""
    barrier = Barrier(len(wanted))
    term_id, subject_id = staff.term.id, staff.maths.id

    def propose(seats: dict[Seat, int]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    term, subject = db.session.get(type(staff.term), term_id), db.session.get(type(staff.maths), subject_id)
                    triads.make_triad(term, subject, seats, SEPTEMBER, LAST, actor=TESTER)
            except Refused:
                pass

    threads = [Thread(target=propose, args=(one,)) for one in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    made_now = db.session.query(Triad).order_by(Triad.id).all()[keeps:]
    with transaction():
        for one in made_now:
            db.session.delete(one)
    return len(made_now)
