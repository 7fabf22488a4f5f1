"""Which kind of file some bytes are, for everything that takes uploads: the bytes decide, never the name.

It stands above the packages because several features take files and none may know another.
"""

import zlib
from collections.abc import Collection
from enum import StrEnum
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from school.errors import Refused


class FileType(StrEnum):
    """A kind of file the school takes; the value is its media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    MP3 = "audio/mpeg"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How names of such files end, the usual one first."""
        return _SUFFIXES[self]


_SUFFIXES = {
    FileType.PDF: ("pdf",),
    FileType.JPEG: ("jpg", "jpeg"),
    FileType.PNG: ("png",),
    FileType.WEBP: ("webp",),
    FileType.MP3: ("mp3",),
    FileType.DOCX: ("docx",),
    FileType.PPTX: ("pptx",),
    FileType.XLSX: ("xlsx",),
}
_BEGINNINGS = {
    b"%PDF-": FileType.PDF,
    b"\xff\xd8\xff": FileType.JPEG,
    b"\x89PNG\r\n\x1a\n": FileType.PNG,
    b"ID3": FileType.MP3,
}
MOST_TYPES = 256 * 1024  # bytes of a document's list of its parts
_TYPES = "[Content_Types].xml"
_MACROS = (b"macroenabled", b"vbaproject")  # the list names them, whatever the parts are called
_OFFICE_PARTS = {
    "word/document.xml": FileType.DOCX,
    "ppt/presentation.xml": FileType.PPTX,
    "xl/workbook.xml": FileType.XLSX,
}


def file_type_of(content: bytes) -> FileType | None:
    """The kind of these bytes, None for anything the school does not take; documents with macros are none."""
    for beginning, kind in _BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return FileType.WEBP
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    return FileType.MP3 if _is_audio_frame(content[:2]) else None


def check_file_type(content: bytes, taken: Collection[FileType], *, sentence: str, field: str) -> FileType:
    """The kind of these bytes; raises `Refused` with `sentence` beside `field` when it is none of those taken."""
    kind = file_type_of(content)
    if kind is None or kind not in taken:
        raise Refused(sentence, field)
    return kind


def named_for(name: str, kind: FileType, *, longest: int = 200) -> str:
    """A file's name without folders or invisible signs that ends as files of its kind do; what is too long loses its middle.

    Signs that nobody sees could turn the name around for a reader, or be none that a database keeps.
    """
    seen = "".join(one if one.isprintable() else " " for one in name)
    plain = " ".join(seen.replace("\\", "/").rsplit("/", 1)[-1].split()) or "文件"
    stem, _dot, suffix = plain.rpartition(".")
    if not stem or suffix.lower() not in kind.suffixes:
        stem, suffix = plain, kind.suffixes[0]
    return f"{stem[: longest - len(suffix) - 1]}.{suffix}"


def _office_type(content: bytes) -> FileType | None:
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
            types = _beginning(archive, _TYPES) if _TYPES in names else b""
    except (BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return None
    has_macros = any(word in types.lower() for word in _MACROS) or any("vbaproject" in name.lower() for name in names)
    if _TYPES not in names or has_macros or len(types) > MOST_TYPES:
        return None
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in names), None)


def _beginning(archive: ZipFile, name: str) -> bytes:
    """One byte more than is read at most: a member may be a bomb, whatever the archive says of its size."""
    with archive.open(name) as member:
        return member.read(MOST_TYPES + 1)


def _is_audio_frame(start: bytes) -> bool:
    """Whether an MPEG frame of layer III begins here; most MP3 files without tags begin so."""
    return len(start) == 2 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2 and start[1] & 0x18 != 0x08
