"""Every write of the calendar: filling in a year's holidays, days and terms by hand."""

from datetime import date, timedelta

from sqlalchemy.exc import IntegrityError

from school.audit.service import Actor, record
from school.calendar.checks import check_day, check_span, check_term, term_name
from school.calendar.enums import DayKind
from school.calendar.models import CalendarDay, HolidayYear, SchoolYear, Term
from school.calendar.published import published_days
from school.calendar.queries import (
    days_between,
    find_holiday_year,
    find_school_year,
    lock_school_years,
    term_dates,
    terms,
)
from school.calendar.rules import TermDates, day_in_words
from school.clock import now
from school.db import db
from school.errors import Conflict, Refused

WEEKDAYS = "一二三四五六日"


def fill_year(year: int, *, actor: Actor) -> int:
    """Enter a calendar year's public holidays and make-up days; answers how many days were entered.

    Days the school has entered itself stay as they are, and a year is filled once only, so that a day the school
    removed does not come back.
    """
    if find_holiday_year(year):
        raise Refused(f"{year}年的放假安排已经填入，可以直接修改其中某一天。")
    proposed = published_days(year)
    kept = {day.on_day for day in days_between(proposed[0].on_day, proposed[-1].on_day)}
    added = [
        CalendarDay(on_day=d.on_day, kind=d.kind, name=d.name, follows_weekday=d.follows_weekday, is_filled=True)
        for d in proposed
        if d.on_day not in kept
    ]
    db.session.add_all([*added, HolidayYear(year=year, filled_at=now())])
    _flush(f"{year}年的放假安排刚刚被另一个人填入，请刷新。")
    record(
        actor,
        "calendar.fill_year",
        f"填入了{year}年的放假安排，共{len(added)}天",
        subject_type="holiday_year",
        subject_id=year,
    )
    return len(added)


def enter_days(first: date, last: date, kind: DayKind, name: str, *, follows_weekday: int | None = None, actor: Actor) -> None:
    """Enter one day or several that are not what their weekday says."""
    check_day(kind, name, follows_weekday)
    check_span(first, last, kind)
    if taken := days_between(first, last):
        raise Refused(f"{day_in_words(taken[0].on_day)}已经录入为“{taken[0].name}”，请先修改或删除它。", "on_day")
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    db.session.add_all(CalendarDay(on_day=day, kind=kind, name=name, follows_weekday=follows_weekday) for day in days)
    _flush("其中一天刚刚被另一个人录入，请刷新后再试。")
    span = day_in_words(first) if first == last else f"{day_in_words(first)}至{day_in_words(last)}"
    sentence = f"把{span}录入为{_described(kind, name, follows_weekday)}"
    record(actor, "calendar.enter_day", sentence, subject_type="calendar_day")


def change_day(day: CalendarDay, kind: DayKind, name: str, *, follows_weekday: int | None = None, actor: Actor) -> None:
    """Change what an entered day is; from now on it is the school's own."""
    check_day(kind, name, follows_weekday)
    before = _described(day.kind, day.name, day.follows_weekday)
    after = _described(kind, name, follows_weekday)
    day.kind, day.name, day.follows_weekday, day.is_filled = kind, name, follows_weekday, False
    _flush("")
    sentence = f"把{day_in_words(day.on_day)}从{before}改为{after}"
    record(actor, "calendar.change_day", sentence, subject_type="calendar_day", subject_id=day.id)


def remove_day(day: CalendarDay, *, actor: Actor) -> None:
    """Make a day what its weekday says again."""
    what = _described(day.kind, day.name, day.follows_weekday)
    db.session.delete(day)
    _flush("")
    sentence = f"删除了{day_in_words(day.on_day)}的{what}，这一天恢复平常"
    record(actor, "calendar.remove_day", sentence, subject_type="calendar_day", subject_id=day.id)


def add_term(new: TermDates, *, actor: Actor) -> Term:
    """Enter a term, and its school year when it is the first."""
    lock_school_years()
    check_term(new, [term_dates(term) for term in terms()])
    year = find_school_year(new.start_year)
    if year is None:
        year = SchoolYear(start_year=new.start_year)
        db.session.add(year)
    term = Term(school_year=year, number=new.number, starts_on=new.starts_on, ends_on=new.ends_on)
    db.session.add(term)
    _flush("另一个人刚刚录入了这个学期，请刷新。")
    sentence = f"录入了{term_name(new.start_year, new.number)}，{_span(new)}"
    record(actor, "calendar.add_term", sentence, subject_type="term", subject_id=term.id)
    return term


def change_term(term: Term, *, starts_on: date, ends_on: date, actor: Actor) -> None:
    """Change a term's first and last day."""
    lock_school_years()
    before = term_dates(term)
    after = TermDates(before.start_year, before.number, starts_on, ends_on)
    check_term(after, [term_dates(other) for other in terms() if other.id != term.id])
    if after == before:
        return
    term.starts_on, term.ends_on = starts_on, ends_on
    _flush("")
    sentence = f"把{term_name(before.start_year, before.number)}从{_span(before)}改为{_span(after)}"
    record(actor, "calendar.change_term", sentence, subject_type="term", subject_id=term.id)


def _flush(conflict: str) -> None:
    """Write, and say `conflict` when somebody else wrote the same thing first."""
    try:
        db.session.flush()
    except IntegrityError as error:
        if not conflict:
            raise
        raise Conflict(conflict) from error


def _described(kind: DayKind, name: str, follows_weekday: int | None) -> str:
    follows = f"，上周{WEEKDAYS[follows_weekday - 1]}的课" if follows_weekday else ""
    return f"{kind.label}“{name}”{follows}"


def _span(term: TermDates) -> str:
    return f"{day_in_words(term.starts_on)}至{day_in_words(term.ends_on)}"
