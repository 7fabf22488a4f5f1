"""A school-year of records for measurements: 45 classes, 200 school days, four items a day, all published."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from school.calendar.models import SchoolYear, Term
from school.clock import ZONE
from school.db import db
from school.homework.enums import DayState, Demand, Form, ItemState, Kind, Layer, LogChange, Stage
from school.homework.models import HomeworkDay, HomeworkItem, HomeworkLayer, PublicLogEntry
from school.people.models import ClassMembership, Pupil, SchoolClass, Subject, Teacher

CLASSES, ITEMS_A_DAY = 45, 4
FIRST, LAST = date(2025, 9, 1), date(2026, 7, 15)
SUBJECTS = ("语文", "数学", "英语", "科学", "音乐", "美术", "体育与健康", "道德与法治", "劳动")
CONTENT = "完成练习册第 32 页第 1 至 4 题，写出计算过程，注意书写格式，做完自己检查一遍。"
AT = datetime(2025, 9, 1, 15, 30, tzinfo=ZONE)


def fill(*, with_log_of: date | None = None) -> int:
    """Write the year and commit; with the public log of one day. Answers how many items there are."""
    autumn, spring = (
        Term(number=1, starts_on=FIRST, ends_on=date(2026, 1, 20)),
        Term(number=2, starts_on=date(2026, 2, 23), ends_on=LAST),
    )
    subjects = [Subject(code=f"s{number}", name=name, position=number) for number, name in enumerate(SUBJECTS)]
    teacher = Teacher(staff_code="T001", name="陈建国", public_name="陈老师")
    classes = [SchoolClass(entry_year=2025 - number % 6, number=number // 6 + 1) for number in range(CLASSES)]
    db.session.add_all([SchoolYear(start_year=2025, terms=[autumn, spring]), *subjects, teacher, *classes])
    db.session.flush()
    for one in classes:
        db.session.add(ClassMembership(pupil=Pupil(name="乌云其木格"), class_id=one.id, starts_on=FIRST))
    db.session.flush()
    days = [day for day in _weekdays() if not autumn.ends_on < day < spring.starts_on][:200]
    chance = Random(2025)
    rows = [
        _day(number, one.id, day, chance) for number, (one, day) in enumerate(((c, d) for c in classes for d in days), start=1)
    ]
    items = [
        _item(day["id"], n, subjects[(day["id"] + n) % 9].id, teacher.id, chance) for day in rows for n in range(ITEMS_A_DAY)
    ]
    db.session.execute(insert(HomeworkDay), rows)
    db.session.execute(insert(HomeworkItem), items)
    db.session.execute(insert(HomeworkLayer), [layer for item in items for layer in _layers(item["id"], chance)])
    if with_log_of:
        _log(with_log_of, classes, rows, subjects)
    db.session.commit()
    return len(items)


def _weekdays() -> list[date]:
    days = (FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1))
    return [day for day in days if day.weekday() < 5 and (day.month, day.day) != (6, 1)]  # CA-03


def _day(number: int, class_id: int, on_day: date, chance: Random) -> dict[str, Any]:
    totals = {"required_minutes": chance.choice((20, 35, 48, 60, 65)), "optional_minutes": 0, "in_school_minutes": 10}
    plain = {"has_none": False, "is_late": chance.random() < 0.05, "cap_minutes": 60, "item_count": ITEMS_A_DAY, "note": ""}
    keys = {"id": number, "class_id": class_id, "on_day": on_day, "state": DayState.CLOSED, "reason": "", "published_at": AT}
    return keys | totals | plain


def _item(day_id: int, number: int, subject_id: int, teacher_id: int, chance: Random) -> dict[str, Any]:
    words = {"kind": Kind.BASIC, "stage": Stage.AFTER_CLASS, "state": ItemState.CLOSED, "submission_key": f"{day_id}-{number}"}
    drawn = {
        "form": chance.choice((Form.WRITTEN, Form.WRITTEN, Form.READING)),
        "demand": chance.choice((Demand.REQUIRED,) * 4 + (Demand.OPTIONAL,)),
    }
    keys = {"id": day_id * ITEMS_A_DAY + number, "day_id": day_id, "subject_id": subject_id, "teacher_id": teacher_id}
    plain = {
        "asks_for_room": False,
        "book": "",
        "pages": "",
        "questions": "",
        "quantity": "",
        "warning_reason": "",
        "state_reason": "",
    }
    return keys | words | drawn | plain | {"due_on": FIRST, "revision": 1, "version": 1, "created_at": AT, "updated_at": AT}


def _layers(item_id: int, chance: Random) -> list[dict[str, Any]]:
    layers = (Layer.A, Layer.B, Layer.C) if chance.random() < 0.1 else (Layer.ALL,)
    plain = {"item_id": item_id, "content": CONTENT, "in_school_minutes": 5}
    return [plain | {"layer": layer, "minutes": chance.choice((10, 15, 20))} for layer in layers]


def _log(on_day: date, classes: list[SchoolClass], rows: list[dict[str, Any]], subjects: list[Subject]) -> None:
    by_id = {one.id: one for one in classes}
    entries = [
        {
            "day_id": day["id"],
            "item_id": day["id"] * ITEMS_A_DAY + number,
            "version": 1,
            "change": LogChange.PUBLISHED,
            "reason": "",
            "on_day": on_day,
            "entry_year": by_id[day["class_id"]].entry_year,
            "class_number": by_id[day["class_id"]].number,
            "subject_code": subjects[number].code,
            "subject": subjects[number].name,
            "teacher": "陈老师",
            "staff_code": "T001",
            "kind": "basic",
            "form": "written",
            "stage": "after_class",
            "demand": "required",
            "book": "数学练习册",
            "pages": "第 32 页",
            "questions": "",
            "quantity": "",
            "layers": [{"layer": "all", "content": CONTENT, "minutes": 15, "in_school_minutes": 5}],
            "due_on": on_day + timedelta(days=1),
            "published_at": AT,
            "is_late": False,
        }
        for day in rows
        if day["on_day"] == on_day
        for number in range(ITEMS_A_DAY)
    ]
    db.session.execute(insert(PublicLogEntry), entries)
