"""Which pupil of the school a row of a list means: by register number, else class and number, else class, else guardian."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from school.people.enums import Gender, Relation
from school.people.rules import ClassKey
from school.people.service.importing.pupil_rows import PupilRow


@dataclass(frozen=True)
class KnownGuardian:
    """A guardian a pupil has."""

    guardianship_id: int
    guardian_id: int
    name: str
    phone: str | None
    relation: Relation
    position: int


@dataclass(frozen=True)
class KnownPupil:
    """A pupil the school has; `key` is the present class, or the last one of who is away (`membership_id` None)."""

    id: int
    name: str
    gender: Gender | None
    register_number: str | None
    key: ClassKey | None
    membership_id: int | None = None
    starts_on: date | None = None
    number_in_class: str | None = None
    guardians: tuple[KnownGuardian, ...] = ()


@dataclass
class Matches:
    """Known pupils by row number; rows that may mean several pupils, or another one than their number says."""

    known: dict[int, KnownPupil] = field(default_factory=dict)
    unclear: dict[int, str] = field(default_factory=dict)
    clashing: dict[int, KnownPupil] = field(default_factory=dict)


def match_pupils(rows: Sequence[PupilRow], pupils: Sequence[KnownPupil]) -> Matches:
    """Match each row to at most one pupil and each pupil to at most one row; a row without a match is a new pupil.

    Register numbers that differ keep two pupils apart, whatever their names. A register number that belongs to a pupil
    of another name in another class is `clashing`. Namesakes in one class that nothing tells apart are `unclear`.
    """
    matcher = _Matcher(rows, pupils)
    matcher.by_register_number()
    matcher.by(lambda row: (row.key, row.name, _seat(row.number_in_class)) if row.number_in_class else None, _place_and_seat)
    matcher.namesakes_by_guardian()
    matcher.by_class_and_name()
    matcher.by_guardian()
    return matcher.result


def _seat(number: str | None) -> str:
    return (number or "").lstrip("0")


def _place_and_seat(pupil: KnownPupil) -> Hashable:
    return (pupil.key, pupil.name, _seat(pupil.number_in_class)) if pupil.number_in_class else None


class _Matcher:
    def __init__(self, rows: Sequence[PupilRow], pupils: Sequence[KnownPupil]) -> None:
        self.result = Matches()
        self._rows = list(rows)
        self._pupils = {pupil.id: pupil for pupil in pupils}

    def by_register_number(self) -> None:
        owners = {pupil.register_number: pupil for pupil in self._pupils.values() if pupil.register_number}
        for row in self._open_rows():
            pupil = owners.get(row.register_number)
            if pupil and (pupil.name == row.name or pupil.key == row.key or _shares_guardian(row, pupil)):
                self._pair(row, pupil)
            elif pupil:
                self.result.clashing[row.row_number] = pupil

    def by(self, of_row: Callable[[PupilRow], Hashable], of_pupil: Callable[[KnownPupil], Hashable]) -> None:
        """Pair where exactly one row and one pupil have the same key."""
        rows, pupils = _grouped(self._open_rows(), of_row), _grouped(self._pupils.values(), of_pupil)
        for key, group in rows.items():
            others = pupils.get(key, [])
            if len(group) == len(others) == 1 and _may_be(group[0], others[0]):
                self._pair(group[0], others[0])

    def namesakes_by_guardian(self) -> None:
        """Among those of one name in one class a shared guardian decides."""
        pupils = _grouped(self._pupils.values(), lambda pupil: (pupil.key, pupil.name))
        for row in self._open_rows():
            fitting = [
                pupil
                for pupil in pupils.get((row.key, row.name), [])
                if pupil.id in self._pupils and _may_be(row, pupil) and _shares_guardian(row, pupil)
            ]
            if len(fitting) == 1:
                self._pair(row, fitting[0])

    def by_class_and_name(self) -> None:
        """A name that is left once on both sides is the same pupil; otherwise nobody guesses."""
        rows = _grouped(self._open_rows(), lambda row: (row.key, row.name))
        pupils = _grouped(self._pupils.values(), lambda pupil: (pupil.key, pupil.name))
        for key, group in rows.items():
            others = [pupil for pupil in pupils.get(key, []) if any(_may_be(row, pupil) for row in group)]
            if len(group) == len(others) == 1:
                self._pair(group[0], others[0])
            elif others:
                for row in group:
                    self._note_unclear(row, others)

    def by_guardian(self) -> None:
        """A pupil of this name in another class, with the same guardian and phone, has moved."""
        pupils = _grouped(self._pupils.values(), lambda pupil: pupil.name)
        for row in self._open_rows():
            fitting = [
                pupil
                for pupil in pupils.get(row.name, [])
                if pupil.id in self._pupils and _may_be(row, pupil) and _shares_guardian(row, pupil)
            ]
            if len(fitting) == 1:
                self._pair(row, fitting[0])

    def _note_unclear(self, row: PupilRow, others: Sequence[KnownPupil]) -> None:
        """A row that carries a number none of the namesakes may have is a new pupil, not an unclear one."""
        candidates = [pupil for pupil in others if _may_be(row, pupil)]
        if candidates:
            self.result.unclear[row.row_number] = (
                f"本班已有 {len(candidates)} 名同名学生，分不清是哪一位。请补上学籍辅号、班内学号或监护人电话。"
            )

    def _open_rows(self) -> list[PupilRow]:
        result = self.result
        return [
            row
            for row in self._rows
            if row.row_number not in result.known
            and row.row_number not in result.unclear
            and row.row_number not in result.clashing
        ]

    def _pair(self, row: PupilRow, pupil: KnownPupil) -> None:
        if self._pupils.pop(pupil.id, None):
            self.result.known[row.row_number] = pupil


def _grouped(items: Iterable, key_of: Callable[..., Hashable]) -> dict[Hashable, list]:
    groups: dict[Hashable, list] = defaultdict(list)
    for item in items:
        key = key_of(item)
        if key is not None:
            groups[key].append(item)
    return groups


def _may_be(row: PupilRow, pupil: KnownPupil) -> bool:
    """Whether no register number says that they are two."""
    return not (row.register_number and pupil.register_number) or row.register_number == pupil.register_number


def _shares_guardian(row: PupilRow, pupil: KnownPupil) -> bool:
    theirs = {(guardian.phone, guardian.name) for guardian in pupil.guardians if guardian.phone}
    return any((guardian.phone, guardian.name) in theirs for guardian in row.guardians)
