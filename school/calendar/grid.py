"""The school year as months, weeks and days, the way the calendar page prints it."""

from dataclasses import dataclass
from datetime import date, timedelta

from school.calendar.enums import DayKind
from school.calendar.rules import (
    SchoolCalendar,
    is_childrens_day_off,
    is_odd_week,
    is_published,
    is_school_day,
    teaching_week,
    term_of,
)

WEEKDAYS = "一二三四五六日"
CHILDRENS_DAY = "儿童节"


@dataclass(frozen=True)
class Cell:
    """One day: what it is (`kind` names the style), a mark of one or two characters, and the whole thing in words."""

    day: date
    kind: str
    mark: str
    words: str
    is_today: bool


@dataclass(frozen=True)
class Week:
    """A row of a month: seven cells (None outside the month), the teaching week and whether it is odd."""

    cells: tuple[Cell | None, ...]
    number: int | None
    parity: str


@dataclass(frozen=True)
class Month:
    """A month with its weeks, the days worth naming, and how many school days it has."""

    first: date
    weeks: tuple[Week, ...]
    notes: tuple[str, ...]
    school_days: int
    is_published: bool


def months_of(start_year: int, calendar: SchoolCalendar, today: date) -> list[Month]:
    """The twelve months of a school year, September first (August too when a term starts then)."""
    starts_early = any(term.start_year == start_year and term.starts_on.month == 8 for term in calendar.terms)
    keys = [(start_year, month) for month in range(8 if starts_early else 9, 13)]
    keys += [(start_year + 1, month) for month in range(1, 9)]
    return [_month(date(year, month, 1), calendar, today) for year, month in keys]


def follows_in_words(weekday: int | None) -> str:
    """What a make-up day follows (CA-02)."""
    return f"上周{WEEKDAYS[weekday - 1]}的课" if weekday else "上哪天的课未定"


def _month(first: date, calendar: SchoolCalendar, today: date) -> Month:
    days = _days_of_month(first)
    cells = [_cell(day, calendar, today) for day in days]
    padded: list[Cell | None] = [None] * first.weekday() + [*cells]
    padded += [None] * (-len(padded) % 7)
    weeks = [_week(tuple(padded[start : start + 7]), calendar) for start in range(0, len(padded), 7)]
    return Month(
        first=first,
        weeks=tuple(weeks),
        notes=tuple(_notes(days, calendar)),
        school_days=sum(is_school_day(day, calendar) for day in days),
        is_published=is_published(first.year, calendar.published_years),
    )


def _week(cells: tuple[Cell | None, ...], calendar: SchoolCalendar) -> Week:
    for cell in cells:
        term = term_of(cell.day, calendar) if cell else None
        if cell and term:
            return Week(cells, teaching_week(cell.day, term), "单" if is_odd_week(cell.day, term) else "双")
    return Week(cells, None, "")


def _cell(day: date, calendar: SchoolCalendar, today: date) -> Cell:
    exception = calendar.exceptions.get(day)
    if exception:
        kind, mark, words = exception.kind.value, _mark(exception.kind), f"{exception.kind.label}：{exception.name}"
        if exception.kind.is_school_day:
            words = f"{words}，{follows_in_words(exception.follows_weekday)}"
            mark = f"补{WEEKDAYS[exception.follows_weekday - 1]}" if exception.follows_weekday else mark
    elif is_childrens_day_off(day) and term_of(day, calendar):
        kind, mark, words = DayKind.PUPILS_OFF.value, _mark(DayKind.PUPILS_OFF), f"学生放假：{CHILDRENS_DAY}"
    elif is_school_day(day, calendar):
        kind, mark, words = "school", "", "上课"
    else:
        kind, mark, words = ("weekend" if term_of(day, calendar) else "vacation"), "", "不上课"
    return Cell(day, kind, mark, words, day == today)


def _mark(kind: DayKind) -> str:
    return {"holiday": "休", "makeup": "班", "closure": "停", "pupils_off": "假"}[kind.value]


def _notes(days: list[date], calendar: SchoolCalendar) -> list[str]:
    """Sentences about the month: holidays as spans, make-up days, terms that begin or end."""
    notes = [f"{day.day}日 {text}" for day in days for text in _term_notes(day, calendar)]
    for span, name in _spans(days, calendar):
        first, last = span[0], span[-1]
        when = f"{first.day}日" if first == last else f"{first.day}—{last.day}日"
        notes.append(f"{when} {name}")
    return notes


def _term_notes(day: date, calendar: SchoolCalendar) -> list[str]:
    begins = ["开学" for term in calendar.terms if term.starts_on == day]
    return begins + ["学期最后一天" for term in calendar.terms if term.ends_on == day]


def _spans(days: list[date], calendar: SchoolCalendar) -> list[tuple[list[date], str]]:
    spans: list[tuple[list[date], str]] = []
    for day in days:
        name = _name(day, calendar)
        if not name:
            continue
        if spans and spans[-1][1] == name and spans[-1][0][-1] == day - timedelta(days=1):
            spans[-1][0].append(day)
        else:
            spans.append(([day], name))
    return spans


def _name(day: date, calendar: SchoolCalendar) -> str:
    exception = calendar.exceptions.get(day)
    if exception is None:
        is_off = is_childrens_day_off(day) and term_of(day, calendar)
        return f"{CHILDRENS_DAY}（学生放假）" if is_off else ""
    if exception.kind.is_school_day:
        return f"{exception.name}，{follows_in_words(exception.follows_weekday)}"
    return exception.name if exception.kind is DayKind.HOLIDAY else f"{exception.name}（{exception.kind.label}）"


def _days_of_month(first: date) -> list[date]:
    following = (first + timedelta(days=31)).replace(day=1)
    return [first + timedelta(days=offset) for offset in range((following - first).days)]
