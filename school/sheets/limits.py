"""How big a spreadsheet may be; every reader counts against these while it reads, never from what the file claims."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The largest accepted file, in the units each name says; a value equal to the limit is still accepted."""

    file_bytes: int = 10 * MEBIBYTE
    rows: int = 20_000
    columns: int = 200
    cell_chars: int = 2_000
    # A full cell costs about 100 bytes and 4 µs, so this is what keeps the worst file within seconds.
    cells: int = 500_000
    text_chars: int = 8_000_000
    unpacked_bytes: int = 100 * MEBIBYTE
    inflation: int = 250
    archive_entries: int = 1_000
    sheets: int = 50
    shared_strings: int = 400_000
    xml_elements: int = 1_700_000


DEFAULT_LIMITS = Limits()
