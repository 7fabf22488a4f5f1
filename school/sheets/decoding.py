"""Bytes to text: the encodings Chinese schools' systems write, told apart by content alone."""

import codecs
import re

from school.errors import Refused

_MARKS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]
_ADVICE = "请另存为 .xlsx，或另存为“CSV UTF-8”后再上传。"
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f-\x84\x86-\x9f]")
_MOSTLY_UTF8 = 0.2


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding (utf-8, utf-16, gb18030); raises Refused when it is none of them."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content, encoding), encoding.removesuffix("-sig")
    if b"\x00" in content:
        return _markless_utf16(content), "utf-16"
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as broken:
        _refuse_damaged_utf8(content, broken)
    return _plausible(_strictly(content, "gb18030")), "gb18030"


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as broken:
        raise Refused(f"认不出文件的文字编码，{_ADVICE}") from broken


def _markless_utf16(content: bytes) -> str:
    # In UTF-16 the NUL halves of commas and line ends all sit on one side; binary files scatter them.
    low, high = content[0::2].count(0), content[1::2].count(0)
    text = _strictly(content, "utf-16-le" if high > low else "utf-16-be")
    if min(low, high) * 20 > max(low, high) or "\x00" in text:
        raise Refused(f"这不是表格文件，{_ADVICE}")
    return _plausible(text)


def _refuse_damaged_utf8(content: bytes, broken: UnicodeDecodeError) -> None:
    """A UTF-8 file with a few bad bytes would pass as GB18030 gibberish; say where it is broken instead."""
    text = content.decode("utf-8", errors="replace")
    foreign = sum(1 for character in text if character > "\x7f")
    if text.count("\ufffd") < foreign * _MOSTLY_UTF8:
        line = content.count(b"\n", 0, broken.start) + 1
        raise Refused(f"文件第 {line} 行有损坏的文字，{_ADVICE}")


def _plausible(text: str) -> str:
    if len(_CONTROLS.findall(text)) * 50 > len(text):
        raise Refused(f"这不是表格文件，{_ADVICE}")
    return text
