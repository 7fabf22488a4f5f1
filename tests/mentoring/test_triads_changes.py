"""How triads change: members, ends, proposals filled anew, several at once, going on next term; and no history breaks a rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from school.db import db, transaction
from school.errors import Conflict, Refused
from school.mentoring.enums import Outcome, Seat, Signer, TriadState
from school.mentoring.models import Agreement, Signature, Triad, TriadMember
from school.mentoring.queries.triads import agreement_in_force, extended_before, find_triad, sittings_between
from school.mentoring.rules.duties import default_duties
from school.mentoring.rules.triads import breaches
from school.mentoring.service import agreements, triads
from school.people.queries.listing import teachers_listed
from tests.mentoring.small_staff import AFTER_TERM, LAST, NOON, SEPTEMBER, TESTER, SmallStaff, decide_all, made, refused


def test_a_change_is_two_dated_rows_with_a_reason(staff: SmallStaff) -> None:
    triad = made(staff)
    before = agreement_in_force(triad.id).digest
    day = date(2026, 11, 25)
    with transaction():
        triads.change_member(
            triad.id, Seat.MIDDLE, staff.teachers["wu"].id, day, reason="中周支教", revision=triad.revision, actor=TESTER
        )
    rows = db.session.query(TriadMember).filter_by(triad_id=triad.id, seat=Seat.MIDDLE).order_by(TriadMember.id).all()
    assert [(one.teacher.name, one.starts_on, one.ends_on) for one in rows] == [
        ("中周", SEPTEMBER, day - timedelta(1)),
        ("中吴", day, None),
    ]
    assert rows[1].reason == "中周支教"
    assert agreement_in_force(triad.id).digest != before
    with pytest.raises(Conflict), transaction():
        triads.change_member(triad.id, Seat.MIDDLE, staff.teachers["zhou"].id, LAST, reason="回来", revision=1, actor=TESTER)
    with transaction():
        triads.dissolve(triad.id, reason="教师调动", actor=TESTER)
    assert find_triad(triad.id).state is TriadState.DISSOLVED


def test_who_was_to_come_never_comes_and_who_is_free_again_may_sit(staff: SmallStaff) -> None:
    triad = made(staff)
    later, wu = date(2026, 12, 7), staff.teachers["wu"].id
    with transaction():
        triads.change_member(triad.id, Seat.MIDDLE, wu, later, reason="支教", revision=triad.revision, actor=TESTER)
    assert "已经在这个三人行里" in refused(
        lambda: triads.change_member(
            triad.id, Seat.CHIEF, _since(staff, "wu", 2005), date(2026, 12, 1), reason="换", revision=triad.revision, actor=TESTER
        )
    )
    with transaction():
        triads.dissolve(triad.id, reason="教师调动", actor=TESTER)
    rows = db.session.query(TriadMember).filter_by(triad_id=triad.id).order_by(TriadMember.id).all()
    assert [(one.teacher.name, one.ends_on) for one in rows] == [(name, NOON.date()) for name in ("老陈", "中周", "新郑")]
    tomorrow = NOON.date() + timedelta(1)
    sentence = refused(lambda: triads.make_triad(staff.term, staff.maths, staff.seats(), NOON.date(), LAST, actor=TESTER))
    assert "只能有一位师傅" in sentence
    with transaction():
        triads.make_triad(staff.term, staff.maths, staff.seats(), tomorrow, LAST, actor=TESTER)


def _since(staff: SmallStaff, key: str, year: int) -> int:
    """Let a teacher have begun in another year; their id."""
    staff.teachers[key].teaching_since = year
    db.session.commit()
    return staff.teachers[key].id


def test_what_never_began_holds_nobody(staff: SmallStaff) -> None:
    spring, span = staff.spring, (staff.spring.starts_on, staff.spring.ends_on)
    for _time in range(2):
        with transaction():
            triad = triads.make_triad(spring, staff.maths, staff.seats(), *span, actor=TESTER)
            triads.confirm_triad(triad.id, actor=TESTER)
        with transaction():
            triads.dissolve(triad.id, reason="人事变动", actor=TESTER)
        assert sittings_between(*span) == []
    assert "不能解除" in refused(lambda: triads.dissolve(_proposal(staff).id, reason="x", actor=TESTER))


def _proposal(staff: SmallStaff) -> Triad:
    return triads.make_triad(staff.term, staff.maths, staff.seats(), SEPTEMBER, LAST, actor=TESTER)


def test_a_seat_of_a_proposal_is_filled_anew_from_the_first_day(staff: SmallStaff) -> None:
    with transaction():
        triad = _proposal(staff)
    wu, zheng = staff.teachers["wu"].id, staff.teachers["zheng"].id
    keys = {"revision": 1, "actor": TESTER}
    assert "不能坐 2 号" in refused(
        lambda: triads.change_member(triad.id, Seat.MIDDLE, staff.teachers["wang"].id, SEPTEMBER, reason="x", **keys)
    )
    assert "已经在这个三人行里" in refused(
        lambda: triads.change_member(triad.id, Seat.NOVICE, _since(staff, "zhou", 2025), SEPTEMBER, reason="x", **keys)
    )
    with transaction():
        triads.change_member(triad.id, Seat.MIDDLE, wu, SEPTEMBER, reason="周老师另有安排", **keys)
    rows = db.session.query(TriadMember).filter_by(triad_id=triad.id).order_by(TriadMember.id).all()
    assert {(one.seat, one.teacher_id, one.starts_on, one.ends_on) for one in rows} == {
        (Seat.CHIEF, staff.teachers["chen"].id, SEPTEMBER, None),
        (Seat.MIDDLE, wu, SEPTEMBER, None),
        (Seat.NOVICE, zheng, SEPTEMBER, None),
    }
    assert agreement_in_force(triad.id) is None


def test_several_are_proposed_and_confirmed_or_none(staff: SmallStaff) -> None:
    good, bad = staff.seats(), staff.seats(chief="zhao", middle="wang", novice="wei")
    wanted = [triads.Wanted(4, staff.maths, good), triads.Wanted(7, staff.maths, bad)]
    with pytest.raises(Refused) as caught, transaction():
        triads.make_triads(staff.term, wanted, SEPTEMBER, LAST, confirms=True, actor=TESTER)
    assert (caught.value.field, "不能坐 2 号" in caught.value.message) == ("middle_7", True)
    assert db.session.query(Triad).count() == 0
    with transaction():
        (one,) = triads.make_triads(staff.term, wanted[:1], SEPTEMBER, LAST, confirms=True, actor=TESTER)
    assert (one.state, agreement_in_force(one.id).version) == (TriadState.ACTIVE, 1)


def test_confirming_several_is_all_or_none(staff: SmallStaff) -> None:
    first = made(staff, is_active=False)
    second = made(staff, is_active=False, chief="zhao", middle="wu", novice="wang")
    staff.teachers["wang"].teaching_since = 2020
    db.session.commit()
    assert "老赵 → 中吴 → 新王：新王任教已满" in refused(lambda: triads.confirm_triads([first.id, second.id], actor=TESTER))
    assert {one.state for one in db.session.query(Triad)} == {TriadState.PROPOSED}
    with transaction():
        triads.confirm_triads([first.id], actor=TESTER)
    assert find_triad(first.id).state is TriadState.ACTIVE


def test_another_person_of_the_same_name_signs_another_text(staff: SmallStaff) -> None:
    triad = made(staff)
    staff.teachers["wu"].name = "中周"
    db.session.commit()
    old = agreement_in_force(triad.id)
    with transaction():
        keys = {"reason": "支教", "revision": triad.revision, "actor": TESTER}
        triads.change_member(triad.id, Seat.MIDDLE, staff.teachers["wu"].id, date(2026, 12, 1), **keys)
    new = agreement_in_force(triad.id)
    assert (new.version, new.digest != old.digest, "中周（工号 T004）" in new.text) == (2, True, True)
    triad = find_triad(triad.id)
    office = {"is_office": True}
    assert (
        agreements.signer_of(triad, staff.teachers["wu"].id, **office) is Signer.MIDDLE
    )  # named by the text, sits from December
    assert agreements.signer_of(triad, staff.teachers["zhou"].id, is_office=False) is None


def test_all_agreements_of_a_term_follow_its_duties(staff: SmallStaff) -> None:
    one, other = made(staff), made(staff, is_active=False, chief="zhao", middle="wu", novice="wang")
    with transaction():
        triads.set_duties(staff.term, [replace(d, count=d.count + 1) for d in default_duties()], default_duties(), actor=TESTER)
    with transaction():
        assert agreements.renew_all(staff.term.id, actor=TESTER) == 1
    assert agreement_in_force(one.id).version == 2
    assert agreement_in_force(other.id) is None
    with transaction():
        assert agreements.renew_all(staff.term.id, actor=TESTER) == 0


def test_an_extended_apprentice_goes_on_next_term_once(staff: SmallStaff, freeze: Callable[[datetime], None]) -> None:
    triad = made(staff)
    spring, span = staff.spring, (staff.spring.starts_on, staff.spring.ends_on)

    def go_on(previous_id: int = triad.id, **seats: str) -> Triad:
        wanted = staff.seats(**seats)
        return triads.make_triad(spring, staff.maths, wanted, *span, previous_id=previous_id, actor=TESTER)

    assert "没有延期的徒弟" in refused(go_on)
    freeze(AFTER_TERM)
    decide_all(staff, triad, novice=Outcome.EXTENDED)
    staff.teachers["zheng"].teaching_since = 2020  # seven years by now: only who did not pass sits on
    db.session.commit()
    assert "要有上学期延期的徒弟" in refused(lambda: go_on(novice="wang"))
    assert "没有要续办" in refused(lambda: go_on(999))
    assert "任教已满" in refused(lambda: triads.make_triad(spring, staff.maths, staff.seats(), *span, actor=TESTER))
    with transaction():
        again = triads.confirm_triad(go_on(middle="wu").id, actor=TESTER)
    assert (again.previous_id, again.starts_on) == (triad.id, staff.spring.starts_on)
    assert "已经续办过了" in refused(lambda: go_on(chief="zhao"))
    assert extended_before(spring) == []
    with transaction():
        triads.dissolve(again.id, reason="调动", actor=TESTER)
    assert [one.triad_id for one in extended_before(spring)] == [triad.id]
    freeze(AFTER_TERM + timedelta(45))
    with transaction():
        anew = triads.make_triad(
            spring, staff.maths, staff.seats(), date(2027, 3, 15), span[1], previous_id=triad.id, actor=TESTER
        )
    assert anew.previous_id == triad.id


ACTS = st.lists(
    st.tuples(st.integers(0, 4), st.permutations(range(6)), st.integers(-3, 142), st.integers(0, 110)), min_size=2, max_size=10
)


@given(ACTS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_history_in_the_database_breaks_a_rule(
    staff: SmallStaff, freeze: Callable[[datetime], None], acts: list[tuple[int, list[int], int, int]]
) -> None:
    freeze(NOON)
    seniors = [one for one in teachers_listed() if one.staff_code <= "T006"]
    for one in seniors:  # everybody may sit on every seat but for the rules of history
        one.teaching_since = 2012 if one.staff_code <= "T004" else None
    db.session.commit()
    done = 0
    for kind, order, days, passed in acts:
        day = SEPTEMBER + timedelta(days)
        freeze(datetime.combine(SEPTEMBER + timedelta(passed), NOON.timetz()))
        existing = db.session.query(Triad).order_by(Triad.id).all()
        triad = existing[order[0] % len(existing)] if existing else None
        try:
            with transaction():
                if kind == 0 or triad is None:
                    seats = dict(zip(Seat, (seniors[one].id for one in order), strict=False))
                    triads.make_triad(staff.term, staff.maths, seats, day, LAST, actor=TESTER)
                elif kind == 1:
                    triads.confirm_triad(triad.id, actor=TESTER)
                elif kind == 2:
                    keys = {"reason": "调整", "revision": triad.revision, "actor": TESTER}
                    triads.change_member(triad.id, list(Seat)[order[1] % 3], seniors[order[2]].id, day, **keys)
                elif kind == 3:
                    triads.dissolve(triad.id, reason="调整", actor=TESTER)
                else:
                    triads.discard_proposal(triad.id, actor=TESTER)
            done += 1
        except Refused:
            db.session.rollback()
        assert breaches(sittings_between(SEPTEMBER, LAST), triads.eligibility()) == []
        for one in db.session.query(Triad).filter(Triad.state.in_([TriadState.PROPOSED, TriadState.ACTIVE])):
            assert sorted(m.seat for m in one.members if m.ends_on is None) == sorted(Seat)
    with transaction():
        for table in (TriadMember, Signature, Agreement, Triad):
            db.session.query(table).delete()
