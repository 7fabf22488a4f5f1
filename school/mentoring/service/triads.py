"""Making triads, changing who sits where, confirming, dissolving; the duties of a term."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from school.audit.service import Actor, record
from school.calendar.models import Term
from school.clock import now, today
from school.db import db
from school.errors import Conflict, Refused
from school.mentoring.enums import Seat, TriadState
from school.mentoring.models import MentorDuty, Triad, TriadMember
from school.mentoring.queries.growth import tiered_staff
from school.mentoring.queries.triads import (
    candidate_of,
    earlier_of,
    eligibility,
    find_triad,
    holders_of,
    lock_duties,
    lock_term,
    lock_triad,
    sittings_between,
)
from school.mentoring.rules.duties import Duty, check_duty_count
from school.mentoring.rules.tiers import TierRule
from school.mentoring.rules.triads import (
    Candidate,
    Sitting,
    check_change,
    check_confirm,
    check_dates,
    check_discard,
    check_dissolve,
    check_eligible,
    check_extension,
    check_seats,
    check_sitting,
)
from school.mentoring.service.agreements import renew
from school.people.models import Subject
from school.preferences.queries import get_preferences


@dataclass(frozen=True)
class Wanted:
    """A triad the office asks for; `number` tells which of several."""

    number: int
    subject: Subject
    seats: Mapping[Seat, int]
    note: str = ""
    previous_id: int | None = None


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
    """Propose a triad of three teachers; with `previous_id` it goes on from one whose apprentice did not pass."""
    lock_term(term.id)
    check_dates(starts_on, ends_on, first=term.starts_on, last=term.ends_on)
    extended = _extended_of(previous_id, subject.id, seats, starts_on)
    people = _candidates(seats, starts_on)
    check_seats(people, eligibility(), extended)
    _check_sittings(people, 0, starts_on, ends_on)
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


def make_triads(
    term: Term, wanted: Sequence[Wanted], starts_on: date, ends_on: date, *, confirms: bool = False, actor: Actor
) -> list[Triad]:
    """Propose several, or with `confirms` make them active at once; all or none.

    A refusal names the field of the one it is about: `novice_3` is the novice of number 3.
    """
    made = []
    for one in wanted:
        try:
            triad = make_triad(
                term, one.subject, one.seats, starts_on, ends_on, note=one.note, previous_id=one.previous_id, actor=actor
            )
            made.append(confirm_triad(triad.id, actor=actor) if confirms else triad)
        except Refused as refused:
            place = refused.field if refused.field in set(Seat) else Seat.CHIEF.value
            raise Refused(refused.message, f"{place}_{one.number}") from refused
    return made


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


def confirm_triads(triad_ids: Collection[int], *, actor: Actor) -> list[Triad]:
    """Confirm several, all or none; a refusal says which one it is about."""
    confirmed = []
    for triad_id in sorted(triad_ids):
        try:
            confirmed.append(confirm_triad(triad_id, actor=actor))
        except Refused as refused:
            found = find_triad(triad_id)
            names = " → ".join(one.name for one in holders_of(found).values()) if found else ""
            raise Refused(f"{names}：{refused.message}" if names else refused.message) from refused
    return confirmed


def discard_proposal(triad_id: int, *, actor: Actor) -> None:
    """Throw a proposal away; nothing was signed and nothing entered."""
    triad = _locked(triad_id)
    check_discard(triad.state)
    record(actor, "mentoring.discard", f"放弃了{triad.subject.name}三人行的拟定", subject_type="triad", subject_id=triad.id)
    db.session.delete(triad)
    db.session.flush()


def change_member(triad_id: int, seat: Seat, teacher_id: int, on_day: date, *, reason: str, revision: int, actor: Actor) -> Triad:
    """Somebody else takes a seat from a day on: one dated row ends, another begins, and the agreement is signed anew.

    In a proposal the seat is filled anew from the first day, whatever `on_day` says.
    """
    triad = _locked(triad_id)
    if triad.revision != revision:
        raise Conflict("您打开这一页以后，别人已经改过这个三人行。核对后可以再次提交。")
    check_change(triad.state, on_day, reason, starts_on=triad.starts_on, ends_on=triad.ends_on)
    leaving = next(one for one in triad.members if one.ends_on is None and one.seat is seat)
    if leaving.teacher_id == teacher_id:
        raise Refused("这个位置现在就是这位教师。", "teacher_id")
    is_proposal = triad.state is TriadState.PROPOSED
    if not is_proposal and on_day <= leaving.starts_on:
        raise Refused(f"现在这位从 {leaving.starts_on.isoformat()} 才开始，换人日期要晚于它。", "on_day")
    first = triad.starts_on if is_proposal else on_day
    candidate = _candidates({seat: teacher_id}, first)[seat]
    check_eligible(candidate, seat, eligibility())
    _check_sittings({seat: candidate}, triad.id, first, triad.ends_on)
    if is_proposal:
        triad.members.remove(leaving)
    else:
        leaving.ends_on = on_day - timedelta(days=1)
    db.session.flush()
    triad.members.append(TriadMember(seat=seat, teacher_id=teacher_id, starts_on=first, reason=reason))
    triad.revision += 1
    db.session.flush()
    db.session.refresh(triad)
    if triad.state is TriadState.ACTIVE:
        renew(triad, actor=actor)
    sentence = f"{triad.subject.name}三人行{seat.label}从 {first.isoformat()} 起改为{candidate.name}"
    record(actor, "mentoring.change_member", sentence, subject_type="triad", subject_id=triad.id, reason=reason)
    return triad


def dissolve(triad_id: int, *, reason: str, actor: Actor) -> Triad:
    """End a triad early, today; its seats are free from tomorrow on. A second tap changes nothing.

    Who was to come later never comes; a triad that has not had its second day holds nobody, not even on its first.
    """
    triad = _locked(triad_id)
    if triad.state is TriadState.DISSOLVED:
        return triad
    check_dissolve(triad.state, reason)
    triad.state, triad.state_reason = TriadState.DISSOLVED, reason
    last = max(min(today(), triad.ends_on), triad.starts_on)
    for member in list(triad.members):
        if member.starts_on > last:
            triad.members.remove(member)
        elif member.ends_on is None or member.ends_on > last:
            member.ends_on = last
    triad.revision += 1
    db.session.flush()
    sentence = f"解除了{triad.subject.name}三人行"
    record(actor, "mentoring.dissolve", sentence, subject_type="triad", subject_id=triad.id, reason=reason)
    return triad


def set_duties(term: Term, duties: Sequence[Duty], seen: Sequence[Duty], *, actor: Actor) -> None:
    """Set how often each seat owes what in a term; `seen` is what the form showed. `renew_all` takes it into agreements."""
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


def _extended_of(previous_id: int | None, subject_id: int, seats: Mapping[Seat, int], starts_on: date) -> frozenset[int]:
    """The apprentices a triad goes on for, when it may go on from the previous one."""
    if previous_id is None:
        return frozenset()
    previous = lock_triad(previous_id)
    if previous is None:
        raise Refused("没有要续办的三人行。")
    earlier = earlier_of(previous)
    check_extension(earlier, subject_id, seats, starts_on)
    return earlier.extended


def _candidates(seats: Mapping[Seat, int], day: date) -> dict[Seat, Candidate]:
    present = get_preferences()
    rule = TierRule(present.tier_research_years, present.tier_guidance_years)
    staff = {one.id: candidate_of(one) for one in tiered_staff(day, rule)}
    for seat, teacher_id in seats.items():
        if teacher_id not in staff:
            raise Refused(f"{seat.label}要选在校的教师。", seat.value)
    return {seat: staff[teacher_id] for seat, teacher_id in seats.items()}


def _check_sittings(people: Mapping[Seat, Candidate], triad_id: int, first: date, last: date) -> None:
    """Judge each of the people on their seat, beside what is on the other seats and in all triads."""
    planned = [Sitting(triad_id, seat, one.id, first, last) for seat, one in people.items()]
    given = {(triad_id, seat) for seat in people}
    others = [one for one in sittings_between(first, last) if (one.triad_id, one.seat) not in given]
    for seat, candidate in people.items():
        span = {"triad_id": triad_id, "first": first, "last": last}
        check_sitting(candidate, seat, [*others, *planned], eligibility=eligibility(), **span)


def _recheck(triad: Triad) -> None:
    """A proposal may have grown old: judge its seats again before it counts."""
    seats = {seat: one.id for seat, one in holders_of(triad).items()}
    previous = find_triad(triad.previous_id) if triad.previous_id else None
    people = _candidates(seats, triad.starts_on)
    check_seats(people, eligibility(), earlier_of(previous).extended if previous else ())
    _check_sittings(people, triad.id, triad.starts_on, triad.ends_on)


def _locked(triad_id: int) -> Triad:
    """Lock the term of a triad, then the triad."""
    found = find_triad(triad_id)
    if found is None:
        raise Refused("没有这个三人行。")
    lock_term(found.term_id)
    triad = lock_triad(triad_id)
    if triad is None:
        raise Refused("这个三人行已被删除。")
    return triad
