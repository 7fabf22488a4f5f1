"""Numbers as Excel stores them, turned into the text a person saw: integers, dates, leading zeros."""

import math
import re
from datetime import datetime, timedelta

_PLAIN_INTEGER = re.compile(r"-?[0-9]{1,30}")
_NUMBER = re.compile(r"[+-]?[0-9.]{1,40}(?:[eE][+-]?[0-9]{1,4})?")
_FORMAT_NOISE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_BUILTIN_DATES = frozenset([*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)])
_LAST_SERIAL = 2_958_466
EXACT_DIGITS = 15
# A cell's date has no zone; it is what was written on the sheet.
_START_1900 = datetime(1899, 12, 30)  # noqa: DTZ001
_START_1904 = datetime(1904, 1, 1)  # noqa: DTZ001

DATE = -1
PLAIN = 0


def style_of(format_id: int, code: str) -> int:
    """What a number format does: DATE, PLAIN, or the number of digits it pads to with zeros (`000` gives 3)."""
    if format_id in _BUILTIN_DATES:
        return DATE
    if re.fullmatch(r"0{2,30}", code):
        return len(code)
    shown = _FORMAT_NOISE.sub("", code.split(";")[0]).lower()
    if "general" in shown or "通用" in shown:
        return PLAIN
    return DATE if re.search(r"[ymdhs]", shown) else PLAIN


def number_text(stored: str, style: int, *, since_1904: bool) -> str:
    """The stored number as text: `20260101`, `0.3`, `2026-09-01`; what is no number comes back unchanged."""
    if not _NUMBER.fullmatch(stored):
        return stored
    try:
        value = float(stored)
    except ValueError:
        return stored
    if not math.isfinite(value):
        return stored
    if style == DATE:
        return _moment_text(value, since_1904) or _decimal_text(stored, value)
    return _decimal_text(stored, value).zfill(style)


def _decimal_text(stored: str, value: float) -> str:
    if _PLAIN_INTEGER.fullmatch(stored):
        return stored
    if abs(value) < 1e22 and value.is_integer():
        return str(int(value))
    return format(value, ".15g")


def _moment_text(serial: float, since_1904: bool) -> str | None:
    # Serial 60 is 29 February 1900, a day Excel invented; no register needs days before it.
    if not (0 <= serial < 1 or 61 <= serial < _LAST_SERIAL or (since_1904 and 0 <= serial < _LAST_SERIAL - 1462)):
        return None
    moment = (_START_1904 if since_1904 else _START_1900) + timedelta(seconds=round(serial * 86_400))
    if serial < 1 and not since_1904:
        return moment.strftime("%H:%M:%S")
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.date().isoformat()
    return moment.isoformat(sep=" ")
