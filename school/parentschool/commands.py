"""Commands about parent school: the report on families, reminders of sessions, chairs that come free by themselves, the audit."""

import json
from collections.abc import Sequence
from datetime import timedelta

import click

from school.audit.service import COMMAND_LINE
from school.calendar.queries import find_term_by_code
from school.clock import at, now, today
from school.db import transaction
from school.parentschool.queries.check import snapshots
from school.parentschool.queries.signups import sessions_to_remind, sessions_to_settle
from school.parentschool.reports import families_report, grade_label, json_document
from school.parentschool.rules.checking import Finding, Snapshot, findings_of
from school.parentschool.service.reminders import remind
from school.parentschool.service.signups import settle
from school.preferences.queries import get_preferences
from school.reporting.commands import report
from school.reporting.frames import records
from school.waiting.rules import Promoted


@report.command("families")
@click.option("--term", required=True, help="Term such as 2026-1: the school year's first year, 1 autumn or 2 spring.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, schema families-report/1.")
def families(term: str, as_json: bool) -> None:
    """Sessions against plan, attendance by class and grade, satisfaction, visits (see school/parentschool/reports.py)."""
    chosen = find_term_by_code(term)
    if chosen is None:
        raise click.ClickException(f"校历里没有学期“{term[:20]}”，请写成 2026-1 的样子。")
    found = families_report(chosen)
    if as_json:
        click.echo(json.dumps(json_document(found, get_preferences().school_name), ensure_ascii=False))
        return
    click.echo(f"{chosen.label}，截至 {found.through.isoformat()}，举办 {found.held} 次")
    for row in records(found.months):
        click.echo(
            f"{row['month']:%Y-%m}：计划 {row['planned']}，举办 {row['sessions']}，到场 {row['came'] + row['walk_ins']} 家"
        )
    for row in records(found.grades):
        click.echo(f"{grade_label(row)}：{row['reached']}/{row['pupils']} 名学生的家庭来过，家访 {row['visited']} 名")


@click.command("remind-sessions")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the counts, schema remind-sessions/1.")
def remind_sessions(*, as_json: bool) -> None:
    """Remind families of what begins today or tomorrow, each once; run it every evening, or more often."""
    counts: list[int] = []
    for session_id in sessions_to_remind(now(), at(today() + timedelta(days=2))):
        with transaction():
            counts += remind(session_id, by=COMMAND_LINE)
    if as_json:
        click.echo(json.dumps({"schema": "remind-sessions/1", "dates": len(counts), "notices": sum(counts)}))
    else:
        click.echo(f"提醒了 {len(counts)} 场，共 {sum(counts)} 位家长。" if counts else "没有要提醒的场次。")


@click.command("settle-sessions")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the counts, schema settle-sessions/1.")
def settle_sessions(*, as_json: bool) -> None:
    """Free the chairs of families that left the school and pass free chairs on; run it every night, before the reminders."""
    released = promoted = 0
    for session_id in sessions_to_settle(now()):
        with transaction():
            settled = settle(session_id, by=COMMAND_LINE)
        released += settled.released
        promoted += sum(len(step.entries) for step in settled.steps if isinstance(step, Promoted))
    if as_json:
        click.echo(json.dumps({"schema": "settle-sessions/1", "released": released, "promoted": promoted}))
    else:
        click.echo(f"让出座位 {released} 家，递补 {promoted} 家。")


@click.command("check-sessions")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, schema session-check/1.")
@click.pass_context
def check_sessions(context: click.Context, *, as_json: bool) -> None:
    """Look for damage in chairs, lists, presences and feedback of sessions; exit code 1 when there is any."""
    seen = snapshots()
    found = [(snapshot, finding) for snapshot in seen for finding in findings_of(snapshot)]
    if as_json:
        click.echo(json.dumps(_document(seen, found), ensure_ascii=False))
    else:
        counts = (
            f"{len(seen)} 个活动，{sum(len(one.seated) for one in seen)} 家报名，{sum(len(one.waiting) for one in seen)} 家候补"
        )
        lines = [f"  {finding.kind.value}：{_whose(finding)}{finding.sentence}" for _snapshot, finding in found]
        click.echo("\n".join([counts, *lines, f"发现 {len(found)} 处问题。" if found else "没有发现问题。"]))
    context.exit(1 if found else 0)


def _document(seen: Sequence[Snapshot], found: Sequence[tuple[Snapshot, Finding]]) -> dict[str, object]:
    return {
        "schema": "session-check/1",
        "is_clean": not found,
        "sessions": [
            {
                "session_id": one.session.id,
                "state": one.session.state.value,
                "seated": len(one.seated),
                "waiting": len(one.waiting),
                "present": len(one.presences),
            }
            for one in seen
        ],
        "findings": [
            {
                "kind": finding.kind.value,
                "session_id": snapshot.session.id,
                "date_id": finding.date_id,
                "pupil_id": finding.pupil_id,
                "sentence": finding.sentence,
            }
            for snapshot, finding in found
        ],
    }


def _whose(finding: Finding) -> str:
    return "" if finding.pupil_id is None else f"学生 {finding.pupil_id}，"


commands = (remind_sessions, settle_sessions, check_sessions)
