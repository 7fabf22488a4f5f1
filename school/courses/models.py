"""Courses with their meetings, a term's selection with its windows, applications, wishes, places and waiting lists.

`selections` is the row that is locked for every change of wishes, places and waiting lists of its term.
"""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from school.calendar.models import Term
from school.courses.enums import (
    CourseState,
    Family,
    Mechanism,
    Phase,
    PlaceEnd,
    PlaceSource,
    Promotion,
    SelectionState,
    WaitingState,
    Weeks,
)
from school.db import Instant, db, stored
from school.people.models import Pupil, Teacher

LIVE_PLACE = text("ended_at IS NULL")
LIVE_ENTRY = text("state IN ('waiting', 'offered')")


class Provider(db.Model):
    """An outside provider from the bureau's white list; papers in date are a condition of every course it gives (AS-08)."""

    __tablename__ = "course_providers"
    __stamp__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    whitelist_number: Mapped[str] = mapped_column(String(40))
    licence_number: Mapped[str] = mapped_column(String(40))
    licence_until: Mapped[date]
    checks_until: Mapped[date]  # the staff checks (no criminal record, health) hold until
    revision: Mapped[int] = mapped_column(default=1)


class Course(db.Model):
    """One course of one term. `grades` and `tags` are lists; minutes of meetings count from midnight."""

    __tablename__ = "courses"
    __stamp__ = "courses"
    __table_args__ = (
        UniqueConstraint("term_id", "code"),
        CheckConstraint("capacity BETWEEN 1 AND 500", name="capacity_1_to_500"),
        CheckConstraint("minimum BETWEEN 0 AND capacity", name="minimum_within_capacity"),
        CheckConstraint("last_on >= first_on", name="dates_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    code: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(40))
    family: Mapped[Family] = mapped_column(stored(Family))
    state: Mapped[CourseState] = mapped_column(stored(CourseState), default=CourseState.DRAFT)
    state_reason: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    room: Mapped[str] = mapped_column(String(40), default="")
    grades: Mapped[list[int]] = mapped_column(JSON)
    capacity: Mapped[int]
    minimum: Mapped[int] = mapped_column(default=0)
    first_on: Mapped[date]
    last_on: Mapped[date]
    fee_note: Mapped[str] = mapped_column(String(200), default="")
    safety_note: Mapped[str] = mapped_column(String(200), default="")
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)  # values of enums.Tag
    is_exempt: Mapped[bool] = mapped_column(default=False)  # does not count toward a child's limits
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("course_providers.id"))
    outside_teacher: Mapped[str] = mapped_column(String(60), default="")  # the provider's, as families read it
    warning_reason: Mapped[str] = mapped_column(Text, default="")  # typed for AS-02, AS-03
    picture: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    picture_type: Mapped[str] = mapped_column(String(20), default="")  # image/jpeg …; empty without a picture
    picture_digest: Mapped[str] = mapped_column(String(64), default="")
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))
    revision: Mapped[int] = mapped_column(default=1)
    term: Mapped[Term] = relationship()
    provider: Mapped[Provider | None] = relationship(lazy="joined")
    meetings: Mapped[list["CourseMeeting"]] = relationship(
        back_populates="course", cascade="all, delete-orphan", lazy="selectin", order_by="CourseMeeting.weekday"
    )
    teachings: Mapped[list["CourseTeaching"]] = relationship(
        back_populates="course", cascade="all, delete-orphan", lazy="selectin", order_by="CourseTeaching.id"
    )


class CourseMeeting(db.Model):
    """A weekly meeting: weekday 1 (Monday) to 5, minutes after midnight."""

    __tablename__ = "course_meetings"
    __stamp__ = "courses"
    __table_args__ = (
        UniqueConstraint("course_id", "weekday", "starts_at", "weeks"),
        CheckConstraint("weekday BETWEEN 1 AND 5", name="weekday_1_to_5"),
        CheckConstraint("0 <= starts_at AND starts_at < ends_at AND ends_at <= 1440", name="times_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    weekday: Mapped[int]
    starts_at: Mapped[int]
    ends_at: Mapped[int]
    weeks: Mapped[Weeks] = mapped_column(stored(Weeks), default=Weeks.ALL)
    course: Mapped[Course] = relationship(back_populates="meetings")


class CourseTeaching(db.Model):
    """That a teacher of the school gives a course."""

    __tablename__ = "course_teachings"
    __stamp__ = "courses"
    __table_args__ = (UniqueConstraint("course_id", "teacher_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)
    course: Mapped[Course] = relationship(back_populates="teachings")
    teacher: Mapped[Teacher] = relationship(lazy="joined")


class Selection(db.Model):
    """How the families of one term choose: rules, draw, promotion. Its row is the lock of all that is scarce in the term."""

    __tablename__ = "selections"
    __stamp__ = "courses"
    __table_args__ = (
        CheckConstraint("max_courses BETWEEN 1 AND 10", name="max_courses_1_to_10"),
        CheckConstraint("max_per_day BETWEEN 0 AND 5", name="max_per_day_0_to_5"),
        CheckConstraint("max_wishes BETWEEN 1 AND 20", name="max_wishes_1_to_20"),
        CheckConstraint("buffer_minutes BETWEEN 0 AND 60", name="buffer_minutes_0_to_60"),
        CheckConstraint("offer_hours BETWEEN 1 AND 168", name="offer_hours_1_to_168"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"), unique=True)
    state: Mapped[SelectionState] = mapped_column(stored(SelectionState), default=SelectionState.DRAFT)
    has_wishes: Mapped[bool] = mapped_column(default=True)  # False: an open round only
    max_courses: Mapped[int] = mapped_column(default=2)  # of one child in a week
    max_per_day: Mapped[int] = mapped_column(default=1)  # 0: no limit
    max_wishes: Mapped[int] = mapped_column(default=5)
    buffer_minutes: Mapped[int] = mapped_column(default=0)  # between two meetings of one child
    promotion: Mapped[Promotion] = mapped_column(stored(Promotion), default=Promotion.DIRECT)
    offer_hours: Mapped[int] = mapped_column(default=24)
    withdraw_until: Mapped[datetime | None] = mapped_column(Instant)
    favours_unplaced: Mapped[bool] = mapped_column(default=False)  # who got nothing last term is drawn first; announced
    note: Mapped[str] = mapped_column(Text, default="")  # what families read beside the timeline
    consent_version: Mapped[int] = mapped_column(default=1)
    mechanism: Mapped[Mechanism | None] = mapped_column(stored(Mechanism))
    objective: Mapped[str] = mapped_column(String(20), default="")  # of the optimum
    seed_secret: Mapped[str] = mapped_column(String(80), default="")  # known to nobody but this row until the draw is published
    seed_commitment: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of the secret, public from announcement
    public_source: Mapped[str] = mapped_column(String(200), default="")  # public randomness mixed in, announced beforehand
    public_value: Mapped[str] = mapped_column(String(80), default="")
    list_sha256: Mapped[str] = mapped_column(String(64), default="")
    outcome_sha256: Mapped[str] = mapped_column(String(64), default="")
    frozen_list: Mapped[str] = deferred(mapped_column(Text, default=""))  # canonical JSON, by application number
    outcome: Mapped[str] = deferred(mapped_column(Text, default=""))  # the published document as the public downloads it
    announced_at: Mapped[datetime | None] = mapped_column(Instant)
    frozen_at: Mapped[datetime | None] = mapped_column(Instant)
    drawn_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=1)
    term: Mapped[Term] = relationship(lazy="joined")
    windows: Mapped[list["SelectionWindow"]] = relationship(
        back_populates="selection", cascade="all, delete-orphan", lazy="selectin", order_by="SelectionWindow.opens_at"
    )


class SelectionWindow(db.Model):
    """When the families of a grade act in a phase; `grade` 0 is every grade without a row of its own."""

    __tablename__ = "selection_windows"
    __stamp__ = "courses"
    __table_args__ = (
        UniqueConstraint("selection_id", "phase", "grade"),
        CheckConstraint("grade BETWEEN 0 AND 9", name="grade_0_to_9"),
        CheckConstraint("closes_at > opens_at", name="times_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey("selections.id"))
    phase: Mapped[Phase] = mapped_column(stored(Phase))
    grade: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    selection: Mapped[Selection] = relationship(back_populates="windows")


class CourseConsent(db.Model):
    """A guardian's consent to the after-school service of a term for one child (PR-01, AS-01), with the version agreed to."""

    __tablename__ = "course_consents"
    __table_args__ = (
        Index(
            "uq_course_consents_live",
            "selection_id",
            "pupil_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey("selections.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"), index=True)
    version: Mapped[int]
    given_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class Application(db.Model):
    """A child in a selection under a random number that says nothing of the child (PR-03)."""

    __tablename__ = "course_applications"
    __table_args__ = (UniqueConstraint("selection_id", "pupil_id"), UniqueConstraint("selection_id", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey("selections.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"), index=True)
    number: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(Instant)
    pupil: Mapped[Pupil] = relationship()
    wishes: Mapped[list["Wish"]] = relationship(
        back_populates="application", cascade="all, delete-orphan", lazy="selectin", order_by="Wish.rank"
    )


class Wish(db.Model):
    """A wish by rank, 1 the dearest; wishes of one course with the same `together` are given to all siblings or to none."""

    __tablename__ = "course_wishes"
    __table_args__ = (
        UniqueConstraint("application_id", "course_id"),
        CheckConstraint("rank BETWEEN 1 AND 20", name="rank_1_to_20"),
        Index(None, "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("course_applications.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    rank: Mapped[int]
    together: Mapped[str] = mapped_column(String(20), default="")  # the group's name; empty: alone
    application: Mapped[Application] = relationship(back_populates="wishes")


class Place(db.Model):
    """A seat a child has or had; at most one live row for a child and a course. Rows end, they are never deleted."""

    __tablename__ = "course_places"
    __table_args__ = (
        Index(
            "uq_course_places_live", "pupil_id", "course_id", unique=True, sqlite_where=LIVE_PLACE, postgresql_where=LIVE_PLACE
        ),
        Index("ix_course_places_course_live", "course_id", sqlite_where=LIVE_PLACE, postgresql_where=LIVE_PLACE),
        CheckConstraint("ended_at IS NULL OR ended_at >= taken_at", name="times_in_order"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_has_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey("selections.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"))
    source: Mapped[PlaceSource] = mapped_column(stored(PlaceSource))
    taken_at: Mapped[datetime] = mapped_column(Instant)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    consent_note: Mapped[str] = mapped_column(String(200), default="")  # the office's: who agreed, how, when (AS-01)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[PlaceEnd | None] = mapped_column(stored(PlaceEnd))
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    end_note: Mapped[str] = mapped_column(String(200), default="")


class WaitingEntry(db.Model):
    """A child on a course's waiting list: draw losers first in draw order, then by id, which is by time.

    `gives_up` are the ids of the courses whose places the child leaves in the moment this one comes.
    """

    __tablename__ = "course_waiting_entries"
    __table_args__ = (
        Index(
            "uq_course_waiting_entries_live",
            "pupil_id",
            "course_id",
            unique=True,
            sqlite_where=LIVE_ENTRY,
            postgresql_where=LIVE_ENTRY,
        ),
        Index("ix_course_waiting_entries_course_live", "course_id", sqlite_where=LIVE_ENTRY, postgresql_where=LIVE_ENTRY),
        CheckConstraint("(state = 'offered') = (offer_expires_at IS NOT NULL)", name="offer_has_a_deadline"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey("selections.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"))
    state: Mapped[WaitingState] = mapped_column(stored(WaitingState), default=WaitingState.WAITING)
    draw_rank: Mapped[int | None]  # from the draw, 1 first; None: joined in the open round
    together: Mapped[str] = mapped_column(String(20), default="")  # siblings who asked for both or none
    gives_up: Mapped[list[int]] = mapped_column(JSON, default=list)
    joined_at: Mapped[datetime] = mapped_column(Instant)
    joined_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    offer_expires_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class CalendarKey(db.Model):
    """That a family renewed the address of a child's calendar: addresses without this nonce open nothing any more.

    There is no row before the first renewal, for looking at the calendar writes nothing.
    """

    __tablename__ = "course_calendar_keys"
    __table_args__ = (UniqueConstraint("selection_id", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    selection_id: Mapped[int] = mapped_column(ForeignKey("selections.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"), index=True)
    nonce: Mapped[str] = mapped_column(String(32))
    renewed_at: Mapped[datetime] = mapped_column(Instant)
    renewed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
