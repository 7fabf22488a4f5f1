"""The demo's calendar: last year's and this year's terms around the day of loading, and the days of its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from school.audit.service import COMMAND_LINE
from school.calendar.models import Term
from school.calendar.published import is_known
from school.calendar.queries import get_calendar
from school.calendar.rules import SchoolCalendar, TermDates, is_school_day, previous_school_day, school_year_start
from school.calendar.service import add_term, fill_year

SCHOOL_DAYS_OF_HISTORY = 42  # two months


@dataclass(frozen=True)
class Times:
    """The day of loading, the calendar around it, and the school days before it, newest first."""

    today: date
    start_year: int
    terms: Sequence[Term]
    calendar: SchoolCalendar
    past_days: Sequence[date]

    @property
    def is_school_today(self) -> bool:
        """Whether there is a board to fill today."""
        return is_school_day(self.today, self.calendar)

    def term_on(self, day: date) -> Term:
        """The term a school day lies in."""
        return next(term for term in self.terms if term.starts_on <= day <= term.ends_on)


def enter_calendar(today: date) -> Times:
    """Enter terms and the holidays that are known; a year that is 尚未公布 stays so.

    Last year's terms are there because in September the two months before lie in them.
    """
    start_year = school_year_start(today)
    terms = [add_term(dates, actor=COMMAND_LINE) for dates in _terms_of(start_year - 1) + _terms_of(start_year)]
    for year in (start_year - 1, start_year, start_year + 1):
        if is_known(year):
            fill_year(year, actor=COMMAND_LINE)
    calendar = get_calendar()
    return Times(today, start_year, terms, calendar, _days_before(today, calendar))


def _terms_of(start_year: int) -> list[TermDates]:
    return [
        TermDates(start_year, 1, date(start_year, 9, 1), date(start_year + 1, 1, 20)),
        TermDates(start_year, 2, date(start_year + 1, 3, 1), date(start_year + 1, 7, 10)),
    ]


def _days_before(today: date, calendar: SchoolCalendar) -> list[date]:
    days: list[date] = []
    day = previous_school_day(today, calendar)
    while day is not None and len(days) < SCHOOL_DAYS_OF_HISTORY:
        days.append(day)
        day = previous_school_day(day, calendar)
    return days
