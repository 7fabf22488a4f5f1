"""Tiers, unified requirements and year plans of the staff."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from school.db import db
from school.mentoring.enums import AgeGroup, Title
from school.mentoring.models import Requirement, RequirementDone, TeacherProfile, TierChange, YearPlan
from school.mentoring.rules.tiers import TierDecision, TierRule, TierVerdict, tier_by_rule, tier_on, years_of_teaching
from school.people.models import Subject, Teacher, TeachingAssignment


@dataclass(frozen=True)
class TieredTeacher:
    """A teacher of today's staff with what the tier follows from; `subjects` are those taught on the day, in order."""

    id: int
    staff_code: str
    name: str
    years: int | None
    title: Title
    age_group: AgeGroup | None
    subjects: tuple[str, ...]
    verdict: TierVerdict


@dataclass(frozen=True)
class Completion:
    """A requirement of the year, and whether one teacher has met it."""

    id: int
    title: str
    detail: str
    done_id: int | None
    done_on: date | None
    evidence: str
    confirmed_at: datetime | None


def tiered_staff(day: date, rule: TierRule) -> list[TieredTeacher]:
    """Everybody who works here on the day, by staff code, each with the tier of that day."""
    statement = (
        select(
            Teacher.id, Teacher.staff_code, Teacher.name, Teacher.teaching_since, TeacherProfile.title, TeacherProfile.age_group
        )
        .outerjoin(TeacherProfile, TeacherProfile.teacher_id == Teacher.id)
        .where(or_(Teacher.left_on.is_(None), Teacher.left_on >= day))
        .order_by(Teacher.staff_code)
    )
    decisions, subjects = _decisions(), _subjects(day)
    staff = []
    for id_, code, name, since, title, age in db.session.execute(statement):
        years = years_of_teaching(since, day)
        by_rule = tier_by_rule(years, title or Title.NONE, age, rule)
        verdict = tier_on(day, decisions.get(id_, ()), by_rule)
        staff.append(TieredTeacher(id_, code, name, years, title or Title.NONE, age, subjects.get(id_, ()), verdict))
    return staff


def find_profile(teacher_id: int) -> TeacherProfile | None:
    """What a teacher's tier is judged by, beside the years."""
    return db.session.get(TeacherProfile, teacher_id)


def decisions_of(teacher_id: int) -> Sequence[TierChange]:
    """The office's decisions on a teacher's tier, oldest first."""
    statement = select(TierChange).where(TierChange.teacher_id == teacher_id)
    return db.session.scalars(statement.order_by(TierChange.starts_on, TierChange.id)).all()


def requirements_of(start_year: int, *, with_retired: bool = False) -> Sequence[Requirement]:
    """The unified requirements of a school year in their order."""
    statement = select(Requirement).where(Requirement.start_year == start_year)
    if not with_retired:
        statement = statement.where(Requirement.is_active)
    return db.session.scalars(statement.order_by(Requirement.position, Requirement.id)).all()


def find_requirement(requirement_id: int) -> Requirement | None:
    """A requirement by id."""
    return db.session.get(Requirement, requirement_id)


def find_done(requirement_id: int, teacher_id: int) -> RequirementDone | None:
    """That a teacher met a requirement."""
    statement = select(RequirementDone).where(RequirementDone.requirement_id == requirement_id)
    return db.session.scalar(statement.where(RequirementDone.teacher_id == teacher_id))


def completions_of(teacher_id: int, start_year: int) -> list[Completion]:
    """The year's requirements as one teacher stands with them."""
    done = RequirementDone
    statement = (
        select(Requirement.id, Requirement.title, Requirement.detail, done.id, done.done_on, done.evidence, done.confirmed_at)
        .outerjoin(done, (done.requirement_id == Requirement.id) & (done.teacher_id == teacher_id))
        .where(Requirement.start_year == start_year, Requirement.is_active)
        .order_by(Requirement.position, Requirement.id)
    )
    return [Completion(*row[:5], row[5] or "", row[6]) for row in db.session.execute(statement)]


def done_by_teacher(start_year: int) -> dict[int, tuple[int, int]]:
    """By teacher how many of the year's requirements they met, and how many of these were confirmed."""
    statement = (
        select(RequirementDone.teacher_id, func.count(), func.count(RequirementDone.confirmed_at))
        .join(Requirement, Requirement.id == RequirementDone.requirement_id)
        .where(Requirement.start_year == start_year, Requirement.is_active)
        .group_by(RequirementDone.teacher_id)
    )
    return {teacher_id: (met, confirmed) for teacher_id, met, confirmed in db.session.execute(statement)}


def unconfirmed(start_year: int) -> list[tuple[RequirementDone, str, str]]:
    """What teachers say they met and nobody confirmed yet: row, requirement, teacher; oldest first."""
    statement = (
        select(RequirementDone, Requirement.title, Teacher.name)
        .join(Requirement, Requirement.id == RequirementDone.requirement_id)
        .join(Teacher, Teacher.id == RequirementDone.teacher_id)
        .where(Requirement.start_year == start_year, RequirementDone.confirmed_at.is_(None))
        .order_by(RequirementDone.done_on, RequirementDone.id)
    )
    return [tuple(row) for row in db.session.execute(statement)]


def lock_done(done_id: int) -> RequirementDone | None:
    """What a teacher says they met, locked until the transaction ends."""
    statement = select(RequirementDone).where(RequirementDone.id == done_id).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def find_plan(teacher_id: int, start_year: int) -> YearPlan | None:
    """A teacher's plan of a school year."""
    statement = select(YearPlan).where(YearPlan.teacher_id == teacher_id, YearPlan.start_year == start_year)
    return db.session.scalar(statement)


def plans_of_year(start_year: int) -> dict[int, YearPlan]:
    """The plans of a school year by teacher."""
    return {plan.teacher_id: plan for plan in db.session.scalars(select(YearPlan).where(YearPlan.start_year == start_year))}


def _decisions() -> dict[int, list[TierDecision]]:
    found: dict[int, list[TierDecision]] = defaultdict(list)
    for row in db.session.scalars(select(TierChange).order_by(TierChange.starts_on, TierChange.id)):
        found[row.teacher_id].append(TierDecision(row.tier, row.starts_on, row.reason))
    return found


def _subjects(day: date) -> dict[int, tuple[str, ...]]:
    statement = (
        select(TeachingAssignment.teacher_id, Subject.name)
        .join(Subject, Subject.id == TeachingAssignment.subject_id)
        .where(TeachingAssignment.starts_on <= day)
        .where(or_(TeachingAssignment.ends_on.is_(None), TeachingAssignment.ends_on >= day))
        .order_by(Subject.position, Subject.id)
    )
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for teacher_id, name in db.session.execute(statement):
        found[teacher_id][name] = None
    return {teacher_id: tuple(names) for teacher_id, names in found.items()}
