"""The server is killed with SIGKILL in the middle of a rush: what was acknowledged is there, nothing is oversold or half done."""

import os
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from school.audit.models import AuditEntry
from school.courses.models import Place
from school.db import db
from tests.support.choosing_school import ChoosingSchool, Household, SignedIn, build, sign_in_all
from tests.support.databases import Database
from tests.support.rush import Script, post, rush
from tests.support.server import LiveServer, serving

pytestmark = [pytest.mark.race, pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL here")]

CHILDREN, COURSES, SEATS, AT_ONCE = 240, 9, 20, 32
KILLED_AFTER = 80  # acknowledged places
Places = list[tuple[int, int]]


def taps(server: LiveServer, family: Household, who: SignedIn, acknowledged: Places, *, kills_after: int = 0) -> Script:
    """A guardian taps for one wish after the other until there is a place; the server may be killed by its own answer."""
    for course_id in family.course_ids:
        path = f"/choose/{family.pupil_id}/{course_id}/take"
        status = yield post(server.url, path, who.cookie, {"csrf_token": who.token})
        assert status in (303, 422), f"{path} answered {status}"
        if status == 303:
            acknowledged.append((family.pupil_id, course_id))
            if len(acknowledged) == kills_after:
                server.kill()
            return


def kept(app: Flask) -> Places:
    """Who is in which course."""
    with app.app_context():
        rows = db.session.execute(select(Place.pupil_id, Place.course_id).where(Place.ended_at.is_(None)))
        return [(row.pupil_id, row.course_id) for row in rows]


def check_is_whole(app: Flask, acknowledged: Places, built: ChoosingSchool) -> None:
    """Every acknowledged place is there, no seat is sold twice, each place has its entry in the audit, the audit is clean."""
    places = kept(app)
    assert set(acknowledged) - set(places) == set(), "acknowledged, and lost"
    assert len(places) == len(set(places))
    taken = Counter(course_id for _pupil_id, course_id in places)
    assert {one: count for one, count in taken.items() if count > built.seats[one]} == {}, "oversold"
    with app.app_context():
        written = db.session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "courses.take"))
        assert sorted(written) == sorted(pupil_id for pupil_id, _course_id in places), "a place without its entry, or the reverse"
        answer = app.test_cli_runner().invoke(args=["school", "check"])
    assert answer.exit_code == 0, answer.output


def test_what_was_acknowledged_outlives_the_server(database: Database, tmp_path: Path) -> None:
    acknowledged: Places = []
    durable = {"SQLITE_SYNCHRONOUS": "FULL"}
    with serving(database.url, tmp_path / "first.log", **durable) as server:
        built = build(server.app, children=CHILDREN, courses=COURSES, seats=SEATS)
        sessions = sign_in_all(server.app, built.families)
        scripts = [taps(server, f, sessions[f.user_id], acknowledged, kills_after=KILLED_AFTER) for f in built.families]
        first = rush(server.url, scripts, connections=AT_ONCE)
    assert first.cut_off >= AT_ONCE - 1, "the server was to be killed while others waited for their answers"
    assert len(acknowledged) >= KILLED_AFTER
    with serving(database.url, tmp_path / "second.log", **durable) as server:
        check_is_whole(server.app, acknowledged, built)
        # Whoever had no answer taps again and gets the same place, or one at last.
        unanswered = [f for f in built.families if f.pupil_id not in {pupil_id for pupil_id, _course_id in acknowledged}]
        again = rush(server.url, [taps(server, f, sessions[f.user_id], acknowledged) for f in unanswered], connections=AT_ONCE)
        assert again.cut_off == 0
        check_is_whole(server.app, acknowledged, built)
        assert set(kept(server.app)) == set(acknowledged)
        assert len(acknowledged) == COURSES * SEATS, "every seat is taken at the end"
        assert not server.complaints()
