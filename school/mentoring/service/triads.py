"""Making triads, changing who sits where, confirming, dissolving; the duties of a term."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from school.audit.service import Actor, record
from school.calendar.models import Term
from school.clock import now, today
from school.db import db
from school.errors import Conflict, Refused
from school.mentoring.enums import Seat, TriadState
from school.mentoring.models import MentorDuty, Triad, TriadMember
from school.mentoring.queries.growth import tiered_staff
from school.mentoring.queries.triads import candidate_of, find_triad, lock_duties, lock_teachers, lock_triad, sittings_between
from school.mentoring.rules.duties import Duty, check_duty_count
from school.mentoring.rules.tiers import TierRule
from school.mentoring.rules.triads import (
    Candidate,
    Eligibility,
    check_change,
    check_confirm,
    check_dates,
    check_dissolve,
    check_eligible,
    check_seats,
    check_sitting,
)
from school.mentoring.service.agreements import renew
from school.people.models import Subject
from school.preferences.queries import get_preferences


def eligibility() -> Eligibility:
    """The school's settings."""
    present = get_preferences()
    years = (present.mentor_chief_years, present.mentor_middle_years, present.mentor_novice_years)
    return Eligibility(*years, present.mentor_chief_places)


def make_triad(
    term: Term,
    subject: Subject,
    seats: Mapping[Seat, int],
    starts_on: date,
    ends_on: date,
    *,
    note: str = "",
    previous_id: int | None = None,
    actor: Actor,
) -> Triad:
    """Propose a triad of three teachers; every rule is judged under the locks of the three."""
    lock_teachers(seats.values())
    check_dates(starts_on, ends_on, first=term.starts_on, last=term.ends_on)
    people = _candidates(seats, starts_on)
    check_seats(people, eligibility())
    for seat in Seat:
        others = {other: one.id for other, one in people.items() if other is not seat}
        _check_sitting(people[seat], seat, others, 0, starts_on, ends_on)
    triad = Triad(
        term_id=term.id,
        subject_id=subject.id,
        state=TriadState.PROPOSED,
        starts_on=starts_on,
        ends_on=ends_on,
        note=note,
        previous_id=previous_id,
    )
    triad.members = [TriadMember(seat=seat, teacher_id=people[seat].id, starts_on=starts_on) for seat in Seat]
    db.session.add(triad)
    db.session.flush()
    names = "、".join(people[seat].name for seat in Seat)
    record(actor, "mentoring.propose", f"拟定了{subject.name}三人行：{names}", subject_type="triad", subject_id=triad.id)
    return triad


def confirm_triad(triad_id: int, *, actor: Actor) -> Triad:
    """Make a proposal an active triad with its agreement to sign; a second tap changes nothing."""
    triad = _locked(triad_id)
    if triad.state is TriadState.ACTIVE:
        return triad
    check_confirm(triad.state)
    _recheck(triad)
    triad.state, triad.confirmed_at = TriadState.ACTIVE, now()
    triad.revision += 1
    db.session.flush()
    renew(triad, actor=actor)
    record(actor, "mentoring.confirm_triad", f"确认了{triad.subject.name}三人行", subject_type="triad", subject_id=triad.id)
    return triad


def discard_proposal(triad_id: int, *, actor: Actor) -> None:
    """Throw a proposal away; nothing was signed and nothing entered."""
    triad = _locked(triad_id)
    check_confirm(triad.state)
    record(actor, "mentoring.discard", f"放弃了{triad.subject.name}三人行的拟定", subject_type="triad", subject_id=triad.id)
    db.session.delete(triad)
    db.session.flush()


def change_member(triad_id: int, seat: Seat, teacher_id: int, on_day: date, *, reason: str, revision: int, actor: Actor) -> Triad:
    """Somebody else takes a seat from a day on: one dated row ends, another begins, and the agreement is signed anew."""
    triad = _locked(triad_id, teacher_id)
    if triad.revision != revision:
        raise Conflict("您打开这一页以后，别人已经改过这个三人行。核对后可以再次提交。")
    check_change(triad.state, on_day, reason, starts_on=triad.starts_on, ends_on=triad.ends_on)
    present = {one.seat: one for one in triad.members if one.ends_on is None}
    leaving = present[seat]
    if leaving.teacher_id == teacher_id:
        raise Refused("这个位置现在就是这位教师。", "teacher_id")
    if on_day <= leaving.starts_on:
        raise Refused(f"现在这位从 {leaving.starts_on.isoformat()} 才开始，换人日期要晚于它。", "on_day")
    candidate = _candidates({seat: teacher_id}, on_day)[seat]
    check_eligible(candidate, seat, eligibility())
    others = {other: one.teacher_id for other, one in present.items() if other is not seat}
    _check_sitting(candidate, seat, others, triad.id, on_day, triad.ends_on)
    leaving.ends_on = on_day - timedelta(days=1)
    db.session.flush()
    triad.members.append(TriadMember(seat=seat, teacher_id=teacher_id, starts_on=on_day, reason=reason))
    triad.revision += 1
    db.session.flush()
    db.session.refresh(triad)
    if triad.state is TriadState.ACTIVE:
        renew(triad, actor=actor)
    sentence = f"{triad.subject.name}三人行{seat.label}从 {on_day.isoformat()} 起改为{candidate.name}"
    record(actor, "mentoring.change_member", sentence, subject_type="triad", subject_id=triad.id, reason=reason)
    return triad


def dissolve(triad_id: int, *, reason: str, actor: Actor) -> Triad:
    """End a triad early, today; its seats are free from tomorrow on. A second tap changes nothing."""
    triad = _locked(triad_id)
    if triad.state is TriadState.DISSOLVED:
        return triad
    check_dissolve(triad.state, reason)
    triad.state, triad.state_reason = TriadState.DISSOLVED, reason
    last = max(min(today(), triad.ends_on), triad.starts_on)
    for member in triad.members:
        if member.ends_on is None:
            member.ends_on = max(last, member.starts_on)
    triad.revision += 1
    db.session.flush()
    sentence = f"解除了{triad.subject.name}三人行"
    record(actor, "mentoring.dissolve", sentence, subject_type="triad", subject_id=triad.id, reason=reason)
    return triad


def set_duties(term: Term, duties: Sequence[Duty], seen: Sequence[Duty], *, actor: Actor) -> None:
    """Set how often each seat owes what in a term; agreements in force are renewed where their text changes."""
    present = lock_duties(term.id)
    stored = tuple(Duty(row.seat, row.field, row.kind, row.count) for row in present)
    if stored and stored != tuple(seen):
        raise Conflict("您打开这一页以后，别人已经改过次数。核对后可以再次提交。")
    for duty in duties:
        check_duty_count(duty.count, f"{duty.seat.value}_{duty.kind.value}")
    for row in present:
        db.session.delete(row)
    db.session.flush()
    db.session.add_all(MentorDuty(term_id=term.id, seat=d.seat, field=d.field, kind=d.kind, count=d.count) for d in duties)
    db.session.flush()
    words = "，".join(f"{d.seat.label.split(' ')[0]}{d.kind.label} {d.count}" for d in duties)
    record(actor, "mentoring.duties", f"设定了责任书次数：{words}", subject_type="term", subject_id=term.id)


def _candidates(seats: Mapping[Seat, int], day: date) -> dict[Seat, Candidate]:
    present = get_preferences()
    rule = TierRule(present.tier_research_years, present.tier_guidance_years)
    staff = {one.id: candidate_of(one) for one in tiered_staff(day, rule)}
    found = {seat: staff[teacher_id] for seat, teacher_id in seats.items() if teacher_id in staff}
    for seat, teacher_id in seats.items():
        if teacher_id not in staff:
            raise Refused(f"{seat.label}要选在校的教师。", seat.value)
    return found


def _check_sitting(candidate: Candidate, seat: Seat, others: Mapping[Seat, int], triad_id: int, first: date, last: date) -> None:
    sittings = sittings_between(first, last)
    check_sitting(candidate, seat, others, sittings, triad_id=triad_id, first=first, last=last, eligibility=eligibility())


def _recheck(triad: Triad) -> None:
    """A proposal may have grown old: judge its seats again before it counts."""
    seats = {one.seat: one.teacher_id for one in triad.members if one.ends_on is None}
    people = _candidates(seats, triad.starts_on)
    check_seats(people, eligibility())
    for seat, candidate in people.items():
        others = {other: one.id for other, one in people.items() if other is not seat}
        _check_sitting(candidate, seat, others, triad.id, triad.starts_on, triad.ends_on)


def _locked(triad_id: int, *more_teachers: int) -> Triad:
    """Lock the teachers of a triad (and who comes), then the triad; who joined in between is noticed by the revision."""
    found = find_triad(triad_id)
    if found is None:
        raise Refused("没有这个三人行。")
    lock_teachers([*(one.teacher_id for one in found.members), *more_teachers])
    triad = lock_triad(triad_id)
    if triad is None:
        raise Refused("这个三人行已被删除。")
    return triad
