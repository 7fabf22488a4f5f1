"""What a role is held for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """A class, a grade (by entry year) or a subject; all None for the whole school."""

    class_id: int | None = None
    entry_year: int | None = None
    subject_id: int | None = None
