"""What the State Council has published, read from the package chinesecalendar; a proposal the school then owns (CA-01)."""

from datetime import date

from chinese_calendar.constants import Holiday, holidays, in_lieu_days, workdays

from school.calendar.enums import DayKind
from school.calendar.rules import DayException
from school.errors import Refused


class NotPublished(Refused):
    """A year the package does not know."""

    def __init__(self, year: int) -> None:
        super().__init__(f"{year}年的放假安排尚未公布。公布并更新软件后再填入，也可以先逐日录入。")


def is_known(year: int) -> bool:
    """Whether the package knows the year; its October tells, for December may hold the next year's first days."""
    return date(year, 10, 1) in holidays


def published_days(year: int) -> list[DayException]:
    """Public holidays and make-up workdays of a calendar year, in order; raises `NotPublished`.

    Days in December that belong to the New Year of `year` come with it. A make-up day is given the weekday of the
    day off it pays for, first for first within one holiday (CA-02); where the numbers differ it is left open.
    """
    if not is_known(year):
        raise NotPublished(year)
    off = [DayException(day, DayKind.HOLIDAY, _name(key)) for day, key in holidays.items() if _belongs(day, key, year)]
    follows = _followed_weekdays(year)
    on = [
        DayException(day, DayKind.MAKEUP, f"{_name(key)}调休", follows.get(day))
        for day, key in workdays.items()
        if _belongs(day, key, year)
    ]
    return sorted((*off, *on), key=lambda exception: exception.on_day)


def _followed_weekdays(year: int) -> dict[date, int]:
    follows: dict[date, int] = {}
    for holiday in Holiday:
        worked = sorted(day for day, key in workdays.items() if key == holiday.value and _belongs(day, key, year))
        rested = sorted(day for day, key in in_lieu_days.items() if key == holiday.value and _belongs(day, key, year))
        if len(worked) == len(rested):
            follows |= {day: paid.isoweekday() for day, paid in zip(worked, rested, strict=True)}
    return follows


def _belongs(day: date, key: str, year: int) -> bool:
    is_next_new_year = day.month == 12 and key == Holiday.new_years_day.value
    return (day.year + 1 if is_next_new_year else day.year) == year


def _name(key: str) -> str:
    name = Holiday(key).chinese
    return f"{name}节" if name in {"清明", "端午", "中秋"} else name
