"""Rubrics and acceptances of triads, and the evidence for them."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select

from school.calendar.models import Term
from school.db import db
from school.mentoring.enums import EntryKind, EntryState, Presence, Seat
from school.mentoring.models import Acceptance, AcceptanceRubric, Attendance, MentorEntry, ResearchActivity, Triad
from school.mentoring.queries.entries import progress_by_triad
from school.mentoring.rules.acceptance import RubricItem, default_rubric

APPRENTICES = (Seat.MIDDLE, Seat.NOVICE)


def rubric_of(term_id: int) -> tuple[tuple[RubricItem, ...], int]:
    """The rubric of a term, the default where the office set none; and its revision (0: the default)."""
    row = db.session.get(AcceptanceRubric, term_id)
    if row is None:
        return default_rubric(), 0
    return tuple(item_of(one) for one in row.items), row.revision


def item_of(stored: dict[str, object]) -> RubricItem:
    """A stored line of a rubric."""
    return RubricItem(str(stored["key"]), str(stored["label"]), int(str(stored["points"])))


def find_rubric(term_id: int) -> AcceptanceRubric | None:
    """The office's rubric of a term."""
    return db.session.get(AcceptanceRubric, term_id)


def find_acceptance(acceptance_id: int) -> Acceptance | None:
    """An acceptance by id."""
    return db.session.get(Acceptance, acceptance_id)


def acceptances_of(triad_id: int) -> Sequence[Acceptance]:
    """The acceptances of a triad's apprentices."""
    return db.session.scalars(select(Acceptance).where(Acceptance.triad_id == triad_id).order_by(Acceptance.id)).all()


def acceptances_of_term(term_id: int) -> list[tuple[Acceptance, Triad]]:
    """All acceptances of a term with their triads, undecided ones first."""
    statement = (
        select(Acceptance, Triad)
        .join(Triad, Triad.id == Acceptance.triad_id)
        .where(Triad.term_id == term_id)
        .order_by(Acceptance.decided_at.is_not(None), Acceptance.id)
    )
    return [tuple(row) for row in db.session.execute(statement)]


def lock_certificates(acceptance_id: int) -> None:
    """Lock the term of an acceptance, so that its certificates are numbered one after another; before the triad's lock."""
    statement = (
        select(Term.id)
        .join(Triad, Triad.term_id == Term.id)
        .join(Acceptance, Acceptance.triad_id == Triad.id)
        .where(Acceptance.id == acceptance_id)
        .with_for_update(key_share=True, of=Term)
    )
    db.session.execute(statement)


def count_certificates(term_id: int) -> int:
    """How many certificates a term has given."""
    statement = select(func.count(Acceptance.certificate_number)).join(Triad, Triad.id == Acceptance.triad_id)
    return db.session.scalar(statement.where(Triad.term_id == term_id)) or 0


def evidence_for(triad: Triad, seat: Seat, teacher_id: int) -> dict[str, object]:
    """What the system can show for an apprentice: duties done of owed, entries by kind, research attendance, days.

    Keys: `duties` [{"kind", "done", "count"}], `entries` {kind: confirmed entries with the apprentice}, `research`
    {"present", "invited"}, `first_on` and `last_on` of the entries as ISO dates or "".
    """
    progress = [one for one in progress_by_triad([triad], triad.ends_on)[triad.id] if one.duty.seat is seat]
    statement = select(MentorEntry.kind, MentorEntry.on_day).where(
        MentorEntry.triad_id == triad.id,
        MentorEntry.state == EntryState.CONFIRMED,
        (MentorEntry.by_teacher_id == teacher_id) | (MentorEntry.with_teacher_id == teacher_id),
    )
    rows = db.session.execute(statement).all()
    kinds = Counter(kind for kind, _day in rows)
    days = sorted(day for _kind, day in rows)
    presences = Counter(
        db.session.scalars(
            select(Attendance.presence)
            .join(ResearchActivity, ResearchActivity.id == Attendance.activity_id)
            .where(ResearchActivity.term_id == triad.term_id, Attendance.teacher_id == teacher_id)
        )
    )
    return {
        "duties": [{"kind": one.duty.kind.value, "done": one.done, "count": one.duty.count} for one in progress],
        "entries": {kind.value: kinds[kind] for kind in EntryKind if kinds[kind]},
        "research": {"present": presences[Presence.PRESENT], "invited": sum(presences.values())},
        "first_on": days[0].isoformat() if days else "",
        "last_on": days[-1].isoformat() if days else "",
    }
