"""Teams of a term with their members, weights, appraisals, and what the mentoring side counts for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from school.calendar.models import Term
from school.calendar.rules import grade_of
from school.db import db
from school.mentoring.enums import EntryKind, EntryState, Indicator, Presence, Seat, TeamKind, TriadState
from school.mentoring.models import MentorEntry, TeamAppraisal, TeamWeights, Triad
from school.mentoring.queries.entries import duties_of
from school.mentoring.queries.growth import done_by_teacher, requirements_of
from school.mentoring.queries.research import presence_by_teacher
from school.mentoring.rules.research import attendance_share
from school.mentoring.rules.teams import DEFAULT_WEIGHTS, grade_group_name
from school.people.models import SchoolClass, Subject, Teacher, TeachingAssignment


@dataclass(frozen=True)
class Team:
    """A team of a term: a key that stays, a name, its members by id and name."""

    kind: TeamKind
    key: str
    name: str
    member_ids: tuple[int, ...]
    member_names: tuple[str, ...]
    subject_id: int | None = None
    entry_year: int | None = None


def teams_of(term: Term, last_grade: int) -> list[Team]:
    """Prep groups (subject and grade, two or more teachers), grade groups and active triads of a term."""
    start_year = term.school_year.start_year
    prep: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    grades: dict[int, dict[int, str]] = defaultdict(dict)
    subjects: dict[int, str] = {}
    statement = (
        select(Subject.id, Subject.name, SchoolClass.entry_year, Teacher.id, Teacher.name)
        .select_from(TeachingAssignment)
        .join(Teacher, Teacher.id == TeachingAssignment.teacher_id)
        .join(SchoolClass, SchoolClass.id == TeachingAssignment.class_id)
        .join(Subject, Subject.id == TeachingAssignment.subject_id)
        .where(TeachingAssignment.term_id == term.id)
        .where(or_(TeachingAssignment.ends_on.is_(None), TeachingAssignment.ends_on >= term.ends_on))
        .order_by(Subject.position, SchoolClass.entry_year.desc(), Teacher.staff_code)
    )
    for subject_id, subject, entry_year, teacher_id, name in db.session.execute(statement):
        if 1 <= grade_of(entry_year, start_year) <= last_grade:
            subjects[subject_id] = subject
            prep[subject_id, entry_year][teacher_id] = name
            grades[entry_year][teacher_id] = name
    found = [
        _team(TeamKind.GRADE_GROUP, str(year), f"{grade_group_name(grade_of(year, start_year))}组", who, entry_year=year)
        for year, who in sorted(grades.items(), reverse=True)
    ]
    found += [
        _team(
            TeamKind.PREP_GROUP,
            f"{subject_id}-{year}",
            f"{grade_group_name(grade_of(year, start_year))}{subjects[subject_id]}备课组",
            who,
            subject_id=subject_id,
            entry_year=year,
        )
        for (subject_id, year), who in prep.items()
        if len(who) > 1
    ]
    return found + _triads(term)


def weights_of(term_id: int, kind: TeamKind) -> tuple[dict[Indicator, int], int]:
    """The weights of a kind of team in a term, the defaults where the office set none; and their revision (0: defaults)."""
    row = find_weights(term_id, kind)
    if row is None:
        return dict(DEFAULT_WEIGHTS[kind]), 0
    return {Indicator(key): weight for key, weight in row.weights.items()}, row.revision


def find_weights(term_id: int, kind: TeamKind) -> TeamWeights | None:
    """The office's weights of a kind of team in a term."""
    return db.session.scalar(select(TeamWeights).where(TeamWeights.term_id == term_id, TeamWeights.kind == kind))


def appraisals_of(term_id: int) -> dict[tuple[TeamKind, str], TeamAppraisal]:
    """The decided appraisals of a term by kind and key of the team."""
    rows = db.session.scalars(select(TeamAppraisal).where(TeamAppraisal.term_id == term_id))
    return {(row.kind, row.team_key): row for row in rows}


def appraisals_of_teacher(term_id: int, teacher_id: int) -> list[TeamAppraisal]:
    """The appraisals a teacher shares in as a member, in the order they were decided."""
    rows = db.session.scalars(select(TeamAppraisal).where(TeamAppraisal.term_id == term_id).order_by(TeamAppraisal.id))
    return [row for row in rows if teacher_id in row.member_ids]


def own_shares(term: Term, teams: Sequence[Team]) -> dict[str, dict[Indicator, float | None]]:
    """What mentoring itself counts for each team (by kind:key): observations, research, requirements; 0 to 1 or None.

    Observations: confirmed ones of the members against what their seats owe, each member counted up to what they owe.
    Research: attendance without leaves. Requirements: met and confirmed out of all the members should meet.
    """
    owed, seen = _observations(term.id)
    presence = presence_by_teacher(term.id)
    total = len(requirements_of(term.school_year.start_year))
    done = done_by_teacher(term.school_year.start_year)
    shares: dict[str, dict[Indicator, float | None]] = {}
    for team in teams:
        ids = team.member_ids
        due = sum(owed.get(one, 0) for one in ids)
        counts = [presence.get(one, {}) for one in ids]
        invited = sum(sum(one.values()) for one in counts)
        came, excused = (sum(one.get(p, 0) for one in counts) for p in (Presence.PRESENT, Presence.EXCUSED))
        wanted = total * len(ids)
        shares[f"{team.kind}:{team.key}"] = {
            Indicator.OBSERVATIONS: sum(min(owed.get(i, 0), seen.get(i, 0)) for i in ids) / due if due else None,
            Indicator.RESEARCH: attendance_share(came, excused, invited),
            Indicator.REQUIREMENTS: sum(done.get(one, (0, 0))[1] for one in ids) / wanted if wanted else None,
        }
    return shares


def _team(kind: TeamKind, key: str, name: str, who: Mapping[int, str], **values: int | None) -> Team:
    return Team(kind, key, name, tuple(who), tuple(who.values()), **values)


def _triads(term: Term) -> list[Team]:
    statement = select(Triad).where(Triad.term_id == term.id, Triad.state.in_((TriadState.ACTIVE, TriadState.COMPLETED)))
    teams = []
    for triad in db.session.scalars(statement.order_by(Triad.id)):
        members = {one.seat: one.teacher for one in triad.members if one.ends_on is None or one.ends_on >= triad.ends_on}
        who = {members[seat].id: members[seat].name for seat in Seat if seat in members}
        names = "、".join(who.values())
        teams.append(_team(TeamKind.TRIAD, str(triad.id), f"{triad.subject.name}三人行（{names}）", who))
    return teams


def _observations(term_id: int) -> tuple[dict[int, int], dict[int, int]]:
    """What each member of a triad owes in observations this term, and how many of theirs are confirmed."""
    duties = {one.seat: one.count for one in duties_of(term_id) if one.kind is EntryKind.OBSERVATION}
    owed: dict[int, int] = defaultdict(int)
    seen: dict[int, int] = defaultdict(int)
    for triad in db.session.scalars(select(Triad).where(Triad.term_id == term_id, Triad.state != TriadState.PROPOSED)):
        for member in triad.members:
            if member.ends_on is None or member.ends_on >= triad.ends_on:
                owed[member.teacher_id] += duties.get(member.seat, 0)
    entries = (
        select(MentorEntry.credited_to_id)
        .join(Triad, Triad.id == MentorEntry.triad_id)
        .where(Triad.term_id == term_id, MentorEntry.kind == EntryKind.OBSERVATION, MentorEntry.state == EntryState.CONFIRMED)
    )
    for teacher_id in db.session.scalars(entries):
        seen[teacher_id] += 1
    return owed, seen
