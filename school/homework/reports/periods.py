"""The days a report is about: a month, a term, a school year; never days that have not come."""

import calendar as months
import re
from dataclasses import dataclass
from datetime import date

from school.calendar.rules import SchoolCalendar, TermDates
from school.errors import Refused

TERM_WORDS = {1: "上学期", 2: "下学期"}


@dataclass(frozen=True)
class Period:
    """First and last day, both included; `arguments` name it in an address."""

    first: date
    last: date
    label: str
    arguments: tuple[tuple[str, str], ...]

    @property
    def is_month(self) -> bool:
        """Whether it is short enough for a grid of days."""
        return self.arguments[0][0] == "month"

    def until(self, today: date) -> date:
        """The last day that has come."""
        return min(self.last, today)


def month_of(day: date) -> Period:
    """The calendar month that holds `day`."""
    last = months.monthrange(day.year, day.month)[1]
    first = day.replace(day=1)
    return Period(first, day.replace(day=last), f"{day.year}年{day.month}月", (("month", f"{day:%Y-%m}"),))


def parse_month(text: str) -> Period:
    """The month written as 2026-11; raises `Refused`."""
    match = re.fullmatch(r"(20\d\d)-(\d\d?)", text.strip())
    if not match or not 1 <= int(match[2]) <= 12:
        raise Refused(f"认不出月份“{text[:20]}”，请写成 2026-11 的样子。", "month")
    return month_of(date(int(match[1]), int(match[2]), 1))


def period_of_term(term: TermDates) -> Period:
    """A term as a period."""
    label = f"{term.start_year}—{term.start_year + 1}学年{TERM_WORDS[term.number]}"
    return Period(term.starts_on, term.ends_on, label, (("term", f"{term.start_year}-{term.number}"),))


def parse_term(text: str, calendar: SchoolCalendar) -> Period:
    """The term written as 2026-1 (the school year's first calendar year, 1 autumn or 2 spring); raises `Refused`."""
    found = [term for term in calendar.terms if f"{term.start_year}-{term.number}" == text.strip()]
    if not found:
        raise Refused(f"校历里没有学期“{text[:20]}”，请从列表中选择。", "term")
    return period_of_term(found[0])
