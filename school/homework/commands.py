"""Commands about homework: the compliance report for people and programs, and closing old days."""

import json

import click

from school.audit.service import COMMAND_LINE
from school.calendar.queries import get_calendar
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.homework.reports.documents import json_document
from school.homework.reports.figures import DAY_FIGURES, SHOWN_DAYS
from school.homework.reports.periods import Period, month_of, parse_month, parse_term
from school.homework.reports.report import Report, homework_report
from school.homework.service.publishing import close_old_days
from school.preferences.queries import get_preferences
from school.reporting.commands import report
from school.reporting.frames import records
from school.sheets.writing import display_width


@report.command("homework")
@click.option("--month", default="", help="Month such as 2025-10; the present one when neither is given.")
@click.option("--term", default="", help="Term such as 2025-1: the school year's first year, 1 autumn or 2 spring.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, schema homework-report/1.")
def homework(month: str, term: str, as_json: bool) -> None:
    """Which class-days kept to the rules: by class, grade and subject (see school/homework/reports/documents.py)."""
    try:
        found = homework_report(_period(month, term))
    except Refused as refused:
        raise click.ClickException(refused.message) from None
    if as_json:
        click.echo(json.dumps(json_document(found, get_preferences().school_name), ensure_ascii=False))
    else:
        click.echo(_in_words(found))


@click.command("close-days")
@click.option("--after-days", type=click.IntRange(1, 180), help="Days after publication; default: the school's setting.")
def close_days(after_days: int | None) -> None:
    """Close the class-days published long enough ago; nothing in them changes any more. Run it every night."""
    with transaction():
        count = close_old_days(after_days=after_days or get_preferences().close_after_days, actor=COMMAND_LINE)
    click.echo(f"归档了 {count} 个班的作业日。")


def _period(month: str, term: str) -> Period:
    if term:
        return parse_term(term, get_calendar())
    return parse_month(month) if month else month_of(today())


def _in_words(found: Report) -> str:
    header = ["班级", *(DAY_FIGURES[name] for name in SHOWN_DAYS), "平均（分）"]
    rows = [[row["class_name"], *_cells(row)] for row in records(found.classes)]
    rows += [["合计", *_cells(row)] for row in records(found.total)]
    widths = [max(display_width(str(row[n])) for row in [header, *rows]) for n in range(len(header))]
    lines = ["  ".join(_padded(str(cell), width) for cell, width in zip(row, widths, strict=True)) for row in [header, *rows]]
    return "\n".join([f"{found.period.label}，截至 {found.through.isoformat()}", *(line.rstrip() for line in lines)])


def _cells(row: dict) -> list[str]:
    mean = row["mean_minutes"]
    return [*(str(row[name]) for name in SHOWN_DAYS), "—" if mean is None else f"{mean:.1f}"]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


commands = [close_days]
