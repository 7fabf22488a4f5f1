"""Learning records and certificates: what counts, at which number, once a year, numbered without gaps or doubles."""

from datetime import timedelta

import pytest

from school.audit.models import AuditEntry
from school.calendar.models import SchoolYear
from school.clock import now
from school.db import db, transaction
from school.parentschool.enums import SessionState
from school.parentschool.models import ParentCertificate, SessionDate
from school.parentschool.queries.learning import attended_by
from school.parentschool.service import learning, presence
from school.preferences.service import change
from tests.homework.small_school import TESTER
from tests.parentschool.attendance import ENDS, Freeze, come, refused, scan
from tests.parentschool.small_families import FRIDAY_EVENING, Families, build_date, build_session


@pytest.fixture
def year(families: Families) -> int:
    """The school year; two sessions make a certificate."""
    with transaction():
        change({"parent_certificate_sessions": 2}, actor=TESTER)
    return db.session.query(SchoolYear).one().id


def issue(families: Families, year: int, number: int = 1) -> ParentCertificate:
    """The mother of the numbered family fetches the certificate."""
    family = families.families[number - 1]
    with transaction():
        return learning.issue_certificate(family.mother.id, year, actor=family.actor)


def held(families: Families, freeze: Freeze, topic: str, *numbers: int, minutes: int = 90) -> SessionDate:
    """Another session on Friday to which these families came, closed by the office."""
    session = build_session(families.session.school_year_id, topic)
    date = build_date(session, FRIDAY_EVENING, None)
    date.ends_at = FRIDAY_EVENING + timedelta(minutes=minutes)
    db.session.commit()
    freeze(FRIDAY_EVENING)
    come(families, *numbers, at=date)
    freeze(FRIDAY_EVENING + timedelta(minutes=max(minutes, 90)))
    with transaction():
        presence.close(date.id, actor=TESTER)
    return date


def test_a_certificate_needs_as_many_settled_sessions_as_the_school_wants(families: Families, year: int, freeze: Freeze) -> None:
    held(families, freeze, "第一讲", 1, minutes=60)
    assert "再参加 1 次" in refused(lambda: issue(families, year)).message
    freeze(FRIDAY_EVENING)
    come(families, 1)
    freeze(ENDS)
    assert "再参加 1 次" in refused(lambda: issue(families, year)).message, "the second is not settled yet"
    with transaction():
        presence.close(families.friday.id, actor=TESTER)
    issued = issue(families, year)
    assert (issued.number, issued.sessions, issued.minutes) == ("JZ-2026-0001", 2, 150)
    assert "已经领过" in refused(lambda: issue(families, year)).message
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert entry is not None
    assert entry.sentence == "领取了家长学校证书 JZ-2026-0001"


def test_who_came_is_settled_by_itself_after_a_fortnight(families: Families, year: int, freeze: Freeze) -> None:
    held(families, freeze, "第一讲", 1)
    freeze(FRIDAY_EVENING)
    come(families, 1)
    freeze(ENDS + timedelta(days=14))
    assert "再参加 1 次" in refused(lambda: issue(families, year)).message
    freeze(ENDS + timedelta(days=14, seconds=1))
    assert issue(families, year).sessions == 2


def test_two_dates_of_a_topic_are_one_session_and_all_their_hours(families: Families, year: int, freeze: Freeze) -> None:
    freeze(FRIDAY_EVENING)
    come(families, 1)
    saturday = families.saturday
    freeze(saturday.starts_at)
    come(families, 1, at=saturday)
    freeze(saturday.ends_at)
    with transaction():
        presence.close(families.friday.id, actor=TESTER)
        presence.close(saturday.id, actor=TESTER)
    assert "再参加 1 次" in refused(lambda: issue(families, year)).message
    held(families, freeze, "第二讲", 1)
    assert (issue(families, year).sessions, issue_of(families).minutes) == (2, 270)


def issue_of(families: Families) -> ParentCertificate:
    """The first mother's certificate."""
    return db.session.query(ParentCertificate).filter_by(guardian_id=families.families[0].mother.id).one()


def test_a_record_is_of_the_guardian_who_was_noted_and_leaves_out_what_was_cancelled(
    families: Families, year: int, freeze: Freeze
) -> None:
    date = held(families, freeze, "第一讲", 2)
    freeze(FRIDAY_EVENING)
    assert scan(families, 1, scanned_at=FRIDAY_EVENING, guardian=families.father)
    mother, father = families.families[0].mother.id, families.father.id
    second = families.families[1].mother.id
    freeze(ENDS)
    found = attended_by([mother, father, second], now())
    assert {one: [row.topic for row in rows] for one, rows in found.items()} == {
        mother: [],
        father: ["怎样陪孩子写作业"],
        second: ["第一讲"],
    }
    assert [(row.is_settled, row.minutes) for row in found[father]] == [(False, 90)]
    date.session.state = SessionState.CANCELLED
    families.friday.cancelled_at = ENDS
    db.session.commit()
    assert attended_by([mother, father, second], now()) == {mother: [], father: [], second: []}


def test_numbers_follow_each_other_and_stay_when_the_school_asks_for_more(families: Families, year: int, freeze: Freeze) -> None:
    for topic in ("第一讲", "第二讲"):
        held(families, freeze, topic, 1, 2, 3)
    assert [issue(families, year, number).number for number in (3, 1)] == ["JZ-2026-0001", "JZ-2026-0002"]
    with transaction():
        change({"parent_certificate_sessions": 3}, actor=TESTER)
    assert "再参加 1 次" in refused(lambda: issue(families, year, 2)).message
    assert sorted(one.number for one in db.session.query(ParentCertificate)) == ["JZ-2026-0001", "JZ-2026-0002"]


def test_a_year_or_a_guardian_that_is_not_there_is_refused(families: Families, year: int) -> None:
    assert "没有这个学年" in refused(lambda: issue(families, 987654321)).message
    said = refused(lambda: learning.issue_certificate(987654321, year, actor=TESTER))
    assert "没有这个学年" in said.message
