"""Profiles, tiers, unified requirements, year plans and team appraisals."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.db import Instant, db, stored
from school.mentoring.enums import (
    AgeGroup,
    TeamKind,
    Tier,
    Title,
)


class TeacherProfile(db.Model):
    """What tiers are judged by, beside the first year of teaching; no date of birth (PR-12)."""

    __tablename__ = "teacher_profiles"

    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), primary_key=True)
    title: Mapped[Title] = mapped_column(stored(Title), default=Title.NONE)
    age_group: Mapped[AgeGroup | None] = mapped_column(stored(AgeGroup))
    revision: Mapped[int] = mapped_column(default=1)


class TierChange(db.Model):
    """The tier the office put a teacher in against the rule, from a day on; `tier` None: by the rule again."""

    __tablename__ = "tier_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)
    tier: Mapped[Tier | None] = mapped_column(stored(Tier))
    starts_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class Requirement(db.Model):
    """One of the unified requirements all teachers share in a school year (the first 1 of 131)."""

    __tablename__ = "teacher_requirements"
    __table_args__ = (UniqueConstraint("start_year", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    start_year: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(200), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class RequirementDone(db.Model):
    """That a teacher has met a requirement; confirmed by a prep leader or the office."""

    __tablename__ = "teacher_requirements_done"
    __table_args__ = (UniqueConstraint("requirement_id", "teacher_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("teacher_requirements.id"))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)
    done_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(String(200), default="")
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)


class YearPlan(db.Model):
    """A teacher's plan for a school year: goals of their tier, a look at half-year and at the end."""

    __tablename__ = "teacher_year_plans"
    __table_args__ = (UniqueConstraint("teacher_id", "start_year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"))
    start_year: Mapped[int]
    tier: Mapped[Tier] = mapped_column(stored(Tier))
    goals: Mapped[list[dict[str, str]]] = mapped_column(JSON)  # {"goal", "measure"}
    half_year_look: Mapped[str] = mapped_column(Text, default="")
    half_year_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    half_year_at: Mapped[datetime | None] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=1)
    evidence: Mapped[list["PlanEvidence"]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", lazy="selectin", order_by="PlanEvidence.on_day"
    )


class PlanEvidence(db.Model):
    """Something that shows a goal was worked on."""

    __tablename__ = "teacher_plan_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("teacher_year_plans.id"), index=True)
    goal: Mapped[int]  # index of the goal it belongs to
    on_day: Mapped[date]
    text: Mapped[str] = mapped_column(String(300))
    plan: Mapped[YearPlan] = relationship(back_populates="evidence")


class TeamWeights(db.Model):
    """The weights of a kind of team in a term: points by `Indicator`, adding up to 100."""

    __tablename__ = "team_weights"
    __table_args__ = (UniqueConstraint("term_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    kind: Mapped[TeamKind] = mapped_column(stored(TeamKind))
    weights: Mapped[dict[str, int]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(default=1)


class TeamAppraisal(db.Model):
    """A team's appraisal as it was decided; every member has its score."""

    __tablename__ = "team_appraisals"
    __table_args__ = (UniqueConstraint("term_id", "kind", "team_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    kind: Mapped[TeamKind] = mapped_column(stored(TeamKind))
    team_key: Mapped[str] = mapped_column(String(40))  # maths-2024, 2024, or the triad's id
    name: Mapped[str] = mapped_column(String(60))
    member_ids: Mapped[list[int]] = mapped_column(JSON)
    weights: Mapped[dict[str, int]] = mapped_column(JSON)
    shares: Mapped[dict[str, float | None]] = mapped_column(JSON)  # 0 to 1 by indicator; None: nothing to count
    judged_points: Mapped[int]  # of 100, by the office
    total: Mapped[float]
    comment: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
