"""The report as an Excel workbook and as JSON.

JSON, schema `homework-report/1`::

    {"schema": "homework-report/1", "school": "…", "period": "2025年10月",
     "from": "2025-10-01", "to": "2025-10-31", "through": "2025-10-31",     # the last day counted
     "total": {FIGURES} | null,
     "grades": [{"grade": 3, FIGURES}],
     "classes": [{"class": "2023-2", "class_name": "三年级2班", "grade": 3, FIGURES}],
     "subjects": [{"subject": "math", "subject_name": "数学", ITEMS}],
     "days": [{"class": "2023-2", "date": "2025-10-09", "is_late": false, "required_minutes": 42, "cap_minutes": 60,
               "status": "within" | "near" | "over" | "none" | "missing" | "pending"}]}

FIGURES are counts of class-days: due, published, on_time, late, within, near, over, none, missing, pending, warned;
mean_minutes (required written minutes for each published class-day, or null); and ITEMS: counts of published items:
items, written_items (required), layered_items, optional_items, warned_items; asked_minutes and in_school_minutes of
written_items; layered_share, in_school_share (0 to 1, or null), item_minutes (mean of written_items, or null).
"""

from typing import Any

import pandas as pd

from school.homework.enums import DayStatus
from school.homework.reports.classdays import DAY_FLAGS
from school.homework.reports.figures import DAY_FIGURES, GRADES, ITEM_FIGURES, WEEKDAYS
from school.homework.reports.report import Report
from school.reporting.excel import Column, Mark, ReportSheet, write_report
from school.reporting.frames import records

SCHEMA = "homework-report/1"
ITEM_KEYS = (*ITEM_FIGURES, "asked_minutes", "in_school_minutes", "layered_share", "in_school_share", "item_minutes")
FIGURE_KEYS = (*DAY_FLAGS, "mean_minutes", *ITEM_KEYS)

DAY_PART = (*(Column(key, title) for key, title in DAY_FIGURES.items()), Column("mean_minutes", "平均每天（分）", "number"))
ITEM_PART = (
    *(Column(key, title) for key, title in ITEM_FIGURES.items() if key != "warned_items"),
    Column("layered_share", "分层占比", "share"),
    Column("asked_minutes", "书面必做（分）", "number"),
    Column("in_school_minutes", "其中在校（分）", "number"),
    Column("in_school_share", "在校完成占比", "share"),
    Column("warned_items", "写明理由项"),
)
ALARMS = (Mark(("missing", "over"), ">", 0, "bad"), Mark(("late",), ">", 0, "warn"))
GRID_SIGNS = {"within": "", "near": "▲", "over": "!", "none": "无", "missing": "未公示", "pending": "待公示"}


def json_document(report: Report, school_name: str) -> dict[str, Any]:
    """The report in the schema of this module."""
    total = records(report.total)
    return {
        "schema": SCHEMA,
        "school": school_name,
        "period": report.period.label,
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "through": report.through.isoformat(),
        "total": _figures(total[0], FIGURE_KEYS) if total else None,
        "grades": [{"grade": row["grade"]} | _figures(row, FIGURE_KEYS) for row in records(report.grades)],
        "classes": [
            {"class": row["class_key"], "class_name": row["class_name"], "grade": row["grade"]} | _figures(row, FIGURE_KEYS)
            for row in records(report.classes)
        ],
        "subjects": [
            {"subject": row["subject_code"], "subject_name": row["subject"]} | _figures(row, ITEM_KEYS)
            for row in records(report.subjects)
        ],
        "days": [
            {
                "class": row["class_key"],
                "date": row["on_day"].isoformat(),
                "status": row["status"],
                "is_late": bool(row["late"]),
                "required_minutes": row["required_minutes"],
                "cap_minutes": row["cap_minutes"],
            }
            for row in records(report.days)
        ],
    }


def workbook(report: Report, school_name: str) -> bytes:
    """The report as .xlsx: grid, classes, grades, subjects, class-days."""
    counted = f"截至 {report.through.isoformat()}"
    note = f"{school_name} 作业合规报表 {report.period.label}（{counted}）"
    class_column, grade_column = Column("class_name", "班级", "text"), Column("grade_name", "年级", "text")
    grades = report.grades.assign(grade_name=[f"{GRADES[grade - 1]}年级" for grade in report.grades["grade"]])
    subject_columns = (Column("subject", "学科", "text"), *ITEM_PART, Column("item_minutes", "每项平均（分）", "number"))
    sheets = [
        _grid_sheet(report, f"{note}。数字为必做书面作业分钟数；▲接近上限，! 超上限，“迟”为迟公示。"),
        ReportSheet("班级汇总", report.classes, (class_column, *DAY_PART, *ITEM_PART), ALARMS, note),
        ReportSheet("年级汇总", grades, (grade_column, *DAY_PART, *ITEM_PART), ALARMS, note),
        ReportSheet("学科汇总", report.subjects, subject_columns, (), note),
        _days_sheet(report, note),
    ]
    return write_report(sheets)


def _grid_sheet(report: Report, note: str) -> ReportSheet:
    """Classes by days; each cell in words and minutes, coloured by them."""
    days = report.days
    late = days["late"].map({0: "", 1: " 迟"})
    minutes = days["required_minutes"].astype(str).where(days["status"].isin(["within", "near", "over"]), "")
    cells = days.assign(shown=minutes + days["status"].map(GRID_SIGNS) + late)
    grid = cells.pivot(index="class_id", columns="on_day", values="shown").reindex(report.classes["class_id"])
    heads = list(grid.columns)
    keys = [f"{day:%Y-%m-%d}" for day in heads]
    frame = pd.DataFrame(grid.fillna("").astype(object).to_numpy(), columns=keys, dtype=object)
    frame.insert(0, "class_name", report.classes["class_name"].to_numpy())
    days_in_words = [f"{day.month}/{day.day}\n{WEEKDAYS[day.weekday()]}" for day in heads]
    titles = [Column(key, title, "text") for key, title in zip(keys, days_in_words, strict=True)]
    marks = (
        Mark(keys, "containing", "!", "bad"),
        Mark(keys, "containing", "未公示", "bad"),
        Mark(keys, "containing", "▲", "warn"),
        Mark(keys, "containing", "迟", "warn"),
        Mark(keys, "==", "无", "calm"),
    )
    return ReportSheet("班级日历", frame, (Column("class_name", "班级", "text"), *titles), marks, note)


def _days_sheet(report: Report, note: str) -> ReportSheet:
    words = {status.value: status.label for status in DayStatus}
    days = report.days.assign(
        status_label=report.days["status"].map(words).astype(object), late_label=report.days["late"].map({0: "", 1: "迟公示"})
    )
    columns = (
        Column("class_name", "班级", "text"),
        Column("on_day", "日期", "day"),
        Column("status_label", "状态", "text"),
        Column("late_label", "迟公示", "text"),
        Column("required_minutes", "必做书面（分）"),
        Column("cap_minutes", "上限（分）"),
    )
    marks = (
        Mark(("status_label",), "==", "超上限", "bad"),
        Mark(("status_label",), "==", "未公示", "bad"),
        Mark(("status_label",), "==", "接近上限", "warn"),
        Mark(("late_label",), "==", "迟公示", "warn"),
    )
    return ReportSheet("逐日明细", days, columns, marks, note, frozen_columns=2)


def _figures(row: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """Figures by key; shares and means to four places, so that two runs print the same."""
    return {key: round(row[key], 4) if isinstance(row[key], float) else row[key] for key in keys}
