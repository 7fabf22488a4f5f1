"""An import from upload to result: kept, corrected, checked again, applied as a whole or discarded."""

from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from school.audit.service import Actor, record
from school.calendar.rules import school_year_start
from school.clock import now, today
from school.db import db
from school.errors import Refused
from school.people.columns import COLUMNS
from school.people.enums import ImportKind, ImportState
from school.people.models import RosterImport
from school.people.queries.imports import lock_import, unapplied_imports_before
from school.people.service.importing.assignment_plan import plan_assignments
from school.people.service.importing.assignment_rows import read_assignment_rows
from school.people.service.importing.assignment_writing import read_assignment_snapshot, write_assignments
from school.people.service.importing.bulk import Report, nothing
from school.people.service.importing.plan import ImportRefused, Plan
from school.people.service.importing.pupil_plan import plan_pupils
from school.people.service.importing.pupil_rows import read_pupil_rows, title_of
from school.people.service.importing.pupil_writing import read_pupil_snapshot, write_pupils
from school.people.service.importing.reading import Roster
from school.people.service.importing.teacher_rows import read_teacher_rows
from school.people.service.importing.teachers import plan_teachers, read_teacher_snapshot, write_teachers
from school.sheets.headers import Mapping, apply_overrides, match_columns

KEPT_FOR = timedelta(hours=24)  # an import nobody applied is deleted after that (PR-12)
WRONG_SHOWN = 500
FIRST_YEAR, LAST_YEAR = 2000, 2100


class MappingRefused(Refused):
    """Columns or a school year that cannot be meant."""


def keep(roster: Roster, kind: ImportKind, filename: str, *, school_year: int | None = None, actor: Actor) -> RosterImport:
    """Keep a file's rows until they are applied; the class names are meant in `school_year` (default: the present one).

    What nobody applied within a day goes on the same occasion, so that it does not depend on a scheduled command.
    """
    clean_imports(now())
    kept = RosterImport(
        kind=kind,
        state=ImportState.CHECKED,
        filename=filename.replace("\0", "")[-200:] or "未命名文件",
        header=roster.header,
        rows=roster.rows,
        first_row_number=roster.first_row_number,
        dropped_columns=roster.dropped_columns,
        notes=roster.notes,
        overrides={},
        summary={},
        school_year_start=school_year_start(today()),
        created_by=actor.user_id,
        created_at=now(),
    )
    if school_year is not None:
        _set_school_year(kept, school_year)
    db.session.add(kept)
    db.session.flush()
    sentence = f"上传了{kind.label}“{kept.filename}”（{len(kept.rows)} 行），尚未导入"
    record(actor, "import.upload", sentence, subject_type="import", subject_id=kept.id)
    return kept


def mapping_of(kept: RosterImport) -> Mapping:
    """Which column of the file is which, as a person corrected it."""
    return apply_overrides(match_columns(kept.header, COLUMNS[kept.kind]), kept.overrides)


def correct_mapping(import_id: int, chosen: Dict[str, int | None], school_year: int) -> None:
    """Say for every key which column of the file it is (None: not in the file), and which school year is meant."""
    kept = _lock_waiting(import_id)
    found = match_columns(kept.header, COLUMNS[kept.kind])
    overrides = {key: index for key, index in chosen.items() if index != found.index(key)}
    # Every choice is checked as it was made, the untouched ones too.
    apply_overrides(found, dict(chosen))
    _set_school_year(kept, school_year)
    kept.overrides = overrides


def check(kept: RosterImport) -> Plan:
    """The dry run: what applying would do now. Writes nothing; raises `Refused` when a needed column is missing."""
    return _prepare(kept).plan


def apply(import_id: int, *, skip_wrong: bool, actor: Actor, report: Report = nothing) -> RosterImport:
    """Write everything or nothing. Exactly one of several simultaneous calls does it; the others are refused."""
    kept = _lock_waiting(import_id)
    prepared = _prepare(kept)
    plan = prepared.plan
    if plan.wrong and not skip_wrong:
        count = len(plan.wrong_rows)
        raise ImportRefused(
            f"有 {count} 行有问题，没有导入任何内容。请改好文件后重新上传，或勾选“跳过有问题的行”。", "skip_wrong"
        )
    prepared.write(report)
    kept.state = ImportState.APPLIED
    kept.applied_at = now()
    kept.summary = summary_of(plan)
    kept.rows = []
    sentence = f"导入了{kept.kind.label}“{kept.filename}”：{in_words(plan)}"
    record(actor, "import.apply", sentence, subject_type="import", subject_id=kept.id)
    db.session.flush()
    return kept


def discard(import_id: int, *, actor: Actor) -> None:
    """Throw the kept rows away."""
    kept = _lock_waiting(import_id)
    kept.state = ImportState.DISCARDED
    kept.rows = []
    record(actor, "import.discard", f"放弃了{kept.kind.label}“{kept.filename}”的导入", subject_type="import", subject_id=kept.id)


def clean_imports(moment: datetime) -> int:
    """Delete what nobody applied within a day before `moment`; answers how many."""
    old = unapplied_imports_before(moment - KEPT_FOR)
    for kept in old:
        db.session.delete(kept)
    db.session.flush()
    return len(old)


def summary_of(plan: Plan) -> dict[str, object]:
    """What stays of a plan after it was applied, as JSON: counts, sentences, and the wrong cells."""
    return {
        "counts": plan.counts,
        "wrong": [asdict(wrong) for wrong in plan.wrong[:WRONG_SHOWN]],
        "warnings": plan.warnings,
        "missing": plan.missing,
        "new_classes": plan.new_classes,
    }


def in_words(plan: Plan) -> str:
    """The counts in one sentence."""
    counts = plan.counts
    words = [f"新增 {counts['added']}", f"更改 {counts['changed']}"]
    if counts["moved"]:
        words.append(f"转班 {counts['moved']}")
    words.append(f"不变 {counts['unchanged']}")
    if counts["wrong_rows"]:
        words.append(f"跳过 {counts['wrong_rows']} 行")
    return "、".join(words)


def _lock_waiting(import_id: int) -> RosterImport:
    kept = lock_import(import_id)
    if kept is None:
        raise ImportRefused("这次上传已经过期删除，请重新上传文件。")
    if kept.state is ImportState.APPLIED:
        raise ImportRefused("这份名单已经导入过了，没有再导入一次。")
    if kept.state is ImportState.DISCARDED:
        raise ImportRefused("这次导入已经放弃，请重新上传文件。")
    return kept


def _set_school_year(kept: RosterImport, school_year: int) -> None:
    if not FIRST_YEAR <= school_year <= LAST_YEAR:
        raise MappingRefused(f"学年请填 {FIRST_YEAR} 到 {LAST_YEAR} 之间的年份。", "school_year")
    kept.school_year_start = school_year


@dataclass(frozen=True)
class _Prepared:
    """A plan and what writes it."""

    plan: Plan
    write: Callable[[Report], None]


def _prepare(kept: RosterImport) -> _Prepared:
    mapping = mapping_of(kept)
    if mapping.missing:
        names = "、".join(f"“{column.label}”" for column in mapping.missing)
        raise MappingRefused(f"文件里没有认出{names}这一列，请在下面指定，或检查是否选错了文件。")
    return _PREPARING[kept.kind](kept, mapping)


def _prepare_pupils(kept: RosterImport, mapping: Mapping) -> _Prepared:
    year = kept.school_year_start
    snapshot = read_pupil_snapshot()
    read = read_pupil_rows(kept.rows, mapping, first_row_number=kept.first_row_number, school_year_start=year)
    titles = {column.key: title_of(mapping, column.key) for column in mapping.columns}
    plan = plan_pupils(read, snapshot, school_year_start=year, titles=titles)
    return _Prepared(plan, lambda report: write_pupils(plan, snapshot, first_day=date(year, 9, 1), report=report))


def _prepare_teachers(kept: RosterImport, mapping: Mapping) -> _Prepared:
    snapshot = read_teacher_snapshot()
    read = read_teacher_rows(kept.rows, mapping, first_row_number=kept.first_row_number, day=today())
    plan = plan_teachers(read, snapshot)
    return _Prepared(plan, lambda report: write_teachers(plan, snapshot, report=report))


def _prepare_assignments(kept: RosterImport, mapping: Mapping) -> _Prepared:
    year = kept.school_year_start
    snapshot = read_assignment_snapshot(today())
    read = read_assignment_rows(kept.rows, mapping, first_row_number=kept.first_row_number, school_year_start=year)
    plan = plan_assignments(read, snapshot, school_year_start=year)
    return _Prepared(plan, lambda report: write_assignments(plan, snapshot, report=report))


_PREPARING: dict[ImportKind, Callable[[RosterImport, Mapping], _Prepared]] = {
    ImportKind.PUPILS: _prepare_pupils,
    ImportKind.TEACHERS: _prepare_teachers,
    ImportKind.ASSIGNMENTS: _prepare_assignments,
}
