"""Triads with their members, the staff they are made of, agreements and duties.

`find_triad`, `lock_triad` (whoever writes something of one triad), `lock_term` (whoever changes who sits where; before the
triad's lock), and `TriadFacts`, a triad as plain values.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from school.calendar.models import Term
from school.calendar.rules import grade_of
from school.db import db
from school.mentoring.enums import Outcome, Seat, TriadState
from school.mentoring.models import Acceptance, Agreement, MentorDuty, Triad, TriadMember
from school.mentoring.queries.growth import TieredTeacher
from school.mentoring.rules.proposing import Colleague
from school.mentoring.rules.triads import Candidate, Earlier, Eligibility, Sitting
from school.people.models import SchoolClass, Subject, Teacher, TeachingAssignment
from school.preferences.queries import get_preferences


@dataclass(frozen=True)
class TriadFacts:
    """A triad as lists show it: who sits where now (or sat at the end), by seat; `members` counts changes too."""

    id: int
    subject: str
    state: TriadState
    starts_on: date
    ends_on: date
    ids: dict[Seat, int]
    names: dict[Seat, str]
    changes: int


def holders_of(triad: Triad) -> dict[Seat, Teacher]:
    """The latest holder of each seat: who sits there, sat there last, or is to sit there after a change."""
    latest = {one.seat: one.teacher for one in sorted(triad.members, key=lambda one: (one.starts_on, one.id))}
    return {seat: latest[seat] for seat in Seat if seat in latest}


def facts_of(triad: Triad) -> TriadFacts:
    """A triad row as plain values; the latest holder of each seat counts."""
    ordered = holders_of(triad)
    return TriadFacts(
        id=triad.id,
        subject=triad.subject.name,
        state=triad.state,
        starts_on=triad.starts_on,
        ends_on=triad.ends_on,
        ids={seat: one.id for seat, one in ordered.items()},
        names={seat: one.name for seat, one in ordered.items()},
        changes=len(triad.members) - len(ordered),
    )


def find_triad(triad_id: int) -> Triad | None:
    """A triad by id."""
    return db.session.get(Triad, triad_id)


def lock_triad(triad_id: int) -> Triad | None:
    """A triad, locked until the transaction ends, with its members read anew."""
    statement = select(Triad).where(Triad.id == triad_id).with_for_update(of=Triad)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def lock_term(term_id: int) -> None:
    """The term, locked until the transaction ends: in one term one at a time changes who sits where, and the duties."""
    db.session.execute(select(Term.id).where(Term.id == term_id).with_for_update(key_share=True, of=Term))


def triads_of_term(term_id: int) -> Sequence[Triad]:
    """The triads of a term by subject."""
    statement = select(Triad).join(Subject, Subject.id == Triad.subject_id).where(Triad.term_id == term_id)
    return db.session.scalars(statement.order_by(Subject.position, Triad.id)).all()


def triads_of_teacher(teacher_id: int) -> Sequence[Triad]:
    """The triads a teacher sits or sat in, newest first."""
    ids = select(TriadMember.triad_id).where(TriadMember.teacher_id == teacher_id)
    return db.session.scalars(select(Triad).where(Triad.id.in_(ids)).order_by(Triad.starts_on.desc(), Triad.id.desc())).all()


def sittings_between(first: date, last: date) -> list[Sitting]:
    """Everybody's time on a seat that has a day between two days, by triad; of a dissolved one what came before its end.

    A triad that was dissolved before its second day never held anybody.
    """
    later = aliased(TriadMember)
    began = select(later.id).where(later.triad_id == Triad.id, or_(later.ends_on.is_(None), later.ends_on > Triad.starts_on))
    statement = (
        select(
            TriadMember.triad_id,
            TriadMember.seat,
            TriadMember.teacher_id,
            TriadMember.starts_on,
            TriadMember.ends_on,
            Triad.ends_on,
        )
        .join(Triad, Triad.id == TriadMember.triad_id)
        .where(TriadMember.starts_on <= last, Triad.ends_on >= first)
        .where(or_(Triad.state != TriadState.DISSOLVED, began.exists()))
        .order_by(TriadMember.id)
    )
    rows = db.session.execute(statement)
    found = [Sitting(triad, seat, teacher, starts, ends or triad_ends) for triad, seat, teacher, starts, ends, triad_ends in rows]
    return [one for one in found if one.overlaps(first, last)]


def eligibility() -> Eligibility:
    """The school's settings of who may sit where."""
    present = get_preferences()
    years = (present.mentor_chief_years, present.mentor_middle_years, present.mentor_novice_years)
    return Eligibility(*years, present.mentor_chief_places)


def candidate_of(one: TieredTeacher) -> Candidate:
    """A teacher as eligibility sees them."""
    return Candidate(one.id, one.name, one.years, one.verdict.tier)


def colleagues_of(term: Term, staff: Iterable[TieredTeacher], day: date) -> list[Colleague]:
    """Who teaches which subject in which grades in a term, on the day or later, with the number of all their lessons."""
    by_id = {one.id: one for one in staff}
    statement = (
        select(TeachingAssignment.teacher_id, Subject.id, Subject.name, SchoolClass.entry_year)
        .join(Subject, Subject.id == TeachingAssignment.subject_id)
        .join(SchoolClass, SchoolClass.id == TeachingAssignment.class_id)
        .where(TeachingAssignment.term_id == term.id)
        .where(or_(TeachingAssignment.ends_on.is_(None), TeachingAssignment.ends_on >= day))
        .order_by(Subject.position, Subject.id, TeachingAssignment.teacher_id)
    )
    start_year = term.school_year.start_year
    found: dict[tuple[int, int], tuple[str, set[int]]] = {}
    lessons: Counter[int] = Counter()
    for teacher_id, subject_id, subject, entry_year in db.session.execute(statement):
        found.setdefault((subject_id, teacher_id), (subject, set()))[1].add(grade_of(entry_year, start_year))
        lessons[teacher_id] += 1
    return [
        Colleague(candidate_of(by_id[teacher_id]), subject_id, subject, frozenset(grades), lessons[teacher_id])
        for (subject_id, teacher_id), (subject, grades) in found.items()
        if teacher_id in by_id
    ]


def extended_before(term: Term) -> list[Earlier]:
    """The triads that ended before a term with an apprentice who is to go on, and that nobody has continued yet."""
    taken = select(Triad.previous_id).where(Triad.previous_id.is_not(None), Triad.state != TriadState.DISSOLVED)
    statement = (
        select(Triad)
        .where(Triad.ends_on < term.starts_on, Triad.state == TriadState.COMPLETED, Triad.id.not_in(taken))
        .where(Triad.id.in_(select(Acceptance.triad_id).where(Acceptance.outcome == Outcome.EXTENDED)))
        .order_by(Triad.id)
    )
    rows = db.session.scalars(statement).all()
    extended = _extended([one.id for one in rows])
    return [Earlier(one.id, one.subject_id, one.ends_on, facts_of(one).ids, extended[one.id]) for one in rows]


def earlier_of(triad: Triad) -> Earlier:
    """A triad as another may go on from it; extended are only those of a completed one."""
    extended = _extended([triad.id])[triad.id] if triad.state is TriadState.COMPLETED else frozenset()
    taken = select(Triad.id).where(Triad.previous_id == triad.id, Triad.state != TriadState.DISSOLVED).limit(1)
    is_continued = db.session.scalar(taken) is not None
    return Earlier(triad.id, triad.subject_id, triad.ends_on, facts_of(triad).ids, extended, is_continued)


def goes_on(triad: Triad) -> bool:
    """Whether another triad may go on from this one: an apprentice did not pass, and nobody has continued it."""
    earlier = earlier_of(triad)
    return bool(earlier.extended) and not earlier.is_continued


def term_after(day: date) -> Term | None:
    """The first term that begins after a day."""
    return db.session.scalar(select(Term).where(Term.starts_on > day).order_by(Term.starts_on).limit(1))


def _extended(triad_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """By triad the apprentices who did not pass."""
    statement = select(Acceptance.triad_id, Acceptance.teacher_id).where(
        Acceptance.triad_id.in_(list(triad_ids)), Acceptance.outcome == Outcome.EXTENDED
    )
    found: dict[int, set[int]] = defaultdict(set)
    for triad_id, teacher_id in db.session.execute(statement):
        found[triad_id].add(teacher_id)
    return defaultdict(frozenset, {triad_id: frozenset(ids) for triad_id, ids in found.items()})


def agreement_in_force(triad_id: int) -> Agreement | None:
    """The newest version of a triad's agreement."""
    statement = select(Agreement).where(Agreement.triad_id == triad_id).order_by(Agreement.version.desc()).limit(1)
    return db.session.scalar(statement)


def agreements_of(triad_id: int) -> Sequence[Agreement]:
    """All versions of a triad's agreement, newest first."""
    statement = select(Agreement).where(Agreement.triad_id == triad_id).order_by(Agreement.version.desc())
    return db.session.scalars(statement).all()


def duty_rows(term_id: int) -> Sequence[MentorDuty]:
    """The duties the office set for a term."""
    return db.session.scalars(select(MentorDuty).where(MentorDuty.term_id == term_id).order_by(MentorDuty.id)).all()


def lock_duties(term_id: int) -> Sequence[MentorDuty]:
    """The term, locked until the transaction ends, and its duties read anew."""
    lock_term(term_id)
    statement = select(MentorDuty).where(MentorDuty.term_id == term_id).order_by(MentorDuty.id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()
