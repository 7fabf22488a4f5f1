"""An HTML table saved as .xls, as many school systems export: its rows as text, read in one linear pass."""

import html
import re

from school.errors import Refused
from school.sheets.cells import clean_cell
from school.sheets.grid import Grid, too_long
from school.sheets.limits import Limits

_LOOKS_LIKE = re.compile(r"\s*<(?:!doctype\s+html|html|head|meta|style|table|div|\?xml)\b", re.IGNORECASE)
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_TAG = re.compile(r"(/?)([A-Za-z][A-Za-z0-9]*)")
_SPAN = re.compile(r"\b(colspan|rowspan)\s*=\s*[\"']?([0-9]{1,6})", re.IGNORECASE)
_HIDDEN_END = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def looks_like_html(text: str) -> bool:
    """Whether the text is a web page rather than separated values."""
    return _LOOKS_LIKE.match(text) is not None


def read_html_table(text: str, limits: Limits) -> list[list[str]]:
    """All table rows of the page; merged cells repeat downwards. Raises Refused without a table or past the limits."""
    if not _TABLE.search(text):
        raise Refused("这个文件是网页，里面没有表格；请在原系统中重新导出，或在 Excel 中另存为 .xlsx 后再上传。")
    table = _Table(limits)
    position = seen = 0
    while (opening := text.find("<", position)) >= 0:
        table.text(text, position, opening)
        position = _after_tag(text, opening, table)
        seen += 1
        if seen > limits.xml_elements:
            raise Refused("网页结构异常复杂，不能读取；请在 Excel 中另存为 .xlsx 后再上传。")
    table.text(text, position, len(text))
    return table.finish()


def _after_tag(text: str, opening: int, table: "_Table") -> int:
    """Report the tag at `opening` to the table; where to go on reading."""
    comment = text.startswith("<!--", opening)
    closing = text.find("-->" if comment else ">", opening + 1)
    if closing < 0:
        return len(text)
    if comment:
        return closing + 3
    found = _TAG.match(text, opening + 1, closing)
    if found is None:
        return closing + 1
    name = found[2].lower()
    if name in _HIDDEN_END and not found[1]:
        end = _HIDDEN_END[name].search(text, closing)
        return end.start() if end else len(text)
    table.tag(name, bool(found[1]), text[found.end() : min(closing, found.end() + 2_000)])
    return closing + 1


class _Table:
    """Rows and cells as the tags open and close; a missing end tag closes where the next one opens."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._grid = Grid(limits)
        self._row = self._column = -1
        self._spans: dict[int, tuple[int, str]] = {}
        self._cell: list[str] | None = None
        self._length = 0
        self._across = self._down = 1

    def text(self, source: str, start: int, end: int) -> None:
        if self._cell is None or start == end:
            return
        self._length += end - start
        if self._length > self._limits.cell_chars * 10:
            raise too_long(max(self._row, 0), max(self._column, 0), self._limits)
        self._cell.append(_BLANKS.sub(" ", source[start:end]))

    def tag(self, name: str, closes: bool, attributes: str) -> None:
        if name in ("td", "th"):
            self._close_cell()
            if not closes:
                self._open_cell(attributes)
        elif name in ("tr", "table"):
            self._close_cell()
            if name == "tr" and not closes:
                self._open_row()
        elif name == "br" and self._cell is not None:
            self._cell.append("\n")

    def finish(self) -> list[list[str]]:
        self._close_cell()
        return self._grid.finish()

    def _open_row(self) -> None:
        self._row += 1
        self._column = -1
        for column, (left, text) in list(self._spans.items()):
            self._grid.put(self._row, column, text)
            if left == 1:
                del self._spans[column]
            else:
                self._spans[column] = (left - 1, text)
        self._covered = {column for column in range(self._limits.columns) if self._grid.at(self._row, column)}

    def _open_cell(self, attributes: str) -> None:
        if self._row < 0:
            self._open_row()
        spans = {name.lower(): int(number) for name, number in _SPAN.findall(attributes)}
        self._across, self._down = max(spans.get("colspan", 1), 1), max(spans.get("rowspan", 1), 1)
        self._column += 1
        while self._column in self._covered:
            self._column += 1
        self._cell, self._length = [], 0

    def _close_cell(self) -> None:
        if self._cell is None:
            return
        text = clean_cell(html.unescape("".join(self._cell)))
        self._cell = None
        self._grid.put(self._row, self._column, text)
        if self._down > 1 and self._column < self._limits.columns:
            self._spans[self._column] = (self._down - 1, text)
        self._column += self._across - 1
