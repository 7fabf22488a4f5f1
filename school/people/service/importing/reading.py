"""From an uploaded file to rows of kept columns; what the school must not keep is gone before anything is stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from school.errors import Refused
from school.people.columns import COLUMNS, LOOKED_FOR, is_never_kept, looks_like_id_number
from school.people.enums import ImportKind
from school.sheets.headers import find_header, match_columns
from school.sheets.reading import read_sheet

_NAMED_CELLS = 5


@dataclass(frozen=True)
class Roster:
    """The kept part of a file: rows[i] is row `first_row_number` + i of the file, as wide as `header`."""

    header: list[str]
    rows: list[list[str]]
    first_row_number: int
    dropped_columns: list[str]
    notes: list[str]


def read_roster(content: bytes, filename: str, kind: ImportKind) -> Roster:
    """Read a list of pupils, teachers or assignments; raises `Refused` for what is no such list."""
    sheet = read_sheet(content, filename)
    found = find_header(sheet.rows, COLUMNS[kind])
    header = [" ".join(title.split())[:60] for title in sheet.rows[found]]
    body = sheet.rows[found + 1 :]
    if not any(any(row) for row in body):
        raise Refused("表头下面没有内容，请选择有名单的文件。")
    kept = _kept_columns(header, body, kind)
    dropped = [title or f"第 {index + 1} 列（没有列名）" for index, title in _others(header, body, kept)]
    rows = [[row[index] for index in kept] for row in body]
    titles = [header[index] for index in kept]
    notes = [*sheet.notes, *_blank_id_numbers(titles, rows, found + 2)]
    return Roster(titles, rows, found + 2, dropped, notes)


def _kept_columns(header: Sequence[str], body: Sequence[Sequence[str]], kind: ImportKind) -> list[int]:
    allowed = [i for i, title in enumerate(header) if title and not is_never_kept(title) and not _is_of_ids(body, i)]
    matches = match_columns([header[index] for index in allowed], COLUMNS[kind]).matches
    if any(not group & set(matches) for group in LOOKED_FOR[kind]):
        return allowed
    return sorted(allowed[match.index] for match in matches.values())


def _is_of_ids(body: Sequence[Sequence[str]], index: int) -> bool:
    """Whether a column, whatever its title says, holds identity numbers."""
    cells = [row[index] for row in body if row[index]]
    return bool(cells) and sum(map(looks_like_id_number, cells)) * 2 > len(cells)


def _others(header: Sequence[str], body: Sequence[Sequence[str]], kept: Iterable[int]) -> list[tuple[int, str]]:
    """Dropped columns; one without a title counts only when it holds something."""
    taken = set(kept)
    return [
        (index, title) for index, title in enumerate(header) if index not in taken and (title or any(row[index] for row in body))
    ]


def _blank_id_numbers(titles: Sequence[str], rows: list[list[str]], first: int) -> list[str]:
    """Empty every cell that looks like an identity number, and say where."""
    places = []
    for number, row in enumerate(rows, start=first):
        for index, cell in enumerate(row):
            if len(cell) >= 18 and looks_like_id_number(cell):
                row[index] = ""
                places.append(f"第 {number} 行“{titles[index]}”")
    if not places:
        return []
    more = f"等 {len(places)} 处" if len(places) > _NAMED_CELLS else ""
    return [f"{'、'.join(places[:_NAMED_CELLS])}{more}像身份证件号，已丢弃，不保存。"]
