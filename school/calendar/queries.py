"""Every SELECT about the calendar, and the calendar as the value that `rules` judge."""

from datetime import date

from sqlalchemy import select

from school.calendar.models import CalendarDay, HolidayYear, SchoolYear, Term
from school.calendar.rules import DayException, SchoolCalendar, TermDates
from school.db import db
from school.stamps import forget_stamps, kept


def get_calendar() -> SchoolCalendar:
    """The school's calendar as this transaction sees it; what a lock guards is never judged by older dates."""
    return kept("calendar", _read_calendar)


def find_term(day: date) -> Term | None:
    """The term that contains the day."""
    return db.session.scalar(select(Term).where(Term.starts_on <= day, Term.ends_on >= day))


def current_or_last_term(day: date) -> Term | None:
    """The term that contains the day; in a vacation the one before, and before the first the first."""
    begun = select(Term).where(Term.starts_on <= day).order_by(Term.starts_on.desc()).limit(1)
    return db.session.scalar(begun) or db.session.scalar(select(Term).order_by(Term.starts_on).limit(1))


def terms() -> list[Term]:
    """All terms, newest first."""
    return list(db.session.scalars(select(Term).order_by(Term.starts_on.desc())))


def find_term_by_id(term_id: int) -> Term | None:
    """A term by id."""
    return db.session.get(Term, term_id)


def find_term_by_code(code: str) -> Term | None:
    """The term written as 2026-1: the school year's first year, 1 autumn or 2 spring."""
    year, _dash, number = code.strip().partition("-")
    if not (year.isdecimal() and number.isdecimal()):
        return None
    statement = select(Term).join(SchoolYear, SchoolYear.id == Term.school_year_id)
    return db.session.scalar(statement.where(SchoolYear.start_year == int(year), Term.number == int(number)))


def term_dates(term: Term) -> TermDates:
    """A term as the value that `rules` judge."""
    return TermDates(term.school_year.start_year, term.number, term.starts_on, term.ends_on)


def find_school_year(start_year: int) -> SchoolYear | None:
    """A school year by the calendar year it starts in."""
    return db.session.scalar(select(SchoolYear).where(SchoolYear.start_year == start_year))


def lock_school_years() -> list[SchoolYear]:
    """All school years, locked until the transaction ends: whoever changes terms does so alone."""
    years = list(db.session.scalars(select(SchoolYear).order_by(SchoolYear.id).with_for_update()))
    forget_stamps()
    return years


def find_day(on_day: date) -> CalendarDay | None:
    """What the school has entered for a day."""
    return db.session.scalar(select(CalendarDay).where(CalendarDay.on_day == on_day))


def find_day_by_id(day_id: int) -> CalendarDay | None:
    """An entered day by id."""
    return db.session.get(CalendarDay, day_id)


def days_between(first: date, last: date) -> list[CalendarDay]:
    """The entered days from `first` to `last`, both included, in order."""
    statement = select(CalendarDay).where(CalendarDay.on_day.between(first, last)).order_by(CalendarDay.on_day)
    return list(db.session.scalars(statement))


def find_holiday_year(year: int) -> HolidayYear | None:
    """The row that says that a calendar year's holidays are filled in."""
    return db.session.get(HolidayYear, year)


def _read_calendar() -> SchoolCalendar:
    rows = db.session.execute(
        select(SchoolYear.start_year, Term.number, Term.starts_on, Term.ends_on).join(Term.school_year).order_by(Term.starts_on)
    )
    days = db.session.execute(select(CalendarDay.on_day, CalendarDay.kind, CalendarDay.name, CalendarDay.follows_weekday))
    return SchoolCalendar(
        terms=tuple(TermDates(*row) for row in rows),
        exceptions={row.on_day: DayException(*row) for row in days},
        published_years=frozenset(db.session.scalars(select(HolidayYear.year))),
    )
