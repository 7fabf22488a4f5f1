"""Class-days as a frame: which were due, what was published, and the word the report has for each."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from school.calendar.rules import SchoolCalendar, grade_of, school_days, school_year_start
from school.homework.enums import DayStatus
from school.homework.queries.frames import DAY_COLUMNS, PUBLISHED_DAYS, ClassSpan
from school.homework.rules.publishing import day_status
from school.people.rules import class_label
from school.reporting.frames import frame_of, sums_by

EXPECTED = {"class_id": "int64", "grade": "int64", "class_name": "object", "class_key": "object", "on_day": "day"}
KEPT = dict(
    zip(DAY_COLUMNS, ("int64", "day", "object", "bool", "bool", "int64", "int64", "bool"), strict=True),
)
STATUSES = (
    DayStatus.WITHIN,
    DayStatus.NEAR,
    DayStatus.OVER,
    DayStatus.NONE,
    DayStatus.MISSING,
    DayStatus.PENDING,
)
DAY_FLAGS = ("due", "published", "on_time", "late", *(status.value for status in STATUSES), "warned")


def expected_days(spans: Iterable[ClassSpan], first: date, last: date, calendar: SchoolCalendar) -> pd.DataFrame:
    """The class-days from `first` to `last` on which a class of grades 1 to 9 has school, with the columns `EXPECTED`."""
    rows: list[tuple[Any, ...]] = []
    by_grade: dict[tuple[int, int], list[date]] = {}
    for span in spans:
        for start_year in range(school_year_start(first), school_year_start(last) + 1):
            grade = grade_of(span.entry_year, start_year)
            if not span.is_at_school(start_year):
                continue
            if (grade, start_year) not in by_grade:
                by_grade[grade, start_year] = _school_days(first, last, calendar, grade, start_year)
            name = class_label(span.entry_year, span.number, start_year)
            key = f"{span.entry_year}-{span.number}"
            days = by_grade[grade, start_year]
            rows += [(span.class_id, grade, name, key, day) for day in days if span.runs_from <= day <= span.runs_until]
    return frame_of(rows, EXPECTED)


def kept_days(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """The rows of `queries.frames.day_rows` as a frame with the columns `KEPT`."""
    return frame_of(rows, KEPT)


def class_days(
    expected: pd.DataFrame, kept: pd.DataFrame, *, today: date, is_past_deadline: bool, near_percent: int
) -> pd.DataFrame:
    """Each expected class-day with its status (HW-02 to HW-04, HW-06, HW-07), in the order of `expected`.

    `is_past_deadline`: whether today's publication is due by now. A status is `rules.publishing.day_status` of the
    minutes and of the limit kept with the day, so that a Friday is measured by its weekend's limit. Adds the columns
    `status`, `required_minutes`, `cap_minutes` and one of 0 or 1 for each of `DAY_FLAGS`.
    """
    days = expected.merge(kept, on=["class_id", "on_day"], how="left")
    found = days["state"].notna()
    for name in ("has_none", "is_late", "is_warned"):
        days[name] = days[name].astype("boolean").fillna(False).astype("bool")
    for name in ("required_minutes", "cap_minutes"):
        days[name] = days[name].fillna(0).astype("int64")
    published = days["state"].isin([state.value for state in PUBLISHED_DAYS]) & found
    is_due = (days["on_day"] < np.datetime64(today)) | is_past_deadline
    days["status"] = _statuses(days, published, is_due, near_percent)
    return _flagged(days, published).drop(columns=["state", "has_none", "is_late", "is_warned"])


def day_summary(days: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """How many class-days of each group of `by` are due, published, in time, late, and of each status.

    `due` leaves out days still pending. `mean_minutes` is required written minutes for each published class-day,
    「无」 counting 0; missing where nothing was published.
    """
    summary = sums_by(days, by, [*DAY_FLAGS, "published_minutes"])
    summary["mean_minutes"] = summary["published_minutes"] / summary["published"].where(summary["published"] > 0)
    return summary


def _school_days(first: date, last: date, calendar: SchoolCalendar, grade: int, start_year: int) -> list[date]:
    days = school_days(first, last, calendar, grade=grade)
    return [day for day in days if school_year_start(day) == start_year]


def _statuses(days: pd.DataFrame, published: pd.Series, is_due: pd.Series, near_percent: int) -> pd.Series:
    """The rule judges each different combination once."""
    columns = (published, days["has_none"], days["required_minutes"], days["cap_minutes"], is_due)
    keys = list(zip(*(column.tolist() for column in columns), strict=True))
    words = {key: _status(*key, near_percent=near_percent).value for key in set(keys)}
    return pd.Series([words[key] for key in keys], index=days.index, dtype="object")


def _status(
    is_published: bool,
    has_none: bool,
    required: int,
    limit: int,
    is_due: bool,
    *,
    near_percent: int,
) -> DayStatus:
    return day_status(
        is_published=is_published,
        has_none=has_none,
        required_minutes=required,
        limit_minutes=limit,
        near_percent=near_percent,
        is_due=is_due,
    )


def _flagged(days: pd.DataFrame, published: pd.Series) -> pd.DataFrame:
    late = days["is_late"] & published
    flags = {status.value: days["status"] == status.value for status in STATUSES}
    flags |= {"published": published, "late": late, "on_time": published & ~late}
    flags |= {"due": days["status"] != DayStatus.PENDING.value, "warned": days["is_warned"] & published}
    flagged = days.assign(**{name: flag.astype("int64") for name, flag in flags.items()})
    return flagged.assign(published_minutes=flagged["required_minutes"].where(published, 0))
