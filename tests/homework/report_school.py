"""A month of random class-days, and the report recomputed from them in plain Python."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from school.clock import ZONE
from school.db import db
from school.homework.enums import DayState, Demand, Form, ItemState, Kind, Layer, Stage
from school.homework.models import HomeworkDay, HomeworkItem, HomeworkLayer
from school.people.models import SchoolClass, Subject
from tests.homework.small_school import SmallSchool

FIRST, TODAY = date(2026, 11, 2), date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=ZONE)
MINUTES = (0, 1, 20, 47, 48, 59, 60, 61, 75)  # both sides of 80 % and of the cap


@dataclass
class ClassDayFacts:
    """What was written for one class-day."""

    class_key: str
    on_day: date
    is_published: bool = False
    has_none: bool = False
    is_late: bool = False
    required: int = 0
    cap: int = 60
    is_warned: bool = False
    items: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The cell, reckoned anew."""
        if not self.is_published:
            return "pending" if self.on_day == TODAY else "missing"
        if self.has_none:
            return "none"
        if self.required > self.cap:
            return "over"
        return "near" if self.cap and self.required * 100 >= self.cap * 80 else "within"


def weekdays() -> list[date]:
    """Monday to Friday from FIRST to TODAY."""
    days = [FIRST + timedelta(days=offset) for offset in range((TODAY - FIRST).days + 1)]
    return [day for day in days if day.weekday() < 5]


def play(school: SmallSchool, seed: int) -> list[ClassDayFacts]:
    """Write random class-days for the three classes; days may have no row, an open row, or be published or closed."""
    chance = Random(seed)
    facts = []
    for school_class in (school.third_1, school.third_2, school.first_1):
        for on_day in weekdays():
            one = ClassDayFacts(f"{school_class.entry_year}-{school_class.number}", on_day)
            facts.append(one)
            if chance.random() < 0.85:
                _write(school, school_class, one, chance)
    db.session.commit()
    return facts


def _write(school: SmallSchool, school_class: SchoolClass, one: ClassDayFacts, chance: Random) -> None:
    one.is_published = chance.random() < 0.8
    one.has_none = one.is_published and chance.random() < 0.1
    one.is_late = one.is_published and chance.random() < 0.2
    one.required = 0 if one.has_none else chance.choice(MINUTES)
    one.cap = chance.choice((0, 45, 60, 60, 60, 180))
    one.is_warned = one.is_published and chance.random() < 0.2
    state = chance.choice((DayState.PUBLISHED, DayState.CLOSED)) if one.is_published else DayState.OPEN
    day = HomeworkDay(
        class_id=school_class.id,
        on_day=one.on_day,
        state=state,
        has_none=one.has_none,
        is_late=one.is_late,
        required_minutes=one.required,
        cap_minutes=one.cap,
        reason="写明了" if one.is_warned else "",
    )
    db.session.add(day)
    for number in range(0 if one.has_none else chance.randrange(4)):
        subject = chance.choice((school.maths, school.chinese))
        fact = _item(school, day, subject, f"{school_class.id}{one.on_day}{number}", chance)
        if one.is_published and fact.pop("is_published"):
            one.items.append(fact)


def _item(school: SmallSchool, day: HomeworkDay, subject: Subject, key: str, chance: Random) -> dict[str, Any]:
    is_published = chance.random() < 0.8
    form, demand = chance.choice((Form.WRITTEN, Form.TEST_PAPER, Form.READING)), chance.choice(list(Demand))
    is_layered = chance.random() < 0.3
    layers = [
        (layer, chance.randrange(5, 40), chance.randrange(5)) for layer in ((Layer.A, Layer.B) if is_layered else (Layer.ALL,))
    ]
    reason = chance.choice(("", "", "有理由"))
    item = HomeworkItem(
        day=day,
        subject_id=subject.id,
        teacher_id=school.chen_teacher.id,
        state=chance.choice((ItemState.PUBLISHED, ItemState.CLOSED)) if is_published else ItemState.WITHDRAWN,
        kind=Kind.BASIC,
        form=form,
        stage=Stage.AFTER_CLASS,
        demand=demand,
        due_on=day.on_day,
        warning_reason=reason,
        submission_key=key,
        created_at=NOON,
        updated_at=NOON,
    )
    item.layers = [HomeworkLayer(layer=layer, content="题", minutes=m, in_school_minutes=s) for layer, m, s in layers]
    db.session.add(item)
    return {
        "is_published": is_published,
        "subject": subject.code,
        "written": form.is_written and demand is Demand.REQUIRED,
        "optional": demand is Demand.OPTIONAL,
        "layered": is_layered,
        "warned": reason != "",
        "asked": Fraction(sum(m for _l, m, _s in layers), len(layers)),
        "in_school": Fraction(sum(s for _l, _m, s in layers), len(layers)),
    }


def expected_days(facts: list[ClassDayFacts]) -> dict[str, Any]:
    """The figures of class-days, counted one by one."""
    published = [one for one in facts if one.is_published]
    figures: dict[str, Any] = {
        status: sum(one.status == status for one in facts) for status in ("within", "near", "over", "none", "missing", "pending")
    }
    return figures | {
        "due": sum(one.status != "pending" for one in facts),
        "published": len(published),
        "late": sum(one.is_late for one in published),
        "on_time": sum(not one.is_late for one in published),
        "warned": sum(one.is_warned for one in published),
        "mean_minutes": round(sum(one.required for one in published) / len(published), 4) if published else None,
    }


def expected_items(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of items, counted one by one."""
    written = [item for item in items if item["written"]]
    asked, in_school = sum(item["asked"] for item in written), sum(item["in_school"] for item in written)
    return {
        "items": len(items),
        "written_items": len(written),
        "layered_items": sum(item["layered"] for item in items),
        "optional_items": sum(item["optional"] for item in items),
        "warned_items": sum(item["warned"] for item in items),
        "asked_minutes": float(asked),
        "in_school_minutes": float(in_school),
        "layered_share": round(sum(item["layered"] for item in items) / len(items), 4) if items else None,
        "in_school_share": round(float(in_school / asked), 4) if asked else None,
        "item_minutes": round(float(asked / len(written)), 4) if written else None,
    }
