"""Log rows and spans for tests of the public log that need no database."""

from datetime import date, datetime
from typing import Any

from school.clock import ZONE
from school.homework.queries.frames import NO_END, ClassSpan
from school.homework.queries.log import LogRow

DAY = date(2026, 11, 25)
PLAIN: dict[str, Any] = {
    "id": 1,
    "day_id": 1,
    "item_id": 1,
    "version": 1,
    "change": "published",
    "reason": "",
    "on_day": DAY,
    "entry_year": 2024,
    "class_number": 2,
    "subject_code": "maths",
    "subject": "数学",
    "teacher": "陈老师",
    "staff_code": "T001",
    "kind": "basic",
    "form": "written",
    "stage": "after_class",
    "demand": "required",
    "book": "",
    "pages": "",
    "questions": "",
    "quantity": "",
    "layers": [],
    "due_on": date(2026, 11, 26),
    "published_at": datetime(2026, 11, 25, 15, 30, tzinfo=ZONE),
    "is_late": False,
    "cap_minutes": 60,
}


def row(minutes: int = 20, **changes: Any) -> LogRow:
    """A whole-class row of so many minutes with anything changed."""
    layers = [{"layer": "all", "content": "第 1 题", "minutes": minutes, "in_school_minutes": 0}]
    return LogRow(**{**PLAIN, "layers": layers, **changes})


def span(entry_year: int = 2024, number: int = 2, **changes: Any) -> ClassSpan:
    """A class that runs from September 2026 on."""
    plain = {"class_id": entry_year * 100 + number, "runs_from": date(2026, 9, 1), "runs_until": NO_END}
    return ClassSpan(entry_year=entry_year, number=number, **{**plain, **changes})
