"""Commands for lists: import, export, and deleting what is kept too long.

JSON of the import commands (`--json`), one object on standard output:
    {"kind": "pupils" | "teachers" | "assignments", "file": str, "dry_run": bool, "applied": bool,
     "school_year": int, "counts": {"added", "changed", "moved", "unchanged", "wrong_rows", "new_classes",
     "new_accounts": int}, "columns": {key: the file's own title}, "dropped_columns": [str], "notes": [str],
     "warnings": [str], "wrong": [{"row_number": int, "column": str, "value": str, "reason": str}],
     "missing": [str], "new_classes": [str]}
A refusal prints {"error": a Chinese sentence} instead. The exit code is 0 when the list was applied, or a dry run
found nothing wrong; 1 when the file was refused or has wrong rows that were not skipped.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click
from flask import current_app

from school.audit.service import COMMAND_LINE
from school.calendar.rules import school_year_start
from school.clock import now, today
from school.db import transaction
from school.errors import Refused
from school.people.enums import ImportKind
from school.people.progress import clean_progress
from school.people.service.exporting import export_roster as export
from school.people.service.importing.imports import clean_imports, in_words, mapping_of
from school.people.service.importing.running import Run, run_import

_SHOWN = 20
_COUNTED = {"pupils": "名学生", "teachers": "位教师", "assignments": "条任课安排"}
_kind = click.option(
    "--kind", type=click.Choice([kind.value for kind in ImportKind]), default=ImportKind.PUPILS.value, show_default=True
)


def _options(command: Callable) -> Callable:
    for option in (
        click.option("--skip-wrong", is_flag=True, help="Leave rows with something wrong out and import the others."),
        click.option("--school-year", type=int, help="School year the class names are meant in (2026); default: the present."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs."),
        click.option("--dry-run", is_flag=True, help="Only say what would happen."),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        command = option(command)
    return command


@click.command("import-roster")
@_options
@_kind
def import_roster(kind: str, **options: object) -> None:
    """Import FILE (.xlsx, .csv, or text named .xls): a list of pupils unless --kind says otherwise."""
    _import(ImportKind(kind), **options)  # type: ignore[arg-type]


@click.command("import-teachers")
@_options
def import_teachers(**options: object) -> None:
    """Import FILE as a list of teachers."""
    _import(ImportKind.TEACHERS, **options)  # type: ignore[arg-type]


@click.command("import-assignments")
@_options
def import_assignments(**options: object) -> None:
    """Import FILE as a list of who teaches what where, in the present term."""
    _import(ImportKind.ASSIGNMENTS, **options)  # type: ignore[arg-type]


@click.command("export-roster")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_kind
@click.option("--school-year", type=int, help="School year whose class names are used; default: the present.")
def export_roster(file: Path, kind: str, school_year: int | None) -> None:
    """Write all pupils (or --kind) to FILE (.xlsx or .csv), names byte for byte; assignments are the present term's."""
    if file.suffix.lower() not in {".xlsx", ".csv"}:
        raise click.ClickException("文件名请以 .xlsx 或 .csv 结尾。")
    year = school_year or school_year_start(today())
    content, count = export(ImportKind(kind), file.suffix.lower()[1:], school_year=year)
    file.write_bytes(content)
    click.echo(f"已导出 {count} {_COUNTED[kind]}到 {file}", err=True)


@click.command("clean")
def clean() -> None:
    """Delete uploaded lists that nobody applied within a day."""
    with transaction():
        count = clean_imports(now())
    clean_progress(current_app)  # type: ignore[arg-type]
    click.echo(f"已删除 {count} 份过期未导入的名单。")


def _import(kind: ImportKind, *, file: Path, dry_run: bool, as_json: bool, school_year: int | None, skip_wrong: bool) -> None:
    try:
        run = run_import(
            file.read_bytes(),
            file.name,
            kind,
            school_year=school_year,
            dry_run=dry_run,
            skip_wrong=skip_wrong,
            actor=COMMAND_LINE,
            report=_progress,
        )
    except Refused as refused:
        if as_json:
            click.echo(json.dumps({"error": refused.message}, ensure_ascii=False))
        click.echo(refused.message, err=True)
        sys.exit(1)
    click.echo(_as_json(run, dry_run)) if as_json else _tell(run, dry_run)
    if run.plan.wrong and not run.is_applied:
        if not dry_run:
            click.echo("有问题的行没有改好，什么也没有导入。改好文件再来，或加 --skip-wrong 跳过这些行。", err=True)
        sys.exit(1)


def _progress(what: str, done: int, total: int) -> None:
    click.echo(f"· {what} {done}/{total}", err=True)


def _as_json(run: Run, dry_run: bool) -> str:
    mapping, plan = mapping_of(run.kept), run.plan
    return json.dumps(
        {
            "kind": run.kept.kind.value,
            "file": run.kept.filename,
            "dry_run": dry_run,
            "applied": run.is_applied,
            "school_year": run.kept.school_year_start,
            "counts": plan.counts,
            "columns": {key: mapping.header[match.index] for key, match in mapping.matches.items()},
            "dropped_columns": run.kept.dropped_columns,
            "notes": run.kept.notes,
            "warnings": plan.warnings,
            "wrong": [asdict(wrong) for wrong in plan.wrong],
            "missing": plan.missing,
            "new_classes": plan.new_classes,
        },
        ensure_ascii=False,
    )


def _tell(run: Run, dry_run: bool) -> None:
    plan = run.plan
    if run.kept.dropped_columns:
        click.echo(f"已丢弃，不保存：{'、'.join(run.kept.dropped_columns)}")
    for sentence in (*run.kept.notes, *plan.warnings):
        click.echo(sentence)
    for wrong in plan.wrong[:_SHOWN]:
        click.echo(f"第 {wrong.row_number} 行“{wrong.column}”{wrong.value}：{wrong.reason}")
    if len(plan.wrong) > _SHOWN:
        click.echo(f"……共 {len(plan.wrong)} 处有问题，加 --json 看全部。")
    if plan.missing:
        click.echo(f"文件里没有，保持不变：{'、'.join(plan.missing)}")
    if run.is_applied:
        click.echo(f"已导入{plan.kind.label}：{in_words(plan)}")
    else:
        click.echo(f"{'试运行' if dry_run else '未导入'}：{in_words(plan).replace('跳过', '有问题')}")


commands = [import_roster, import_teachers, import_assignments, export_roster, clean]
