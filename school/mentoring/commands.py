"""Commands about mentoring: the growth report for people and programs."""

import json

import click

from school.calendar.queries import find_term_by_code
from school.mentoring.asked import tier_rule
from school.mentoring.reports import TRIAD_FIGURES, growth_report, json_document
from school.preferences.queries import get_preferences
from school.reporting.commands import report
from school.reporting.frames import records


@report.command("mentoring")
@click.option("--term", required=True, help="Term such as 2026-1: the school year's first year, 1 autumn or 2 spring.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, schema mentoring-report/1.")
def mentoring(term: str, as_json: bool) -> None:
    """Triads on track, duties, observations, tiers, teams, acceptances of a term (see school/mentoring/reports.py)."""
    chosen = find_term_by_code(term)
    if chosen is None:
        raise click.ClickException(f"校历里没有学期“{term[:20]}”，请写成 2026-1 的样子。")
    found = growth_report(chosen, tier_rule())
    if as_json:
        click.echo(json.dumps(json_document(found, get_preferences().school_name), ensure_ascii=False))
        return
    click.echo(f"{chosen.label}，截至 {found.through.isoformat()}")
    for row in records(found.subjects):
        figures = "，".join(f"{title} {row[key]}" for key, title in TRIAD_FIGURES.items() if row[key])
        click.echo(f"{row['subject']}：{figures}")


commands: tuple[click.Command, ...] = ()
