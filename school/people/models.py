"""Classes, pupils, guardians, teachers, who teaches what, and roster imports; memberships are dated rows."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.db import Instant, db, stored
from school.people.enums import Gender, ImportKind, ImportState, MembershipEnd, Relation


class Subject(db.Model):
    """A school subject."""

    __tablename__ = "subjects"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    has_homework: Mapped[bool] = mapped_column(default=True)  # the board waits for these subjects only


class SchoolClass(db.Model):
    """A class by entry year and number; its grade follows from the school year, so nothing is edited in September."""

    __tablename__ = "school_classes"
    __table_args__ = (
        UniqueConstraint("entry_year", "number"),
        CheckConstraint("number BETWEEN 1 AND 99", name="number_1_to_99"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_year: Mapped[int]
    number: Mapped[int]


class Pupil(db.Model):
    """A pupil: a name and what tells two of one name apart. No ID number, ethnicity, health or address (PR-12)."""

    __tablename__ = "pupils"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), index=True)
    gender: Mapped[Gender | None] = mapped_column(stored(Gender))
    register_number: Mapped[str | None] = mapped_column(String(30), unique=True)
    memberships: Mapped[list["ClassMembership"]] = relationship(back_populates="pupil", order_by="ClassMembership.starts_on")
    guardianships: Mapped[list["Guardianship"]] = relationship(back_populates="pupil", order_by="Guardianship.position")


class ClassMembership(db.Model):
    """A pupil's time in a class; at most one is open."""

    __tablename__ = "class_memberships"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        Index(
            "uq_class_memberships_open",
            "pupil_id",
            unique=True,
            sqlite_where=text("ends_on IS NULL"),
            postgresql_where=text("ends_on IS NULL"),
        ),
        Index(None, "class_id", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("school_classes.id"))
    number_in_class: Mapped[str | None] = mapped_column(String(10))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    end_reason: Mapped[MembershipEnd | None] = mapped_column(stored(MembershipEnd))
    pupil: Mapped[Pupil] = relationship(back_populates="memberships")
    school_class: Mapped[SchoolClass] = relationship()


class Guardian(db.Model):
    """A guardian, told apart by phone number and name; several may share one phone."""

    __tablename__ = "guardians"
    __table_args__ = (UniqueConstraint("phone", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
    phone: Mapped[str | None] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    guardianships: Mapped[list["Guardianship"]] = relationship(back_populates="guardian")


class Guardianship(db.Model):
    """That a guardian is responsible for a pupil."""

    __tablename__ = "guardianships"
    __table_args__ = (UniqueConstraint("pupil_id", "guardian_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupils.id"))
    guardian_id: Mapped[int] = mapped_column(ForeignKey("guardians.id"), index=True)
    relation: Mapped[Relation] = mapped_column(stored(Relation))
    position: Mapped[int] = mapped_column(default=1)
    pupil: Mapped[Pupil] = relationship(back_populates="guardianships")
    guardian: Mapped[Guardian] = relationship(back_populates="guardianships")


class Teacher(db.Model):
    """A teacher; `public_name` is how the public log calls them (surname + 老师)."""

    __tablename__ = "teachers"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(50))
    public_name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(20))
    teaching_since: Mapped[int | None]  # calendar year of the first lesson ever taught
    left_on: Mapped[date | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), unique=True)
    assignments: Mapped[list["TeachingAssignment"]] = relationship(back_populates="teacher")


class TeachingAssignment(db.Model):
    """That a teacher teaches a subject in a class in a term, from a day until a day."""

    __tablename__ = "teaching_assignments"
    __table_args__ = (
        UniqueConstraint("teacher_id", "class_id", "subject_id", "term_id", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        Index(None, "class_id", "term_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("school_classes.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"))
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    teacher: Mapped[Teacher] = relationship(back_populates="assignments")
    subject: Mapped[Subject] = relationship()
    school_class: Mapped[SchoolClass] = relationship()


class RosterImport(db.Model):
    """An uploaded list between dry run and apply; columns the school must not keep were dropped before it was stored."""

    __tablename__ = "roster_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(stored(ImportKind))
    state: Mapped[ImportState] = mapped_column(stored(ImportState))
    filename: Mapped[str] = mapped_column(String(200))
    header: Mapped[list[str]] = mapped_column(JSON)
    rows: Mapped[list[list[str]]] = mapped_column(JSON)
    first_row_number: Mapped[int]
    dropped_columns: Mapped[list[str]] = mapped_column(JSON)
    notes: Mapped[list[str]] = mapped_column(JSON)
    overrides: Mapped[dict[str, int | None]] = mapped_column(JSON)
    summary: Mapped[dict[str, object]] = mapped_column(JSON)
    school_year_start: Mapped[int]  # the school year in which the file's class names are meant
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # None: a command at the school's machine
    created_at: Mapped[datetime] = mapped_column(Instant)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
