"""Finding the header row of a school's spreadsheet and which of its columns is which; a person may correct it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from rapidfuzz import fuzz

from school.errors import Refused

SEARCHED_ROWS = 30
_EXACT, _SAME_CORE = 100, 95
_SIMILAR_ENOUGH = 84
_SHORTEST_FUZZY = 4
_MARKS = re.compile(
    r"[(\[{<【〔《「]\s*(?:必填|必录|必选|必须|选填|可选|可空|单选|多选|文本|公里|元|项|如|例|格式|示例|注|请)[^)\]}>】〕》」]*[)\]}>】〕》」]"
)
_MARK_ENDS = re.compile(r"(?:必填项?|选填项?)$|^(?:必填|选填)")
_NUMBERING = re.compile(r"^\d{1,2}[.、)]")
_NOT_WORD = re.compile(r"[^\w]|_")
# Words that add nothing to a column's meaning in a register of pupils.
_FILLER = re.compile("^(?:学生本人|学生|学员|幼儿|孩子|本人|所在|所属|目前|当前|现在)+|(?:名称|信息|情况)$")
# Words that change whose or which thing a column is about; two headers that differ in one never match fuzzily.
_TELLING = re.compile(
    "成员|监护人|家长|父|母|爸爸|妈妈|联系人|教师|老师|班主任|校长|本人|学生|曾用|英文|拼音|关系|说明|类型|类别|性质|是否|身份|证件|代码|编号"
    "|标识|辅|班内|校内|全国|全省|省级|原|前|旧|新|户口|户籍|现|家庭|出生|入学|毕业|有效|单位|职务|邮|地址|住址|班级|年级|学校|学号|学籍"
    r"|姓名|电话|手机|日期|年月|时间|[一二三四]|其他|备用|紧急|\d+"
)


@dataclass(frozen=True)
class Column:
    """A column the program understands: its key in code, its label on screen, and other names schools give it."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False


class Match(NamedTuple):
    """Where a column was found, and how sure that is: 100 same words, 95 same meaning, less is similar, 0 by hand."""

    index: int
    score: int


BY_HAND = 0


@dataclass(frozen=True)
class Mapping:
    """Which column of the file is which. `matches` has only keys that were found; no index appears twice."""

    header: tuple[str, ...]
    columns: tuple[Column, ...]
    matches: dict[str, Match] = field(default_factory=dict)

    def index(self, key: str) -> int | None:
        """The zero-based column of a key, or None."""
        found = self.matches.get(key)
        return None if found is None else found.index

    def value(self, row: Sequence[str], key: str) -> str:
        """The row's text under a key; empty when the column is absent or the row too short."""
        index = self.index(key)
        return row[index] if index is not None and index < len(row) else ""

    @property
    def unmatched(self) -> list[tuple[int, str]]:
        """Columns of the file with a title that nothing claimed, as (index, title)."""
        used = {match.index for match in self.matches.values()}
        return [(index, title) for index, title in enumerate(self.header) if title and index not in used]

    @property
    def missing(self) -> list[Column]:
        """Required columns that were not found."""
        return [column for column in self.columns if column.required and column.key not in self.matches]


def find_header(rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> int:
    """The index of the header row within the first 30 rows: the one in which most columns are recognised.

    Titles, notes and empty rows above are passed over. At least two columns must be recognised (one if only one is
    known); otherwise raises Refused.
    """
    needed = min(2, len(columns))
    names = _names_of(columns)
    best, best_score = -1, 0
    for index, row in enumerate(rows[:SEARCHED_ROWS]):
        matches = _match(row, columns, names)
        score = sum(match.score for match in matches.values())
        if len(matches) >= needed and score > best_score:
            best, best_score = index, score
    if best < 0:
        wanted = "、".join(column.label for column in columns if column.required) or "、".join(
            column.label for column in columns[:4]
        )
        raise Refused(f"前 {SEARCHED_ROWS} 行里没有找到表头。请确认有一行写着列名（如：{wanted}）。")
    return best


def match_columns(header: Sequence[str], columns: Sequence[Column]) -> Mapping:
    """Recognise the columns of a header row; each key gets at most one column and each column at most one key."""
    return Mapping(tuple(header), tuple(columns), _match(header, columns, _names_of(columns)))


def apply_overrides(mapping: Mapping, overrides: dict[str, int | None]) -> Mapping:
    """The mapping as a person corrected it: key → column index, or None for "not in this file".

    An index taken from another key leaves that key without a column. Raises Refused for an unknown key, an index
    outside the header, or one index given to two keys.
    """
    labels = {column.key: column.label for column in mapping.columns}
    matches = dict(mapping.matches)
    given: dict[int, str] = {}
    for key, index in overrides.items():
        if key not in labels:
            raise Refused("没有这个栏目，请刷新页面后重选。")
        if index is None:
            matches.pop(key, None)
            continue
        if not 0 <= index < len(mapping.header):
            raise Refused(f"“{labels[key]}”选的列不在文件里，请重选。")
        if index in given:
            raise Refused(f"“{labels[given[index]]}”和“{labels[key]}”选了同一列，请改其中一个。")
        given[index] = key
    kept = {key: match for key, match in matches.items() if match.index not in given and key not in given.values()}
    for index, key in given.items():
        unchanged = mapping.matches.get(key)
        kept[key] = unchanged if unchanged and unchanged.index == index else Match(index, BY_HAND)
    return replace(mapping, matches=kept)


def plain_title(title: str) -> str:
    """A header's words alone: half-width, lower case, without blanks, brackets, `*`, `必填` marks and numbering."""
    text = unicodedata.normalize("NFKC", title).casefold().strip()
    text = _NUMBERING.sub("", _MARKS.sub("", text))
    return _MARK_ENDS.sub("", _NOT_WORD.sub("", text))


def _core(plain: str) -> str:
    return _FILLER.sub("", plain) or plain


class _Name(NamedTuple):
    key: str
    plain: str
    core: str


def _names_of(columns: Sequence[Column]) -> list[_Name]:
    names = []
    for column in columns:
        for text in (column.label, *column.aliases):
            plain = plain_title(text)
            names.append(_Name(column.key, plain, _core(plain)))
    return names


def _match(header: Sequence[str], columns: Sequence[Column], names: list[_Name]) -> dict[str, Match]:
    order = {column.key: number for number, column in enumerate(columns)}
    found = [
        (-score, index, order[key], key)
        for index, title in enumerate(header)
        if title and len(title) <= 60
        for key, score in _scores(plain_title(title), names).items()
    ]
    matches: dict[str, Match] = {}
    used: set[int] = set()
    for negative, index, _, key in sorted(found):
        if key not in matches and index not in used:
            matches[key] = Match(index, -negative)
            used.add(index)
    return {column.key: matches[column.key] for column in columns if column.key in matches}


def _scores(plain: str, names: list[_Name]) -> dict[str, int]:
    """How well a title fits each key; only keys it may be at all."""
    scores: dict[str, int] = {}
    for name in names if plain else ():
        score = _score(plain, name)
        if score > scores.get(name.key, 0):
            scores[name.key] = score
    # A title that is exactly one column's name is not a near miss of another's.
    best = max(scores.values(), default=0)
    return {key: score for key, score in scores.items() if score == best or best < _SAME_CORE}


def _score(plain: str, name: _Name) -> int:
    if plain == name.plain:
        return _EXACT
    if _core(plain) == name.core:
        return _SAME_CORE
    if min(len(plain), len(name.plain)) < _SHORTEST_FUZZY or _telling(plain) != _telling(name.plain):
        return 0
    ratio = int(fuzz.ratio(plain, name.plain))
    return ratio if ratio >= _SIMILAR_ENOUGH else 0


def _telling(plain: str) -> list[str]:
    return sorted(_TELLING.findall(plain))
