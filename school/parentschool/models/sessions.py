"""The yearly plan, sessions with their dates and materials, and the families' sign-ups."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from school.calendar.models import SchoolYear
from school.db import Instant, db, stored
from school.parentschool.enums import EventKind, SessionState, SignUpState
from school.people.models import Guardian, Pupil, Teacher

LIVE = text("state IN ('seated', 'waiting')")
SEATED = text("state = 'seated'")


class PlanRow(db.Model):
    """What the school means to do in one month of a school year; `month` is its first day (PE-01)."""

    __tablename__ = "parent_plan_rows"
    __table_args__ = (Index(None, "school_year_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_year_id: Mapped[int] = mapped_column(ForeignKey("school_years.id"))
    month: Mapped[date]
    kind: Mapped[EventKind] = mapped_column(stored(EventKind))
    topic: Mapped[str] = mapped_column(String(80))
    grades: Mapped[list[int]] = mapped_column(JSON, default=list)  # empty: the whole school
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("teachers.id"))
    note: Mapped[str] = mapped_column(String(200), default="")
    revision: Mapped[int] = mapped_column(default=1)
    school_year: Mapped[SchoolYear] = relationship(lazy="joined")
    owner: Mapped[Teacher | None] = relationship(lazy="joined")


class ParentSession(db.Model):
    """A topic to which families are invited, held on one or several dates; the row is the lock of all its sign-ups.

    Invited are the grades and the classes named; with neither, the whole school. The promise PE-02 has no column: it is free.
    """

    __tablename__ = "parent_sessions"
    __table_args__ = (CheckConstraint("sign_up_closes_at > sign_up_opens_at", name="window_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_year_id: Mapped[int] = mapped_column(ForeignKey("school_years.id"), index=True)
    plan_row_id: Mapped[int | None] = mapped_column(ForeignKey("parent_plan_rows.id"), index=True)
    kind: Mapped[EventKind] = mapped_column(stored(EventKind))
    topic: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    guest: Mapped[str] = mapped_column(String(80), default="")  # a speaker who is not of the corps
    grades: Mapped[list[int]] = mapped_column(JSON, default=list)
    class_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    most_adults: Mapped[int] = mapped_column(default=2)  # of one family
    sign_up_opens_at: Mapped[datetime] = mapped_column(Instant)
    sign_up_closes_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[SessionState] = mapped_column(stored(SessionState), default=SessionState.DRAFT)
    state_reason: Mapped[str] = mapped_column(String(200), default="")
    announced_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=1)
    dates: Mapped[list["SessionDate"]] = relationship(
        back_populates="session", lazy="selectin", order_by="SessionDate.starts_at, SessionDate.id"
    )
    plan_row: Mapped[PlanRow | None] = relationship()
    school_year: Mapped[SchoolYear] = relationship(lazy="joined")


class SessionDate(db.Model):
    """One date of a topic; without `chairs` nobody has to wait. `door_secret` makes the codes at its door."""

    __tablename__ = "parent_session_dates"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="times_in_order"),
        CheckConstraint("chairs IS NULL OR chairs BETWEEN 1 AND 5000", name="chairs_1_to_5000"),
        Index(None, "session_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("parent_sessions.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    place: Mapped[str] = mapped_column(String(60), default="")
    online_link: Mapped[str] = mapped_column(String(300), default="")
    chairs: Mapped[int | None]
    door_secret: Mapped[str] = mapped_column(String(64))
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    cancel_reason: Mapped[str] = mapped_column(String(200), default="")
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    presence_closed_at: Mapped[datetime | None] = mapped_column(Instant)  # who came is settled
    session: Mapped[ParentSession] = relationship(back_populates="dates", lazy="joined")

    @property
    def hours(self) -> float:
        """How long it lasts."""
        return (self.ends_at - self.starts_at).total_seconds() / 3600


class SessionMaterial(db.Model):
    """A file of a session, told by its bytes; kept in the database, so no web server can hand it out by itself."""

    __tablename__ = "parent_materials"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("parent_sessions.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(Instant)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))

    @property
    def size_in_words(self) -> str:
        """“3.4 MB”, “120 KB”; at least 1 KB."""
        return f"{self.size / 2**20:.1f} MB" if self.size >= 2**20 else f"{max(1, round(self.size / 1024))} KB"


class SignUp(db.Model):
    """A family's chairs or its place on the waiting list of one date; `gives_up_id` is the date it leaves when the chair comes.

    One family has at most one chair entry of a topic: `family` is the smallest pupil id among the children of its guardians.
    """

    __tablename__ = "parent_sign_ups"
    __table_args__ = (
        CheckConstraint("adults BETWEEN 1 AND 6", name="adults_1_to_6"),
        CheckConstraint("(state IN ('seated', 'waiting')) = (ended_at IS NULL)", name="ended_when_over"),
        Index("uq_parent_sign_ups_seated", "session_id", "family", unique=True, sqlite_where=SEATED, postgresql_where=SEATED),
        Index("uq_parent_sign_ups_live", "date_id", "family", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index(None, "date_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("parent_sessions.id"))
    date_id: Mapped[int] = mapped_column(ForeignKey("parent_session_dates.id"))
    guardian_id: Mapped[int] = mapped_column(ForeignKey("guardians.id"), index=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"), index=True)
    family: Mapped[int]
    adults: Mapped[int]
    state: Mapped[SignUpState] = mapped_column(stored(SignUpState))
    gives_up_id: Mapped[int | None] = mapped_column(ForeignKey("parent_session_dates.id"))
    joined_at: Mapped[datetime] = mapped_column(Instant)
    seated_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    guardian: Mapped[Guardian] = relationship()
    pupil: Mapped[Pupil] = relationship()
