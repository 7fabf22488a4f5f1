"""Acts of the office on the catalogue, each in a transaction of its own, and what they need."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from school.audit.models import AuditEntry
from school.calendar.models import Term
from school.clock import at
from school.courses.models import Course, CourseMeeting, Provider
from school.courses.service import catalogue
from school.db import db, transaction
from school.errors import Refused
from school.people.models import Teacher
from tests.courses.catalogue_values import LAST_ON, typed
from tests.courses.small_courses import TESTER, fresh

OCTOBER = datetime(2026, 10, 12, 9, 0, tzinfo=at(date(2026, 10, 12), 9).tzinfo)


def made(term: Term, reason: str = "", **changes: Any) -> Course:
    """A course made by the office."""
    with transaction():
        return catalogue.create_course(term, typed(**changes), reason=reason, actor=TESTER)


def changed(course: Course, reason: str = "", change_reason: str = "", **changes: Any) -> Course:
    """A course changed by the office in some things."""
    values = replace(catalogue.values_of(course), **changes)
    reasons = {"reason": reason or course.warning_reason, "change_reason": change_reason}
    with transaction():
        return catalogue.change_course(course.id, values, revision=course.revision, **reasons, actor=TESTER)


def refused(act: Callable[..., object], *args: Any, **named: Any) -> Refused:
    """The refusal of an act, after which nothing has been written."""
    before = written()
    with pytest.raises(Refused) as caught:
        act(*args, **named)
    fresh()
    assert written() == before
    return caught.value


def written() -> list[object]:
    """Courses and audit as they stand."""
    courses = [(one.id, one.revision, one.state, one.capacity, one.room) for one in db.session.query(Course).order_by(Course.id)]
    return [courses, db.session.query(CourseMeeting).count(), db.session.query(AuditEntry).count()]


def listed(course: Course) -> None:
    with transaction():
        catalogue.list_course(course.id, actor=TESTER)


def unlist(course: Course) -> None:
    with transaction():
        catalogue.unlist_course(course.id, actor=TESTER)


def cancel(course: Course, reason: str = "教师生病") -> int:
    with transaction():
        return catalogue.cancel_course(course.id, reason=reason, actor=TESTER)


def teacher(code: str = "T001", name: str = "陈建国", left_on: date | None = None) -> Teacher:
    row = Teacher(staff_code=code, name=name, public_name=f"{name[0]}老师", left_on=left_on)
    db.session.add(row)
    db.session.commit()
    return row


def provider(until: date = LAST_ON, **changes: Any) -> Provider:
    columns = {"name": "青少年宫", "whitelist_number": "B-1", "licence_number": "L-1"} | changes
    row = Provider(licence_until=until, checks_until=until, **columns)
    db.session.add(row)
    db.session.commit()
    return row


def audit() -> AuditEntry:
    fresh()
    return db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()  # type: ignore[return-value]


JPEG, PNG = b"\xff\xd8\xff\xe0" + bytes(60), b"\x89PNG\r\n\x1a\n" + bytes(60)
WEBP = b"RIFF\x1a\0\0\0WEBPVP8 " + bytes(60)


def set_picture(course: Course, content: bytes | None) -> None:
    with transaction():
        catalogue.set_picture(course.id, content, actor=TESTER)
