"""Rows for the growth report: triads with their work, entries behind figures, appraisals, acceptances of a term."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from school.calendar.models import Term
from school.db import db
from school.mentoring.enums import EntryKind, EntryState, Seat, TriadState
from school.mentoring.models import Acceptance, MentorEntry, TeamAppraisal, Triad, TriadMember
from school.mentoring.queries.entries import LIVE, last_entry_days, progress_by_triad
from school.mentoring.queries.tasks import agreements_in_force
from school.mentoring.queries.triads import facts_of, triads_of_term
from school.mentoring.rules.agreements import missing_signers
from school.mentoring.rules.duties import is_on_track, quiet_days, quiet_signal
from school.people.models import Subject, Teacher
from school.preferences.queries import get_preferences

DUTY_COLUMNS = ("triad_id", "subject", "seat", "kind", "owed", "expected", "done", "waiting")
TRIAD_COLUMNS = ("triad_id", "subject", "state", "is_on_track", "signal", "is_unsigned")
COUNTED = (TriadState.ACTIVE, TriadState.COMPLETED)


@dataclass(frozen=True)
class ListedEntry:
    """An entry behind a figure."""

    triad_id: int
    subject: str
    kind: EntryKind
    on_day: date
    credited: str
    other: str
    topic: str
    state: EntryState


def triad_and_duty_rows(term: Term, day: date) -> tuple[list[tuple], list[tuple]]:
    """All triads of a term as they stand on a day (`TRIAD_COLUMNS`), and what running and accepted ones owe (`DUTY_COLUMNS`)."""
    triads = triads_of_term(term.id)
    progress, last = progress_by_triad(triads, day), last_entry_days(one.id for one in triads)
    agreements, present = agreements_in_force(one.id for one in triads), get_preferences()
    rows, duties = [], []
    for one in triads:
        days = quiet_days(last.get(one.id), starts_on=one.starts_on, day=min(day, one.ends_on))
        signal = quiet_signal(days, quiet=present.mentor_quiet_days, overdue=present.mentor_overdue_days)
        agreement = agreements.get(one.id)
        is_unsigned = agreement is not None and bool(missing_signers([row.signer for row in agreement.signatures]))
        rows.append((one.id, facts_of(one).subject, one.state.value, is_on_track(progress[one.id]), signal, is_unsigned))
        if one.state in COUNTED:
            duties += [
                (one.id, one.subject.name, p.duty.seat.value, p.duty.kind.value, p.duty.count, p.expected, p.done, p.waiting)
                for p in progress[one.id]
            ]
    return rows, duties


def observation_counts(term_id: int, day: date) -> dict[int, int]:
    """By teacher how many observations of a term are confirmed and credited to them, up to a day."""
    statement = (
        select(MentorEntry.credited_to_id, func.count())
        .join(Triad, Triad.id == MentorEntry.triad_id)
        .where(Triad.term_id == term_id, MentorEntry.kind == EntryKind.OBSERVATION, MentorEntry.on_day <= day)
        .where(MentorEntry.state == EntryState.CONFIRMED)
        .group_by(MentorEntry.credited_to_id)
    )
    return {teacher_id: count for teacher_id, count in db.session.execute(statement)}


def entries_behind(
    term_id: int,
    day: date,
    *,
    kind: EntryKind | None = None,
    seat: Seat | None = None,
    teacher_id: int | None = None,
    state: EntryState | None = None,
    of_counted: bool = False,
) -> list[ListedEntry]:
    """Entries of a term up to a day, newest first; `seat` is the one of whoever they are credited to.

    `of_counted`: only of triads that run or were accepted, as the duties are counted.
    """
    credited, by, other = aliased(Teacher), aliased(Teacher), aliased(Teacher)
    statement = (
        select(MentorEntry, Subject.name, credited.name, by.name, other.name, credited.id, by.id)
        .join(Triad, Triad.id == MentorEntry.triad_id)
        .join(Subject, Subject.id == Triad.subject_id)
        .join(credited, credited.id == MentorEntry.credited_to_id)
        .join(by, by.id == MentorEntry.by_teacher_id)
        .join(other, other.id == MentorEntry.with_teacher_id)
        .where(Triad.term_id == term_id, MentorEntry.on_day <= day, MentorEntry.state.in_(LIVE if state is None else (state,)))
        .order_by(MentorEntry.on_day.desc(), MentorEntry.id.desc())
    )
    if kind is not None:
        statement = statement.where(MentorEntry.kind == kind)
    if teacher_id is not None:
        statement = statement.where(MentorEntry.credited_to_id == teacher_id)
    if of_counted:
        statement = statement.where(Triad.state.in_(COUNTED))
    seats = _latest_seats(term_id) if seat is not None else {}
    found = []
    for row, subject, who, first, second, who_id, first_id in db.session.execute(statement):
        if seat is None or seats.get((row.triad_id, who_id)) is seat:
            other_name = second if first_id == who_id else first
            found.append(ListedEntry(row.triad_id, subject, row.kind, row.on_day, who, other_name, row.topic, row.state))
    return found


def appraisal_rows(term_id: int) -> Sequence[tuple[str, str, float]]:
    """The decided appraisals of a term: kind, name, total."""
    statement = select(TeamAppraisal.kind, TeamAppraisal.name, TeamAppraisal.total).where(TeamAppraisal.term_id == term_id)
    return [(kind.value, name, total) for kind, name, total in db.session.execute(statement.order_by(TeamAppraisal.id))]


def acceptance_rows(term_id: int) -> Sequence[tuple[str, str, str, int | None]]:
    """The acceptances of a term: seat, outcome and grade ("" while undecided), points."""
    statement = (
        select(Acceptance.seat, Acceptance.outcome, Acceptance.grade, Acceptance.points)
        .join(Triad, Triad.id == Acceptance.triad_id)
        .where(Triad.term_id == term_id)
        .order_by(Acceptance.id)
    )
    rows = db.session.execute(statement)
    return [(seat.value, outcome or "", grade or "", points) for seat, outcome, grade, points in rows]


def _latest_seats(term_id: int) -> dict[tuple[int, int], Seat]:
    """By triad and teacher the seat they had last, as duties are counted."""
    statement = (
        select(TriadMember.triad_id, TriadMember.teacher_id, TriadMember.seat)
        .join(Triad, Triad.id == TriadMember.triad_id)
        .where(Triad.term_id == term_id)
        .order_by(TriadMember.starts_on, TriadMember.id)
    )
    return {(triad_id, teacher_id): seat for triad_id, teacher_id, seat in db.session.execute(statement)}
