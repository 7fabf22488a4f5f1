"""A week of courses as a table, and the dates a course meets on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from school.calendar.rules import SchoolCalendar
from school.courses.enums import Weeks
from school.courses.rules.catalogue import dates_of
from school.courses.rules.facts import CourseFacts, MeetingFacts, clock


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
class DatedMeeting:
    """One date of a course with its time."""

    on_day: date
    meeting: MeetingFacts


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


def meetings_on_dates(course: CourseFacts, calendar: SchoolCalendar, *, grade: int | None = None) -> list[DatedMeeting]:
    """Every date the course meets on, in order: school days, make-up days and odd and even weeks as the calendar says."""
    dated = [
        DatedMeeting(day, meeting)
        for meeting in course.meetings
        for day in dates_of(meeting, course.first_on, course.last_on, calendar, grade=grade)
    ]
    return sorted(dated, key=lambda one: (one.on_day, one.meeting.starts_at))
