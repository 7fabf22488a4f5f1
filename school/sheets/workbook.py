"""The parts of an .xlsx around its sheets: which sheets there are, the shared strings, the number formats."""

import posixpath
import re
from dataclasses import dataclass

from school.errors import Refused
from school.sheets.archive import Archive, damaged
from school.sheets.cells import clean_cell
from school.sheets.limits import Limits
from school.sheets.numerals import style_of
from school.sheets.xmlstream import parse_xml

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MAX_STYLES = 65_536


@dataclass(frozen=True)
class SheetEntry:
    """One sheet of a workbook, before it is read."""

    name: str
    part: str
    visible: bool


@dataclass(frozen=True)
class Workbook:
    """What the sheets need from the rest of the workbook. A string that is too long is None until a cell uses it."""

    entries: list[SheetEntry]
    strings: list[str | None]
    styles: list[int]
    since_1904: bool


def open_workbook(archive: Archive, limits: Limits) -> Workbook:
    """Read everything but the sheets; raises Refused for what is no workbook or too much of one."""
    part = _workbook_part(archive)
    targets = _relations(archive, part)
    entries, since_1904 = _entries(archive, part, targets, limits)
    strings = _shared_strings(archive, _target(archive, targets, "sharedStrings"), limits)
    styles = _styles(archive, _target(archive, targets, "styles"))
    return Workbook(entries, strings, styles, since_1904)


def unescape(text: str) -> str:
    """Excel writes what XML cannot hold as `_x000D_`; give the character back (lone surrogates stay as written)."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    point = int(found[1], 16)
    return found[0] if 0xD800 <= point <= 0xDFFF else chr(point)


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Relation id → (last word of its type, part name)."""
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}

    def on_start(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "").replace("\\", "/")))
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, target.lstrip("/"))

    if archive.has(source):
        parse_xml(archive, source, on_start=on_start)
    return found


def _target(archive: Archive, targets: dict[str, tuple[str, str]], kind: str) -> str | None:
    return next((part for found, part in targets.values() if found == kind and archive.has(part)), None)


def _workbook_part(archive: Archive) -> str:
    part = _target(archive, _relations(archive, ""), "officeDocument") or "xl/workbook.xml"
    if archive.has("xl/workbook.bin"):
        raise Refused("这是 .xlsb 格式，请在 Excel 中另存为 .xlsx 后再上传。")
    if not archive.has(part) or not any(name.startswith("xl/") for name in archive.names):
        raise Refused("这个文件是压缩包或其他文档，不是 Excel 表格；请上传其中的 .xlsx 或 .csv 文件。")
    return part


def _entries(archive: Archive, part: str, targets: dict[str, tuple[str, str]], limits: Limits) -> tuple[list[SheetEntry], bool]:
    entries: list[SheetEntry] = []
    since_1904 = False

    def on_start(element: str, attributes: dict[str, str]) -> None:
        nonlocal since_1904
        if element == "workbookPr":
            since_1904 = attributes.get("date1904") in ("1", "true")
        if element != "sheet":
            return
        if len(entries) >= limits.sheets:
            raise Refused(f"工作簿里的工作表超过 {limits.sheets} 张，请只保留需要的工作表再上传。")
        relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
        kind, target = targets.get(relation, ("", ""))
        if kind == "worksheet":
            visible = attributes.get("state", "visible") == "visible"
            entries.append(SheetEntry(attributes.get("name", ""), target, visible))

    parse_xml(archive, part, on_start=on_start)
    if not entries:
        raise damaged()
    return entries, since_1904


class TextCollector:
    """The text of one string item: rich-text runs joined, phonetic guides left out, length bounded."""

    def __init__(self, limits: Limits) -> None:
        # Room for blanks that will be cut off; more than that is refused, never silently shortened.
        self._most = limits.cell_chars * 2
        self._longest = limits.cell_chars
        self._inside = False
        self._phonetic = False
        self.reset()

    def reset(self) -> None:
        """Begin a new item."""
        self._pieces: list[str] = []
        self.length = 0

    def start(self, element: str) -> None:
        """An element opened."""
        if element == "rPh":
            self._phonetic = True
        self._inside = element in ("t", "v") and not self._phonetic

    def end(self, element: str) -> None:
        """An element closed."""
        self._inside = False
        if element == "rPh":
            self._phonetic = False

    def text(self, piece: str) -> None:
        """Characters arrived; kept only inside a text or value."""
        if self._inside:
            self.length += len(piece)
            if self.length <= self._most:
                self._pieces.append(piece)

    def raw(self) -> str | None:
        """The text as stored, or None when it is too long."""
        return None if self.length > self._most else "".join(self._pieces)

    def cleaned(self) -> str | None:
        """The text as kept, or None when it is too long."""
        raw = self.raw()
        text = None if raw is None else clean_cell(unescape(raw))
        return None if text is None or len(text) > self._longest else text


def _shared_strings(archive: Archive, part: str | None, limits: Limits) -> list[str | None]:
    strings: list[str | None] = []
    if part is None:
        return strings
    collector = TextCollector(limits)
    chars = 0

    def on_start(element: str, attributes: dict[str, str]) -> None:
        collector.start(element)
        if element == "si":
            collector.reset()

    def on_end(element: str) -> None:
        nonlocal chars
        collector.end(element)
        if element == "si":
            strings.append(collector.cleaned())
            chars += len(strings[-1] or "")
            if len(strings) > limits.shared_strings or chars > limits.text_chars:
                raise Refused("表格里的文字太多，请拆成几个文件或删去不用的列再上传。")

    parse_xml(archive, part, on_start=on_start, on_end=on_end, on_text=collector.text)
    return strings


def _styles(archive: Archive, part: str | None) -> list[int]:
    """For each cell style, what its number format does (see `style_of`)."""
    codes: dict[int, str] = {}
    used: list[int] = []
    inside = False

    def on_start(element: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if element == "numFmt":
            codes.setdefault(int(attributes.get("numFmtId", "0")), attributes.get("formatCode", "")[:255])
        elif element == "xf" and inside:
            used.append(int(attributes.get("numFmtId", "0")))
        elif element == "cellXfs":
            inside = True
        elif element == "cellStyles" or element == "dxfs":
            inside = False
        if len(used) > _MAX_STYLES or len(codes) > _MAX_STYLES:
            raise damaged()

    if part is not None:
        parse_xml(archive, part, on_start=on_start)
    kinds = {number: style_of(number, codes.get(number, "")) for number in set(used)}
    return [kinds[number] for number in used]
