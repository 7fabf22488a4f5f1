"""One worksheet of an .xlsx, read as a stream into rows of text; formulas are never evaluated."""

import re
from datetime import datetime

from school.sheets.archive import Archive, damaged
from school.sheets.cells import clean_cell
from school.sheets.grid import Grid, too_long
from school.sheets.limits import Limits
from school.sheets.numerals import EXACT_DIGITS, PLAIN, number_text
from school.sheets.workbook import TextCollector, Workbook
from school.sheets.xmlstream import parse_xml

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
_MAX_MERGES = 20_000


class Worksheet:
    """Event handlers for one sheet's XML; `rows` and `notes` are ready after `read`."""

    def __init__(self, workbook: Workbook, limits: Limits) -> None:
        self._workbook = workbook
        self._limits = limits
        self._grid = Grid(limits)
        self._collector = TextCollector(limits)
        self._columns: dict[str, int] = {}
        self._merges: list[tuple[int, int, int]] = []
        self._row = self._column = -1
        self._type = ""
        self._style = ""
        self._formula = False
        self._uncached = self._lossy = self._filled = 0

    def read(self, archive: Archive, part: str) -> list[list[str]]:
        """The sheet's rows at equal width; raises Refused past the limits or when the XML is damaged."""
        parse_xml(archive, part, on_start=self._start, on_end=self._end, on_text=self._collector.text)
        self._fill_merges()
        return self._grid.finish()

    @property
    def notes(self) -> list[str]:
        """What the reader had to decide, as sentences for the person who uploaded the file."""
        said = [
            (self._uncached, "个公式没有保存计算结果，按空白处理；需要时请在 Excel 中打开并保存一次再上传。"),
            (self._lossy, "个超过 15 位的数字以数值保存，末尾几位可能已被 Excel 改成 0；请改为文本格式再导出。"),
            (self._filled, "个纵向合并的单元格已按所示内容补到每一行。"),
        ]
        return [f"有 {count} {sentence}" for count, sentence in said if count]

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "c":
            self._start_cell(attributes)
            return
        if element == "row":
            self._start_row(attributes.get("r"))
        elif element == "f":
            self._formula = True
        elif element == "mergeCell":
            self._note_merge(attributes.get("ref", ""))
        self._collector.start(element)

    def _end(self, element: str) -> None:
        if element == "c":
            self._end_cell()
        else:
            self._collector.end(element)

    def _start_row(self, number: str | None) -> None:
        if number is not None and not _ROW_NUMBER.fullmatch(number):
            raise damaged()
        self._row = self._row + 1 if number is None else int(number) - 1
        self._column = -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            self._row, self._column = self._place(reference)
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._formula = False
        self._collector.reset()

    def _place(self, reference: str) -> tuple[int, int]:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise damaged()
        letters = found[1]
        column = self._columns.get(letters)
        if column is None:
            column = -1
            for letter in letters:
                column = (column + 1) * 26 + ord(letter) - ord("A")
            self._columns[letters] = column
        return int(found[2]) - 1, column

    def _number_style(self) -> int:
        index, styles = self._style, self._workbook.styles
        position = int(index) if index.isdecimal() and len(index) < 8 else 0
        return styles[position] if position < len(styles) else PLAIN

    def _end_cell(self) -> None:
        if not self._collector.length and not self._formula:
            return
        text = self._cell_text()
        if text is None:
            raise too_long(max(self._row, 0), self._column, self._limits)
        if self._formula and not text and self._type != "e":
            self._uncached += 1
        self._grid.put(max(self._row, 0), self._column, text)

    def _cell_text(self) -> str | None:
        if self._type in ("inlineStr", "str"):
            return self._collector.cleaned()
        raw = self._collector.raw()
        if not raw or self._type == "e":
            return raw and ""
        stored = raw.strip()
        if self._type == "s":
            return self._shared(stored)
        if self._type == "b":
            return "TRUE" if stored == "1" else "FALSE"
        if self._type == "d":
            return _iso_text(stored)
        return self._number(stored)

    def _shared(self, index: str) -> str | None:
        strings = self._workbook.strings
        if not index.isdecimal() or len(index) > 8 or int(index) >= len(strings):
            raise damaged()
        return strings[int(index)]

    def _number(self, stored: str) -> str:
        text = number_text(stored, self._number_style(), since_1904=self._workbook.since_1904)
        if len(text) > EXACT_DIGITS and text.isdecimal():
            self._lossy += 1
        return clean_cell(text)

    def _note_merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        top, left = self._place(first)
        bottom, right = self._place(last or first)
        if left == right and bottom > top:
            self._merges.append((top, bottom, left))
        if len(self._merges) > _MAX_MERGES:
            raise damaged()

    def _fill_merges(self) -> None:
        """A class name merged down over thirty pupils belongs to each of them; never adds rows."""
        last_row = len(self._grid.rows) - 1
        for top, bottom, column in self._merges:
            text = self._grid.at(top, column)
            if not text:
                continue
            self._filled += 1
            for row in range(top + 1, min(bottom, last_row) + 1):
                self._grid.put(row, column, text)


def _iso_text(stored: str) -> str:
    try:
        moment = datetime.fromisoformat(stored)
    except ValueError:
        return clean_cell(stored)
    return moment.date().isoformat() if moment.time().isoformat() == "00:00:00" else moment.isoformat(sep=" ")
