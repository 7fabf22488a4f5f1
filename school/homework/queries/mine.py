"""A teacher's lessons of a day with what was filed, and what the form proposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from school.calendar.queries import get_calendar
from school.calendar.rules import next_school_day
from school.db import db
from school.homework.enums import ItemState, Layer
from school.homework.models import HomeworkDay, HomeworkItem, HomeworkLayer
from school.homework.queries.boards import ClassDay, class_days_of, find_classes
from school.homework.queries.days import find_item_on, find_last_item, items_of_teacher
from school.people.models import Teacher
from school.people.queries import Lesson, lessons_of_teacher


@dataclass(frozen=True)
class LessonCard:
    """One lesson of the teacher: the class's day, the teacher's items, whether 「无」 was declared."""

    lesson: Lesson
    class_day: ClassDay
    items: list[HomeworkItem]
    is_none: bool


@dataclass(frozen=True)
class Proposals:
    """What the empty form offers: earlier items to copy, and minutes like those of similar items."""

    last: HomeworkItem | None
    last_week: HomeworkItem | None
    minutes: int | None


def cards_of(teacher: Teacher, on_day: date) -> list[LessonCard]:
    """The teacher's lessons of a day, in a fixed number of queries."""
    lessons = lessons_of_teacher(teacher.id, on_day)
    classes = find_classes(sorted({lesson.class_id for lesson in lessons}))
    days = {class_day.class_id: class_day for class_day in class_days_of(classes, on_day)}
    items = items_of_teacher(teacher.id, on_day, on_day)
    return [_card(lesson, days[lesson.class_id], items) for lesson in lessons]


def proposals_for(lesson: Lesson, on_day: date) -> Proposals:
    """What the form for a lesson offers on a day."""
    last = find_last_item(lesson.teacher_id, lesson.class_id, lesson.subject_id, before=on_day)
    week_ago = on_day - timedelta(days=7)
    last_week = find_item_on(lesson.teacher_id, lesson.class_id, lesson.subject_id, week_ago)
    return Proposals(last, last_week if last_week is not last else None, _usual_minutes(lesson, on_day))


def _card(lesson: Lesson, class_day: ClassDay, items: Sequence[HomeworkItem]) -> LessonCard:
    day = class_day.day
    own = [item for item in items if item.subject_id == lesson.subject_id and day and item.day_id == day.id]
    is_none = any(one.subject_id == lesson.subject_id for one in day.declarations) if day else False
    return LessonCard(lesson, class_day, own, is_none)


def _usual_minutes(lesson: Lesson, on_day: date) -> int | None:
    """The mean minutes of the teacher's whole-class items of the last four weeks in this subject, to five minutes."""
    mean = db.session.scalar(
        select(func.avg(HomeworkLayer.minutes))
        .join(HomeworkItem)
        .join(HomeworkDay)
        .where(
            HomeworkItem.teacher_id == lesson.teacher_id,
            HomeworkItem.subject_id == lesson.subject_id,
            HomeworkItem.state.not_in([ItemState.DRAFT, ItemState.WITHDRAWN, ItemState.RETURNED]),
            HomeworkLayer.layer == Layer.ALL,
            HomeworkDay.on_day.between(on_day - timedelta(days=28), on_day),
        )
    )
    return None if mean is None else max(5, round(float(mean) / 5) * 5)


def usual_due_day(on_day: date) -> date:
    """The next school day, by which homework is usually due; the day itself when the calendar ends."""
    return next_school_day(on_day, get_calendar()) or on_day
