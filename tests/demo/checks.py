"""What must be true of every class-day the demo wrote, judged by the rules themselves; each check names what breaks it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from school.calendar.queries import get_calendar
from school.calendar.rules import grade_of, is_school_day, school_year_start
from school.db import db
from school.homework.enums import DayState, ItemState, LogChange
from school.homework.models import HomeworkDay, HomeworkItem, PublicLogEntry
from school.homework.queries.loads import limits_on, loads_of
from school.homework.rules.caps import Limits, day_load, load_concerns
from school.homework.rules.filing import ItemValues, LayerValues, check_filing
from school.homework.rules.publishing import is_late
from school.homework.rules.states import counts
from school.homework.rules.wording import check_item_wording
from school.people.models import SchoolClass, Subject, Teacher
from school.people.queries import lessons_on
from school.preferences.queries import get_preferences

# The states an item may be in on a day of each state.
ITEMS_ON_A_DAY = {
    DayState.OPEN: {ItemState.DRAFT, ItemState.SUBMITTED, ItemState.RETURNED, ItemState.WITHDRAWN},
    DayState.COORDINATED: {ItemState.COORDINATED, ItemState.DRAFT, ItemState.RETURNED, ItemState.WITHDRAWN},
    DayState.PUBLISHED: {ItemState.PUBLISHED, ItemState.RETURNED, ItemState.WITHDRAWN},
    DayState.CLOSED: {ItemState.CLOSED, ItemState.RETURNED, ItemState.WITHDRAWN},
}


def all_days() -> list[HomeworkDay]:
    """Every class-day with its items and declarations."""
    statement = select(HomeworkDay).options(
        selectinload(HomeworkDay.items).selectinload(HomeworkItem.layers), selectinload(HomeworkDay.declarations)
    )
    return list(db.session.scalars(statement.order_by(HomeworkDay.id)))


def check_everything(moment: datetime) -> None:
    """All checks of this file on a demo loaded at `moment`."""
    days = all_days()
    assert days, "no class-days at all"
    check_limits(days)
    check_items(days)
    check_states(days)
    check_moments(days, moment)
    check_log(days)
    check_lessons(days)


def check_limits(days: Iterable[HomeworkDay]) -> None:
    """Totals are those of the rules, under the hard limit, and over the soft one only with reasons."""
    for day in days:
        grade, limits = _grade(day), _limits(day)
        counted = [item for item in day.items if counts(item.state)]
        load = day_load(grade, loads_of(counted))
        kept = (day.required_minutes, day.optional_minutes, day.in_school_minutes, day.item_count, day.cap_minutes)
        assert kept == (load.required, load.optional, load.in_school, len(counted), limits.soft), day.id
        assert load.required <= limits.hard, f"day {day.id} is over the cap"
        for position, item in enumerate(sorted(counted, key=lambda one: one.submitted_at)):
            before = sorted(counted, key=lambda one: one.submitted_at)[: position + 1]
            if load_concerns(day_load(grade, loads_of(before)), limits):
                assert item.warning_reason, f"item {item.id} passed the soft limit without a reason"
        if day.published_at and (load_concerns(load, limits) or day.is_late):
            assert day.reason, f"day {day.id} was published without a reason"


def check_items(days: Iterable[HomeworkDay]) -> None:
    """Every item could have been typed into the form, and no rule of wording minds it."""
    calendar, preferences = get_calendar(), get_preferences()
    texts = {}
    for day in days:
        for item in day.items:
            values = _values(item, day)
            texts[values.layers, values.book, values.pages, values.questions, values.quantity] = values
            concerns = check_filing(
                values,
                grade=_grade(day),
                calendar=calendar,
                no_homework_weekday=preferences.no_homework_weekday,
                trial_treatment=preferences.trial_treatment,
            )
            assert concerns == [], item.id
    minded = {key: check_item_wording(values) for key, values in texts.items()}
    assert {key: concerns for key, concerns in minded.items() if concerns} == {}


def check_states(days: Iterable[HomeworkDay]) -> None:
    """Day and items agree; nothing was returned or withdrawn without a reason; 「无」 has no items."""
    for day in days:
        states = {item.state for item in day.items}
        assert states <= ITEMS_ON_A_DAY[day.state], (day.id, day.state, states)
        assert (day.published_at is not None) == (day.state in (DayState.PUBLISHED, DayState.CLOSED))
        assert (day.closed_at is not None) == (day.state is DayState.CLOSED)
        if day.has_none:
            assert day.item_count == 0
        for item in day.items:
            if item.state in (ItemState.RETURNED, ItemState.WITHDRAWN):
                assert item.state_reason, item.id
            assert item.asks_for_room <= (item.state is ItemState.DRAFT)


def check_moments(days: Iterable[HomeworkDay], moment: datetime) -> None:
    """All happened on the day, in order, before the loading; late is what the rule calls late; on school days only."""
    calendar, publish_by = get_calendar(), get_preferences().publish_time
    for day in days:
        assert is_school_day(day.on_day, calendar, grade=_grade(day)), day.on_day
        if day.published_at:
            assert day.is_late == is_late(day.published_at, day.on_day, publish_by)
            assert day.published_at.date() == day.on_day
            assert day.published_at <= moment
        for item in day.items:
            assert item.created_at.date() == day.on_day
            assert item.created_at <= item.updated_at <= moment
            if item.submitted_at:
                assert item.created_at <= item.submitted_at <= item.updated_at


def check_log(days: Iterable[HomeworkDay]) -> None:
    """The public log holds each version once, the newest as the item is, and one row for each 「无」."""
    entries = list(db.session.scalars(select(PublicLogEntry).order_by(PublicLogEntry.id)))
    assert [e.published_at for e in entries] == sorted(e.published_at for e in entries)
    by_item, by_day = defaultdict(list), defaultdict(list)
    for entry in entries:
        by_item[entry.item_id].append(entry)
        by_day[entry.day_id].append(entry)
    subjects = {subject.id: subject for subject in db.session.scalars(select(Subject))}
    teachers = {teacher.id: teacher for teacher in db.session.scalars(select(Teacher))}
    for day in days:
        none = [entry for entry in by_day[day.id] if entry.change is LogChange.NONE]
        assert len(none) == int(day.has_none), day.id
        for item in day.items:
            versions = by_item[item.id]
            assert [entry.version for entry in versions] == list(range(1, item.version + 1)), item.id
            assert bool(versions) == (item.state in (ItemState.PUBLISHED, ItemState.CLOSED) or item.version > 0)
            if versions:
                _check_snapshot(versions[-1], item, day, subjects[item.subject_id], teachers[item.teacher_id])
            assert all(entry.reason for entry in versions if entry.change is not LogChange.PUBLISHED)


def check_lessons(days: Iterable[HomeworkDay]) -> None:
    """A teacher filed only for a class and subject they taught on that day."""
    taught: dict[date, set[tuple[int, int, int]]] = {}
    for day in days:
        if day.on_day not in taught:
            lessons = lessons_on(day.on_day)
            taught[day.on_day] = {(lesson.class_id, lesson.subject_id, lesson.teacher_id) for lesson in lessons}
        for one in (*day.items, *day.declarations):
            assert (day.class_id, one.subject_id, one.teacher_id) in taught[day.on_day], day.id


def _check_snapshot(entry: PublicLogEntry, item: HomeworkItem, day: HomeworkDay, subject: Subject, teacher: Teacher) -> None:
    school_class = db.session.get_one(SchoolClass, day.class_id)
    assert (entry.day_id, entry.on_day, entry.is_late) == (day.id, day.on_day, day.is_late)
    assert (entry.entry_year, entry.class_number) == (school_class.entry_year, school_class.number)
    assert (entry.subject_code, entry.subject) == (subject.code, subject.name)
    assert (entry.teacher, entry.staff_code) == (teacher.public_name, teacher.staff_code)
    for name in ("kind", "form", "stage", "demand", "book", "pages", "questions", "quantity", "due_on"):
        assert getattr(entry, name) == getattr(item, name), (item.id, name)
    names = ("layer", "content", "minutes", "in_school_minutes")
    assert entry.layers == [{name: getattr(layer, name) for name in names} for layer in item.layers]


def _values(item: HomeworkItem, day: HomeworkDay) -> ItemValues:
    layers = tuple(LayerValues(a.layer, a.content, a.minutes, a.in_school_minutes) for a in item.layers)
    names = ("due_on", "form", "kind", "stage", "demand", "book", "pages", "questions", "quantity", "trial_minutes")
    return ItemValues(day.on_day, layers=layers, **{name: getattr(item, name) for name in names})


def _grade(day: HomeworkDay) -> int:
    school_class = db.session.get_one(SchoolClass, day.class_id)
    return grade_of(school_class.entry_year, school_year_start(day.on_day))


def _limits(day: HomeworkDay) -> Limits:
    return limits_on(_grade(day), day.on_day, day.approved_minutes, get_calendar())
