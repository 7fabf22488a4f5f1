"""What triads did together: entries with their files, counts against duties, and how long it has been quiet."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from school.db import db
from school.mentoring.enums import EntryKind, EntryState, Seat
from school.mentoring.models import MentorDuty, MentorEntry, MentorFile, Triad
from school.mentoring.rules.duties import Duty, DutyProgress, default_duties, progress_of
from school.people.models import SchoolClass, Teacher

LIVE = (EntryState.ENTERED, EntryState.CONFIRMED, EntryState.RETURNED)


@dataclass(frozen=True)
class Seating:
    """Who sits where on a day, by seat: teacher id and name."""

    ids: dict[Seat, int]
    names: dict[Seat, str]

    def seat_of(self, teacher_id: int) -> Seat | None:
        """The seat of a teacher, or None."""
        return next((seat for seat, one in self.ids.items() if one == teacher_id), None)


def seating_on(triad: Triad, day: date) -> Seating:
    """The triad's seats on a day, from its dated members."""
    present = {
        one.seat: one.teacher for one in triad.members if one.starts_on <= day and (one.ends_on is None or one.ends_on >= day)
    }
    ordered = {seat: present[seat] for seat in Seat if seat in present}
    return Seating({s: one.id for s, one in ordered.items()}, {s: one.name for s, one in ordered.items()})


def duties_of(term_id: int) -> tuple[Duty, ...]:
    """The duties the office set for a term, else the defaults (MT-01)."""
    rows = db.session.scalars(select(MentorDuty).where(MentorDuty.term_id == term_id).order_by(MentorDuty.id)).all()
    return tuple(Duty(row.seat, row.field, row.kind, row.count) for row in rows) or default_duties()


def entries_of(triad_id: int) -> Sequence[MentorEntry]:
    """The entries of a triad that were not withdrawn, newest first."""
    statement = select(MentorEntry).where(MentorEntry.triad_id == triad_id, MentorEntry.state.in_(LIVE))
    return db.session.scalars(statement.order_by(MentorEntry.on_day.desc(), MentorEntry.id.desc())).all()


def find_entry(entry_id: int) -> MentorEntry | None:
    """An entry by id."""
    return db.session.get(MentorEntry, entry_id)


def find_entry_of_key(teacher_id: int, key: str) -> MentorEntry | None:
    """The entry a form has already made."""
    statement = select(MentorEntry).where(MentorEntry.by_teacher_id == teacher_id, MentorEntry.submission_key == key)
    return db.session.scalar(statement)


def find_file(file_id: int) -> MentorFile | None:
    """An attached file by id."""
    return db.session.get(MentorFile, file_id)


def waiting_for(teacher_id: int) -> list[tuple[MentorEntry, str]]:
    """Entries that wait for a teacher to confirm them, with who entered them; oldest first."""
    statement = (
        select(MentorEntry, Teacher.name)
        .join(Teacher, Teacher.id == MentorEntry.by_teacher_id)
        .where(MentorEntry.with_teacher_id == teacher_id, MentorEntry.state == EntryState.ENTERED)
        .order_by(MentorEntry.on_day, MentorEntry.id)
    )
    return [tuple(row) for row in db.session.execute(statement)]


def progress_by_triad(triads: Iterable[Triad], day: date) -> dict[int, list[DutyProgress]]:
    """Every triad's duties with what is confirmed and what waits, in two statements however many triads.

    What is credited to a teacher counts for the seat they have on the day, or had last.
    """
    wanted = list(triads)
    counts: dict[tuple[int, EntryState], Counter[tuple[int, EntryKind]]] = defaultdict(Counter)
    statement = (
        select(MentorEntry.triad_id, MentorEntry.state, MentorEntry.credited_to_id, MentorEntry.kind, func.count())
        .where(MentorEntry.triad_id.in_([one.id for one in wanted]), MentorEntry.on_day <= day)
        .group_by(MentorEntry.triad_id, MentorEntry.state, MentorEntry.credited_to_id, MentorEntry.kind)
    )
    for triad_id, state, teacher_id, kind, count in db.session.execute(statement):
        counts[triad_id, state][teacher_id, kind] += count
    duties = {term_id: duties_of(term_id) for term_id in {one.term_id for one in wanted}}
    return {
        triad.id: progress_of(
            duties[triad.term_id],
            _by_seat(triad, counts[triad.id, EntryState.CONFIRMED]),
            _by_seat(triad, counts[triad.id, EntryState.ENTERED]),
            starts_on=triad.starts_on,
            ends_on=triad.ends_on,
            day=day,
        )
        for triad in wanted
    }


def last_entry_days(triad_ids: Iterable[int]) -> dict[int, date]:
    """By triad the day of its latest live entry."""
    statement = select(MentorEntry.triad_id, func.max(MentorEntry.on_day)).where(
        MentorEntry.triad_id.in_(list(triad_ids)), MentorEntry.state.in_(LIVE)
    )
    return {triad_id: day for triad_id, day in db.session.execute(statement.group_by(MentorEntry.triad_id))}


def class_choices(first_entry_year: int, last_entry_year: int) -> Sequence[SchoolClass]:
    """The classes of the grades, youngest first."""
    statement = select(SchoolClass).where(SchoolClass.entry_year.between(first_entry_year, last_entry_year))
    return db.session.scalars(statement.order_by(SchoolClass.entry_year.desc(), SchoolClass.number)).all()


def _by_seat(triad: Triad, counts: Counter[tuple[int, EntryKind]]) -> dict[tuple[Seat, EntryKind], int]:
    """Counts by seat; a teacher who changed seats counts for the latest one, and one who left for the seat they had."""
    seats = {one.teacher_id: one.seat for one in sorted(triad.members, key=lambda one: one.starts_on)}
    found: dict[tuple[Seat, EntryKind], int] = defaultdict(int)
    for (teacher_id, kind), count in counts.items():
        if teacher_id in seats:
            found[seats[teacher_id], kind] += count
    return dict(found)
