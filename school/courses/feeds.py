"""A child's courses as a calendar file that phones subscribe to: course, room and times, never a name (PR-03)."""

from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, new

from flask import current_app, url_for
from icalendar import Calendar, Event, Timezone

from school.calendar.rules import SchoolCalendar
from school.clock import ZONE, at
from school.courses.rules.facts import CourseFacts
from school.courses.rules.timetable import DatedMeeting, meetings_on_dates

REFRESH = timedelta(hours=6)


def feed_url(selection_id: int, pupil_id: int) -> str:
    """The address a phone subscribes to; its key is of this child and this selection alone, and opens nothing else."""
    key = feed_key(selection_id, pupil_id)
    return url_for("courses.child_calendar", pupil_id=pupil_id, selection=selection_id, key=key, _external=True)


def feed_key(selection_id: int, pupil_id: int) -> str:
    """The key of an address: nobody can make one without the installation's secret."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return new(secret, f"course-feed|{selection_id}|{pupil_id}".encode(), sha256).hexdigest()[:32]


def is_feed_key(selection_id: int, pupil_id: int, key: str) -> bool:
    """Whether this key opens this child's calendar of this selection."""
    return compare_digest(feed_key(selection_id, pupil_id).encode(), key.encode())


def calendar_of(courses: list[CourseFacts], calendar: SchoolCalendar, school_name: str, stamped_at: datetime) -> bytes:
    """The calendar file: an event for each date of each course, with an id that stays the same."""
    file = Calendar()
    file.add("prodid", "-//school//courses//ZH")
    file.add("version", "2.0")
    file.add("x-wr-calname", f"{school_name}课后服务")
    file.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    file.add_component(Timezone.from_tzinfo(ZONE))
    for course in courses:
        for dated in meetings_on_dates(course, calendar):
            file.add_component(_event(course, dated, stamped_at))
    return file.to_ical()


def _event(course: CourseFacts, dated: DatedMeeting, stamped_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"course-{course.id}-{dated.on_day:%Y%m%d}-{dated.meeting.starts_at}@school")
    event.add("dtstamp", stamped_at)
    event.add("dtstart", at(dated.on_day) + timedelta(minutes=dated.meeting.starts_at))
    event.add("dtend", at(dated.on_day) + timedelta(minutes=dated.meeting.ends_at))
    event.add("summary", course.name)
    event.add("location", course.room)
    event.add("description", f"{course.teacher}；{course.safety_note}")
    return event
