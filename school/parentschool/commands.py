"""Commands about parent school: the report on families for people and programs, reminders of sessions."""

import json
from datetime import timedelta

import click

from school.audit.service import COMMAND_LINE
from school.calendar.queries import find_term_by_code
from school.clock import at, now, today
from school.db import transaction
from school.parentschool.queries.signups import sessions_to_remind
from school.parentschool.reports import families_report, grade_label, json_document
from school.parentschool.service.reminders import remind
from school.preferences.queries import get_preferences
from school.reporting.commands import report
from school.reporting.frames import records


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


commands = (remind_sessions,)
