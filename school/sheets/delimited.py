"""Comma- or tab-separated text into rows; the separator is told from the text, not from the file's name."""

import csv
import re
from collections import Counter
from collections.abc import Iterator

from school.errors import Refused
from school.sheets.cells import clean_cell
from school.sheets.grid import Grid
from school.sheets.limits import Limits

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_QUOTED = re.compile(r'"[^"]*"')
_DECLARED = re.compile(r"sep=(.)\r?\n")
# Some systems guard long numbers from Excel as ="0012"; this is the text 0012, not a formula.
_GUARDED_NUMBER = re.compile(r'="([0-9]+[Xx]?)"')
_SEPARATORS = (",", "\t", ";", "|")
_SAMPLE_CHARS = 64 * 1024
_SAMPLE_LINES = 50


def read_delimited(text: str, limits: Limits) -> tuple[list[list[str]], str]:
    """Rows of cleaned cells and the separator found; raises Refused past the limits."""
    declared = _DECLARED.match(text)
    separator = declared[1] if declared else sniff_separator(text)
    grid = Grid(limits)
    start = declared.end() if declared else 0
    row = 1 if declared else 0
    try:
        for fields in csv.reader(_lines(text, start, limits), delimiter=separator):
            for column, field in enumerate(fields):
                if field:
                    grid.put(row, column, _cell(field))
            row += 1
    except (csv.Error, TypeError) as broken:
        raise Refused(f"第 {row + 1} 行的引号不成对，请修改该行或另存为 .xlsx 后再上传。") from broken
    return grid.finish(), separator


def sniff_separator(text: str) -> str:
    """The separator that gives most lines the same number of fields, quoted parts left aside; comma when none does."""
    lines = [line for line in _QUOTED.sub("", text[:_SAMPLE_CHARS]).splitlines() if line.strip()][:_SAMPLE_LINES]
    return max(_SEPARATORS, key=lambda separator: _agreement(lines, separator))


def _agreement(lines: list[str], separator: str) -> int:
    counts = Counter(line.count(separator) for line in lines)
    return max((count * lines_with for count, lines_with in counts.items()), default=0)


def _lines(text: str, start: int, limits: Limits) -> Iterator[str]:
    longest = limits.columns * (limits.cell_chars + 3)
    for number, found in enumerate(_LINE.finditer(text, start), start=1):
        line = found[0]
        if len(line) > longest:
            raise Refused(f"第 {number} 行过长，不像正常的表格，请另存为 .xlsx 后再上传。")
        yield line


def _cell(field: str) -> str:
    guarded = _GUARDED_NUMBER.fullmatch(field) if field.startswith('="') else None
    return guarded[1] if guarded else clean_cell(field)
