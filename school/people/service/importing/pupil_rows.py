"""Rows of a pupils' list turned into values, each cell with its own reason when it cannot be."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from school.errors import Refused
from school.people.enums import Gender, Relation
from school.people.rules import ClassKey, LandlineGiven, PhoneUnclear, normalise_name, normalise_phone
from school.people.service.importing.cells import class_key_of, gender_of, is_yes, number_text, relation_of, year_in
from school.people.service.importing.plan import Wrong
from school.sheets.headers import Mapping

Value = TypeVar("Value")
NAMELESS_GUARDIAN = "家长"


@dataclass(frozen=True)
class GuardianRow:
    """A guardian as a row names them."""

    name: str
    phone: str | None
    relation: Relation
    position: int = 1


@dataclass(frozen=True)
class PupilRow:
    """A pupil as a row of the file, or a caller, names them."""

    row_number: int
    name: str
    key: ClassKey
    gender: Gender | None = None
    register_number: str | None = None
    number_in_class: str | None = None
    guardians: tuple[GuardianRow, ...] = ()


@dataclass
class PupilRows:
    """What the rows say, what is wrong in them, and what a person should know."""

    rows: list[PupilRow] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_pupil_rows(
    rows: Sequence[Sequence[str]], mapping: Mapping, *, first_row_number: int, school_year_start: int
) -> PupilRows:
    """The pupils of a file; a row with a wrong cell is left out and each of its wrong cells is named."""
    reader = _Reader(mapping, school_year_start)
    for number, row in enumerate(rows, start=first_row_number):
        if any(row):
            reader.read(number, row)
    result = PupilRows(*_without_duplicates(reader.found, mapping))
    result.wrong = sorted([*reader.wrong, *result.wrong], key=lambda wrong: wrong.row_number)
    result.warnings = [*reader.warnings(), *result.warnings]
    return result


class _Reader:
    """Reads row after row and remembers what was wrong."""

    def __init__(self, mapping: Mapping, school_year_start: int) -> None:
        self.found: list[PupilRow] = []
        self.wrong: list[Wrong] = []
        self._mapping = mapping
        self._year = school_year_start
        self._landlines: list[int] = []
        self._year_differences: Counter[int] = Counter()

    def read(self, number: int, row: Sequence[str]) -> None:
        before = len(self.wrong)
        name = self._cell(number, row, "name", normalise_name)
        key = self._class(number, row)
        gender = self._cell(number, row, "gender", gender_of)
        register = self._cell(number, row, "register_number", lambda text: _short_number(text, 30))
        seat = self._cell(number, row, "number_in_class", lambda text: _short_number(text, 10))
        guardians = self._guardians(number, row)
        if len(self.wrong) > before or name is None or key is None:
            return
        self._compare_years(key, self._mapping.value(row, "entry_month"))
        self.found.append(PupilRow(number, name, key, gender, register, seat, guardians))

    def warnings(self) -> list[str]:
        """Sentences about the whole file."""
        sentences = []
        if self._landlines:
            some = "、".join(map(str, self._landlines[:5]))
            more = f"等 {len(self._landlines)} 行" if len(self._landlines) > 5 else ""
            sentences.append(f"第 {some} 行{more}的监护人电话是固定电话，学生照常导入，这些监护人没有登录账号。")
        difference, rows = max(self._year_differences.items(), key=lambda item: item[1], default=(0, 0))
        if difference and rows * 2 > self._year_differences.total():
            other = self._year + difference
            sentences.append(
                f"多数学生的入学年月与班级对不上：这份名单像是 {other}–{other + 1} 学年的。请核对“班级名称所指的学年”。"
            )
        return sentences

    def _cell(self, number: int, row: Sequence[str], key: str, read: Callable[[str], Value]) -> Value | None:
        text = self._mapping.value(row, key)
        try:
            return read(text)
        except Refused as refused:
            self._note(number, key, text, refused.message)
            return None

    def _note(self, number: int, key: str, text: str, reason: str) -> None:
        self.wrong.append(Wrong(number, title_of(self._mapping, key), text, reason))

    def _class(self, number: int, row: Sequence[str]) -> ClassKey | None:
        grade, text = self._mapping.value(row, "grade"), self._mapping.value(row, "class_name")
        try:
            return class_key_of(text, grade, self._year)
        except Refused as refused:
            self._note(number, "class_name", f"{grade} {text}".strip(), refused.message)
            return None

    def _compare_years(self, key: ClassKey, entry_month: str) -> None:
        entered = year_in(entry_month)
        if entered is not None:
            self._year_differences[entered - key.entry_year] += 1

    def _guardians(self, number: int, row: Sequence[str]) -> tuple[GuardianRow, ...]:
        found = [self._guardian(number, row, 1), self._guardian(number, row, 2)]
        return tuple({(g.phone, g.name): g for g in reversed([g for g in found if g])}.values())[::-1]

    def _guardian(self, number: int, row: Sequence[str], position: int) -> GuardianRow | None:
        value = self._mapping.value
        prefix = f"guardian{position}"
        if self._cell(number, row, f"{prefix}_counts", lambda text: bool(text) and not is_yes(text)):
            return None
        phone_key = f"{prefix}_phone"
        if position == 1 and not value(row, phone_key):
            phone_key = "family_phone"
        name, phone_text = value(row, f"{prefix}_name"), value(row, phone_key)
        if not name and not phone_text:
            return None
        phone = self._cell(number, row, phone_key, lambda text: self._phone(number, text))
        named = self._cell(number, row, f"{prefix}_name", lambda text: normalise_name(text) if text else NAMELESS_GUARDIAN)
        if named is None or (not name and phone is None):
            return None
        return GuardianRow(named, phone, relation_of(value(row, f"{prefix}_relation")), position)

    def _phone(self, number: int, text: str) -> str | None:
        try:
            return normalise_phone(text)
        except LandlineGiven:
            self._landlines.append(number)
            return None
        except PhoneUnclear:
            if not any(c.isdigit() for c in text):  # 无, 暂无, -
                return None
            raise


def _short_number(text: str, longest: int) -> str | None:
    number = number_text(text)
    if len(number) > longest:
        raise Refused(f"最多 {longest} 个字符，请核对是否填错了列。")
    return number or None


def title_of(mapping: Mapping, key: str) -> str:
    """The file's own title of a column, or ours when the file has none."""
    index = mapping.index(key)
    if index is not None:
        return mapping.header[index]
    return next(column.label for column in mapping.columns if column.key == key)


def _without_duplicates(rows: list[PupilRow], mapping: Mapping) -> tuple[list[PupilRow], list[Wrong], list[str]]:
    """Each pupil once; a second row of the same pupil is named with the first one's number.

    Two pupils of one name in one class stay two when a register number, a number in class or a guardian tells them apart.
    """
    kept: list[PupilRow] = []
    wrong: list[Wrong] = []
    by_register: dict[str, PupilRow] = {}
    by_name: dict[tuple[ClassKey, str], list[PupilRow]] = defaultdict(list)
    for row in rows:
        first = by_register.get(row.register_number or "")
        if first:
            title = title_of(mapping, "register_number")
            wrong.append(
                Wrong(row.row_number, title, row.register_number or "", f"与第 {first.row_number} 行（{first.name}）重复。")
            )
            continue
        twin = next((other for other in by_name[row.key, row.name] if _is_same_pupil(row, other)), None)
        if twin:
            reason = f"与第 {twin.row_number} 行重复：同班同名。确实是两名学生的，请填上各自的学籍辅号或班内学号。"
            wrong.append(Wrong(row.row_number, title_of(mapping, "name"), row.name, reason))
            continue
        if row.register_number:
            by_register[row.register_number] = row
        by_name[row.key, row.name].append(row)
        kept.append(row)
    return kept, wrong, _shared_seats(kept)


def _is_same_pupil(one: PupilRow, other: PupilRow) -> bool:
    if one.register_number and other.register_number:
        return False
    if one.number_in_class and other.number_in_class:
        return same_number(one.number_in_class, other.number_in_class)
    return not one.guardians or not other.guardians or bool(set(_keys(one)) & set(_keys(other)))


def _keys(row: PupilRow) -> list[tuple[str | None, str]]:
    return [(guardian.phone, guardian.name) for guardian in row.guardians]


def same_number(one: str, other: str) -> bool:
    """Whether two numbers in a class are the same: 01 is 1."""
    return one.lstrip("0") == other.lstrip("0")


def _shared_seats(rows: list[PupilRow]) -> list[str]:
    seats: dict[tuple[ClassKey, str], list[PupilRow]] = defaultdict(list)
    for row in rows:
        if row.number_in_class:
            seats[row.key, row.number_in_class.lstrip("0")].append(row)
    shared = [group for group in seats.values() if len(group) > 1]
    if not shared:
        return []
    some = ";".join("、".join(f"第 {row.row_number} 行{row.name}" for row in group) for group in shared[:3])
    return [f"有 {len(shared)} 个班内学号由同班几名学生共用（{some}），照常导入，请核对。"]
