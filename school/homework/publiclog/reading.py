"""Reading the log for a page or a download: the scope's class-days, published and not, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from school.calendar.queries import get_calendar
from school.calendar.rules import school_year_start
from school.clock import now
from school.errors import Refused
from school.homework.publiclog.arguments import (
    Days,
    Scope,
    SubjectName,
    check_range,
    parse_days,
    parse_scope,
)
from school.homework.publiclog.classdays import PublicDay, in_order, published_days, unpublished_days
from school.homework.queries.frames import ClassSpan, class_spans
from school.homework.queries.log import LogFilter, last_published_day, log_rows
from school.people.queries import subjects
from school.people.rules import ClassKey
from school.preferences.enums import TeacherDisplay
from school.preferences.queries import get_preferences

MOST_ROWS = 60_000


@dataclass(frozen=True)
class Log:
    """What was asked for and what the log holds of it; `is_default` when the address named no day."""

    days: Days
    scope: Scope
    class_days: tuple[PublicDay, ...]
    spans: tuple[ClassSpan, ...]
    subjects: tuple[SubjectName, ...]
    is_default: bool
    moment: datetime

    @property
    def today(self) -> date:
        """The day on which it was read."""
        return self.moment.date()

    @property
    def subject_code(self) -> str:
        """The subject asked for, or ""."""
        return self.scope.subject.code if self.scope.subject else ""

    @property
    def item_count(self) -> int:
        """How many items there are to show."""
        return sum(len(day.of_subject(self.subject_code)) for day in self.class_days)


def read_log(arguments: Mapping[str, str], days: Days | None = None) -> Log:
    """The log as the address asks for it; raises `Refused`.

    Without a day it is today when the scope has published today, else the latest day on which it did.
    """
    moment = now()
    names = tuple(SubjectName(subject.code, subject.name) for subject in subjects())
    asked = days or parse_days(arguments)
    scope = parse_scope(arguments, names, on_day=asked.last if asked else moment.date())
    chosen = asked or _latest(scope, moment.date())
    check_range(chosen, scope)
    spans = tuple(_spans(chosen, moment.date()))
    return Log(chosen, scope, tuple(_class_days(chosen, scope, spans, moment)), spans, names, asked is None, moment)


def _latest(scope: Scope, today: date) -> Days:
    years = (school_year_start(today) - scope.grade + 1,) if scope.grade else ()
    key = (scope.class_key.entry_year, scope.class_key.number) if scope.class_key else None
    day = last_published_day(today, class_key=key, entry_years=years) or today
    return Days(day, day)


def _spans(days: Days, today: date) -> Sequence[ClassSpan]:
    """The classes of those days; of today when the days have not come."""
    return class_spans(min(days.first, today), max(days.last, min(days.first, today)))


def _class_days(days: Days, scope: Scope, spans: Sequence[ClassSpan], moment: datetime) -> list[PublicDay]:
    preferences = get_preferences()
    wanted = LogFilter(days.first, days.last, _entry_years(scope, days), _pair(scope.class_key))
    rows = log_rows(wanted, limit=MOST_ROWS + 1)
    if len(rows) > MOST_ROWS:
        raise Refused("内容太多，一次给不完。请缩短日期范围，或选一个班级。", "to")
    published = published_days(rows, shows_staff_code=preferences.teacher_display is TeacherDisplay.STAFF_CODE)
    silent = unpublished_days(
        [span for span in spans if _is_in_scope(ClassKey(span.entry_year, span.number), scope)],
        (days.first + timedelta(days=offset) for offset in range(days.count)),
        published,
        calendar=get_calendar(),
        today=moment.date(),
        is_past_deadline=moment.time() > preferences.publish_time,
    )
    return in_order(day for day in (*published, *silent) if scope.grade is None or day.grade == scope.grade)


def _entry_years(scope: Scope, days: Days) -> tuple[int, ...]:
    """The years in which the grade entered; two when the days reach over a summer."""
    if scope.grade is None:
        return ()
    years = range(school_year_start(days.first), school_year_start(days.last) + 1)
    return tuple(year - scope.grade + 1 for year in years)


def _is_in_scope(key: ClassKey, scope: Scope) -> bool:
    return scope.class_key is None or key == scope.class_key


def _pair(key: ClassKey | None) -> tuple[int, int] | None:
    return (key.entry_year, key.number) if key else None
