"""Taps at the same moment: two devices tick one family, two adults scan, two guardians answer, a chair is left meanwhile.

The controls take the lock of the session away; on PostgreSQL the same taps then collide. SQLite lets one write at a time.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask

from school.db import db, transaction
from school.errors import Conflict, Refused
from school.parentschool.enums import ReadingState
from school.parentschool.models import FamilyPresence, ParentCertificate, ReadingNote, SessionFeedback, SignUp
from school.parentschool.queries.reading import find_note
from school.parentschool.queries.sessions import find_session
from school.parentschool.rules.presence import Tick
from school.parentschool.rules.reading import NoteValues
from school.parentschool.service import feedback, learning, presence, reading
from school.preferences.service import change
from tests.homework.small_school import TESTER
from tests.parentschool.attendance import ENDS, Freeze, come, comer_of, sign_up
from tests.parentschool.small_families import FRIDAY_EVENING, Families

Act = Callable[[], object]
NOTE = NoteValues("爱的教育", "", "孩子睡前我们一起读了三章。", may_show=True, may_name=False)


@pytest.fixture
def evening(families: Families, freeze: Freeze) -> Families:
    """Friday 19:00; the first family is signed up."""
    sign_up(families, 1, 2)
    freeze(FRIDAY_EVENING)
    return families


def at_once(app: Flask, *acts: Act) -> list[BaseException]:
    """Each act in a thread and a transaction of its own, at the same moment; what went wrong in them."""
    barrier, failures = Barrier(len(acts)), []

    def run(act: Act) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    act()
            except Exception as error:  # the test judges them all
                failures.append(error)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    db.session.expire_all()
    return failures


def arriving(families: Families) -> tuple[Act, Act]:
    """The mother with the first child and the father with the second tap 我到了."""
    date_id, by = families.friday.id, families.families[0].actor
    mother = comer_of(families.families[0].child, families.families[0].mother)
    father = comer_of(families.second_child, families.father)
    return tuple(  # type: ignore[return-value]
        lambda comer=comer: presence.arrive(date_id, comer, 1, scanned_at=FRIDAY_EVENING, actor=by) for comer in (mother, father)
    )


def ticking(families: Families) -> Act:
    """A device at the door ticks the first family."""
    date_id, tick = families.friday.id, Tick(db.session.query(SignUp).one().id, 2)
    return lambda: presence.tick(date_id, [tick], actor=TESTER)


def test_a_family_that_is_ticked_twice_and_scans_twice_at_once_is_noted_once(app: Flask, evening: Families) -> None:
    tick, (mother, father) = ticking(evening), arriving(evening)
    assert at_once(app, tick, tick, mother, father, mother, tick) == []
    assert db.session.query(FamilyPresence).count() == 1


def test_a_walk_in_that_two_desks_add_at_once_is_noted_once(app: Flask, evening: Families) -> None:
    family = evening.families[4]
    date_id, comer = evening.friday.id, comer_of(family.child, family.mother)
    assert at_once(app, *[lambda: presence.add_walk_in(date_id, comer, 1, actor=TESTER)] * 4) == []
    assert db.session.query(FamilyPresence).count() == 1


def test_who_scans_while_the_office_closes_is_noted_or_refused(app: Flask, evening: Families, freeze: Freeze) -> None:
    freeze(ENDS)
    (mother, _father), date_id = arriving_at_the_end(evening), evening.friday.id
    failures = at_once(app, mother, lambda: presence.close(date_id, actor=TESTER))
    assert [type(one) for one in failures] == [Refused] * (1 - db.session.query(FamilyPresence).count())


def arriving_at_the_end(families: Families) -> tuple[Act, None]:
    """The mother scanned in the last minute."""
    date_id, by = families.friday.id, families.families[0].actor
    comer = comer_of(families.families[0].child, families.families[0].mother)
    return lambda: presence.arrive(date_id, comer, 1, scanned_at=ENDS, actor=by), None


def test_two_guardians_who_answer_at_once_give_one_answer(app: Flask, evening: Families, freeze: Freeze) -> None:
    (first,) = come(evening, 1)
    freeze(ENDS)
    failures = at_once(app, *[lambda: feedback.answer(first, 5, {}, "好")] * 4)
    assert [type(one) for one in failures] == [Refused] * 3
    assert db.session.query(SessionFeedback).count() == 1


def test_the_answer_that_fills_a_batch_is_found_when_five_come_at_once(app: Flask, evening: Families, freeze: Freeze) -> None:
    ids = come(evening, 1, 2, 3, 4, 5)
    freeze(ENDS)
    assert at_once(app, *[lambda one=one: feedback.answer(one, 5, {}, "") for one in ids]) == []
    assert [one.is_shown for one in db.session.query(SessionFeedback)] == [True] * 5


def test_a_family_taken_off_and_corrected_at_once_is_off(app: Flask, evening: Families) -> None:
    (first,) = come(evening, 1)
    facts = {"reason": "数错了", "is_office": True, "actor": TESTER}
    failures = at_once(app, lambda: presence.remove(first, **facts), lambda: presence.correct_adults(first, 3, **facts))
    assert all(isinstance(one, Refused) for one in failures)
    assert db.session.query(FamilyPresence).count() == 0


def test_certificates_fetched_at_once_have_a_number_each(app: Flask, evening: Families, freeze: Freeze) -> None:
    come(evening, 1, 2, 3, 4)
    freeze(ENDS + timedelta(days=15))
    with transaction():
        change({"parent_certificate_sessions": 1}, actor=TESTER)
    year, ids = evening.session.school_year_id, [one.mother.id for one in evening.families[:4]]
    taps = [lambda one=one: learning.issue_certificate(one, year, actor=TESTER) for one in (*ids, ids[0])]
    failures = at_once(app, *taps)
    assert [type(one) for one in failures] == [Refused]
    numbers = sorted(one.number for one in db.session.query(ParentCertificate))
    assert numbers == [f"JZ-2026-{number:04}" for number in range(1, 5)]


def test_a_note_sent_twice_at_once_is_one_note(app: Flask, evening: Families) -> None:
    family = evening.families[0]
    comer, by = comer_of(family.child, family.mother), family.actor
    assert at_once(app, *[lambda: reading.write(comer, NOTE, key="same", actor=by)] * 4) == []
    assert db.session.query(ReadingNote).count() == 1


def rewriting(families: Families, note_id: int) -> tuple[Act, Act]:
    """A teacher approves what they read while its guardian puts another text in its place."""
    by = families.families[0].actor
    return (
        lambda: reading.moderate(note_id, ReadingState.APPROVED, reason="", revision=1, actor=TESTER),
        lambda: reading.change(note_id, replace(NOTE, text="没有人看过的另一段话。"), revision=1, actor=by),
    )


def written(families: Families, key: str) -> int:
    """The id of a note that waits for a teacher."""
    family = families.families[0]
    with transaction():
        return reading.write(comer_of(family.child, family.mother), NOTE, key=key, actor=family.actor).id


def test_no_text_is_approved_that_nobody_read(app: Flask, evening: Families) -> None:
    for number in range(5):
        note_id = written(evening, f"try-{number}")
        failures = at_once(app, *rewriting(evening, note_id))
        assert all(isinstance(one, Conflict) for one in failures)
        note = db.session.get_one(ReadingNote, note_id)
        assert (note.state, note.text) == (ReadingState.SUBMITTED, "没有人看过的另一段话。")


def test_control_without_the_lock_of_the_note_an_unread_text_is_approved(
    app: Flask, evening: Families, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("school.parentschool.service.reading.lock_note", find_note)
    for number in range(40):
        note_id = written(evening, f"try-{number}")
        at_once(app, *rewriting(evening, note_id))
        if db.session.get_one(ReadingNote, note_id).state is ReadingState.APPROVED:
            return
    assert db.engine.dialect.name == "sqlite", "BEGIN IMMEDIATE is enough there; here an unread text should have been approved"


@pytest.mark.parametrize("act", ["arrive", "answer", "certificate", "note"])
def test_control_without_its_lock_taps_collide(
    app: Flask, evening: Families, freeze: Freeze, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    monkeypatch.setattr("school.parentschool.service.presence.lock_session", find_session)
    monkeypatch.setattr("school.parentschool.service.feedback.lock_session", find_session)
    monkeypatch.setattr("school.parentschool.service.learning.lock_year", lambda _year: None)
    monkeypatch.setattr("school.parentschool.service.reading.lock_guardian", lambda _guardian: None)
    taps = {"arrive": lambda: list(arriving(evening)) * 2}
    if act == "answer":
        (first,) = come(evening, 1)
        freeze(ENDS)
        taps[act] = lambda: [lambda: feedback.answer(first, 5, {}, "")] * 4
    if act == "certificate":
        come(evening, 1, 2, 3, 4)
        freeze(ENDS + timedelta(days=15))
        with transaction():
            change({"parent_certificate_sessions": 1}, actor=TESTER)
        year, ids = evening.session.school_year_id, [one.mother.id for one in evening.families[:4]]
        taps[act] = lambda: [lambda one=one: learning.issue_certificate(one, year, actor=TESTER) for one in ids]
    if act == "note":
        comer, by = comer_of(evening.families[0].child, evening.families[0].mother), evening.families[0].actor
        taps[act] = lambda: [lambda: reading.write(comer, NOTE, key="same", actor=by)] * 4
    made = {"arrive": FamilyPresence, "answer": SessionFeedback, "certificate": ParentCertificate, "note": ReadingNote}[act]
    if db.engine.dialect.name == "sqlite":
        failures = at_once(app, *taps[act]())
        assert [one for one in failures if not isinstance(one, Refused)] == []  # BEGIN IMMEDIATE is enough there
        return
    for _try in range(10):
        with transaction():
            db.session.query(made).delete()
            db.session.query(FamilyPresence).update({"has_answered": False})
        failures = at_once(app, *taps[act]())
        collided = any(not isinstance(one, Refused) for one in failures)
        if collided or db.session.query(made).count() != {"certificate": 4}.get(act, 1):
            return
    raise AssertionError("without the lock, taps at once should have collided")
