"""A child's courses as a calendar file that phones subscribe to: course, room and times, never a name (PR-03)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, new

from flask import current_app, request, url_for

from school.calendar.files import FileEvent, calendar_file
from school.calendar.rules import SchoolCalendar
from school.clock import at
from school.courses.queries.calendars import find_calendar_nonce
from school.courses.rules.facts import CourseFacts
from school.courses.rules.timetable import DatedMeeting, meetings_on_dates

REFRESH = timedelta(hours=6)


def feed_url(selection_id: int, pupil_id: int) -> str:
    """The address a phone subscribes to; its key is of this child and this selection alone, and opens nothing else."""
    key = feed_key(selection_id, pupil_id, find_calendar_nonce(selection_id, pupil_id))
    site = str(current_app.config["PUBLIC_URL"]).rstrip("/") or request.url_root.rstrip("/")
    return site + url_for("courses.child_calendar", pupil_id=pupil_id, selection=selection_id, key=key)


def subscribe_url(url: str) -> str:
    """The same address as phones open it in their calendar at once."""
    return "webcal://" + url.split("://", 1)[1]


def feed_key(selection_id: int, pupil_id: int, nonce: str = "") -> str:
    """The key of an address: nobody can make one without the installation's secret, and a new nonce makes another key."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return new(secret, f"course-feed|{selection_id}|{pupil_id}|{nonce}".encode(), sha256).hexdigest()[:32]


def is_feed_key(selection_id: int, pupil_id: int, key: str) -> bool:
    """Whether this key opens this child's calendar of this selection."""
    expected = feed_key(selection_id, pupil_id, find_calendar_nonce(selection_id, pupil_id))
    return compare_digest(expected.encode(), key.encode())


def calendar_of(
    courses: Iterable[CourseFacts], calendar: SchoolCalendar, school_name: str, *, grade: int | None, stamped_at: datetime
) -> bytes:
    """The calendar file: an event for each date of each course, with an id that stays the same.

    `grade` is the child's. The same courses stamped at the same moment give the same bytes.
    """
    events = [_event(course, dated) for course in courses for dated in meetings_on_dates(course, calendar, grade=grade)]
    return calendar_file(events, kind="courses", name=f"{school_name}课后服务", stamped_at=stamped_at, refresh=REFRESH)


def _event(course: CourseFacts, dated: DatedMeeting) -> FileEvent:
    """One meeting; while the year's holidays are 尚未公布 it is tentative and says so (CA-01)."""
    unsure = f"{dated.on_day.year}年放假安排尚未公布，以学校通知为准。" if dated.is_provisional else ""
    return FileEvent(
        uid=f"course-{course.id}-{dated.on_day:%Y%m%d}-{dated.meeting.starts_at}@school",
        starts_at=at(dated.on_day) + timedelta(minutes=dated.meeting.starts_at),
        ends_at=at(dated.on_day) + timedelta(minutes=dated.meeting.ends_at),
        summary=course.name,
        location=course.room,
        description=f"{course.teacher}；{course.safety_note}{unsure}",
        is_sure=not dated.is_provisional,
    )
