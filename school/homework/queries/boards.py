"""What the pages of a school day show, gathered from class-days, lessons and the calendar."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from school.calendar.queries import get_calendar
from school.calendar.rules import (
    SchoolCalendar,
    grade_of,
    is_school_day,
    previous_school_day,
    school_year_start,
)
from school.db import db
from school.homework.enums import DayState, ItemState
from school.homework.models import CapRequest, HomeworkDay, HomeworkItem
from school.homework.queries.days import find_day
from school.homework.queries.loads import limits_on, loads_of
from school.homework.rules.caps import (
    DayLoad,
    Limits,
    day_load,
    national_cap,
    what_could_give,
)
from school.homework.rules.states import counts
from school.people.models import SchoolClass
from school.people.queries import Lesson, lessons_of_class, subjects
from school.people.rules import class_label

NO_LOAD = DayLoad()


@dataclass(frozen=True)
class ClassDay:
    """A class on a day with its limits: what every page about it begins with."""

    class_id: int
    label: str
    grade: int
    on_day: date
    limits: Limits
    day: HomeworkDay | None
    is_school_day: bool

    @property
    def state(self) -> DayState:
        """Open until something was published or coordinated."""
        return self.day.state if self.day else DayState.OPEN

    @property
    def required(self) -> int:
        """Required written minutes that count now."""
        return self.day.required_minutes if self.day else 0

    @property
    def optional(self) -> int:
        """Optional written minutes that count now."""
        return self.day.optional_minutes if self.day else 0


@dataclass(frozen=True)
class SubjectRow:
    """One subject on the board: who teaches it, what was filed, and whether 「无」 was declared."""

    subject_id: int
    subject: str
    teachers: str
    has_homework: bool
    is_none: bool
    items: list[HomeworkItem]

    @property
    def is_unfiled(self) -> bool:
        """Expected, and neither filed nor declared 「无」."""
        return self.has_homework and not self.is_none and not any(counts(item.state) for item in self.items)


@dataclass(frozen=True)
class Suggestion:
    """Items that together would free enough, or some, of the minutes, named by subject."""

    subjects: str
    frees: int
    is_enough: bool


@dataclass(frozen=True)
class Board:
    """The homeroom teacher's page: all subjects of a class on a day."""

    class_day: ClassDay
    rows: list[SubjectRow]
    load: DayLoad
    waiting: list[HomeworkItem]
    over_by: int
    suggestions: list[Suggestion]
    requests: list[CapRequest]
    lift_to: int

    @property
    def unfiled(self) -> list[str]:
        """Names of the subjects the board still waits for."""
        return [row.subject for row in self.rows if row.is_unfiled]

    @property
    def to_publish(self) -> list[HomeworkItem]:
        """Items that one tap would publish."""
        states = (ItemState.SUBMITTED, ItemState.COORDINATED)
        return [item for row in self.rows for item in row.items if item.state in states]

    @property
    def can_ask_for_room(self) -> bool:
        """Whether the office could lift the school's own cap."""
        return self.lift_to > self.class_day.limits.hard and not any(one.is_approved is None for one in self.requests)


def board_of(school_class: SchoolClass, on_day: date) -> Board:
    """Everything about one class-day, in a fixed number of queries."""
    class_day = class_day_of(school_class, on_day)
    day = class_day.day
    items = list(day.items) if day else []
    load = day_load(class_day.grade, loads_of(item for item in items if counts(item.state)))
    waiting = [item for item in items if item.asks_for_room and not counts(item.state)]
    return Board(
        class_day=class_day,
        rows=_rows(lessons_of_class(school_class.id, on_day), day),
        load=load,
        waiting=waiting,
        over_by=_over_by(class_day, items, waiting),
        suggestions=_suggestions(class_day, items, waiting),
        requests=list(day.requests) if day else [],
        lift_to=national_cap(class_day.grade) if not class_day.limits.is_before_break else 0,
    )


def class_day_of(school_class: SchoolClass, on_day: date) -> ClassDay:
    """A class-day with the limits that hold on it."""
    return _class_day(school_class, on_day, find_day(school_class.id, on_day), get_calendar())


def class_days_of(classes: Sequence[SchoolClass], on_day: date) -> list[ClassDay]:
    """The day of several classes, without items, in two queries."""
    ids = [one.id for one in classes]
    statement = (
        select(HomeworkDay)
        .where(HomeworkDay.on_day == on_day, HomeworkDay.class_id.in_(ids))
        .options(selectinload(HomeworkDay.declarations))
    )
    days = {day.class_id: day for day in db.session.scalars(statement)}
    calendar = get_calendar()
    return [_class_day(one, on_day, days.get(one.id), calendar) for one in classes]


def find_classes(class_ids: Sequence[int]) -> list[SchoolClass]:
    """Classes by id, youngest grade first."""
    statement = select(SchoolClass).where(SchoolClass.id.in_(class_ids))
    return list(db.session.scalars(statement.order_by(SchoolClass.entry_year.desc(), SchoolClass.number)))


def default_day(today: date) -> date:
    """Today when there is school, else the last school day before."""
    calendar = get_calendar()
    if is_school_day(today, calendar):
        return today
    return previous_school_day(today, calendar) or today


def _class_day(one: SchoolClass, on_day: date, day: HomeworkDay | None, calendar: SchoolCalendar) -> ClassDay:
    start_year = school_year_start(on_day)
    grade = grade_of(one.entry_year, start_year)
    limits = limits_on(grade, on_day, day.approved_minutes if day else None, calendar)
    label = class_label(one.entry_year, one.number, start_year)
    return ClassDay(one.id, label, grade, on_day, limits, day, is_school_day(on_day, calendar, grade=grade))


def _rows(lessons: Sequence[Lesson], day: HomeworkDay | None) -> list[SubjectRow]:
    items = defaultdict(list)
    for item in day.items if day else []:
        items[item.subject_id].append(item)
    declared = {one.subject_id for one in day.declarations} if day else set()
    by_subject: dict[int, list[Lesson]] = {}
    for lesson in lessons:
        by_subject.setdefault(lesson.subject_id, []).append(lesson)
    return [
        SubjectRow(
            subject_id=subject_id,
            subject=taught[0].subject,
            teachers="、".join(lesson.teacher_name for lesson in taught),
            has_homework=taught[0].has_homework,
            is_none=subject_id in declared,
            items=items[subject_id],
        )
        for subject_id, taught in by_subject.items()
    ]


def _over_by(class_day: ClassDay, items: Sequence[HomeworkItem], waiting: Sequence[HomeworkItem]) -> int:
    """Minutes over the hard limit if every waiting draft were taken in; 0 when they fit."""
    chosen = [item for item in items if counts(item.state) or item in waiting]
    return max(day_load(class_day.grade, loads_of(chosen)).required - class_day.limits.hard, 0)


def _suggestions(class_day: ClassDay, items: Sequence[HomeworkItem], waiting: Sequence[HomeworkItem]) -> list[Suggestion]:
    over_by = _over_by(class_day, items, waiting)
    if not over_by:
        return []
    chosen = [item for item in items if counts(item.state) or item in waiting]
    subject_ids = {item.id: item.subject_id for item in chosen}
    names = subject_names()
    reliefs = what_could_give(class_day.grade, loads_of(chosen), over_by)[:4]
    return [
        Suggestion("、".join(names[subject_ids[i]] for i in relief.item_ids), relief.frees, relief.is_enough)
        for relief in reliefs
    ]


def subject_names() -> dict[int, str]:
    """Names of all subjects by id."""
    return {subject.id: subject.name for subject in subjects()}
