"""The report's figures against the same figures counted in plain Python, on random months and on boundaries."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from school.calendar.rules import SchoolCalendar, TermDates
from school.homework.reports.classdays import class_days, day_summary, expected_days, kept_days
from school.homework.reports.documents import json_document
from school.homework.reports.items import item_summary, subject_sums
from school.homework.reports.periods import month_of
from school.homework.reports.report import CLASS, build_report, homework_report
from school.reporting.frames import frame_of
from tests.homework import report_school
from tests.homework.log_rows import span
from tests.homework.report_school import NOON, ClassDayFacts
from tests.homework.small_school import SmallSchool

CALENDAR = SchoolCalendar((TermDates(2026, 1, date(2026, 9, 1), date(2027, 1, 22)),))
NOVEMBER = month_of(date(2026, 11, 25))
NAMES = {"subject_id": "int64", "subject_code": "object", "subject": "object"}


def document_of_november() -> dict[str, Any]:
    """The report as JSON, through its text."""
    return json.loads(json.dumps(json_document(homework_report(NOVEMBER), "示范小学")))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_is_what_plain_counting_says(school: SmallSchool, freeze: Callable[[datetime], None], seed: int) -> None:
    facts = report_school.play(school, seed)
    freeze(NOON)
    document = document_of_november()
    assert document["total"] == _expected(facts)
    keys = ["2026-1", "2024-1", "2024-2"]
    assert [one.pop("class") for one in document["classes"]] == keys
    for key, row in zip(keys, document["classes"], strict=True):
        assert _figures(row) == _expected([one for one in facts if one.class_key == key])
    assert [row["grade"] for row in document["grades"]] == [1, 3]
    for year, row in zip(("2026", "2024"), document["grades"], strict=True):
        assert _figures(row) == _expected([one for one in facts if one.class_key.startswith(year)])
    items = [item for one in facts for item in one.items]
    for row in document["subjects"]:
        figures = _figures(row)
        assert figures == report_school.expected_items([item for item in items if item["subject"] == row["subject"]])
    assert sum(row["items"] for row in document["subjects"]) == len(items)
    cells = {(row["class"], row["date"]): row["status"] for row in document["days"]}
    assert cells == {(one.class_key, one.on_day.isoformat()): one.status for one in facts}


def test_an_empty_school_has_an_empty_report(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    document = document_of_november()
    assert (document["total"], document["classes"], document["days"], document["subjects"]) == (None, [], [], [])


def _frame(required: int, cap: int = 60, **changes: Any) -> dict[str, Any]:
    """The one class-day of a class on Monday 2 November."""
    monday = date(2026, 11, 2)
    plain = {"state": "published", "has_none": False, "is_late": False, "is_warned": False} | changes
    kept = [(202402, monday, plain["state"], plain["has_none"], plain["is_late"], required, cap, plain["is_warned"])]
    days = class_days(
        expected_days([span()], monday, monday, CALENDAR),
        kept_days(kept),
        today=date(2026, 11, 25),
        is_past_deadline=False,
        near_percent=80,
    )
    return days.iloc[0].to_dict()


@pytest.mark.parametrize(
    ("required", "cap", "status"),
    [
        (47, 60, "within"),
        (48, 60, "near"),
        (60, 60, "near"),
        (61, 60, "over"),
        (0, 0, "within"),
        (1, 0, "over"),
        (61, 120, "within"),  # a Friday is measured by the limit kept with it
    ],
)
def test_both_sides_of_every_boundary(required: int, cap: int, status: str) -> None:
    assert _frame(required, cap)["status"] == status


@pytest.mark.parametrize("state", ["open", "coordinated"])
def test_what_was_filed_and_never_published_is_missing_and_not_none(state: str) -> None:
    row = _frame(30, state=state, has_none=True)
    assert (row["status"], row["none"], row["missing"], row["published"]) == ("missing", 0, 1, 0)


def test_none_is_published_and_not_missing() -> None:
    row = _frame(0, has_none=True)
    assert (row["status"], row["none"], row["missing"], row["published"], row["due"]) == ("none", 1, 0, 1, 1)


def test_late_stands_beside_the_status() -> None:
    row = _frame(61, is_late=True)
    assert (row["status"], row["late"], row["on_time"]) == ("over", 1, 0)


@pytest.mark.parametrize(("is_past_deadline", "status"), [(False, "pending"), (True, "missing")])
def test_today_is_due_after_the_deadline(*, is_past_deadline: bool, status: str) -> None:
    today = date(2026, 11, 25)
    expected = expected_days([span()], today, today, CALENDAR)
    days = class_days(expected, kept_days([]), today=today, is_past_deadline=is_past_deadline, near_percent=80)
    assert days["status"].tolist() == [status]
    assert days["due"].tolist() == [int(is_past_deadline)]


def test_frames_have_their_columns_and_types_when_empty() -> None:
    monday = date(2026, 11, 2)
    options: dict[str, Any] = {"today": date(2026, 11, 25), "is_past_deadline": False, "near_percent": 80}
    reports = []
    for spans, kept, sums in (
        ([span()], [(202402, monday, "published", False, False, 20, 60, False)], [(202402, 7, 2, 1, 1, 1, 0, 0, 20.0, 5.0)]),
        ([], [], []),
    ):
        days = class_days(expected_days(spans, monday, monday, CALENDAR), kept_days(kept), **options)
        names = frame_of([(7, "maths", "数学")], NAMES)
        reports.append(build_report(NOVEMBER, monday, days, subject_sums(sums), names))
    full, empty = reports
    for part in ("days", "classes", "grades", "subjects", "total"):
        one, none = getattr(full, part), getattr(empty, part)
        assert len(none) == 0
        assert list(none.columns) == list(one.columns)


COUNTS = st.integers(0, 50)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), COUNTS, COUNTS, COUNTS), max_size=12, unique_by=lambda r: r[:2]))
def test_sums_by_subject_lose_nothing(rows: list[tuple[int, int, int, int, int]]) -> None:
    sums = subject_sums([(c, s, items, 0, 0, layered, 0, 0, float(asked), 0.0) for c, s, items, layered, asked in rows])
    summary = item_summary(sums, ["subject_id"])
    assert set(summary["subject_id"]) == {row[1] for row in rows}
    assert summary["items"].sum() == sum(row[2] for row in rows)
    assert summary["asked_minutes"].sum() == sum(row[4] for row in rows)


@given(st.lists(st.tuples(st.sampled_from(report_school.MINUTES), st.booleans(), st.booleans()), max_size=17))
def test_statuses_share_out_the_due_days(drawn: list[tuple[int, bool, bool]]) -> None:
    weekdays = report_school.weekdays()[:17]
    kept = [
        (202402, day, "published" if is_published else "open", False, is_late, minutes, 60, False)
        for day, (minutes, is_published, is_late) in zip(weekdays, drawn, strict=False)
    ]
    frame = class_days(
        expected_days([span()], weekdays[0], weekdays[-1], CALENDAR),
        kept_days(kept),
        today=date(2026, 11, 25),
        is_past_deadline=True,
        near_percent=80,
    )
    row = day_summary(frame, CLASS).iloc[0]
    assert row["due"] == len(weekdays)
    assert row[["within", "near", "over", "none", "missing"]].sum() == row["due"]
    assert row["published"] == row["on_time"] + row["late"] == sum(is_published for _m, is_published, _l in drawn)


def _expected(facts: list[ClassDayFacts]) -> dict[str, Any]:
    items = [item for one in facts for item in one.items]
    return report_school.expected_days(facts) | report_school.expected_items(items)


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in {"class", "class_name", "grade", "subject", "subject_name"}}
