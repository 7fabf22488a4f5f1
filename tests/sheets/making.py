"""Hand-made workbooks for the tests: raw XML in a raw zip, so that a file can lie in any way it likes."""

import io
import struct
import zipfile
from collections.abc import Iterable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def sheet_xml(body: str, *, before: str = "", after: str = "") -> bytes:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{body}</sheetData>{after}</worksheet>'.encode()


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def parts_of(
    sheets: dict[str, bytes], *, strings: bytes | None = None, styles: bytes | None = None, state: dict[str, str] | None = None
) -> dict[str, bytes]:
    """The parts of a workbook with these sheets, in order."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{(state or {}).get(name, "visible")}" r:id="rId{n}"/>'
        for n, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATED}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts = {"[Content_Types].xml": b"<Types/>"}
    if strings is not None:
        parts["xl/sharedStrings.xml"] = strings
        related += f'<Relationship Id="s" Type="{RELATED}/sharedStrings" Target="sharedStrings.xml"/>'
    if styles is not None:
        parts["xl/styles.xml"] = styles
        related += f'<Relationship Id="f" Type="{RELATED}/styles" Target="/xl/styles.xml"/>'
    office = f'<Relationship Id="rId1" Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/>'
    parts["_rels/.rels"] = f'<Relationships xmlns="{PACKAGE}">{office}</Relationships>'.encode()
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>'.encode()
    parts["xl/workbook.xml"] = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>{listed}</sheets></workbook>'.encode()
    return parts | {f"xl/worksheets/sheet{n}.xml": xml for n, xml in enumerate(sheets.values(), start=1)}


def packed(parts: dict[str, bytes] | Iterable[tuple[str, bytes]], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(name, content)
    return target.getvalue()


def workbook(body: str, **around: str) -> bytes:
    """An .xlsx with one sheet of these rows."""
    return packed(parts_of({"名单": sheet_xml(body, **around)}))


def streamed(name: str, pieces: Iterable[bytes]) -> bytes:
    """An .xlsx whose part `name` is written piece by piece, for parts that would not fit the test's own memory."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, content in parts_of({"名单": sheet_xml("")}).items():
            if other != name:
                archive.writestr(other, content)
        with archive.open(name, "w", force_zip64=True) as part:
            for piece in pieces:
                part.write(piece)
    return target.getvalue()


def with_claimed_size(content: bytes, name: str, size: int) -> bytes:
    """The same archive, its central directory claiming another unpacked size for one entry."""
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(name.encode()))
    return content[: at + 24] + struct.pack("<I", size) + content[at + 28 :]
