"""Links from one school day to the next."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from school.calendar.queries import get_calendar
from school.calendar.rules import next_school_day, previous_school_day

WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class DayLinks:
    """The day a page shows, in words, with the school days before and after."""

    label: str
    previous_url: str | None
    next_url: str | None


def day_in_words(day: date) -> str:
    """“11月25日 星期三”."""
    return f"{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}"


def day_links(endpoint: str, on_day: date, **values: Any) -> DayLinks:
    """Links of a page that takes `day`."""
    calendar = get_calendar()
    before, after = previous_school_day(on_day, calendar), next_school_day(on_day, calendar)
    return DayLinks(
        label=day_in_words(on_day),
        previous_url=url_for(endpoint, day=before, **values) if before else None,
        next_url=url_for(endpoint, day=after, **values) if after else None,
    )
