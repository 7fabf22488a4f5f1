"""Published items summed by subject, class or grade: how much is layered (HW-10) and done in school (HW-11)."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from school.homework.queries.frames import SUBJECT_COLUMNS
from school.reporting.frames import frame_of, share, sums_by

SUMS = {name: "float64" if "minutes" in name else "int64" for name in SUBJECT_COLUMNS}
COUNTS = ("items", "days", "written_items", "layered_items", "optional_items", "warned_items")
SUMMED = (*COUNTS, "asked_minutes", "in_school_minutes")


def subject_sums(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """The rows of `queries.frames.subject_rows` as a frame: one for each class and subject with published items."""
    return frame_of(rows, SUMS)


def item_summary(sums: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Items of each group of `by`, with shares between 0 and 1 and the mean minutes of a written required item.

    `layered_share` is of `items`; `in_school_share` of the minutes of `written_items`. `days` are class-days with the
    subject, so they mean something only by subject.
    """
    summary = sums_by(sums, by, SUMMED)
    summary["layered_share"] = share(summary["layered_items"], summary["items"])
    summary["in_school_share"] = share(summary["in_school_minutes"], summary["asked_minutes"])
    summary["item_minutes"] = share(summary["asked_minutes"], summary["written_items"])
    return summary


def with_items(summary: pd.DataFrame, sums: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """`summary` of class-days with the items of the same groups beside it; groups without items have 0."""
    both = summary.merge(item_summary(sums, by), on=list(by), how="left")
    return both.assign(**{name: both[name].fillna(0).astype("int64") for name in COUNTS})
