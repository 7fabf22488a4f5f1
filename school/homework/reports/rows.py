"""The rows behind a figure of the report: class-days, or published items."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from school.homework.enums import DayStatus
from school.homework.queries.frames import item_rows
from school.homework.reports.classdays import DAY_FLAGS
from school.homework.reports.figures import DAY_FIGURES, ITEM_FIGURES
from school.homework.reports.periods import Period
from school.homework.reports.report import CLASS, ClassDays, read_class_days
from school.people.queries import subjects
from school.reporting.frames import frame_of, records

ITEMS = {
    "item_id": "int64",
    "class_id": "int64",
    "on_day": "day",
    "subject_id": "int64",
    "subject": "object",
    "teacher": "object",
    "form": "object",
    "demand": "object",
    "layered_items": "bool",
    "asked_minutes": "float64",
    "in_school_minutes": "float64",
    "warning_reason": "object",
}


@dataclass(frozen=True)
class Wanted:
    """Which rows: of a class, grade, day, subject (code); `status` is a key of `DAY_FIGURES` or `ITEM_FIGURES`."""

    class_key: str = ""
    grade: int | None = None
    on_day: date | None = None
    subject_code: str = ""
    status: str = ""

    @property
    def is_of_items(self) -> bool:
        """Whether it asks for items and not for class-days."""
        return bool(self.subject_code) or self.status in ITEM_FIGURES

    @property
    def status_label(self) -> str:
        """What the figure is called."""
        return (ITEM_FIGURES if self.is_of_items else DAY_FIGURES).get(self.status, "")


def days_behind(wanted: Wanted, period: Period, *, entry_years: Collection[int] | None) -> list[dict[str, Any]]:
    """Class-days as dicts of the columns of `classdays.class_days`, with `status_label`; newest day first."""
    days = _chosen_days(wanted, read_class_days(period, entry_years=entry_years).frame)
    if wanted.status in DAY_FLAGS:
        days = days[days[wanted.status] == 1]
    days = days.sort_values("on_day", ascending=False, kind="stable")
    return [row | {"status_label": DayStatus(row["status"]).label} for row in records(days)]


def items_behind(wanted: Wanted, period: Period, *, entry_years: Collection[int] | None) -> list[dict[str, Any]]:
    """Published items as dicts of `ITEMS` with the class's name and key; newest day first."""
    days = read_class_days(period, entry_years=entry_years)
    of_class = _of_classes(wanted, days.frame[CLASS].drop_duplicates("class_id"))
    items = _items(wanted, period, days, of_class["class_id"].tolist())
    return records(_with_status(wanted.status, items).merge(of_class, on="class_id", how="inner"))


def _items(wanted: Wanted, period: Period, days: ClassDays, class_ids: Collection[int]) -> pd.DataFrame:
    """The items of the chosen classes, day and subject, in the order of the query."""
    first, last = (wanted.on_day, wanted.on_day) if wanted.on_day else (period.first, days.through)
    found = item_rows(first, last, class_ids)
    rows = [[getattr(row, name) for name in _ROW_NAMES] for row in found]
    items = frame_of(rows, ITEMS)
    if not wanted.subject_code:
        return items
    chosen = [subject.id for subject in subjects() if subject.code == wanted.subject_code]
    return items[items["subject_id"].isin(chosen)]


_ROW_NAMES = ["is_layered" if name == "layered_items" else name for name in ITEMS]


def _with_status(status: str, items: pd.DataFrame) -> pd.DataFrame:
    written = items["form"].map(lambda form: form.is_written).astype("bool")
    optional = items["demand"] == "optional"
    flags = {
        "written_items": written & ~optional,
        "layered_items": items["layered_items"],
        "optional_items": optional,
        "warned_items": items["warning_reason"] != "",
    }
    return items[flags[status]] if status in flags else items


def _chosen_days(wanted: Wanted, days: pd.DataFrame) -> pd.DataFrame:
    chosen = _of_classes(wanted, days)
    return chosen if wanted.on_day is None else chosen[chosen["on_day"] == pd.Timestamp(wanted.on_day)]


def _of_classes(wanted: Wanted, frame: pd.DataFrame) -> pd.DataFrame:
    if wanted.class_key:
        return frame[frame["class_key"] == wanted.class_key]
    return frame if wanted.grade is None else frame[frame["grade"] == wanted.grade]
