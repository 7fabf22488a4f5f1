"""Workbooks and CSV files for downloading: typed cells, and no text that a spreadsheet would run as a formula."""

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from school.errors import Refused

Cell = str | int | float | Decimal | bool | date | datetime | None

_MAX_ROWS = 1_048_576
_MAX_COLUMNS = 16_384
_MAX_TEXT = 32_767
_EXACT_INTEGER = 10**15
_NARROWEST, _WIDEST = 6, 48
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
# Full-width signs too: Excel takes them for the ASCII ones under Chinese input.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NEEDS_QUOTES = re.compile(r'[",;|\t\r\n]|^\s|\s$')


@dataclass(frozen=True)
class SheetOut:
    """One sheet to write: a header row, then rows of values. Rows may be a generator; it is consumed once."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def write_workbook(sheets: Sequence[SheetOut]) -> bytes:
    """An .xlsx with frozen bold headers and widths that fit Chinese text.

    Numbers and dates are typed cells; text is always text, never a formula or link. Integers of more than 15 digits,
    and dates before 1900, are written as text so that nothing is lost. A text beyond Excel's 32,767 characters is
    cut and says so. Raises Refused past Excel's own number of rows or columns.
    """
    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        writer = _Writer(book)
        for name, sheet in zip(sheet_names([sheet.name for sheet in sheets]), sheets, strict=True):
            writer.write(book.add_worksheet(name), sheet)
    return target.getvalue()


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names Excel accepts: at most 31 UTF-16 units, no `[]:*?/\\`, not empty, all different whatever the case."""
    taken: set[str] = set()
    names = []
    for number, name in enumerate(wanted, start=1):
        base = _FORBIDDEN_IN_NAME.sub(" ", name).strip().strip("'").strip() or f"表{number}"
        names.append(_free_name(base, taken))
        taken.add(names[-1].casefold())
    return names


def _free_name(base: str, taken: set[str]) -> str:
    name, count = _cut(base, 31), 2
    # Excel keeps this name for itself.
    while name.casefold() in taken or name.casefold() == "history":
        ending = f" ({count})"
        name, count = _cut(base, 31 - len(ending)) + ending, count + 1
    return name


def _cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", errors="ignore").rstrip(" '")


class _Writer:
    """Writes sheets with the formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._header: Format = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1, "bg_color": "#EEF2F6"}
        )
        self._text: Format = book.add_format({"num_format": "@"})
        self._day: Format = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._moment: Format = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})

    def write(self, target: Worksheet, sheet: SheetOut) -> None:
        if len(sheet.header) > _MAX_COLUMNS:
            raise Refused(f"导出的列超过 Excel 的上限 {_MAX_COLUMNS} 列，请缩小范围再导出。")
        widths = [display_width(title) for title in sheet.header]
        for column, title in enumerate(sheet.header):
            target.write_string(0, column, _excel_text(title), self._header)
        for row, values in enumerate(sheet.rows, start=1):
            if row >= _MAX_ROWS:
                raise Refused(f"导出的内容超过 Excel 的上限 {_MAX_ROWS} 行，请缩小范围再导出。")
            self._write_row(target, row, values, widths)
        target.freeze_panes(1, 0)
        for column, width in enumerate(widths):
            target.set_column(column, column, min(max(width + 2, _NARROWEST), _WIDEST))

    def _write_row(self, target: Worksheet, row: int, values: Sequence[Cell], widths: list[int]) -> None:
        for column, value in enumerate(values):
            if value is None or value == "":
                continue
            shown = self._write_cell(target, row, column, value)
            if column < len(widths) and widths[column] < _WIDEST:
                widths[column] = max(widths[column], display_width(shown))

    def _write_cell(self, target: Worksheet, row: int, column: int, value: Cell) -> str:
        """Write one value by its type; returns about what it shows, for the column's width."""
        if isinstance(value, bool):
            value = "是" if value else "否"
        if isinstance(value, date) and value.year >= 1900:
            return self._write_date(target, row, column, value)
        if isinstance(value, int | float | Decimal) and abs(value) < _EXACT_INTEGER:
            target.write_number(row, column, value)
            return str(value)
        if isinstance(value, float) and value != value:
            return ""
        text = _excel_text(str(value))
        target.write_string(row, column, text, self._text)
        return text

    def _write_date(self, target: Worksheet, row: int, column: int, value: date) -> str:
        if isinstance(value, datetime):
            target.write_datetime(row, column, value.replace(tzinfo=None), self._moment)
            return "2026-01-01 00:00"
        target.write_datetime(row, column, value, self._day)
        return "2026-01-01"


def _excel_text(text: str) -> str:
    text = text.encode("utf-8", errors="replace").decode("utf-8")
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 6] + "…（已截断）"


def display_width(text: str) -> int:
    """How many Latin letters wide the longest line shows: a Chinese character counts two."""
    if text.isascii() and "\n" not in text:
        return len(text)
    lines = text[:400].split("\n")
    return max(sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line) for line in lines)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, raw: bool = False) -> bytes:
    """A CSV in UTF-8 with byte order mark and CRLF, so that Excel opens it as Chinese.

    A text cell that a spreadsheet would take for a formula (it starts with = + - @, their full-width forms, or a tab or
    line end) gets a leading apostrophe, unless it is purely a number such as -5 or +8613800138000. With `raw` every
    text is written exactly as it is, for reading back by a program: names come back byte for byte.
    """
    lines = [_csv_line(header, raw)]
    lines.extend(_csv_line(row, raw) for row in rows)
    return b"\xef\xbb\xbf" + "".join(lines).encode("utf-8", errors="replace")


def _csv_line(values: Sequence[Cell], raw: bool) -> str:
    fields = [_csv_field(_csv_text(value), raw or not isinstance(value, str)) for value in values]
    # A lone empty field would otherwise be a blank line, which readers skip.
    return ('""' if fields == [""] else ",".join(fields)) + "\r\n"


def _csv_text(value: Cell) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv_field(text: str, raw: bool) -> str:
    if not raw and text.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text
