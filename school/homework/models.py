"""Class-days, homework items with their layers, approvals, and the append-only public log."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.db import Instant, db, stored
from school.homework.enums import DayState, Demand, Form, ItemState, Kind, Layer, LogChange, Stage
from school.people.models import SchoolClass


class HomeworkDay(db.Model):
    """One class on one day: the row that is locked while minutes are counted, with the totals kept beside it.

    Totals are those of `rules.caps.day_load` over the items that count; every writing service refreshes them
    under the lock, so reports need not read the items.
    """

    __tablename__ = "homework_days"
    __table_args__ = (UniqueConstraint("class_id", "on_day"), Index(None, "on_day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("school_classes.id"))
    on_day: Mapped[date]
    state: Mapped[DayState] = mapped_column(stored(DayState), default=DayState.OPEN)
    has_none: Mapped[bool] = mapped_column(default=False)  # published as 「无」 (HW-07)
    required_minutes: Mapped[int] = mapped_column(default=0)
    optional_minutes: Mapped[int] = mapped_column(default=0)
    in_school_minutes: Mapped[int] = mapped_column(default=0)
    item_count: Mapped[int] = mapped_column(default=0)
    cap_minutes: Mapped[int] = mapped_column(default=0)  # the soft limit that held when the totals were kept
    approved_minutes: Mapped[int | None]  # the school's own cap lifted for this day, never above the national one
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")  # typed for a warning: late, weekend, optional
    is_late: Mapped[bool] = mapped_column(default=False)
    coordinated_at: Mapped[datetime | None] = mapped_column(Instant)
    coordinated_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    school_class: Mapped[SchoolClass] = relationship()
    items: Mapped[list["HomeworkItem"]] = relationship(back_populates="day", order_by="HomeworkItem.id")
    declarations: Mapped[list["NoHomeworkDeclaration"]] = relationship(back_populates="day", cascade="all, delete-orphan")
    requests: Mapped[list["CapRequest"]] = relationship(back_populates="day")


class HomeworkItem(db.Model):
    """What one teacher asks of one class in one subject on one day; `revision` rises with every change."""

    __tablename__ = "homework_items"
    __table_args__ = (
        UniqueConstraint("teacher_id", "submission_key"),
        CheckConstraint("trial_minutes IS NULL OR trial_minutes > 0", name="trial_minutes_positive"),
        Index(None, "day_id", "subject_id"),
        Index(None, "teacher_id", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("homework_days.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"))
    state: Mapped[ItemState] = mapped_column(stored(ItemState), default=ItemState.DRAFT)
    asks_for_room: Mapped[bool] = mapped_column(default=False)  # a draft that did not fit under the cap
    kind: Mapped[Kind] = mapped_column(stored(Kind))
    form: Mapped[Form] = mapped_column(stored(Form))
    stage: Mapped[Stage] = mapped_column(stored(Stage))
    demand: Mapped[Demand] = mapped_column(stored(Demand))
    book: Mapped[str] = mapped_column(String(80), default="")
    pages: Mapped[str] = mapped_column(String(40), default="")
    questions: Mapped[str] = mapped_column(String(80), default="")
    quantity: Mapped[str] = mapped_column(String(40), default="")
    trial_minutes: Mapped[int | None]
    due_on: Mapped[date]
    warning_reason: Mapped[str] = mapped_column(Text, default="")
    state_reason: Mapped[str] = mapped_column(Text, default="")  # why it was returned or withdrawn
    revision: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=0)  # of the public log; 0: never published
    submission_key: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    day: Mapped[HomeworkDay] = relationship(back_populates="items")
    layers: Mapped[list["HomeworkLayer"]] = relationship(
        back_populates="item", order_by="HomeworkLayer.layer", cascade="all, delete-orphan", lazy="selectin"
    )


class HomeworkLayer(db.Model):
    """What one layer of the class is asked: 全体, or A, B, C with their own content and minutes."""

    __tablename__ = "homework_layers"
    __table_args__ = (
        UniqueConstraint("item_id", "layer"),
        CheckConstraint("minutes BETWEEN 0 AND 300", name="minutes_believable"),
        CheckConstraint("in_school_minutes BETWEEN 0 AND minutes", name="in_school_within_minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("homework_items.id"))
    layer: Mapped[Layer] = mapped_column(stored(Layer))
    content: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int]
    in_school_minutes: Mapped[int] = mapped_column(default=0)
    item: Mapped[HomeworkItem] = relationship(back_populates="layers")


class NoHomeworkDeclaration(db.Model):
    """A teacher's explicit 「无」 for a subject on a class-day (HW-07)."""

    __tablename__ = "no_homework_declarations"
    __table_args__ = (UniqueConstraint("day_id", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("homework_days.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"))
    teacher_id: Mapped[int | None] = mapped_column(ForeignKey("teachers.id"))
    declared_at: Mapped[datetime] = mapped_column(Instant)
    day: Mapped[HomeworkDay] = relationship(back_populates="declarations")


class CapRequest(db.Model):
    """The homeroom teacher asks to go past the school's own cap; the teaching office answers with a reason."""

    __tablename__ = "cap_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("homework_days.id"), index=True)
    minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    is_approved: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    day: Mapped[HomeworkDay] = relationship(back_populates="requests")


class PublicLogEntry(db.Model):
    """One version of one published item, or of a day's 「无」, as the public reads it; append-only by trigger.

    A snapshot without any pupil: public pages are built from these rows alone. `layers` is a list of
    {"layer", "content", "minutes", "in_school_minutes"}.
    """

    __tablename__ = "public_log_entries"
    __table_args__ = (
        UniqueConstraint("item_id", "version"),
        Index(None, "on_day", "entry_year", "class_number"),
        Index(None, "day_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("homework_days.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("homework_items.id"))
    version: Mapped[int]
    change: Mapped[LogChange] = mapped_column(stored(LogChange))
    reason: Mapped[str] = mapped_column(Text, default="")
    on_day: Mapped[date]
    entry_year: Mapped[int]
    class_number: Mapped[int]
    subject_code: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(20))
    teacher: Mapped[str] = mapped_column(String(60))
    staff_code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(24))
    form: Mapped[str] = mapped_column(String(24))
    stage: Mapped[str] = mapped_column(String(24))
    demand: Mapped[str] = mapped_column(String(24))
    book: Mapped[str] = mapped_column(String(80), default="")
    pages: Mapped[str] = mapped_column(String(40), default="")
    questions: Mapped[str] = mapped_column(String(80), default="")
    quantity: Mapped[str] = mapped_column(String(40), default="")
    layers: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    due_on: Mapped[date | None]
    published_at: Mapped[datetime] = mapped_column(Instant)
    is_late: Mapped[bool] = mapped_column(default=False)
