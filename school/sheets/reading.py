"""The one entrance for uploaded spreadsheets: what the bytes are decides how they are read, never the name."""

from dataclasses import dataclass, field, replace
from pathlib import PurePath

from school.errors import Refused
from school.sheets.archive import Archive
from school.sheets.decoding import decode
from school.sheets.delimited import read_delimited
from school.sheets.limits import DEFAULT_LIMITS, MEBIBYTE, Limits
from school.sheets.markup import looks_like_html, read_html_table
from school.sheets.workbook import SheetEntry, Workbook, open_workbook
from school.sheets.worksheet import Worksheet

_SAVE_AS = "请在 Excel 或 WPS 中打开后另存为 .xlsx 再上传。"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = [
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"RIFF", "图片或音像"),
    (b"%PDF", "PDF"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"{\\rtf", "文档"),
]
_TEXT_LIKE = {b"BM", b"MZ", b"RIFF", b"Rar!", b"GIF8"}
_EXPECTED = {
    "xlsx": {".xlsx", ".xlsm", ".xltx"},
    "csv": {".csv", ".txt"},
    "tsv": {".tsv", ".txt", ".tab"},
    "html": {".html", ".htm"},
}
_KIND_NAMES = {"xlsx": "Excel 工作簿", "csv": "逗号分隔的文本", "tsv": "制表符分隔的文本", "html": "网页表格"}


@dataclass(frozen=True)
class Sheet:
    """One sheet as text: rows[i] is row i + 1 of the file, all rows equally wide, every cell a cleaned string.

    `kind` is xlsx, csv, tsv or html; `encoding` is empty for xlsx; `notes` are sentences for whoever uploaded it.
    """

    name: str
    rows: list[list[str]]
    kind: str
    encoding: str = ""
    sheet_names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_sheet(content: bytes, filename: str, limits: Limits = DEFAULT_LIMITS, *, sheet_name: str | None = None) -> Sheet:
    """Read one sheet: the named one, else the first visible one with content.

    Raises Refused, with a sentence that says what to do, for every file that is no spreadsheet, is damaged, locked,
    empty, or passes a limit. Time and memory stay bounded by the limits, whatever the file claims about itself.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise Refused("文件是空的，请选择有内容的 .xlsx 或 .csv 文件。")
    if len(content) > limits.file_bytes:
        raise Refused(f"文件超过 {limits.file_bytes / MEBIBYTE:.0f} MB，请删去图片和不用的工作表，或拆成几个文件再上传。")
    _refuse_foreign(content)
    packed = content.startswith(_ZIP)
    sheet = _read_workbook(content, limits, sheet_name) if packed else _read_text(content, filename, limits)
    return replace(sheet, notes=[*_name_note(filename, sheet.kind), *sheet.notes])


def _refuse_foreign(content: bytes) -> None:
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Refused(f"文件设了打开密码，不能读取。{_SAVE_AS.replace('打开后', '取消密码，')}")
        raise Refused(f"这是旧版 Excel（.xls）或 WPS（.et）格式，不能直接读取；{_SAVE_AS}")
    for mark, kind in _FOREIGN:
        # Two letters may begin a honest text file; a binary one has NUL bytes near its start.
        if content.startswith(mark) and (mark not in _TEXT_LIKE or b"\x00" in content[:256]):
            raise Refused(f"这个文件其实是{kind}，不是表格；请选择 .xlsx 或 .csv 文件。")


def _read_workbook(content: bytes, limits: Limits, sheet_name: str | None) -> Sheet:
    archive = Archive(content, limits)
    workbook = open_workbook(archive, limits)
    names = [entry.name for entry in workbook.entries]
    for entry in _candidates(workbook, sheet_name):
        worksheet = Worksheet(workbook, limits)
        rows = worksheet.read(archive, entry.part)
        if rows:
            notes = [*_sheet_notes(names, entry.name), *worksheet.notes]
            return Sheet(entry.name, rows, "xlsx", sheet_names=names, notes=notes)
    raise Refused(f"工作表“{sheet_name}”里没有内容。" if sheet_name else "工作簿里没有内容，请检查是否选错了文件。")


def _candidates(workbook: Workbook, sheet_name: str | None) -> list[SheetEntry]:
    if sheet_name is None:
        return [entry for entry in workbook.entries if entry.visible]
    named = [entry for entry in workbook.entries if entry.name == sheet_name]
    if not named:
        raise Refused(f"工作簿里没有名为“{sheet_name}”的工作表，请重新选择。")
    return named


def _sheet_notes(names: list[str], read: str) -> list[str]:
    others = "、".join(name for name in names if name != read)
    return [f"工作簿有 {len(names)} 张工作表，读取的是“{read}”；没有读取：{others}。"] if others else []


def _read_text(content: bytes, filename: str, limits: Limits) -> Sheet:
    text, encoding = decode(content)
    name = PurePath(filename).stem or "表格"
    if "urn:schemas-microsoft-com:office:spreadsheet" in text[:4096] and "<Workbook" in text[:4096]:
        raise Refused(f"这是 XML 表格格式，不能直接读取；{_SAVE_AS}")
    if text[:4096].startswith("MIME-Version"):
        raise Refused(f"这是单个网页（MHT）格式，不能直接读取；{_SAVE_AS}")
    if looks_like_html(text):
        rows, kind = read_html_table(text, limits), "html"
    else:
        rows, separator = read_delimited(text, limits)
        kind = "tsv" if separator == "\t" else "csv"
    if not rows:
        raise Refused("文件里没有内容，请选择有内容的 .xlsx 或 .csv 文件。")
    return Sheet(name, rows, kind, encoding, [name], [])


def _name_note(filename: str, kind: str) -> list[str]:
    suffix = PurePath(filename).suffix.lower()
    if not suffix or suffix in _EXPECTED[kind]:
        return []
    return [f"文件名以 {suffix} 结尾，内容其实是{_KIND_NAMES[kind]}，已按内容读取。"]
