"""A week of courses as a table, and the dates a course meets on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from school.calendar.rules import SchoolCalendar, is_provisional
from school.courses.enums import Weeks
from school.courses.rules.catalogue import dates_of
from school.courses.rules.facts import WEEKDAYS, CourseFacts, MeetingFacts, clock


@dataclass(frozen=True)
class Cell:
    """A course in the week's table; `weeks` is empty when it meets every week."""

    course: CourseFacts
    weeks: str


@dataclass(frozen=True)
class Slot:
    """A row of the table: a time of day with the courses of Monday to Friday."""

    label: str
    days: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Day:
    """A weekday as a phone shows it: its times, earliest first, each with its courses."""

    label: str
    times: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True)
class DatedMeeting:
    """One date of a course with its time.

    `makeup` is the label of a make-up day, such as 补周二; the date is provisional while its year is 尚未公布 (CA-01, CA-02).
    """

    on_day: date
    meeting: MeetingFacts
    makeup: str = ""
    is_provisional: bool = False


def week_of(courses: Iterable[CourseFacts]) -> list[Slot]:
    """The rows of the week, earliest first; courses of a cell in the order of their codes."""
    found: dict[tuple[int, int], dict[int, list[Cell]]] = {}
    for course in sorted(courses, key=lambda one: one.code):
        for meeting in course.meetings:
            day = found.setdefault((meeting.starts_at, meeting.ends_at), {}).setdefault(meeting.weekday, [])
            day.append(Cell(course, "" if meeting.weeks is Weeks.ALL else meeting.weeks.label))
    return [
        Slot(f"{clock(start)}—{clock(end)}", tuple(tuple(days.get(weekday, ())) for weekday in range(1, 6)))
        for (start, end), days in sorted(found.items())
    ]


def days_of_week(slots: Iterable[Slot]) -> list[Day]:
    """The same table day by day, without the days and times nothing meets at."""
    slots = list(slots)
    days = [
        Day(f"周{WEEKDAYS[weekday]}", tuple((slot.label, slot.days[weekday - 1]) for slot in slots if slot.days[weekday - 1]))
        for weekday in range(1, 6)
    ]
    return [day for day in days if day.times]


def meetings_on_dates(course: CourseFacts, calendar: SchoolCalendar, *, grade: int | None = None) -> list[DatedMeeting]:
    """Every date the course meets on, in order: school days, make-up days and odd and even weeks as the calendar says.

    Without a grade: the dates of its oldest pupils, who have no day off that younger ones have not (CA-03).
    """
    of_grade = max(course.grades, default=None) if grade is None else grade
    dated = [
        _dated(day, meeting, calendar)
        for meeting in course.meetings
        for day in dates_of(meeting, course.first_on, course.last_on, calendar, grade=of_grade)
    ]
    return sorted(dated, key=lambda one: (one.on_day, one.meeting.starts_at))


def _dated(day: date, meeting: MeetingFacts, calendar: SchoolCalendar) -> DatedMeeting:
    """A make-up day is one whose own weekday is another than the one it follows."""
    makeup = f"补周{WEEKDAYS[meeting.weekday]}" if day.isoweekday() != meeting.weekday else ""
    return DatedMeeting(day, meeting, makeup, is_provisional(day, calendar))
