"""The mentor corps (家庭教育导师团) and what its members are asked to hold."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, text
from sqlalchemy import Index as TableIndex
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.db import Instant, db, stored
from school.parentschool.enums import MentorSource, RequestState
from school.parentschool.models.sessions import ParentSession
from school.people.models import Guardian, Teacher

OPEN_REQUEST = text("state IN ('asked', 'confirmed')")


class FamilyMentor(db.Model):
    """A member of the corps: from the community, a teacher or a parent, with consent and a term of office."""

    __tablename__ = "family_mentors"
    __table_args__ = (
        CheckConstraint("serves_until >= serves_from", name="term_in_order"),
        CheckConstraint(
            "(source = 'teacher') = (teacher_id IS NOT NULL) AND (source = 'parent') = (guardian_id IS NOT NULL)",
            name="source_names_the_person",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
    source: Mapped[MentorSource] = mapped_column(stored(MentorSource))
    teacher_id: Mapped[int | None] = mapped_column(ForeignKey("teachers.id"), index=True)
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardians.id"), index=True)
    work: Mapped[str] = mapped_column(String(80), default="")  # where somebody from the community works, and as what
    field: Mapped[str] = mapped_column(String(80))
    introduction: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(20), default="")  # for the office alone
    consented_on: Mapped[date]  # to be in the corps and named on invitations
    consent_how: Mapped[str] = mapped_column(String(80))
    serves_from: Mapped[date]
    serves_until: Mapped[date]
    left_on: Mapped[date | None]
    left_reason: Mapped[str] = mapped_column(String(200), default="")
    revision: Mapped[int] = mapped_column(default=1)
    teacher: Mapped[Teacher | None] = relationship()
    guardian: Mapped[Guardian | None] = relationship()


class MentorRequest(db.Model):
    """That a mentor was asked to hold a session, and the answer; a confirmed one is a speaker."""

    __tablename__ = "mentor_requests"
    __table_args__ = (
        TableIndex(
            "uq_mentor_requests_open",
            "session_id",
            "mentor_id",
            unique=True,
            sqlite_where=OPEN_REQUEST,
            postgresql_where=OPEN_REQUEST,
        ),
        CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answered_when_not_asked"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("parent_sessions.id"))
    mentor_id: Mapped[int] = mapped_column(ForeignKey("family_mentors.id"), index=True)
    state: Mapped[RequestState] = mapped_column(stored(RequestState), default=RequestState.ASKED)
    message: Mapped[str] = mapped_column(String(200), default="")
    answer: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    session: Mapped[ParentSession] = relationship()
    mentor: Mapped[FamilyMentor] = relationship(lazy="joined")
