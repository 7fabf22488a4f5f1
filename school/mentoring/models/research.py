"""Research activities and projects."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.db import Instant, db, stored
from school.mentoring.enums import (
    ActivityKind,
    CycleStage,
    Presence,
    ProjectStage,
)


class ResearchActivity(db.Model):
    """Collective lesson preparation or a workshop of the cycle 备·说·讲·评·研 (S10)."""

    __tablename__ = "research_activities"
    __table_args__ = (Index(None, "term_id", "on_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    kind: Mapped[ActivityKind] = mapped_column(stored(ActivityKind))
    stage: Mapped[CycleStage | None] = mapped_column(stored(CycleStage))
    theme: Mapped[str] = mapped_column(String(80))
    on_day: Mapped[date]
    place: Mapped[str] = mapped_column(String(40), default="")
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subjects.id"))
    entry_year: Mapped[int | None]
    host_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"))
    summary: Mapped[str] = mapped_column(Text, default="")
    product: Mapped[str] = mapped_column(String(120), default="")
    product_link: Mapped[str] = mapped_column(String(300), default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=1)
    attendances: Mapped[list["Attendance"]] = relationship(
        back_populates="activity", cascade="all, delete-orphan", lazy="selectin", order_by="Attendance.id"
    )


class Attendance(db.Model):
    """A teacher invited to an activity, and whether they came."""

    __tablename__ = "research_attendances"
    __table_args__ = (UniqueConstraint("activity_id", "teacher_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("research_activities.id"))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)
    presence: Mapped[Presence] = mapped_column(stored(Presence), default=Presence.PRESENT)
    activity: Mapped[ResearchActivity] = relationship(back_populates="attendances")


class Project(db.Model):
    """A research project (课题) with members and dated steps."""

    __tablename__ = "research_projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100), unique=True)
    level: Mapped[str] = mapped_column(String(20), default="")  # 校级, 县级 …
    stage: Mapped[ProjectStage] = mapped_column(stored(ProjectStage), default=ProjectStage.APPLIED)
    opened_on: Mapped[date]
    revision: Mapped[int] = mapped_column(default=1)
    members: Mapped[list["ProjectMember"]] = relationship(
        back_populates="project", cascade="all, delete-orphan", lazy="selectin", order_by="ProjectMember.id"
    )
    steps: Mapped[list["ProjectStep"]] = relationship(
        back_populates="project", cascade="all, delete-orphan", lazy="selectin", order_by="ProjectStep.id"
    )


class ProjectMember(db.Model):
    """A teacher in a project; one leads."""

    __tablename__ = "research_project_members"
    __table_args__ = (UniqueConstraint("project_id", "teacher_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("research_projects.id"))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)
    is_leader: Mapped[bool] = mapped_column(default=False)
    project: Mapped[Project] = relationship(back_populates="members")


class ProjectStep(db.Model):
    """A stage a project reached, when, and with what outcome."""

    __tablename__ = "research_project_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("research_projects.id"), index=True)
    stage: Mapped[ProjectStage] = mapped_column(stored(ProjectStage))
    on_day: Mapped[date]
    outcome: Mapped[str] = mapped_column(Text, default="")
    product_link: Mapped[str] = mapped_column(String(300), default="")
    project: Mapped[Project] = relationship(back_populates="steps")
