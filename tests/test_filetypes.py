"""What some bytes are: told by the bytes alone, whatever the name says."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.errors import Refused
from school.filetypes import FileType, check_file_type, file_type_of, named_for

TYPES = "[Content_Types].xml"


def archive(*names: str, text: str = "x") -> bytes:
    """A ZIP archive with these members, each of this text."""
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, text)
    return kept.getvalue()


KNOWN = {
    FileType.PDF: b"%PDF-1.7 ...",
    FileType.JPEG: b"\xff\xd8\xff\xe0",
    FileType.PNG: b"\x89PNG\r\n\x1a\n...",
    FileType.WEBP: b"RIFF\x00\x00\x00\x00WEBP",
    FileType.MP3: b"ID3\x04",
    FileType.DOCX: archive(TYPES, "word/document.xml"),
    FileType.PPTX: archive(TYPES, "ppt/presentation.xml"),
    FileType.XLSX: archive(TYPES, "xl/workbook.xml"),
}
ENCRYPTED = bytearray(archive(TYPES, "word/document.xml"))
ENCRYPTED[ENCRYPTED.index(b"PK\x01\x02") + 8] |= 1
DAMAGED = bytearray(archive(TYPES, "word/document.xml", text="讲义" * 20))
DAMAGED[30 + len(TYPES)] ^= 0xFF
NONE = {
    "encrypted archive": bytes(ENCRYPTED),
    "nothing": b"",
    "text": "讲义".encode(),
    "page": b"<html><script>",
    "program": b"MZ\x90\x00",
    "script": b"#!/bin/sh",
    "plain archive": archive("a.txt"),
    "archive with a document's name only": archive("word/document.xml"),
    "document with macros": archive(TYPES, "word/document.xml", "word/vbaProject.bin"),
    "macros under another name": archive(TYPES, "word/document.xml", text='ContentType="application/VBAPROJECT"'),
    "a kind that may hold macros": archive(TYPES, "word/document.xml", text="ms-word.document.macroEnabled.main+xml"),
    "a list of parts that is a bomb": archive(TYPES, "word/document.xml", text="0" * 300_000),
    "a list of parts that is damaged": bytes(DAMAGED),
    "broken archive": b"PK\x03\x04 broken",
    "late PDF": b" %PDF-1.7",
    "sound of another kind": b"RIFF\x00\x00\x00\x00WAVE",
    "UTF-16": b"\xff\xfeh\x00",
    "MPEG of a reserved version": b"\xff\xea",
}


@pytest.mark.parametrize("kind", FileType)
def test_each_kind_is_known_by_its_bytes(kind: FileType) -> None:
    assert file_type_of(KNOWN[kind]) is kind


@pytest.mark.parametrize("start", [b"\xff\xfb\x90", b"\xff\xf3\x90", b"\xff\xfa\x90"])
def test_a_recording_without_a_tag(start: bytes) -> None:
    assert file_type_of(start) is FileType.MP3


@pytest.mark.parametrize("what", NONE)
def test_what_is_nothing_of_ours(what: str) -> None:
    assert file_type_of(NONE[what]) is None


@given(st.binary(max_size=64))
def test_any_bytes_get_an_answer(content: bytes) -> None:
    assert file_type_of(content) in {None, *FileType}
    assert file_type_of(b"PK\x03\x04" + content) in {None, FileType.DOCX, FileType.PPTX, FileType.XLSX}


def test_only_what_is_taken_passes() -> None:
    assert check_file_type(b"%PDF-1", {FileType.PDF}, sentence="只收 PDF。", field="files") is FileType.PDF
    for content in (KNOWN[FileType.PNG], b"<html>"):
        with pytest.raises(Refused, match="只收 PDF。") as caught:
            check_file_type(content, {FileType.PDF}, sentence="只收 PDF。", field="files")
        assert caught.value.field == "files"


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("讲义.pdf", FileType.PDF, "讲义.pdf"),
        ("讲义.PDF", FileType.PDF, "讲义.PDF"),
        ("照片.jpeg", FileType.JPEG, "照片.jpeg"),
        ("讲义.exe", FileType.PDF, "讲义.exe.pdf"),
        ("讲义", FileType.DOCX, "讲义.docx"),
        (".pdf", FileType.PDF, ".pdf.pdf"),
        ("", FileType.PDF, "文件.pdf"),
        ("../../etc/讲义.pdf", FileType.PDF, "讲义.pdf"),
        ("C:\\Users\\x\\讲义.pdf", FileType.PDF, "讲义.pdf"),
        ("讲义\x00\r\n.pdf", FileType.PDF, "讲义 .pdf"),
        ("讲\u202efdp.exe", FileType.PDF, "讲 fdp.exe.pdf"),
        ("讲\u200b义\u3000上.pdf", FileType.PDF, "讲 义 上.pdf"),
        ("\x00", FileType.PDF, "文件.pdf"),
        ("长" * 300 + ".pptx", FileType.PPTX, "长" * 195 + ".pptx"),
    ],
)
def test_a_name_ends_as_its_kind_does(name: str, kind: FileType, kept: str) -> None:
    assert named_for(name, kind) == kept
