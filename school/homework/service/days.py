"""What every homework write does under the class-day's lock: know the limits, weigh the items, keep the totals."""

from dataclasses import dataclass
from datetime import date

from school.calendar.queries import get_calendar
from school.calendar.rules import SchoolCalendar, grade_of, school_year_start
from school.errors import Refused
from school.homework.enums import DayState
from school.homework.models import HomeworkDay, HomeworkItem
from school.homework.queries.days import lock_day, lock_day_by_id
from school.homework.queries.loads import limits_on, loads_of
from school.homework.rules.caps import DayLoad, Limits, check_load, day_load
from school.homework.rules.states import counts
from school.people.models import SchoolClass
from school.people.rules import class_label
from school.preferences.queries import get_preferences
from school.preferences.rules import Preferences


class DayClosed(Refused):
    """The class-day was closed; nothing in it changes any more."""


@dataclass(frozen=True)
class LockedDay:
    """A class-day under its lock, with everything its rules need."""

    day: HomeworkDay
    school_class: SchoolClass
    grade: int
    calendar: SchoolCalendar
    preferences: Preferences

    @property
    def limits(self) -> Limits:
        """The day's limits in minutes (HW-01…HW-04)."""
        return limits_on(self.grade, self.day.on_day, self.day.approved_minutes, self.calendar)

    @property
    def class_label(self) -> str:
        """“三年级2班” in the day's school year."""
        start_year = school_year_start(self.day.on_day)
        return class_label(self.school_class.entry_year, self.school_class.number, start_year)

    @property
    def label(self) -> str:
        """“三年级2班11月25日” for sentences."""
        return f"{self.class_label}{self.day.on_day.month}月{self.day.on_day.day}日"

    @property
    def counted(self) -> list[HomeworkItem]:
        """The items whose minutes count now."""
        return [item for item in self.day.items if counts(item.state)]

    @property
    def load(self) -> DayLoad:
        """The day's minutes as the session now has them."""
        return day_load(self.grade, loads_of(self.counted))


def lock(class_id: int, on_day: date) -> LockedDay:
    """Lock a class-day, making it when new; refuses a closed day."""
    return _checked(lock_day(class_id, on_day))


def lock_by_id(day_id: int) -> LockedDay:
    """Lock a class-day that exists; refuses a closed day."""
    day = lock_day_by_id(day_id)
    if day is None:
        raise Refused("没有这一天的记录。")
    return _checked(day)


def check_fits(locked: LockedDay, *, reason: str) -> None:
    """Weigh the day as it now stands in the session; raises `CapExceeded` or `ReasonNeeded` (HW-01…HW-04)."""
    check_load(locked.load, locked.limits, reason=reason)


def keep_totals(locked: LockedDay) -> None:
    """Write the day's totals beside it, as reports read them."""
    load, cap_minutes = locked.load, locked.limits.soft
    day = locked.day
    day.required_minutes = load.required
    day.optional_minutes = load.optional
    day.in_school_minutes = load.in_school
    day.item_count = len(locked.counted)
    day.cap_minutes = cap_minutes


def _checked(day: HomeworkDay) -> LockedDay:
    if day.state is DayState.CLOSED:
        raise DayClosed("这一天已经归档，不能再修改。")
    calendar = get_calendar()
    grade = grade_of(day.school_class.entry_year, school_year_start(day.on_day))
    return LockedDay(day, day.school_class, grade, calendar, get_preferences())
