"""Triads with their dated members, duties, agreements, entries and acceptances."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from school.calendar.models import Term
from school.db import Instant, db, stored
from school.mentoring.enums import (
    DutyField,
    EntryKind,
    EntryState,
    Grade,
    Outcome,
    Seat,
    Signer,
    TriadState,
)
from school.people.models import Subject, Teacher

OPEN_MEMBER = text("ends_on IS NULL")


class Triad(db.Model):
    """Three teachers of a term and subject: chief, middle and novice (S8)."""

    __tablename__ = "triads"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        Index(None, "term_id", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"))
    state: Mapped[TriadState] = mapped_column(stored(TriadState), default=TriadState.PROPOSED)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")
    state_reason: Mapped[str] = mapped_column(Text, default="")
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("triads.id"))  # the triad of last term it goes on from
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=1)
    term: Mapped[Term] = relationship(lazy="joined")
    subject: Mapped[Subject] = relationship(lazy="joined")
    members: Mapped[list["TriadMember"]] = relationship(
        back_populates="triad", cascade="all, delete-orphan", lazy="selectin", order_by="TriadMember.id"
    )


class TriadMember(db.Model):
    """A teacher's time on a seat of a triad; a change mid-term ends one row and begins another, with a reason."""

    __tablename__ = "triad_members"
    __table_args__ = (
        Index(
            "uq_triad_members_open_seat", "triad_id", "seat", unique=True, sqlite_where=OPEN_MEMBER, postgresql_where=OPEN_MEMBER
        ),
        Index(
            "uq_triad_members_open_teacher",
            "triad_id",
            "teacher_id",
            unique=True,
            sqlite_where=OPEN_MEMBER,
            postgresql_where=OPEN_MEMBER,
        ),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    triad_id: Mapped[int] = mapped_column(ForeignKey("triads.id"))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)
    seat: Mapped[Seat] = mapped_column(stored(Seat))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
    triad: Mapped[Triad] = relationship(back_populates="members")
    teacher: Mapped[Teacher] = relationship(lazy="joined")


class MentorDuty(db.Model):
    """How often the holder of a seat owes something in a term (MT-01); a term without rows has the school's settings."""

    __tablename__ = "mentor_duties"
    __table_args__ = (
        UniqueConstraint("term_id", "seat", "kind"),
        CheckConstraint("count BETWEEN 0 AND 60", name="count_0_to_60"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    seat: Mapped[Seat] = mapped_column(stored(Seat))
    field: Mapped[DutyField] = mapped_column(stored(DutyField))
    kind: Mapped[EntryKind] = mapped_column(stored(EntryKind))
    count: Mapped[int]


class Agreement(db.Model):
    """One version of a triad's agreement (责任书); a changed text is a new version that all sign again."""

    __tablename__ = "mentor_agreements"
    __table_args__ = (UniqueConstraint("triad_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    triad_id: Mapped[int] = mapped_column(ForeignKey("triads.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the text
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    signatures: Mapped[list["Signature"]] = relationship(
        back_populates="agreement", lazy="selectin", order_by="Signature.id", cascade="all, delete-orphan"
    )


class Signature(db.Model):
    """That a seat's holder or the office signed exactly this text."""

    __tablename__ = "mentor_signatures"
    __table_args__ = (UniqueConstraint("agreement_id", "signer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("mentor_agreements.id"))
    signer: Mapped[Signer] = mapped_column(stored(Signer))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(Instant)
    agreement: Mapped[Agreement] = relationship(back_populates="signatures")


class MentorEntry(db.Model):
    """Something done together; `scores` are points by rubric item. `by_teacher` entered it, `with_teacher` confirms it."""

    __tablename__ = "mentor_entries"
    __table_args__ = (
        UniqueConstraint("by_teacher_id", "submission_key"),
        CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 480", name="minutes_1_to_480"),
        CheckConstraint("by_teacher_id <> with_teacher_id", name="two_people"),
        Index(None, "triad_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    triad_id: Mapped[int] = mapped_column(ForeignKey("triads.id"))
    kind: Mapped[EntryKind] = mapped_column(stored(EntryKind))
    by_teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"))
    with_teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)
    credited_to_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)  # whose duty it fulfils
    on_day: Mapped[date]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_classes.id"))
    lesson: Mapped[str] = mapped_column(String(20), default="")
    topic: Mapped[str] = mapped_column(String(80), default="")
    minutes: Mapped[int | None]
    scores: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    notes: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[EntryState] = mapped_column(stored(EntryState), default=EntryState.ENTERED)
    state_reason: Mapped[str] = mapped_column(Text, default="")
    submission_key: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=1)
    files: Mapped[list["MentorFile"]] = relationship(back_populates="entry", cascade="all, delete-orphan", lazy="selectin")


class MentorFile(db.Model):
    """A file attached to an entry; the bytes are loaded only to be sent."""

    __tablename__ = "mentor_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("mentor_entries.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    entry: Mapped[MentorEntry] = relationship(back_populates="files")


class AcceptanceRubric(db.Model):
    """The rubric of a term's acceptances: a list of {"key", "label", "points"} that add up to 100 (MT-02)."""

    __tablename__ = "acceptance_rubrics"

    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"), primary_key=True)
    items: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(default=1)


class Acceptance(db.Model):
    """The acceptance (验收) of one apprentice of a triad; rubric and evidence are kept as they were when it was opened."""

    __tablename__ = "acceptances"
    __table_args__ = (
        UniqueConstraint("triad_id", "seat"),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided_with_an_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    triad_id: Mapped[int] = mapped_column(ForeignKey("triads.id"))
    seat: Mapped[Seat] = mapped_column(stored(Seat))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)
    rubric: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    evidence: Mapped[dict[str, object]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    points: Mapped[int | None]
    grade: Mapped[Grade | None] = mapped_column(stored(Grade))
    outcome: Mapped[Outcome | None] = mapped_column(stored(Outcome))
    comment: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    certificate_number: Mapped[str | None] = mapped_column(String(30), unique=True)
    scores: Mapped[list["AcceptanceScore"]] = relationship(
        back_populates="acceptance", cascade="all, delete-orphan", lazy="selectin", order_by="AcceptanceScore.id"
    )


class AcceptanceScore(db.Model):
    """What one assessor gives: points by rubric key, and a comment."""

    __tablename__ = "acceptance_scores"
    __table_args__ = (UniqueConstraint("acceptance_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    acceptance_id: Mapped[int] = mapped_column(ForeignKey("acceptances.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(60))
    points: Mapped[dict[str, int]] = mapped_column(JSON)
    comment: Mapped[str] = mapped_column(Text, default="")
    scored_at: Mapped[datetime] = mapped_column(Instant)
    acceptance: Mapped[Acceptance] = relationship(back_populates="scores")
