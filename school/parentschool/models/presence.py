"""Who came, what they said afterwards, certificates, and reading-sharing."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.db import Instant, db, stored
from school.parentschool.enums import CheckInMethod, ReadingState
from school.parentschool.models.sessions import SessionDate, SignUp
from school.people.models import Guardian, Pupil, SchoolClass


class FamilyPresence(db.Model):
    """That a family was present at a date; without `sign_up_id` they came without having signed up.

    `has_answered` only says that the family gave its feedback; which answer is theirs is stored nowhere.
    """

    __tablename__ = "parent_presences"
    __table_args__ = (
        UniqueConstraint("date_id", "family"),
        CheckConstraint("adults BETWEEN 1 AND 6", name="adults_1_to_6"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    date_id: Mapped[int] = mapped_column(ForeignKey("parent_session_dates.id"))
    guardian_id: Mapped[int] = mapped_column(ForeignKey("guardians.id"), index=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"), index=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_classes.id"))  # the child's on that day
    family: Mapped[int]
    sign_up_id: Mapped[int | None] = mapped_column(ForeignKey("parent_sign_ups.id"))
    adults: Mapped[int]
    method: Mapped[CheckInMethod] = mapped_column(stored(CheckInMethod))
    noted_at: Mapped[datetime] = mapped_column(Instant)
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    has_answered: Mapped[bool] = mapped_column(default=False)
    date: Mapped[SessionDate] = relationship()
    guardian: Mapped[Guardian] = relationship()
    pupil: Mapped[Pupil] = relationship()
    sign_up: Mapped[SignUp | None] = relationship()


class SessionFeedback(db.Model):
    """One family's answer about a date: no person, no time, and an id that tells no order. Shown from five answers."""

    __tablename__ = "parent_feedback"
    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 5", name="stars_1_to_5"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # random
    date_id: Mapped[int] = mapped_column(ForeignKey("parent_session_dates.id"), index=True)
    stars: Mapped[int]
    speaker_stars: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # by mentor id
    text: Mapped[str] = mapped_column(Text, default="")
    is_shown: Mapped[bool] = mapped_column(default=False)  # answers come to light together, never one alone


class ParentCertificate(db.Model):
    """A guardian's certificate for a school year, with the figures it was issued on."""

    __tablename__ = "parent_certificates"
    __table_args__ = (UniqueConstraint("guardian_id", "school_year_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guardian_id: Mapped[int] = mapped_column(ForeignKey("guardians.id"))
    school_year_id: Mapped[int] = mapped_column(ForeignKey("school_years.id"))
    number: Mapped[str] = mapped_column(String(30), unique=True)
    sessions: Mapped[int]
    minutes: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(Instant)
    guardian: Mapped[Guardian] = relationship(lazy="joined")


class ReadingNote(db.Model):
    """What a guardian read and wants to tell; other families of the class see it when approved and `may_show`."""

    __tablename__ = "parent_reading_notes"
    __table_args__ = (UniqueConstraint("guardian_id", "submission_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guardian_id: Mapped[int] = mapped_column(ForeignKey("guardians.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("school_classes.id"), index=True)
    book: Mapped[str] = mapped_column(String(80))
    author: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    may_show: Mapped[bool]  # the guardian's consent to be read by the other guardians of the class
    may_name: Mapped[bool] = mapped_column(default=False)  # a second consent: under surname + 家长
    state: Mapped[ReadingState] = mapped_column(stored(ReadingState), default=ReadingState.SUBMITTED)
    state_reason: Mapped[str] = mapped_column(String(200), default="")
    submission_key: Mapped[str] = mapped_column(String(40))
    written_at: Mapped[datetime] = mapped_column(Instant)
    moderated_at: Mapped[datetime | None] = mapped_column(Instant)
    moderated_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revision: Mapped[int] = mapped_column(default=1)
    guardian: Mapped[Guardian] = relationship(lazy="joined")
    pupil: Mapped[Pupil] = relationship(lazy="joined")
    school_class: Mapped[SchoolClass] = relationship(lazy="joined")
