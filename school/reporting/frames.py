"""Frames with declared columns, and what every summary needs: counts by group and shares that say of how many."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

Columns = Mapping[str, str]

EPOCH = date(1970, 1, 1).toordinal()  # numpy reads dates one by one ten times more slowly than their ordinals


def frame_of(rows: Iterable[Sequence[Any]], columns: Columns) -> pd.DataFrame:
    """A frame of `rows` (one value for each column, in order) with the declared columns and types even when empty."""
    by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
    parts = zip(columns.items(), by_column, strict=True)
    return pd.DataFrame({name: typed(values, dtype) for (name, dtype), values in parts})


def typed(values: Sequence[Any], dtype: str) -> pd.Series:
    """A column of `dtype`; `day` takes dates, and decimals of a database become floats."""
    if dtype == "day":
        ordinals = np.fromiter((value.toordinal() for value in values), dtype="int64", count=len(values))
        return pd.Series((ordinals - EPOCH).astype("datetime64[D]").astype("datetime64[s]"))
    return pd.Series(np.array(values, dtype=object)).astype(dtype) if dtype == "object" else pd.Series(values, dtype=dtype)


def sums_by(frame: pd.DataFrame, by: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """The sums of `columns` for each group of `by`, in the order in which the groups first appear."""
    return frame.groupby(list(by), sort=False, observed=True)[list(columns)].sum().reset_index()


def share(part: pd.Series, whole: pd.Series) -> pd.Series:
    """`part` of `whole` between 0 and 1, missing where there is no whole; show `whole` beside it."""
    return part / whole.where(whole > 0).astype("float64")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain Python values: days as dates, missing values as None."""
    columns = {name: _plain(frame[name]) for name in frame.columns}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    if column.dtype.kind == "M":
        return [None if pd.isna(value) else value.date() for value in column]
    if column.dtype.kind == "f":
        return [None if value != value else value for value in column.tolist()]
    if column.dtype == "Int64":
        return [None if pd.isna(value) else value for value in column.tolist()]
    return column.tolist()
