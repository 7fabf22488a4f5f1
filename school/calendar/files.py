"""Calendar files (iCalendar) that phones open and subscribe to: events with times of the school's zone, never a name (PR-03)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from flask import Response, request
from icalendar import Calendar, Event, Timezone

from school.clock import ZONE


@dataclass(frozen=True)
class FileEvent:
    """An event of a calendar file; `uid` stays the same however often it is written, unsure ones are tentative."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    is_sure: bool = True


def calendar_file(
    events: Iterable[FileEvent], *, kind: str, name: str, stamped_at: datetime, refresh: timedelta | None = None
) -> bytes:
    """The file; the same events stamped at the same moment give the same bytes. `refresh` is for files a phone asks again."""
    file = Calendar()
    file.add("prodid", f"-//school//{kind}//ZH")
    file.add("version", "2.0")
    file.add("x-wr-calname", name)
    if refresh is not None:
        file.add("refresh-interval", refresh, parameters={"value": "DURATION"})
    file.add_component(Timezone.from_tzinfo(ZONE))
    for event in events:
        file.add_component(_component(event, stamped_at))
    return file.to_ical()


def calendar_response(content: bytes, filename: str) -> Response:
    """A calendar file as an answer: to be saved under this plain name, asked for anew only when it changed."""
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256(content).hexdigest()[:32])
    return response.make_conditional(request)


def _component(event: FileEvent, stamped_at: datetime) -> Event:
    made = Event()
    made.add("uid", event.uid)
    made.add("dtstamp", stamped_at)
    made.add("dtstart", event.starts_at)
    made.add("dtend", event.ends_at)
    made.add("summary", event.summary)
    made.add("location", event.location)
    made.add("description", event.description)
    made.add("status", "CONFIRMED" if event.is_sure else "TENTATIVE")
    return made
