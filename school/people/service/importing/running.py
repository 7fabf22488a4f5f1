"""An import in one go, for the commands and the bench: read, keep, check, apply, each transaction by itself."""

from dataclasses import dataclass

from school.audit.service import Actor
from school.db import transaction
from school.people.enums import ImportKind
from school.people.models import RosterImport
from school.people.service.importing.bulk import Report, nothing
from school.people.service.importing.imports import apply, check, keep
from school.people.service.importing.plan import Plan
from school.people.service.importing.reading import read_roster


@dataclass(frozen=True)
class Run:
    """What became of a file."""

    kept: RosterImport
    plan: Plan
    is_applied: bool


def run_import(
    content: bytes,
    filename: str,
    kind: ImportKind,
    *,
    school_year: int | None = None,
    dry_run: bool = False,
    skip_wrong: bool = False,
    actor: Actor,
    report: Report = nothing,
) -> Run:
    """Import a file, or only say what would happen; raises `Refused` and writes nothing when it cannot be applied.

    This is a use case of a command, and so it has its own transaction: a dry run rolls back what it kept.
    """
    roster = read_roster(content, filename, kind)
    report("读取名单", len(roster.rows), len(roster.rows))
    runs: list[Run] = []
    try:
        with transaction():
            kept = keep(roster, kind, filename, school_year=school_year, actor=actor)
            plan = check(kept)
            runs.append(Run(kept, plan, is_applied=not dry_run and (skip_wrong or not plan.wrong)))
            if not runs[0].is_applied:
                raise _NotApplied
            apply(kept.id, skip_wrong=skip_wrong, actor=actor, report=report)
    except _NotApplied:
        pass
    return runs[0]


class _NotApplied(Exception):
    """Rolls a dry run back."""
