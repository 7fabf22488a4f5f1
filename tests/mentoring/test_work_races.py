"""Two people at the same entry, agreement, acceptance, list of duties, requirement, activity or project in the same moment.

Each control takes one lock away and must break what the lock keeps; on SQLite a writer is alone anyway (BEGIN IMMEDIATE).
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from flask import Flask

from school.audit.models import AuditEntry
from school.audit.service import Actor
from school.calendar.models import Term
from school.db import db, transaction
from school.errors import Conflict
from school.mentoring.enums import ActivityKind, EntryKind, Outcome, Presence, ProjectStage, Signer
from school.mentoring.models import (
    MentorEntry,
    Project,
    ProjectStep,
    RequirementDone,
    ResearchActivity,
    Signature,
    Triad,
)
from school.mentoring.queries.acceptance import acceptances_of
from school.mentoring.queries.research import lock_activity, lock_project
from school.mentoring.queries.triads import agreement_in_force
from school.mentoring.rules.acceptance import default_rubric
from school.mentoring.rules.duties import default_duties
from school.mentoring.rules.entries import EntryValues
from school.mentoring.service import acceptance, agreements, entries, growth, research, triads
from school.mentoring.service.research import ActivityValues
from tests.courses.small_courses import fresh
from tests.mentoring.small_staff import AFTER_TERM, TESTER, SmallStaff, made
from tests.races.test_class_day import at_once

pytestmark = pytest.mark.race

HANDS = 6
TALK = EntryValues(EntryKind.TALK, date(2026, 11, 20), None, "", "板书", None, {}, "")


def acts_of(action: str) -> int:
    """How often the audit tells of an act."""
    fresh()
    return db.session.query(AuditEntry).filter_by(action=action).count()


def test_one_form_makes_one_entry_however_often_it_is_tapped(app: Flask, staff: SmallStaff) -> None:
    triad_id, novice, middle = made(staff).id, staff.teachers["zheng"].id, staff.teachers["zhou"].id

    def act(_number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            entries.enter(triad_id, novice, middle, TALK, key="once", actor=TESTER)

    assert at_once(app, HANDS, act) == [None] * HANDS
    fresh()
    assert db.session.query(MentorEntry).count() == 1


def test_one_confirmation_one_signature(app: Flask, staff: SmallStaff) -> None:
    triad_id, novice, middle = made(staff).id, staff.teachers["zheng"].id, staff.teachers["zhou"].id
    digest, who = agreement_in_force(triad_id).digest, staff.actor("zhou")
    with transaction():
        entry_id = entries.enter(triad_id, novice, middle, TALK, key="k", actor=TESTER).id

    def act(_number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            entries.confirm(entry_id, middle, actor=who)
        with transaction():
            agreements.sign(triad_id, Signer.MIDDLE, digest, name="中周", actor=who)

    assert at_once(app, HANDS, act) == [None] * HANDS
    assert (acts_of("mentoring.confirm_entry"), acts_of("mentoring.sign")) == (1, 1)
    assert db.session.query(Signature).count() == 1


def test_control_without_the_lock_of_the_triad_it_is_confirmed_twice(
    app: Flask, staff: SmallStaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    triad_id, novice, middle = made(staff).id, staff.teachers["zheng"].id, staff.teachers["zhou"].id
    with transaction():
        ids = [entries.enter(triad_id, novice, middle, TALK, key=f"k{n}", actor=TESTER).id for n in range(10)]
    monkeypatch.setattr(entries, "lock_triad", lambda wanted: db.session.get(Triad, wanted))

    def act(_number: int, barrier: threading.Barrier) -> None:
        for entry_id in ids:
            barrier.wait()
            with transaction():
                entries.confirm(entry_id, middle, actor=TESTER)

    at_once(app, 2, act)
    assert (acts_of("mentoring.confirm_entry") > len(ids)) == _writes_at_once()


def test_certificates_are_numbered_one_after_another(app: Flask, staff: SmallStaff, freeze: Callable[[datetime], None]) -> None:
    assert sorted(_numbers(app, staff, freeze)) == [f"SRX-2026-1-00{number}" for number in range(1, 5)]


def test_control_without_the_lock_of_the_term_a_number_is_wanted_twice(
    app: Flask, staff: SmallStaff, freeze: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance, "lock_certificates", lambda _id: None)
    assert (len(_numbers(app, staff, freeze)) < 4) == _writes_at_once()  # unique: one of two is refused


def _numbers(app: Flask, staff: SmallStaff, freeze: Callable[[datetime], None]) -> list[str]:
    """Two triads, all four apprentices passed at the same moment: the numbers of their certificates."""
    both = [made(staff).id, made(staff, chief="zhao", middle="wu", novice="wang").id]
    freeze(AFTER_TERM)
    points = {one.key: one.points for one in default_rubric()}
    assessors = [Actor(one.id, one.display_name) for one in (staff.office, staff.leader)]
    with transaction():
        opened = [one.id for triad_id in both for one in acceptance.open_acceptances(triad_id, actor=TESTER)]
        for one in opened:
            for who in assessors:
                acceptance.score(one, points, "", name=who.label, actor=who)

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            acceptance.decide(opened[number], Outcome.PASSED, "同意", actor=TESTER)

    at_once(app, len(opened), act)
    fresh()
    found = [one.certificate_number for triad_id in both for one in acceptances_of(triad_id)]
    return [one for one in found if one]


def test_of_several_who_set_the_duties_one_does(app: Flask, staff: SmallStaff) -> None:
    term_id, seen = staff.term.id, default_duties()
    with transaction():
        triads.set_duties(staff.term, seen, (), actor=TESTER)

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            term = db.session.get_one(Term, term_id)
            triads.set_duties(term, [replace(one, count=number + 20) for one in seen], seen, actor=TESTER)

    _one_of(at_once(app, HANDS, act))


def test_a_requirement_is_confirmed_once(app: Flask, staff: SmallStaff) -> None:
    with transaction():
        found = growth.add_requirement(2026, "三笔字", "", actor=TESTER)
        growth.meet(found, staff.teachers["zheng"], date(2026, 11, 20), "12 幅", actor=TESTER)
    done_id = db.session.query(RequirementDone).one().id

    def act(_number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            growth.confirm_done(done_id, actor=TESTER)

    assert at_once(app, HANDS, act) == [None] * HANDS
    assert acts_of("mentoring.confirm") == 1


def test_the_second_editor_of_an_activity_is_told(app: Flask, staff: SmallStaff) -> None:
    chen, zhou = staff.teachers["chen"].id, staff.teachers["zhou"].id
    facts = ActivityValues(ActivityKind.PREPARATION, None, "单元", date(2026, 11, 18), "", None, None, chen, "", "", "")
    term_id = staff.term.id
    with transaction():
        activity_id = research.record_activity(staff.term, facts, [zhou], actor=TESTER).id

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            found, term = lock_activity(activity_id), db.session.get_one(Term, term_id)
            assert found is not None
            changed = replace(facts, theme=f"单元{number}")
            research.change_activity(found, term, changed, [zhou], revision=1, actor=TESTER)
            research.call_roll(found, {zhou: Presence.EXCUSED}, actor=TESTER)

    _one_of(at_once(app, HANDS, act))
    fresh()
    assert db.session.get_one(ResearchActivity, activity_id).revision == 3


def test_a_project_takes_a_stage_once(app: Flask, staff: SmallStaff) -> None:
    with transaction():
        day, chen = date(2026, 10, 8), staff.teachers["chen"].id
        project_id = research.open_project("分层作业", "", day, chen, [], actor=TESTER).id

    def act(_number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            found = lock_project(project_id)
            assert found is not None
            research.advance_project(found, ProjectStage.OPENED, date(2026, 11, 2), "", "", actor=TESTER)

    assert at_once(app, HANDS, act).count(None) == 1
    fresh()
    assert db.session.query(ProjectStep).count() == 2
    assert db.session.get_one(Project, project_id).stage is ProjectStage.OPENED


def _writes_at_once() -> bool:
    """Whether this database lets several write in the same moment."""
    return db.engine.dialect.name != "sqlite"


def _one_of(outcomes: list[BaseException | None]) -> None:
    """One succeeded, all others were told that somebody else was first."""
    assert outcomes.count(None) == 1, outcomes
    assert all(one is None or isinstance(one, Conflict) for one in outcomes), outcomes
