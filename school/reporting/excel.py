"""Frames as a workbook: typed cells, a frozen header, widths that fit Chinese, and colours that follow the values."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from school.reporting.frames import records
from school.sheets.writing import display_width, sheet_names

NARROWEST, WIDEST = 5, 40
NUMBER_FORMATS = {"text": "@", "count": "0", "number": "0.0", "share": "0.0%", "day": "yyyy-mm-dd"}
TONES: Mapping[str, Mapping[str, str]] = {
    "good": {"bg_color": "#DDF1E1", "font_color": "#14532D"},
    "warn": {"bg_color": "#FFF1C9", "font_color": "#6B4300"},
    "bad": {"bg_color": "#FBD9D7", "font_color": "#7F1D1D"},
    "calm": {"bg_color": "#E3ECF7", "font_color": "#1E3A5F"},
}


@dataclass(frozen=True)
class Column:
    """One column of a sheet: the frame's column, its title, and how it is written (a key of `NUMBER_FORMATS`)."""

    key: str
    title: str
    kind: str = "count"


@dataclass(frozen=True)
class Mark:
    """Cells of some columns that take a colour while `criteria` (as Excel writes it, such as `>`) `value` holds."""

    keys: Sequence[str]
    criteria: str
    value: str | int
    tone: str


@dataclass(frozen=True)
class ReportSheet:
    """A sheet: a frame, its columns in order, colours, a sentence above the header, and columns that stay in view."""

    name: str
    frame: pd.DataFrame
    columns: Sequence[Column]
    marks: Sequence[Mark] = ()
    note: str = ""
    frozen_columns: int = 1
    widths: Mapping[str, int] = field(default_factory=dict)


def write_report(sheets: Sequence[ReportSheet]) -> bytes:
    """An .xlsx with one sheet for each part of a report; text is never a formula."""
    target = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        writer = _Writer(book)
        for name, sheet in zip(sheet_names([sheet.name for sheet in sheets]), sheets, strict=True):
            writer.write(book.add_worksheet(name), sheet)
    return target.getvalue()


class _Writer:
    """Writes sheets with the formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._header: Format = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center", "bottom": 1, "bg_color": "#EEF2F6"}
        )
        self._note: Format = book.add_format({"italic": True, "font_color": "#44546A"})
        self._kinds = {kind: book.add_format({"num_format": shown}) for kind, shown in NUMBER_FORMATS.items()}
        self._tones = {tone: book.add_format(dict(colours)) for tone, colours in TONES.items()}

    def write(self, target: Worksheet, sheet: ReportSheet) -> None:
        """Note, header, rows, colours; the header stays in view and repeats on paper."""
        target.write_string(0, 0, sheet.note, self._note)
        for number, column in enumerate(sheet.columns):
            target.write_string(1, number, column.title, self._header)
        rows = records(sheet.frame[[column.key for column in sheet.columns]])
        for row, values in enumerate(rows, start=2):
            for number, column in enumerate(sheet.columns):
                self._write_cell(target, row, number, values[column.key], column.kind)
        self._mark(target, sheet, len(rows))
        self._lay_out(target, sheet, rows)

    def _write_cell(self, target: Worksheet, row: int, number: int, value: Any, kind: str) -> None:
        if value is None or value == "":
            return
        if kind == "day":
            target.write_datetime(row, number, value, self._kinds[kind])
        elif kind == "text":
            target.write_string(row, number, str(value), self._kinds[kind])
        else:
            target.write_number(row, number, value, self._kinds[kind])

    def _mark(self, target: Worksheet, sheet: ReportSheet, rows: int) -> None:
        places = {column.key: number for number, column in enumerate(sheet.columns)}
        for mark in sheet.marks if rows else ():
            is_text = isinstance(mark.value, str)
            rule = {
                "type": "text" if is_text and mark.criteria != "==" else "cell",
                "criteria": mark.criteria,
                "value": f'"{mark.value}"' if is_text and mark.criteria == "==" else mark.value,
                "format": self._tones[mark.tone],
            }
            for number in (places[key] for key in mark.keys):
                target.conditional_format(2, number, rows + 1, number, rule)

    def _lay_out(self, target: Worksheet, sheet: ReportSheet, rows: Sequence[Mapping[str, Any]]) -> None:
        for number, column in enumerate(sheet.columns):
            shown = max((display_width(str(row[column.key])) for row in rows), default=0) if column.kind == "text" else 8
            width = sheet.widths.get(column.key) or max(display_width(column.title), min(shown, WIDEST))
            target.set_column(number, number, max(width + 2, NARROWEST))
        target.freeze_panes(2, sheet.frozen_columns)
        target.repeat_rows(0, 1)
        target.set_landscape()
        target.set_paper(9)
        target.fit_to_pages(1, 0)
