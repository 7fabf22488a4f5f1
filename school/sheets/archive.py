"""The zip container of a workbook: checked by its bytes, inflated piece by piece and counted while inflating."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from school.errors import Refused
from school.sheets.limits import MEBIBYTE, Limits

_CHUNK = 64 * 1024
_ENTRY_SIGNATURE = b"PK\x01\x02"
_DAMAGED = "文件不完整或已损坏，请重新导出或在 Excel 中另存为 .xlsx 后再上传。"
_TOO_BIG = "文件解压后过大，不像正常的表格，请另存为新的 .xlsx 后再上传。"
# Whatever zipfile and zlib raise on bytes made to break them.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    NotImplementedError,
    OverflowError,
    EOFError,
    OSError,
    LookupError,
    RuntimeError,
)


def damaged() -> Refused:
    """The refusal for a workbook that is cut short or does not hold together."""
    return Refused(_DAMAGED)


class Archive:
    """Parts of a zip by name; raises Refused for encrypted, oversized, overfull or misleading archives."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._limits = limits
        self._unpacked = 0
        # Shared by all parts: fifty sheets may not each take the time of one.
        self.elements_left = limits.xml_elements
        # Every directory entry carries the signature, so this bounds zipfile's work whatever the trailer claims.
        if content.count(_ENTRY_SIGNATURE) > limits.archive_entries:
            raise Refused("压缩包里的文件数量异常，不像正常的表格，请另存为新的 .xlsx 后再上传。")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            entries = self._zip.infolist()
        except _BROKEN as broken:
            raise damaged() from broken
        self._check_entries(entries)
        self._parts = {_plain_name(entry): entry for entry in entries}
        if len(self._parts) != len(entries):
            raise damaged()

    @property
    def names(self) -> list[str]:
        """All part names, lower case, with forward slashes."""
        return list(self._parts)

    def has(self, name: str) -> bool:
        """Whether the part exists, whatever its letter case."""
        return name.lower() in self._parts

    def stream(self, name: str) -> Iterator[bytes]:
        """The part's bytes in small pieces; raises Refused when the archive inflates past its limits."""
        entry = self._parts.get(name.lower())
        if entry is None:
            raise damaged()
        try:
            with self._zip.open(entry) as part:
                inflated = 0
                while piece := part.read(_CHUNK):
                    inflated += len(piece)
                    self._count(len(piece), inflated, entry.compress_size)
                    yield piece
        except _BROKEN as broken:
            raise damaged() from broken

    def _count(self, step: int, inflated: int, packed: int) -> None:
        self._unpacked += step
        inflating_wildly = inflated > MEBIBYTE and inflated > packed * self._limits.inflation
        if self._unpacked > self._limits.unpacked_bytes or inflating_wildly:
            raise Refused(_TOO_BIG)

    def _check_entries(self, entries: list[zipfile.ZipInfo]) -> None:
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise Refused("文件设了密码，请在 Excel 中取消密码并另存为 .xlsx 后再上传。")
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
            raise damaged()
        if sum(entry.file_size for entry in entries) > self._limits.unpacked_bytes:
            raise Refused(_TOO_BIG)
        for entry in entries:
            segments = _plain_name(entry).split("/")
            if ".." in segments or segments[0] == "" or ":" in segments[0]:
                raise Refused("文件内部的路径不正常，不能读取；请另存为新的 .xlsx 后再上传。")


def _plain_name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").lower()
