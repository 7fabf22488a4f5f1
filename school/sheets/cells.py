"""What becomes of one cell's text: its edges are cleaned, its inside is kept character for character."""

import re

# Zero-width and direction marks that pasting leaves at the ends. Mongolian and ideographic variation
# selectors are not here: they decide how a name is written.
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_WHITESPACE = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
_EDGES = _INVISIBLE + _WHITESPACE
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?")


def clean_cell(text: str) -> str:
    """The text as it is kept.

    Whitespace (U+3000 too), zero-width characters and the byte order mark go from both ends; control characters go
    everywhere; line ends become LF. No normalisation: `·` look-alikes, full-width letters and rare characters stay.
    """
    if not text.isprintable():
        text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    return text.strip(_EDGES)
