"""Reminders of the day before: to those with chairs, once, also of two commands at the same moment."""

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from school.audit.models import AuditEntry
from school.audit.service import COMMAND_LINE
from school.db import db, transaction
from school.outbox.enums import NoticeKind
from school.outbox.models import Notice
from school.parentschool.enums import SessionState
from school.parentschool.models import SessionDate
from school.parentschool.queries.signups import sessions_to_remind
from school.parentschool.rules.families import is_reminder_due
from school.parentschool.rules.signups import DateFacts
from school.parentschool.service.reminders import remind
from school.parentschool.service.sessions import change_date, date_values
from tests.homework.small_school import TESTER
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, Families
from tests.parentschool.test_signups_service import join
from tests.races.test_class_day import at_once

Freeze = Callable[[datetime], None]
THURSDAY = datetime(2026, 11, 26, 0, 0, tzinfo=NOON.tzinfo)


@pytest.fixture
def seated(families: Families) -> Families:
    """Two families sit on Friday, one waits; a third sits on Saturday."""
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 1)
    join(families, 4, 1, saturday=True)
    return families


def command(app: Flask, *words: str) -> str:
    answer = app.test_cli_runner().invoke(args=["school", "remind-sessions", *words])
    assert answer.exit_code == 0, answer.output
    db.session.rollback()
    return answer.output


def told() -> list[tuple[str, str]]:
    """Who was told what, by the outbox's notices of reminders."""
    rows = db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.REMINDER).order_by(Notice.user_id)).all()
    return [(row.key.split(":")[1], row.text) for row in rows]


@pytest.mark.parametrize(
    ("moment", "is_due"),
    [
        (THURSDAY - timedelta(seconds=1), False),
        (THURSDAY, True),
        (FRIDAY_EVENING - timedelta(seconds=1), True),
        (FRIDAY_EVENING, False),
    ],
)
def test_it_is_due_from_the_beginning_of_the_day_before_until_it_begins(moment: datetime, is_due: bool) -> None:
    date = DateFacts(1, FRIDAY_EVENING, FRIDAY_EVENING + timedelta(minutes=90), "多功能厅", 3)
    assert is_reminder_due(date, None, moment) is is_due
    assert is_reminder_due(date, THURSDAY, moment) is False
    cancelled = DateFacts(1, FRIDAY_EVENING, FRIDAY_EVENING + timedelta(minutes=90), "多功能厅", 3, is_cancelled=True)
    assert is_reminder_due(cancelled, None, moment) is False


def test_the_day_before_those_with_chairs_are_told_once(app: Flask, seated: Families, freeze: Freeze) -> None:
    freeze(THURSDAY - timedelta(minutes=1))
    assert json.loads(command(app, "--json")) == {"schema": "remind-sessions/1", "dates": 0, "notices": 0}
    freeze(THURSDAY)
    assert json.loads(command(app, "--json")) == {"schema": "remind-sessions/1", "dates": 1, "notices": 2}
    friday = str(seated.friday.id)
    words = "明天“怎样陪孩子写作业”：11月27日（周五）19:00—20:30，多功能厅。不能来请及时退出，座位让给候补的家庭。"
    assert told() == [(friday, words)] * 2
    users = set(db.session.scalars(select(Notice.user_id).where(Notice.kind == NoticeKind.REMINDER)))
    assert users == {seated.families[0].user.id, seated.families[1].user.id}
    assert command(app) == "没有要提醒的场次。\n"
    assert len(told()) == 2
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "parentschool.remind")).one()
    assert "2 位家长" in entry.sentence
    notice = db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.REMINDER)).first()
    assert notice is not None
    assert notice.link == f"/families/sessions/{seated.session.id}"


def test_late_on_the_day_itself_it_says_today_and_the_next_date_comes_in_its_time(
    app: Flask, seated: Families, freeze: Freeze
) -> None:
    freeze(FRIDAY_EVENING - timedelta(minutes=1))
    assert command(app) == "提醒了 2 场，共 3 位家长。\n"
    assert [text[:2] for _date, text in told()] == ["今天", "今天", "明天"]


@pytest.mark.parametrize("state", [SessionState.DRAFT, SessionState.CANCELLED])
def test_only_what_is_held_is_reminded_of(app: Flask, seated: Families, freeze: Freeze, state: SessionState) -> None:
    seated.session.state = state
    db.session.commit()
    freeze(THURSDAY)
    assert sessions_to_remind(THURSDAY, THURSDAY + timedelta(days=2)) == []
    with transaction():
        assert remind(seated.session.id, by=COMMAND_LINE) == []
    assert told() == []


def test_who_signs_up_after_the_reminder_is_not_reminded(app: Flask, seated: Families, freeze: Freeze) -> None:
    freeze(THURSDAY)
    command(app)
    seated.friday.chairs = 9
    db.session.commit()
    join(seated, 5, 1)
    command(app)
    assert len(told()) == 2


def test_a_date_that_moved_is_reminded_of_at_its_new_time(app: Flask, seated: Families, freeze: Freeze) -> None:
    freeze(THURSDAY)
    command(app)
    values = date_values(seated.friday)
    week = timedelta(days=7)
    later = type(values)(values.starts_at + week, values.ends_at + week, values.place, values.online_link, values.chairs)
    with transaction():
        change_date(seated.friday.id, later, revision=seated.session.revision, reason="停电", actor=TESTER)
    command(app)
    assert len(told()) == 2, "it is not near any more"
    freeze(THURSDAY + week)
    command(app)
    assert len([text for _date, text in told() if "12月4日（周五）19:00" in text]) == 2


@pytest.mark.race
def test_two_commands_at_once_remind_once(app: Flask, seated: Families, freeze: Freeze) -> None:
    freeze(THURSDAY)
    session_id, counts = seated.session.id, []
    db.session.commit()

    def act(_number: int, barrier: threading.Barrier) -> None:
        wanted = sessions_to_remind(THURSDAY, THURSDAY + timedelta(days=2))
        db.session.rollback()
        barrier.wait()
        for one in wanted:
            with transaction():
                counts.append(remind(one, by=COMMAND_LINE))

    assert at_once(app, 4, act) == [None] * 4
    assert sorted(counts) == [[], [], [], [2]]
    db.session.rollback()
    assert len(told()) == 2
    entries = select(AuditEntry).where(AuditEntry.action == "parentschool.remind")
    assert len(db.session.scalars(entries).all()) == 1
    dates = select(SessionDate.reminded_at).where(SessionDate.session_id == session_id).order_by(SessionDate.starts_at)
    assert list(db.session.scalars(dates)) == [THURSDAY, None]
