"""A course as the office would type it, complete and allowed, to be changed by a test in one thing."""

from dataclasses import replace
from datetime import date
from typing import Any

from school.courses.enums import CourseState, Family, Weeks
from school.courses.rules.catalogue import CourseValues
from school.courses.rules.facts import CourseFacts, MeetingFacts

FIRST_ON, LAST_ON = date(2026, 9, 14), date(2027, 1, 15)
TUESDAY_LATE = MeetingFacts(2, 15 * 60 + 30, 17 * 60 + 30)


def typed(**changes: Any) -> CourseValues:
    """泥塑, Tuesdays 15:30 to 17:30."""
    values = CourseValues(
        code="K01",
        name="泥塑",
        family=Family.CRAFTS,
        description="捏、塑、雕，从小动物开始。",
        room="美术室1",
        grades=frozenset({1, 2, 3}),
        capacity=20,
        minimum=5,
        first_on=FIRST_ON,
        last_on=LAST_ON,
        fee_note="免费",
        safety_note="工具由教师保管。",
        tags=("extended", "aesthetic"),
        is_exempt=False,
        teacher_ids=(),
        provider_id=None,
        outside_teacher="",
        meetings=(TUESDAY_LATE,),
    )
    return replace(values, **changes)


def meeting(weekday: int, starts: str, ends: str, weeks: Weeks = Weeks.ALL) -> MeetingFacts:
    """A meeting from words: `meeting(2, "15:30", "17:30")`."""
    minutes = [int(hour) * 60 + int(minute) for hour, minute in (starts.split(":"), ends.split(":"))]
    return MeetingFacts(weekday, *minutes, weeks)


def facts(values: CourseValues | None = None, **changes: Any) -> CourseFacts:
    """The same course as families and rules see it."""
    values = values or typed()
    shared = {name: getattr(values, name) for name in vars(values) if name in CourseFacts.__dataclass_fields__}
    plain = {"id": 1, "state": CourseState.LISTED, "state_reason": "", "teachers": ("王老师",), "provider": ""}
    return CourseFacts(**shared | plain | {"picture_digest": ""} | changes)
