"""The printed 公示本 of a class: one row for each item and version, one for each day without, in the order of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from school.calendar.rules import school_year_start
from school.errors import Refused
from school.homework.enums import LogChange
from school.homework.publiclog.arguments import LONGEST_SCHOOL, Days, parse_days
from school.homework.publiclog.classdays import LogStatus, PublicDay, PublicItem, Version
from school.homework.publiclog.pages import day_words
from school.homework.publiclog.reading import Log
from school.homework.reports.periods import month_of, parse_month
from school.people.rules import class_label


@dataclass(frozen=True)
class BookLine:
    """One version of an item with what the remark column says; `is_void` when a later version or a withdrawal replaced it."""

    item: PublicItem
    version: Version
    remark: str
    is_void: bool


@dataclass(frozen=True)
class BookDay:
    """A day of the book with its lines."""

    day: PublicDay
    heading: str
    total: str
    lines: tuple[BookLine, ...]


@dataclass(frozen=True)
class Book:
    """The book of a class for some days."""

    class_name: str
    days: Days
    entries: tuple[BookDay, ...]

    @property
    def period(self) -> str:
        """From when to when."""
        first, last = self.days.first, self.days.last
        return f"{first.year}年{first.month}月{first.day}日 至 {last.year}年{last.month}月{last.day}日"


def book_days(arguments: Mapping[str, str], today: date) -> Days:
    """The days of a class's book: `month`, or `date`, or `from` and `to`, at most 62 days; else the present month.

    Raises `Refused`, also when no class is named.
    """
    if not arguments.get("class", "").strip():
        raise Refused("打印公示本请先选一个班级。", "class")
    if month := arguments.get("month", "").strip():
        period = parse_month(month)
        return Days(period.first, period.last)
    present = month_of(today)
    days = parse_days(arguments) or Days(present.first, present.last)
    if days.count > LONGEST_SCHOOL:
        raise Refused(f"公示本一次最多打印 {LONGEST_SCHOOL} 天，现在是 {days.count} 天。请按周或按月打印。", "to")
    return days


def book_of(log: Log) -> Book:
    """The book out of a log that was read for one class; the oldest day first."""
    key = log.scope.class_key
    if key is None:
        raise ValueError("a book is of one class")
    name = class_label(key.entry_year, key.number, school_year_start(log.days.last))
    return Book(name, log.days, tuple(_book_day(day) for day in reversed(log.class_days)))


def _book_day(day: PublicDay) -> BookDay:
    lines = [_line(item, version) for item in day.items for version in reversed(item.versions)]
    return BookDay(day, day_words(day.on_day), _total(day), tuple(lines))


def _total(day: PublicDay) -> str:
    if day.status is not LogStatus.PUBLISHED:
        return day.status.label
    words = f"{day.load.required}/{day.cap_minutes}"
    return f"{words} 迟公示" if day.is_late else words


def _line(item: PublicItem, version: Version) -> BookLine:
    is_void = item.is_withdrawn or version is not item.current
    parts = [] if version.change is LogChange.PUBLISHED else [version.change.label]
    parts += [version.row.reason] if version.row.reason else []
    parts += ["（已被更正）"] if is_void and not item.is_withdrawn else []
    return BookLine(item, version, "：".join(parts[:2]) + "".join(parts[2:]), is_void)
