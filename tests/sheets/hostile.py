"""One hostile file per name; run as a program it reads that file under a hard memory limit and reports what it cost.

The files are made in one process and read in another, so that only the reading is measured.
"""

import json
import resource
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ADDRESS_SPACE = 512 * 1024 * 1024


def files() -> dict[str, Callable[[], bytes]]:
    from tests.sheets.making import MAIN, packed, parts_of, sheet_xml, streamed, text_cell, with_claimed_size, workbook

    sheet = "xl/worksheets/sheet1.xml"
    head, tail = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode(), b"</sheetData></worksheet>"
    row = f'<row r="1">{text_cell("A1", "姓名")}</row>'

    def with_part(name: str, content: bytes, **more: bytes) -> bytes:
        return packed(parts_of({"名单": sheet_xml(row)}, **more) | {name: content})

    def laughs() -> bytes:
        entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        doctype = f'<!DOCTYPE x [<!ENTITY l0 "哈哈">{entities}]>'
        body = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{text_cell("A1", "&l9;")}</row></sheetData></worksheet>'
        return with_part(sheet, (doctype + body).encode())

    def bomb(megabytes: int) -> bytes:
        return streamed(sheet, [head, *([b" " * 1024 * 1024] * megabytes), tail])

    def repeated(piece: bytes, times: int, around: tuple[bytes, bytes] = (head, tail)) -> bytes:
        block = piece * 10_000
        return streamed(sheet, [around[0], *([block] * (times // 10_000)), around[1]])

    def noisy(piece: Callable[[int], str], times: int) -> bytes:
        """Rows that differ, so that no ratio gives them away."""
        lines = (("".join(piece(n) for n in range(start, start + 10_000))).encode() for start in range(0, times, 10_000))
        return streamed(sheet, [head, *lines, tail])

    def directory(count: int) -> bytes:
        return packed((f"x{n}", b"") for n in range(count))

    def encrypted_entry() -> bytes:
        content = bytearray(workbook(row))
        at = content.index(b"PK\x01\x02")
        content[at + 8] |= 1
        return bytes(content)

    def lying_bomb() -> bytes:
        return with_claimed_size(bomb(400), sheet, 1_000)

    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
    half = "甲" * 1_000
    return {
        "zero-bytes": lambda: b"",
        "only-blanks": lambda: b" \r\n\r\n\x00",
        "png-as-xlsx": lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 2_000,
        "jpeg-as-xls": lambda: b"\xff\xd8\xff\xe0" + b"\x00" * 2_000,
        "pdf-as-xlsx": lambda: b"%PDF-1.7\n...",
        "random-bytes": lambda: bytes((n * 7919 + n // 251 * 104729) % 256 for n in range(200_000)),
        "legacy-xls": lambda: ole + "Workbook".encode("utf-16-le") + b"\x00" * 4_000,
        "password-xlsx": lambda: ole + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 4_000,
        "encrypted-zip-entry": encrypted_entry,
        "truncated-zip": lambda: workbook(row)[:-200],
        "truncated-sheet": lambda: with_part(sheet, sheet_xml(row)[:-30]),
        "plain-zip": lambda: packed({"名单.txt": b"1"}),
        "empty-zip": lambda: b"PK\x05\x06" + b"\x00" * 18,
        "nested-zip": lambda: packed({"名单.xlsx": workbook(row)}),
        "docx": lambda: packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
        "xlsb": lambda: packed({"xl/workbook.bin": b"\x00"}),
        "path-traversal": lambda: with_part("../../etc/passwd", b"x"),
        "absolute-path": lambda: with_part("/etc/passwd", b"x"),
        "many-entries": lambda: directory(100_000),
        "bomb-100-to-1000": lambda: bomb(1_000),
        "bomb-lying-size": lying_bomb,
        "bomb-elsewhere": lambda: streamed("xl/media/image1.png", [b"\x00" * 1024 * 1024] * 500),
        "bomb-shared-strings": lambda: with_part(
            "xl/sharedStrings.xml", b"<sst>" + b"<si><t>a</t></si>" * 500_000 + b"</sst>", strings=b""
        ),
        "bomb-long-strings": lambda: with_part(
            "xl/sharedStrings.xml", b"<sst>" + f"<si><t>{half}\U00020bb7</t></si>".encode() * 30_000 + b"</sst>", strings=b""
        ),
        "lzma-entry": lambda: packed(parts_of({"名单": sheet_xml(row)}), method=zipfile.ZIP_LZMA),
        "billion-laughs": laughs,
        "doctype-external": lambda: with_part(sheet, b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + sheet_xml(row)),
        "doctype-in-workbook": lambda: with_part("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'),
        "far-cell": lambda: workbook(row + f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'),
        "far-cell-in-first-row": lambda: workbook(f'<row r="1">{text_cell("XFD1048576", "x")}</row>'),
        "far-row": lambda: workbook(row + f'<row r="1048576">{text_cell("A1048576", "x")}</row>'),
        "far-column": lambda: workbook(f'<row r="1">{text_cell("XFD1", "x")}</row>'),
        "row-number-absurd": lambda: workbook('<row r="99999999999999999999"><c><v>1</v></c></row>'),
        "reference-absurd": lambda: workbook('<row r="1"><c r="ZZZZZZ99999999999"><v>1</v></c></row>'),
        "shared-string-absurd": lambda: workbook('<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>'),
        "many-rows": lambda: repeated(b"<row><c><v>1</v></c></row>", 1_000_000),
        "many-cells": lambda: noisy(
            lambda n: (
                ("<row>" if n % 190 == 0 else "") + f"<c><v>{n * 7919 % 1_000_003}</v></c>" + ("</row>" if n % 190 == 189 else "")
            ),
            1_000_000,
        ),
        "many-blank-cells": lambda: noisy(lambda n: f'<c s="{n * 31 % 977}"/>', 4_000_000),
        "many-blank-sheets": lambda: packed(parts_of({f"表{n}": sheet_xml("<c/>" * 500_000) for n in range(45)})),
        "many-merges": lambda: workbook(
            f'<row r="1">{text_cell("A1", half)}</row><row r="19999">{text_cell("B19999", "x")}</row>',
            after="<mergeCells>" + '<mergeCell ref="A1:A20000"/>' * 15_000 + "</mergeCells>",
        ),
        "deep-nesting": lambda: repeated(b"<a>", 2_000_000),
        "many-names": lambda: noisy(lambda n: f"<n{n}/>", 1_000_000),
        "huge-comment": lambda: streamed(sheet, [head, b"<!--", *([bytes(range(97, 123)) * 40_000] * 60), b"-->", tail]),
        "huge-attribute": lambda: streamed(sheet, [head, b'<row r="', *([bytes(range(97, 123)) * 40_000] * 60), b'"/>', tail]),
        "comment-of-blanks": lambda: bomb(95),
        "huge-cell": lambda: repeated(
            b"ab", 10_000_000, (head + b'<row><c t="inlineStr"><is><t>', b"</t></is></c></row>" + tail)
        ),
        "many-sheets": lambda: packed(parts_of({f"表{n}": sheet_xml(row) for n in range(400)})),
        "many-styles": lambda: with_part(
            "xl/styles.xml", b"<styleSheet><cellXfs>" + b'<xf numFmtId="0"/>' * 1_000_000 + b"</cellXfs></styleSheet>", styles=b""
        ),
        "csv-one-line": lambda: b"," * (10 * 1024 * 1024),
        "csv-many-rows": lambda: b"1\n" * 5_000_000,
        "csv-many-cells": lambda: (b"1," * 190 + b"1\n") * 20_000,
        "csv-wide-text": lambda: (("\U00020bb7" + "a" * 14 + ",") * 30 + "\n").encode() * 16_600,
        "csv-open-quote": lambda: b'a,b\n"' + b"x,y\n" * 2_000_000,
        "csv-multiline-row": lambda: b'"' + b'","\n' * 2_000_000,
        "csv-long-cell": lambda: "姓名\n".encode() + b"x" * 2_001,
        "html-many-cells": lambda: b"<table>" + b"<tr><td>1<td>2" * 700_000,
        "html-many-tags": lambda: b"<table>" + b"<p>" * 3_400_000,
        "html-open-brackets": lambda: b"<table>" + b"<" * 10_000_000,
        "html-open-comments": lambda: b"<table>" + b"<!--" * 2_500_000,
        "html-open-scripts": lambda: b"<table>" + b"<script>" * 1_300_000,
        "html-huge-spans": lambda: b"<table>" + b"<tr>" + b'<td rowspan="999999" colspan="1">x' * 200 + b"<tr>" * 300_000,
        "html-wide-span": lambda: b'<table><tr><td colspan="999999">x<td>y',
        "html-without-table": lambda: "<html><body>请先登录</body></html>".encode(),
        "utf8-broken": lambda: ("姓名,班级\n" * 50).encode() + b"\xe4\xb8,x\n" + ("张三,一班\n" * 50).encode(),
        "utf16-broken": lambda: b"\xff\xfe" + struct.pack("<H", 0xD800) * 9,
        "xml-spreadsheet-2003": lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "mht": lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related\n",
    }


def measure(path: str, without_ratio: bool) -> dict[str, object]:
    """Read the file and say what came of it, in seconds and MB."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    from school.errors import Refused
    from school.sheets.limits import DEFAULT_LIMITS
    from school.sheets.reading import read_sheet

    content = Path(path).read_bytes()
    limits = replace(DEFAULT_LIMITS, inflation=10**6) if without_ratio else DEFAULT_LIMITS
    started = time.process_time()
    refusal = None
    try:
        read_sheet(content, "名单.xlsx", limits)
    except Refused as refused:
        refusal = refused.message
    seconds = time.process_time() - started
    return {"refusal": refusal, "seconds": round(seconds, 2), "megabytes": peak_megabytes(), "size": len(content)}


def peak_megabytes() -> int:
    """This program's own peak: ru_maxrss would still count the test runner it was forked from."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("no VmHWM")


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], "--without-ratio" in sys.argv)))
