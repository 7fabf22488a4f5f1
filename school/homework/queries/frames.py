"""What reports are made of: which classes run when, the kept totals of class-days, and items summed by subject.

Rows are plain tuples in the order of the constants beside each function, ready to become frames.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, String, case, func, literal, select, type_coerce

from school.calendar.models import SchoolYear, Term
from school.calendar.rules import grade_of
from school.db import db
from school.homework.enums import DayState, Demand, Form, ItemState, Layer
from school.homework.models import HomeworkDay, HomeworkItem, HomeworkLayer
from school.people.models import ClassMembership, SchoolClass, Subject, Teacher, TeachingAssignment

NO_END = date(9999, 12, 31)
LAST_PRIMARY_GRADE, LAST_GRADE = 6, 9
PUBLISHED_DAYS = (DayState.PUBLISHED, DayState.CLOSED)
PUBLISHED_ITEMS = (ItemState.PUBLISHED, ItemState.CLOSED)
WRITTEN_FORMS = tuple(form for form in Form if form.is_written)

DAY_COLUMNS = (
    "class_id",
    "on_day",
    "state",
    "has_none",
    "is_late",
    "required_minutes",
    "cap_minutes",
    "is_warned",
)
SUBJECT_COLUMNS = (
    "class_id",
    "subject_id",
    "items",
    "days",
    "written_items",
    "layered_items",
    "optional_items",
    "warned_items",
    "asked_minutes",
    "in_school_minutes",
)


@dataclass(frozen=True)
class ClassSpan:
    """A class and the days between which it has pupils or lessons; `taught_years` are the school years of its lessons."""

    class_id: int
    entry_year: int
    number: int
    runs_from: date
    runs_until: date
    taught_years: frozenset[int] = frozenset()

    def joined(self, other: "ClassSpan") -> "ClassSpan":
        """From the first day of both to the last."""
        begins, ends = min(self.runs_from, other.runs_from), max(self.runs_until, other.runs_until)
        return replace(self, runs_from=begins, runs_until=ends, taught_years=self.taught_years | other.taught_years)

    def is_at_school(self, start_year: int) -> bool:
        """Whether the class is at school in the school year starting in `start_year`.

        Grades 7 to 9 count only with lessons in that year: a primary school's leavers are not waited for.
        """
        grade = grade_of(self.entry_year, start_year)
        return 1 <= grade <= LAST_PRIMARY_GRADE or (grade <= LAST_GRADE and start_year in self.taught_years)


@dataclass(frozen=True)
class ItemRow:
    """One published item as the report lists it behind a figure."""

    item_id: int
    class_id: int
    on_day: date
    subject_id: int
    subject: str
    teacher: str
    form: Form
    demand: Demand
    is_layered: bool
    asked_minutes: float
    in_school_minutes: float
    warning_reason: str


def class_spans(first: date, last: date, entry_years: Collection[int] | None = None) -> list[ClassSpan]:
    """Classes with pupils or lessons on some day from `first` to `last`, youngest grade first; None means all grades."""
    spans: dict[int, ClassSpan] = {}
    for class_id, entry_year, number, begins, ends, start_year in _span_rows(first, last, entry_years):
        years = frozenset() if start_year is None else frozenset({start_year})
        span = ClassSpan(class_id, entry_year, number, begins, ends, years)
        spans[class_id] = spans[class_id].joined(span) if class_id in spans else span
    return sorted(spans.values(), key=lambda span: (-span.entry_year, span.number))


def day_rows(first: date, last: date, class_ids: Collection[int] | None = None) -> list[Row[Any]]:
    """Kept totals of class-days, published or not, in the order of `DAY_COLUMNS`; None means all classes."""
    statement = select(
        HomeworkDay.class_id,
        HomeworkDay.on_day,
        type_coerce(HomeworkDay.state, String),
        HomeworkDay.has_none,
        HomeworkDay.is_late,
        HomeworkDay.required_minutes,
        HomeworkDay.cap_minutes,
        HomeworkDay.reason != "",
    ).where(HomeworkDay.on_day.between(first, last))
    return list(db.session.execute(_of_classes(statement, class_ids)))


def subject_rows(first: date, last: date, class_ids: Collection[int] | None = None) -> list[Row[Any]]:
    """Published items summed by class and subject, in the order of `SUBJECT_COLUMNS`.

    `written_items` and the minutes are those of written required items; a layered item counts with the mean of its
    layers.
    """
    item = _item_sums(first, last, class_ids).subquery()
    required = item.c.is_written * (1 - item.c.is_optional)
    statement = select(
        item.c.class_id,
        item.c.subject_id,
        func.count(),
        func.count(item.c.day_id.distinct()),
        func.sum(required),
        func.sum(item.c.is_layered),
        func.sum(item.c.is_optional),
        func.sum(item.c.is_warned),
        func.sum(item.c.asked_minutes * required),
        func.sum(item.c.in_school_minutes * required),
    ).group_by(item.c.class_id, item.c.subject_id)
    return list(db.session.execute(statement))


def item_rows(first: date, last: date, class_ids: Collection[int]) -> list[ItemRow]:
    """Published items one by one, newest day first: the rows behind the figures of `subject_rows`."""
    item = _item_sums(first, last, class_ids).subquery()
    statement = (
        select(
            HomeworkItem.id,
            HomeworkDay.class_id,
            HomeworkDay.on_day,
            HomeworkItem.subject_id,
            Subject.name,
            Teacher.name,
            HomeworkItem.form,
            HomeworkItem.demand,
            item.c.is_layered,
            item.c.asked_minutes,
            item.c.in_school_minutes,
            HomeworkItem.warning_reason,
        )
        .join(item, item.c.id == HomeworkItem.id)
        .join(HomeworkDay, HomeworkDay.id == HomeworkItem.day_id)
        .join(Subject, Subject.id == HomeworkItem.subject_id)
        .join(Teacher, Teacher.id == HomeworkItem.teacher_id)
        .order_by(HomeworkDay.on_day.desc(), HomeworkDay.class_id, Subject.position, HomeworkItem.id)
    )
    return [ItemRow(*row[:8], bool(row[8]), float(row[9]), float(row[10]), row[11]) for row in db.session.execute(statement)]


def _span_rows(first: date, last: date, entry_years: Collection[int] | None) -> Iterable[Row[Any]]:
    """(class, first day, last day, school year of the lessons or None) of memberships and of lessons."""
    member = _spans(ClassMembership, first, last, literal(None), entry_years)
    taught = _spans(TeachingAssignment, first, last, SchoolYear.start_year, entry_years)
    taught = taught.join(Term, Term.id == TeachingAssignment.term_id).join(SchoolYear, SchoolYear.id == Term.school_year_id)
    taught = taught.group_by(SchoolYear.start_year)
    return [*db.session.execute(member), *db.session.execute(taught)]


def _spans(
    dated: type[ClassMembership] | type[TeachingAssignment],
    first: date,
    last: date,
    start_year: Any,
    entry_years: Collection[int] | None,
) -> Select:
    ends_on = func.coalesce(dated.ends_on, NO_END, type_=dated.ends_on.type)
    statement = (
        select(
            SchoolClass.id,
            SchoolClass.entry_year,
            SchoolClass.number,
            func.min(dated.starts_on),
            func.max(ends_on, type_=dated.ends_on.type),
            start_year,
        )
        .select_from(SchoolClass)
        .join(dated, dated.class_id == SchoolClass.id)
        .where(dated.starts_on <= last, ends_on >= first)
        .group_by(SchoolClass.id, SchoolClass.entry_year, SchoolClass.number)
    )
    return statement if entry_years is None else statement.where(SchoolClass.entry_year.in_(entry_years))


def _item_sums(first: date, last: date, class_ids: Collection[int] | None) -> Select:
    """One row for each published item: flags as 0 and 1, and the mean minutes of its layers."""
    statement = (
        select(
            HomeworkItem.id.label("id"),
            HomeworkItem.day_id.label("day_id"),
            HomeworkDay.class_id.label("class_id"),
            HomeworkItem.subject_id.label("subject_id"),
            case((HomeworkItem.form.in_(WRITTEN_FORMS), 1), else_=0).label("is_written"),
            case((HomeworkItem.demand == Demand.OPTIONAL, 1), else_=0).label("is_optional"),
            case((HomeworkItem.warning_reason != "", 1), else_=0).label("is_warned"),
            func.max(case((HomeworkLayer.layer != Layer.ALL, 1), else_=0)).label("is_layered"),
            (func.sum(HomeworkLayer.minutes) * 1.0 / func.count()).label("asked_minutes"),
            (func.sum(HomeworkLayer.in_school_minutes) * 1.0 / func.count()).label("in_school_minutes"),
        )
        .join(HomeworkDay, HomeworkDay.id == HomeworkItem.day_id)
        .join(HomeworkLayer, HomeworkLayer.item_id == HomeworkItem.id)
        .where(HomeworkDay.on_day.between(first, last), HomeworkDay.state.in_(PUBLISHED_DAYS))
        .where(HomeworkItem.state.in_(PUBLISHED_ITEMS))
        .group_by(HomeworkItem.id, HomeworkDay.class_id)
    )
    return _of_classes(statement, class_ids)


def _of_classes(statement: Select, class_ids: Collection[int] | None) -> Select:
    return statement if class_ids is None else statement.where(HomeworkDay.class_id.in_(class_ids))
