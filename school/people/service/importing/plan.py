"""What an import would do: the values a dry run shows and an apply writes."""

from dataclasses import dataclass, field

from school.errors import Refused
from school.people.enums import ImportKind


class ImportRefused(Refused):
    """A list that cannot be applied as it is."""


@dataclass(frozen=True)
class Wrong:
    """A cell that cannot be imported: row of the file, title of the column, what it holds, and why, in Chinese."""

    row_number: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Change:
    """One line of a dry run: row of the file, who, where, and what becomes different."""

    row_number: int
    who: str
    where: str
    what: str = ""


@dataclass
class Plan:
    """Counts and lines of a dry run; `missing` names what exists and is not in the file, and stays as it is."""

    kind: ImportKind
    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    moved: list[Change] = field(default_factory=list)
    unchanged: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    new_classes: list[str] = field(default_factory=list)
    new_accounts: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """The figures that are kept with the import and printed by the commands."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "moved": len(self.moved),
            "unchanged": self.unchanged,
            "wrong_rows": len(self.wrong_rows),
            "new_classes": len(self.new_classes),
            "new_accounts": self.new_accounts,
        }

    @property
    def wrong_rows(self) -> set[int]:
        """Numbers of the rows with at least one wrong cell."""
        return {wrong.row_number for wrong in self.wrong}

    @property
    def changes_anything(self) -> bool:
        """Whether applying would write anything."""
        return bool(self.added or self.changed or self.moved)
