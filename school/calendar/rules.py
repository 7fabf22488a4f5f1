"""School days, the weekday a day follows, teaching weeks and school years, out of a calendar the school owns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from school.calendar.enums import DayKind
from school.errors import Refused

ONE_DAY = timedelta(days=1)
SCHOOL_YEAR_BEGINS_IN_MONTH = 9
LAST_GRADE_UNDER_14 = 7


@dataclass(frozen=True)
class TermDates:
    """A term: the calendar year its school year starts in, 1 (autumn) or 2 (spring), first and last day, both included."""

    start_year: int
    number: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class DayException:
    """A day that is not what its weekday says; `follows_weekday` (1 Monday to 7 Sunday) only on a make-up day."""

    on_day: date
    kind: DayKind
    name: str = ""
    follows_weekday: int | None = None


@dataclass(frozen=True)
class SchoolCalendar:
    """All that the functions below need: terms in any order, exceptions by day, years whose holidays are known."""

    terms: tuple[TermDates, ...] = ()
    exceptions: Mapping[date, DayException] = field(default_factory=dict)
    published_years: frozenset[int] = frozenset()

    @property
    def last_day(self) -> date | None:
        """The last day of the last term, or None without terms."""
        return max((term.ends_on for term in self.terms), default=None)


class OutsideTerm(Refused):
    """A day that no term contains."""

    def __init__(self, day: date, field: str | None = None) -> None:
        super().__init__(f"{day_in_words(day)}不在学期内，请选择学期内的日期。", field)


def day_in_words(day: date) -> str:
    """A day as the office writes it, such as 2026年9月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def term_of(day: date, calendar: SchoolCalendar) -> TermDates | None:
    """The term that contains `day`, or None."""
    return next((term for term in calendar.terms if term.starts_on <= day <= term.ends_on), None)


def is_childrens_day_off(day: date, grade: int | None = None) -> bool:
    """Whether `day` is 1 June and pupils of `grade` are under 14 (CA-03); no grade means the whole primary school.

    Pupils of grade 7 turn 13 that year; those of grade 8 mostly turn 14.
    """
    return (day.month, day.day) == (6, 1) and (grade is None or grade <= LAST_GRADE_UNDER_14)


def is_school_day(day: date, calendar: SchoolCalendar, *, grade: int | None = None) -> bool:
    """Whether pupils of `grade` come to school (CA-01, CA-03).

    A day the school has entered is what the school says; else 1 June is off; else the weekday decides. In a year
    whose holidays are not published weekdays are school days: ask `is_provisional` to say so beside them.
    """
    if term_of(day, calendar) is None:
        return False
    if exception := calendar.exceptions.get(day):
        return exception.kind.is_school_day
    return day.isoweekday() <= 5 and not is_childrens_day_off(day, grade)


def is_published(year: int, published_years: frozenset[int]) -> bool:
    """Whether the public holidays of the calendar year are known; else the page says 尚未公布 (CA-01)."""
    return year in published_years


def is_provisional(day: date, calendar: SchoolCalendar) -> bool:
    """Whether what we say of `day` may still change: its year is 尚未公布 and the school has not entered the day."""
    return not is_published(day.year, calendar.published_years) and day not in calendar.exceptions


def timetable_weekday(day: date, calendar: SchoolCalendar, *, grade: int | None = None) -> int | None:
    """The weekday (1 to 7) whose timetable `day` follows; None when there is no school or none is named yet (CA-02)."""
    if not is_school_day(day, calendar, grade=grade):
        return None
    if exception := calendar.exceptions.get(day):
        return exception.follows_weekday
    return day.isoweekday()


def teaching_week(day: date, term: TermDates) -> int:
    """The week of `term`, from 1; week 1 contains the first day of term, weeks start on Monday.

    Raises `OutsideTerm` when `day` is not in `term`.
    """
    if not term.starts_on <= day <= term.ends_on:
        raise OutsideTerm(day)
    return (_monday_of(day) - _monday_of(term.starts_on)).days // 7 + 1


def is_odd_week(day: date, term: TermDates) -> bool:
    """Whether `day` lies in an odd teaching week (CA-02); raises `OutsideTerm`."""
    return teaching_week(day, term) % 2 == 1


def school_days(first: date, last: date, calendar: SchoolCalendar, *, grade: int | None = None) -> list[date]:
    """The school days from `first` to `last`, both included, in order."""
    span = (last - first).days + 1
    days = (first + timedelta(days=offset) for offset in range(max(span, 0)))
    return [day for day in days if is_school_day(day, calendar, grade=grade)]


def next_school_day(day: date, calendar: SchoolCalendar, *, grade: int | None = None) -> date | None:
    """The first school day after `day`, or None when the calendar knows none."""
    last = calendar.last_day
    candidate = day + ONE_DAY
    while last is not None and candidate <= last:
        if is_school_day(candidate, calendar, grade=grade):
            return candidate
        candidate += ONE_DAY
    return None


def previous_school_day(day: date, calendar: SchoolCalendar, *, grade: int | None = None) -> date | None:
    """The last school day before `day`, or None when the calendar knows none."""
    first = min((term.starts_on for term in calendar.terms), default=None)
    candidate = day - ONE_DAY
    while first is not None and candidate >= first:
        if is_school_day(candidate, calendar, grade=grade):
            return candidate
        candidate -= ONE_DAY
    return None


def evenings_until_next_school_day(day: date, calendar: SchoolCalendar, *, grade: int | None = None) -> int | None:
    """Days from `day` to the next school day: 1 on a Monday, 3 on a Friday; None when the calendar knows none."""
    following = next_school_day(day, calendar, grade=grade)
    return None if following is None else (following - day).days


def is_before_break(day: date, calendar: SchoolCalendar, *, grade: int | None = None) -> bool:
    """Whether two or more days without school follow `day` (HW-04); the end of the known calendar is such a break."""
    evenings = evenings_until_next_school_day(day, calendar, grade=grade)
    return evenings is None or evenings >= 3


def school_year_start(day: date) -> int:
    """The calendar year in which the school year of `day` began; it begins on 1 September."""
    return day.year if day.month >= SCHOOL_YEAR_BEGINS_IN_MONTH else day.year - 1


def grade_of(entry_year: int, start_year: int) -> int:
    """The grade in the school year starting in `start_year` of those who entered grade 1 in `entry_year`.

    Below 1: not yet at school; above the school's last grade: graduated.
    """
    return start_year - entry_year + 1


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
