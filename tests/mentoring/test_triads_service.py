"""Triads through the services, on both databases: proposal, signatures, changes, entries, acceptance, next term."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from school.audit.service import Actor
from school.db import db, transaction
from school.errors import Conflict
from school.mentoring.enums import EntryKind, EntryState, Grade, Outcome, Seat, Signer, TriadState
from school.mentoring.models import Acceptance, MentorEntry, Signature, Triad
from school.mentoring.queries.acceptance import acceptances_of
from school.mentoring.queries.entries import progress_by_triad
from school.mentoring.queries.triads import agreement_in_force, extended_before, find_triad
from school.mentoring.rules.duties import Duty, default_duties
from school.mentoring.rules.entries import EntryValues
from school.mentoring.service import acceptance, agreements, entries, triads
from tests.mentoring.small_staff import AFTER_TERM, LAST, SEPTEMBER, TESTER, SmallStaff, made, refused

DAY = date(2026, 11, 20)
LESSON = EntryValues(EntryKind.OBSERVATION, DAY, None, "第2节", "分数的意义", 40, {"goal": 18}, "环节紧凑")


def lesson(staff: SmallStaff, **changes: object) -> EntryValues:
    """An observation in 三年级1班, with anything changed."""
    return replace(LESSON, class_id=staff.third_1.id, **changes)


def test_a_triad_is_proposed_confirmed_and_signed_by_all(staff: SmallStaff) -> None:
    triad = made(staff)
    agreement = agreement_in_force(triad.id)
    assert agreement is not None
    for words in ("老陈", "中周", "新郑", "教学常规", "课堂常规", "学科教材指导", "听课不少于 7 次", "2026年9月1日"):
        assert words in agreement.text
    for signer, key in ((Signer.CHIEF, "chen"), (Signer.MIDDLE, "zhou"), (Signer.NOVICE, "zheng")):
        assert agreements.signer_of(triad, staff.teachers[key].id, is_office=False) is signer
        for _tap in range(2):
            with transaction():
                agreements.sign(triad.id, signer, agreement.digest, name=key, actor=staff.actor(key))
    with transaction():
        agreements.sign(triad.id, Signer.OFFICE, agreement.digest, name="李主任", actor=Actor(staff.office.id, "李主任"))
    assert db.session.query(Signature).count() == 4
    assert {one.digest for one in db.session.query(Signature)} == {agreement.digest}


def test_a_changed_text_is_signed_anew_and_the_old_one_stays(staff: SmallStaff) -> None:
    triad = made(staff)
    old = agreement_in_force(triad.id)
    with transaction():
        agreements.sign(triad.id, Signer.CHIEF, old.digest, name="老陈", actor=staff.actor("chen"))
    duties = [replace(one, count=one.count + 1) for one in default_duties()]
    with transaction():
        triads.set_duties(staff.term, duties, [], actor=TESTER)
    with transaction():
        new = agreements.renew_agreement(triad.id, actor=TESTER)
    assert (new.version, new.signatures) == (2, [])
    assert "听课不少于 8 次" in new.text
    sentence = refused(lambda: agreements.sign(triad.id, Signer.CHIEF, old.digest, name="老陈", actor=staff.actor("chen")))
    assert "改动" in sentence
    with transaction():
        assert agreements.renew_agreement(triad.id, actor=TESTER).version == 2
    stale = [Duty(one.seat, one.field, one.kind, 1) for one in duties]
    with pytest.raises(Conflict), transaction():
        triads.set_duties(staff.term, duties, stale, actor=TESTER)


def test_nobody_is_in_two_triads_as_apprentice_nor_their_own_master(staff: SmallStaff) -> None:
    made(staff)
    for seats, words in (
        ({"chief": "zhao", "middle": "zhou", "novice": "wang"}, "只能有一位师傅"),
        ({"chief": "zhao", "middle": "wu", "novice": "zheng"}, "只能有一位师傅"),
        ({"chief": "zhou", "middle": "wu", "novice": "wang"}, "不能坐 1 号"),
        ({"chief": "zhao", "middle": "wang", "novice": "wei"}, "不能坐 2 号"),
        ({"chief": "zhao", "middle": "wu", "novice": "chu"}, "不用再坐 3 号"),
        ({"chief": "zhao", "middle": "zhao", "novice": "wang"}, "三位不同的教师"),
    ):
        assert words in refused(
            lambda seats=seats: triads.make_triad(staff.term, staff.maths, staff.seats(**seats), SEPTEMBER, LAST, actor=TESTER)
        )
    made(staff, chief="zhao", middle="wu", novice="wang")
    assert db.session.query(Triad).count() == 2


def test_entries_count_once_the_other_side_has_confirmed(staff: SmallStaff) -> None:
    triad = made(staff)
    novice, middle, chief = (staff.teachers[key].id for key in ("zheng", "zhou", "chen"))
    for _send in range(2):
        with transaction():
            entry = entries.enter(triad.id, novice, middle, lesson(staff), key="k1", actor=staff.actor("zheng"))
    assert db.session.query(MentorEntry).count() == 1
    assert "1号和3号" in refused(
        lambda: entries.enter(triad.id, novice, chief, lesson(staff), key="k2", actor=staff.actor("zheng"))
    )
    assert "对方确认" in refused(lambda: entries.confirm(entry.id, novice, actor=staff.actor("zheng")))

    def done() -> tuple[int, int]:
        (one,) = [
            p
            for p in progress_by_triad([find_triad(triad.id)], date(2026, 11, 25))[triad.id]
            if (p.duty.seat, p.duty.kind) == (Seat.NOVICE, EntryKind.OBSERVATION)
        ]
        return one.done, one.waiting

    assert done() == (0, 1)
    with transaction():
        entries.send_back(entry.id, middle, reason="写上班级情况", actor=staff.actor("zhou"))
    assert done() == (0, 0)
    revision = db.session.get(MentorEntry, entry.id).revision
    with transaction():
        entries.correct(entry.id, novice, lesson(staff, notes="补充"), revision=revision, actor=staff.actor("zheng"))
    for _tap in range(2):
        with transaction():
            entries.confirm(entry.id, middle, actor=staff.actor("zhou"))
    assert done() == (1, 0)
    assert db.session.get(MentorEntry, entry.id).state is EntryState.CONFIRMED
    assert "不能再修改" in refused(
        lambda: entries.correct(entry.id, novice, lesson(staff), revision=revision + 2, actor=staff.actor("zheng"))
    )


def test_a_file_is_kept_with_the_entry_and_a_false_one_refused(staff: SmallStaff) -> None:
    triad = made(staff)
    novice, middle = staff.teachers["zheng"].id, staff.teachers["zhou"].id
    good, bad = entries.Upload("教案.pdf", b"%PDF-1.7 x"), entries.Upload("教案.pdf", b"<html>")
    with transaction():
        entry = entries.enter(triad.id, novice, middle, lesson(staff), key="k", files=[good], actor=staff.actor("zheng"))
    assert [(one.name, one.media_type, one.size) for one in entry.files] == [("教案.pdf", "application/pdf", 10)]
    assert "扩展名" in refused(
        lambda: entries.enter(triad.id, novice, middle, lesson(staff), key="b", files=[bad], actor=staff.actor("zheng"))
    )
    assert db.session.query(MentorEntry).count() == 1


def test_acceptance_comes_after_the_term_with_two_assessors(staff: SmallStaff, freeze: Callable[[datetime], None]) -> None:
    triad = made(staff)
    assert "之后才能验收" in refused(lambda: acceptance.open_acceptances(triad.id, actor=TESTER))
    freeze(AFTER_TERM)
    for _tap in range(2):
        with transaction():
            acceptance.open_acceptances(triad.id, actor=TESTER)
    middle, novice = acceptances_of(triad.id)
    assert (middle.seat, novice.seat) == (Seat.MIDDLE, Seat.NOVICE)
    full = {str(one["key"]): int(one["points"]) for one in middle.rubric}
    half = {key: points // 2 for key, points in full.items()}
    office, leader = Actor(staff.office.id, "李主任"), Actor(staff.leader.id, "赵组长")
    assert "至少要有 2 位" in refused(lambda: acceptance.decide(middle.id, Outcome.PASSED, "同意", actor=office))
    for row, points in ((middle, full), (novice, half)):
        for who in (office, leader):
            with transaction():
                acceptance.score(row.id, points, "", name=who.label, actor=who)
    assert "不能给自己" in refused(lambda: acceptance.score(middle.id, full, "", name="中周", actor=staff.actor("zhou")))
    assert "只能延期" in refused(lambda: acceptance.decide(novice.id, Outcome.PASSED, "同意", actor=office))
    with transaction():
        acceptance.decide(middle.id, Outcome.PASSED, "教学扎实", actor=office)
    with transaction():
        acceptance.decide(novice.id, Outcome.EXTENDED, "再练一学期", actor=office)
    done = db.session.get(Acceptance, middle.id)
    assert (done.points, done.grade, done.certificate_number) == (100, Grade.EXCELLENT, "SRX-2026-1-001")
    assert db.session.get(Acceptance, novice.id).certificate_number is None
    assert find_triad(triad.id).state is TriadState.COMPLETED
    (earlier,) = extended_before(staff.spring)
    assert (earlier.seats, earlier.extended) == (staff.seats(), {staff.teachers["zheng"].id})
