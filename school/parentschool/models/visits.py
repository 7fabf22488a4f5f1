"""Home visits: planned, held, followed up, and who looked at them (PE-07, PR-06)."""

from datetime import date, datetime, time

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.accounts.models import User
from school.db import Instant, db, stored
from school.parentschool.enums import PlannedState, VisitMode
from school.people.models import Pupil, SchoolClass

PLANNED = text("state = 'planned'")


class HomeVisit(db.Model):
    """The record of one visit. Its texts are for the homeroom teacher of the class, the moral-education office, the principal."""

    __tablename__ = "home_visits"
    __table_args__ = (
        UniqueConstraint("recorded_by", "submission_key"),
        CheckConstraint("minutes BETWEEN 1 AND 480", name="minutes_1_to_480"),
        Index(None, "class_id", "on_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_year_id: Mapped[int] = mapped_column(ForeignKey("school_years.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("school_classes.id"))  # the child's on that day
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"), index=True)
    on_day: Mapped[date]
    began_at: Mapped[time]
    minutes: Mapped[int]
    mode: Mapped[VisitMode] = mapped_column(stored(VisitMode))
    place: Mapped[str] = mapped_column(String(40), default="")  # no address (PR-12)
    teacher_ids: Mapped[list[int]] = mapped_column(JSON)  # who visited
    met: Mapped[str] = mapped_column(String(60))  # who was met
    purpose: Mapped[str] = mapped_column(String(200))
    at_school: Mapped[str] = mapped_column(Text, default="")
    at_home: Mapped[str] = mapped_column(Text, default="")
    wishes: Mapped[str] = mapped_column(Text, default="")
    measures: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_reason: Mapped[str] = mapped_column(String(200), default="")
    submission_key: Mapped[str] = mapped_column(String(40))
    revision: Mapped[int] = mapped_column(default=1)
    pupil: Mapped[Pupil] = relationship(lazy="joined")
    school_class: Mapped[SchoolClass] = relationship(lazy="joined")
    follow_ups: Mapped[list["FollowUp"]] = relationship(
        back_populates="visit", cascade="all, delete-orphan", lazy="selectin", order_by="FollowUp.due_on, FollowUp.id"
    )


class FollowUp(db.Model):
    """What somebody promised to do after a visit, until when, and what came of it."""

    __tablename__ = "home_visit_follow_ups"
    __table_args__ = (Index(None, "owner_id", "done_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("home_visits.id"), index=True)
    what: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    result: Mapped[str] = mapped_column(String(200), default="")
    visit: Mapped[HomeVisit] = relationship(back_populates="follow_ups")
    owner: Mapped[User] = relationship(lazy="joined")


class PlannedVisit(db.Model):
    """That a class means to visit a pupil; `held_as_id` names the visit that came of it."""

    __tablename__ = "planned_home_visits"
    __table_args__ = (
        Index(
            "uq_planned_home_visits_planned",
            "school_year_id",
            "pupil_id",
            unique=True,
            sqlite_where=PLANNED,
            postgresql_where=PLANNED,
        ),
        Index(None, "class_id", "school_year_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_year_id: Mapped[int] = mapped_column(ForeignKey("school_years.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("school_classes.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"), index=True)
    planned_on: Mapped[date]
    mode: Mapped[VisitMode] = mapped_column(stored(VisitMode), default=VisitMode.HOME)
    state: Mapped[PlannedState] = mapped_column(stored(PlannedState), default=PlannedState.PLANNED)
    state_reason: Mapped[str] = mapped_column(String(200), default="")
    held_as_id: Mapped[int | None] = mapped_column(ForeignKey("home_visits.id"))
    pupil: Mapped[Pupil] = relationship(lazy="joined")


class VisitLook(db.Model):
    """That somebody opened the text of a visit: written before it is shown, append-only (PR-06)."""

    __tablename__ = "home_visit_looks"
    __table_args__ = (Index(None, "visit_id", "user_id", "looked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("home_visits.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    looked_at: Mapped[datetime] = mapped_column(Instant)
    user: Mapped[User] = relationship(lazy="joined")
