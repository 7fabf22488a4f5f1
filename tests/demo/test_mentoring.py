"""The demo's mentoring: no triad breaks a rule, every state is there, and nothing happened before its time."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import select

from school.clock import ZONE, frozen
from school.db import db
from school.demo.commands import load_demo_school
from school.mentoring.enums import EntryState, Outcome, Signer, Tier, TriadState
from school.mentoring.models import Acceptance, Agreement, MentorEntry, ResearchActivity, Triad, YearPlan
from school.mentoring.queries.entries import last_entry_days, progress_by_triad, seating_on
from school.mentoring.queries.growth import tiered_staff
from school.mentoring.queries.triads import sittings_between
from school.mentoring.rules.duties import is_on_track
from school.mentoring.rules.entries import credited_seat
from school.mentoring.rules.tiers import TierRule
from school.mentoring.rules.triads import Eligibility, breaches
from tests.support.databases import Databases

MOMENTS = [datetime(2026, 11, 25, 14, 30, tzinfo=ZONE), datetime(2027, 5, 20, 9, 0, tzinfo=ZONE)]


@pytest.fixture(scope="module", params=MOMENTS, ids=["autumn", "spring"])
def moment(request: pytest.FixtureRequest, databases: Databases) -> Iterator[datetime]:
    """The demo loaded at a moment of each term, for tests that only read."""
    database = databases.get("sqlite")
    database.reset()
    with database.app.app_context(), frozen(request.param):
        load_demo_school(report=lambda _text: None)
        db.session.remove()
        yield request.param


def test_no_triad_breaks_a_rule(moment: datetime) -> None:
    sittings = sittings_between(date(2025, 1, 1), date(2028, 1, 1))
    assert len(sittings) == 14 * 3
    assert breaches(sittings, Eligibility()) == []


def test_twelve_triads_of_this_term_and_every_state(moment: datetime) -> None:
    triads = list(db.session.scalars(select(Triad)))
    assert Counter(one.state for one in triads) == {TriadState.ACTIVE: 12, TriadState.COMPLETED: 2}
    assert sum(one.previous_id is not None for one in triads) == 1
    signers = [{one.signer for one in agreement.signatures} for agreement in db.session.scalars(select(Agreement))]
    assert Counter(len(one) for one in signers) == {4: 13, 3: 1}
    assert set.union(*signers) == set(Signer)
    active = [one for one in triads if one.state is TriadState.ACTIVE]
    on_track = sum(is_on_track(rows) for rows in progress_by_triad(active, moment.date()).values())
    assert 6 <= on_track <= 9
    last = last_entry_days(one.id for one in active)
    assert sum((moment.date() - day).days >= 45 for day in last.values()) == 1
    outcomes = Counter(one.outcome for one in db.session.scalars(select(Acceptance)))
    assert outcomes == {Outcome.PASSED: 3, Outcome.EXTENDED: 1}


def test_entries_are_what_the_service_would_have_written(moment: datetime) -> None:
    entries = list(db.session.scalars(select(MentorEntry)))
    assert Counter(one.state for one in entries).keys() == {EntryState.ENTERED, EntryState.CONFIRMED, EntryState.RETURNED}
    assert len(entries) > 500
    for one in entries:
        seating = seating_on(db.session.get_one(Triad, one.triad_id), one.on_day)
        by, other = seating.seat_of(one.by_teacher_id), seating.seat_of(one.with_teacher_id)
        assert by is not None
        assert other is not None
        assert one.credited_to_id == seating.ids[credited_seat(one.kind, by, other)]
        assert one.on_day == one.created_at.astimezone(ZONE).date()
        assert one.created_at <= moment
        assert (one.confirmed_at is not None) == (one.state is EntryState.CONFIRMED)
        assert one.confirmed_at is None or one.created_at <= one.confirmed_at <= moment


def test_staff_plans_and_research(moment: datetime) -> None:
    tiers = Counter(one.verdict.tier for one in tiered_staff(moment.date(), TierRule()))
    assert sum(tiers.values()) == 60
    assert all(tiers[tier] >= 12 for tier in Tier)
    assert 35 <= len(db.session.scalars(select(YearPlan)).all()) <= 45
    activities = list(db.session.scalars(select(ResearchActivity)))
    assert max(one.on_day for one in activities) <= moment.date()
    assert len({one.on_day.isocalendar()[:2] for one in activities}) >= 25
    assert all(len(one.attendances) >= 2 for one in activities)
