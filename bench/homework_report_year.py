"""The compliance report on one school-year (45 classes, 36,000 items) against the plain SQL aggregates of the same rows."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from bench._school_year import FIRST, LAST, fill
from bench.support import compare, school_on_disk, seconds
from school.clock import ZONE, frozen
from school.db import db
from school.homework.reports.periods import Period
from school.homework.reports.report import homework_report

YEAR = Period(FIRST, LAST, "2025—2026学年", (("year", "2025"),))

# What a person at a database prompt would ask: class-days by class and status, and items by class and subject.
DAYS = """
SELECT class_id, count(*), sum(is_late), sum(has_none), sum(required_minutes > cap_minutes),
       sum(required_minutes * 100 >= cap_minutes * 80 AND required_minutes <= cap_minutes),
       sum(reason <> ''), avg(required_minutes)
FROM homework_days WHERE on_day BETWEEN :first AND :last AND state IN ('published', 'closed') GROUP BY class_id
"""
ITEMS = """
SELECT class_id, subject_id, count(*), sum(written), sum(layered), sum(optional), sum(warned), sum(minutes), sum(in_school)
FROM (
  SELECT i.id, d.class_id, i.subject_id, i.form IN ('written', 'test_paper') AS written, i.demand = 'optional' AS optional,
         i.warning_reason <> '' AS warned, max(l.layer <> 'all') AS layered, avg(l.minutes) AS minutes,
         avg(l.in_school_minutes) AS in_school
  FROM homework_items i JOIN homework_days d ON d.id = i.day_id JOIN homework_layers l ON l.item_id = i.id
  WHERE d.on_day BETWEEN :first AND :last AND d.state IN ('published', 'closed') AND i.state IN ('published', 'closed')
  GROUP BY i.id
) GROUP BY class_id, subject_id
"""


def run() -> Iterator[dict[str, Any]]:
    """Seconds for the whole report, all frames made; the floor is the two statements above."""
    with school_on_disk() as school, school.app.app_context(), frozen(datetime(2026, 7, 20, 12, 0, tzinfo=ZONE)):
        fill()
        ours, bare = lambda: seconds(_ours), lambda: seconds(_bare)
        ours(), bare()
        yield compare("homework_report_year", "s", ours, bare, rounds=7)


def _ours() -> None:
    db.session.rollback()
    report = homework_report(YEAR)
    if int(report.total["published"].iloc[0]) != 9000 or int(report.total["items"].iloc[0]) != 36000:
        raise RuntimeError("the report has lost something")


def _bare() -> None:
    db.session.rollback()
    days: dict[str, date] = {"first": FIRST, "last": LAST}
    for statement in (DAYS, ITEMS):
        db.session.execute(text(statement), days).all()
