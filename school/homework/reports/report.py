"""The compliance report of a period: read, framed, summed by class, grade and subject."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import pandas as pd

from school.calendar.queries import get_calendar
from school.clock import now
from school.homework.queries.frames import class_spans, day_rows, subject_rows
from school.homework.reports.classdays import class_days, day_summary, expected_days, kept_days
from school.homework.reports.items import item_summary, subject_sums, with_items
from school.homework.reports.periods import Period
from school.people.queries import subjects
from school.preferences.queries import get_preferences
from school.reporting.frames import frame_of

CLASS = ["class_id", "class_key", "class_name", "grade"]
SUBJECT_NAMES = {"subject_id": "int64", "subject_code": "object", "subject": "object"}


@dataclass(frozen=True)
class Report:
    """The frames of a report.

    `days` has a row for each class-day (see `classdays.class_days`), youngest grade first; `classes`, `grades` and
    `total` (one row) are summaries of class-days and items, `subjects` of items alone. `through` is the last day
    counted.
    """

    period: Period
    through: date
    days: pd.DataFrame
    classes: pd.DataFrame
    grades: pd.DataFrame
    subjects: pd.DataFrame
    total: pd.DataFrame


@dataclass(frozen=True)
class ClassDays:
    """The class-days of a period as a frame, and the ids of their classes (None: all of the school)."""

    frame: pd.DataFrame
    through: date
    class_ids: Collection[int] | None


def homework_report(period: Period, *, entry_years: Collection[int] | None = None) -> Report:
    """The report of `period` up to today, of the grades that entered in `entry_years` (None: of all)."""
    days = read_class_days(period, entry_years=entry_years)
    sums = subject_sums(subject_rows(period.first, days.through, days.class_ids))
    return build_report(period, days.through, days.frame, sums, _subject_names())


def read_class_days(period: Period, *, entry_years: Collection[int] | None = None) -> ClassDays:
    """The class-days behind the figures of `homework_report`."""
    calendar, preferences, moment = get_calendar(), get_preferences(), now()
    through = period.until(moment.date())
    spans = class_spans(period.first, through, entry_years)
    class_ids = None if entry_years is None else [span.class_id for span in spans]
    frame = class_days(
        expected_days(spans, period.first, through, calendar),
        kept_days(day_rows(period.first, through, class_ids)),
        today=moment.date(),
        is_past_deadline=moment.time() > preferences.publish_time,
        near_percent=preferences.near_percent,
    )
    return ClassDays(frame, through, class_ids)


def build_report(period: Period, through: date, days: pd.DataFrame, sums: pd.DataFrame, names: pd.DataFrame) -> Report:
    """The report out of class-days (`classdays.class_days`), item sums (`items.subject_sums`) and subjects' names.

    Items on days that are no school day of their class are left out with the day.
    """
    of_class = days[CLASS].drop_duplicates("class_id")
    sums = sums.merge(of_class[["class_id", "grade"]], on="class_id", how="inner")
    everything = {"school": "全校"}
    classes = with_items(day_summary(days, CLASS), sums, ["class_id"])
    grades = with_items(day_summary(days, ["grade"]), sums, ["grade"])
    total = with_items(day_summary(days.assign(**everything), ["school"]), sums.assign(**everything), ["school"])
    by_subject = names.merge(item_summary(sums, ["subject_id"]), on="subject_id", how="inner")
    return Report(period, through, days, classes, grades, by_subject, total)


def _subject_names() -> pd.DataFrame:
    """All subjects in the school's order."""
    return frame_of([(subject.id, subject.code, subject.name) for subject in subjects()], SUBJECT_NAMES)
