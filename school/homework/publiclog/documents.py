"""The log as CSV and JSON, complete with every version.

JSON, schema `public-homework/1`::

    {"schema": "public-homework/1", "school": "…",
     "from": "2026-11-23", "to": "2026-11-25",
     "class": "2024-2" | null, "grade": 3 | null, "subject": "math" | null,
     "days": [                        # newest day first, then youngest grade, then class number
       {"date": "2026-11-25", "class": "2024-2", "class_name": "三年级2班", "grade": 3,
        "status": "published" | "none" | "missing" | "pending",
        "is_late": false, "published_at": "2026-11-25T15:40:00+08:00" | null,
        "required_minutes": 40, "optional_minutes": 10, "in_school_minutes": 15,
        "cap_minutes": 60 | null,     # of the whole day, whatever `subject` is; null where nothing was published
        "items": [
          {"id": 7, "subject": "math", "subject_name": "数学", "teacher": "陈老师", "is_withdrawn": false,
           "versions": [              # oldest first; the last one holds
             {"version": 1, "change": "published" | "added" | "amended" | "withdrawn", "reason": "",
              "published_at": "…", "is_late": false, "kind": "basic", "form": "written",
              "stage": "after_class", "demand": "required", "book": "", "pages": "", "questions": "",
              "quantity": "", "due_on": "2026-11-26",
              "layers": [{"layer": "all" | "a" | "b" | "c", "content": "…", "minutes": 20, "in_school_minutes": 0}]}
           ]}
        ]}
     ]}

A refusal is `{"error": "…", "field": "…"}`. CSV has one line for each layer of each version, and one line for each
class-day without items; its columns are `CSV_HEADER`.
"""

from collections.abc import Iterator
from typing import Any

from school.homework.enums import Demand, Form, Kind, LogChange, Stage
from school.homework.publiclog.arguments import key_text
from school.homework.publiclog.classdays import PublicDay, PublicItem, Version
from school.homework.publiclog.reading import Log
from school.sheets.writing import Cell, write_csv

SCHEMA = "public-homework/1"
CSV_HEADER = (
    "日期",
    "班级编号",
    "班级",
    "年级",
    "当天状态",
    "当天必做书面分钟",
    "当天上限分钟",
    "迟公示",
    "作业编号",
    "版本",
    "变动",
    "变动原因",
    "公示时间",
    "是否最新",
    "学科",
    "教师",
    "类型",
    "形式",
    "环节",
    "必做选做",
    "层",
    "内容",
    "预计分钟",
    "在校分钟",
    "书名",
    "页码",
    "题号",
    "数量",
    "完成日期",
)
ITEM_COLUMNS = 21


def json_document(log: Log, school_name: str) -> dict[str, Any]:
    """The log in the schema of this module."""
    scope = log.scope
    return {
        "schema": SCHEMA,
        "school": school_name,
        "from": log.days.first.isoformat(),
        "to": log.days.last.isoformat(),
        "class": key_text(scope.class_key) if scope.class_key else None,
        "grade": scope.grade,
        "subject": scope.subject.code if scope.subject else None,
        "days": [_day_document(day, log.subject_code) for day in log.class_days],
    }


def csv_document(log: Log) -> bytes:
    """The log as CSV in UTF-8 with byte order mark."""
    return write_csv(CSV_HEADER, _csv_rows(log))


def _day_document(day: PublicDay, subject_code: str) -> dict[str, Any]:
    is_published = day.published_at is not None
    return {
        "date": day.on_day.isoformat(),
        "class": key_text(day.key),
        "class_name": day.label,
        "grade": day.grade,
        "status": day.status.value,
        "is_late": day.is_late,
        "published_at": day.published_at.isoformat(timespec="seconds") if day.published_at else None,
        "required_minutes": day.load.required,
        "optional_minutes": day.load.optional,
        "in_school_minutes": day.load.in_school,
        "cap_minutes": day.cap_minutes if is_published else None,
        "items": [_item_document(item) for item in day.of_subject(subject_code)],
    }


def _item_document(item: PublicItem) -> dict[str, Any]:
    row = item.current.row
    return {
        "id": row.item_id,
        "subject": row.subject_code,
        "subject_name": row.subject,
        "teacher": item.teacher,
        "is_withdrawn": item.is_withdrawn,
        "versions": [_version_document(version) for version in reversed(item.versions)],
    }


def _version_document(version: Version) -> dict[str, Any]:
    row = version.row
    plain = ("version", "reason", "is_late", "kind", "form", "stage", "demand", "book", "pages", "questions", "quantity")
    return {name: getattr(row, name) for name in plain} | {
        "change": version.change.value,
        "published_at": row.published_at.isoformat(timespec="seconds"),
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "layers": [
            {
                "layer": one.layer.value,
                "content": one.content,
                "minutes": one.minutes,
                "in_school_minutes": one.in_school_minutes,
            }
            for one in version.layers
        ],
    }


def _csv_rows(log: Log) -> Iterator[list[Cell]]:
    for day in log.class_days:
        start = _csv_day(day)
        items = day.of_subject(log.subject_code)
        if not items:
            yield [*start, *[None] * ITEM_COLUMNS]
        for item in items:
            for version in reversed(item.versions):
                yield from ([*start, *cells] for cells in _csv_version(item, version))


def _csv_day(day: PublicDay) -> list[Cell]:
    is_published = day.published_at is not None
    required, cap = (day.load.required, day.cap_minutes) if is_published else (None, None)
    return [day.on_day, key_text(day.key), day.label, day.grade, day.status.label, required, cap, day.is_late]


def _csv_version(item: PublicItem, version: Version) -> Iterator[list[Cell]]:
    row = version.row
    change = [row.item_id, row.version, LogChange(row.change).label, row.reason, row.published_at, version is item.current]
    words = [Kind(row.kind).label, Form(row.form).label, Stage(row.stage).label, Demand(row.demand).label]
    ends = [row.book, row.pages, row.questions, row.quantity, row.due_on]
    for one in version.layers:
        asked = [one.layer.label, one.content, one.minutes, one.in_school_minutes]
        yield [*change, row.subject, item.teacher, *words, *asked, *ends]
