"""A child's calendar: an event for every meeting, no name, an address that opens nothing else and can be renewed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from icalendar import Calendar, Event
from sqlalchemy import func, select

from school.accounts.models import User
from school.audit.models import AuditEntry
from school.audit.service import COMMAND_LINE
from school.calendar.rules import SchoolCalendar, TermDates
from school.calendar.service import fill_year
from school.clock import ZONE
from school.courses.feeds import calendar_of, feed_key
from school.courses.models import CalendarKey
from school.courses.queries.catalogue import get_catalogue
from school.courses.service import seats
from school.db import db, transaction
from school.people.models import Guardian, Pupil
from tests.courses.small_courses import NOON, SmallCourses, build
from tests.support.client import SchoolClient
from tests.support.html import hidden_fields

DECEMBER = ("12-08", "12-15", "12-22", "12-29")
JANUARY = ("01-05", "01-12")


@pytest.fixture
def cast(app: Flask, freeze: Callable[[datetime], None]) -> SmallCourses:
    """The small selection with its open round running; 小孟0 has a place in 剪纸."""
    freeze(NOON)
    cast = build(has_wishes=False)
    child = cast.third[0]
    with transaction():
        seats.take(cast.selection.id, child.id, cast.paper.id, by=cast.actor(child))
    return cast


def address(cast: SmallCourses, child: Pupil, key: str | None = None) -> str:
    """The address of a child's calendar, with the key of a calendar that was never renewed unless another is given."""
    key = feed_key(cast.selection.id, child.id) if key is None else key
    return f"/choose/{child.id}/calendar.ics?selection={cast.selection.id}&key={key}"


def events_at(client: SchoolClient, path: str) -> list[Event]:
    """The events of the file an address gives."""
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    return Calendar.from_ical(answer.data).walk("VEVENT")


def shown_address(client: SchoolClient, child: Pupil) -> str:
    """The address a guardian reads on the child's page of the calendar, without the site."""
    page = client.get(f"/choose/{child.id}/calendar")
    assert page.status_code == 200
    found = re.search(r'id="address">([^<]+)<', page.get_data(as_text=True))
    assert found is not None
    return found[1].replace("&amp;", "&").removeprefix("http://localhost")


def test_an_event_for_every_date_and_no_name(cast: SmallCourses, client: SchoolClient) -> None:
    events = events_at(client, address(cast, cast.third[0]))
    starts = [event.decoded("dtstart") for event in events]
    assert [start.strftime("%m-%d %H:%M") for start in starts] == [f"{day} 16:00" for day in DECEMBER + JANUARY]
    assert {str(start.tzinfo) for start in starts} == {"Asia/Shanghai"}
    assert [event.decoded("dtend") - event.decoded("dtstart") for event in events] == [timedelta(minutes=90)] * 6
    assert {(str(event["summary"]), str(event["location"])) for event in events} == {("剪纸", cast.paper.room)}
    text = client.get(address(cast, cast.third[0])).get_data(as_text=True)
    assert "BEGIN:VTIMEZONE" in text
    names = [*db.session.scalars(select(Pupil.name)), *db.session.scalars(select(Guardian.name))]
    assert [name for name in names if name in text] == []


def test_the_same_meeting_keeps_its_id(cast: SmallCourses, client: SchoolClient, freeze: Callable[[datetime], None]) -> None:
    before = {str(event["uid"]) for event in events_at(client, address(cast, cast.third[0]))}
    freeze(NOON + timedelta(days=2))
    cast.paper.room = "另一间教室"
    db.session.commit()
    events = events_at(client, address(cast, cast.third[0]))
    assert {str(event["uid"]) for event in events} == before
    assert len(before) == 6
    assert str(events[0]["location"]) == "另一间教室"


def test_what_was_left_or_called_off_disappears(cast: SmallCourses, client: SchoolClient) -> None:
    child, path = cast.third[0], address(cast, cast.third[0])
    with transaction():
        seats.take(cast.selection.id, child.id, cast.choir.id, by=cast.actor(child))
    assert {str(event["summary"]) for event in events_at(client, path)} == {"剪纸", "合唱"}
    with transaction():
        seats.cancel_course(cast.selection.id, cast.choir.id, reason="教师生病", by=cast.actor(child))
    assert {str(event["summary"]) for event in events_at(client, path)} == {"剪纸"}
    with transaction():
        seats.withdraw(cast.selection.id, child.id, cast.paper.id, by=cast.actor(child))
    assert events_at(client, path) == []


def test_days_of_a_year_without_holidays_are_tentative(cast: SmallCourses, client: SchoolClient) -> None:
    fill_year(2026, actor=COMMAND_LINE)
    db.session.commit()
    events = events_at(client, address(cast, cast.third[0]))
    status = {event.decoded("dtstart").strftime("%m-%d"): str(event["status"]) for event in events}
    assert status == dict.fromkeys(DECEMBER, "CONFIRMED") | dict.fromkeys(JANUARY, "TENTATIVE")
    unsure = [event for event in events if "尚未公布" in str(event["description"])]
    assert len(unsure) == len(JANUARY)


def test_a_phone_that_has_it_already_gets_nothing_anew(
    cast: SmallCourses, client: SchoolClient, freeze: Callable[[datetime], None]
) -> None:
    path, child = address(cast, cast.third[0]), cast.third[0]
    etag = client.get(path).headers["ETag"]
    freeze(NOON + timedelta(hours=3))
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    with transaction():
        seats.take(cast.selection.id, child.id, cast.choir.id, by=cast.actor(child))
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_an_address_opens_its_own_calendar_only(cast: SmallCourses, client: SchoolClient) -> None:
    child, other = cast.third[0], cast.third[1]
    key = feed_key(cast.selection.id, other.id)
    of_another_selection = feed_key(cast.selection.id + 1, child.id)
    for wrong in (key, of_another_selection, "", "ключ", feed_key(cast.selection.id, child.id)[:-1]):
        assert client.get(address(cast, child, wrong)).status_code == 404, wrong
    key = feed_key(999, child.id)
    assert client.get(f"/choose/{child.id}/calendar.ics?selection=999&key={key}").status_code == 404
    assert client.get(f"/choose/{child.id}/calendar.ics").status_code == 404


def test_both_guardians_read_the_same_address_and_it_works(
    cast: SmallCourses, client: SchoolClient, as_user: Callable[[User], SchoolClient]
) -> None:
    child = cast.third[0]
    found = {shown_address(as_user(user), child) for user in (cast.guardians[child.id], cast.second)}
    assert found == {address(cast, child)}
    assert len(events_at(client, found.pop())) == 6


def test_the_address_is_that_of_the_site(cast: SmallCourses, app: Flask, as_user: Callable[[User], SchoolClient]) -> None:
    app.config["PUBLIC_URL"] = "https://school.example/"
    try:
        page = as_user(cast.second).get(f"/choose/{cast.third[0].id}/calendar").get_data(as_text=True)
    finally:
        app.config["PUBLIC_URL"] = ""
    assert f'href="webcal://school.example/choose/{cast.third[0].id}/calendar.ics?' in page
    assert f'href="https://school.example/choose/{cast.third[0].id}/calendar.ics?' in page


def test_a_new_address_closes_the_old_one(
    cast: SmallCourses, client: SchoolClient, as_user: Callable[[User], SchoolClient]
) -> None:
    child, guardian = cast.third[0], as_user(cast.guardians[cast.third[0].id])
    known = [address(cast, child)]
    for _renewal in range(2):
        answer = guardian.post_form(f"/choose/{child.id}/calendar")
        assert answer.status_code == 303
        known.append(shown_address(guardian, child))
    assert len(set(known)) == 3
    assert [client.get(path).status_code for path in known] == [404, 404, 200]
    assert db.session.scalar(select(func.count(CalendarKey.id))) == 1
    entries = list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "courses.renew_calendar")))
    assert [(one.subject_id, one.actor_id) for one in entries] == [(child.id, cast.guardians[child.id].id)] * 2
    assert shown_address(as_user(cast.second), child) == known[-1]
    # Another child's address is what it was.
    assert client.get(address(cast, cast.third[1])).status_code == 200


def test_only_a_guardian_reads_and_renews_it(
    cast: SmallCourses, client: SchoolClient, as_user: Callable[[User], SchoolClient]
) -> None:
    path = f"/choose/{cast.third[0].id}/calendar"
    assert client.get(path).status_code == 302
    stranger = as_user(cast.guardians[cast.third[1].id])
    assert stranger.get(path).status_code == 404
    own = f"/choose/{cast.third[1].id}/calendar"
    token = hidden_fields(stranger.get(own).text, own, own)["csrf_token"]
    assert stranger.post(path, data={"csrf_token": token}, headers={"Origin": "http://localhost"}).status_code == 404
    assert as_user(cast.chen).get(path).status_code == 403
    assert db.session.scalar(select(func.count(CalendarKey.id))) == 0


def test_the_first_of_june_is_a_day_off_for_the_younger_only(cast: SmallCourses) -> None:
    term = TermDates(2026, 2, date(2027, 3, 1), date(2027, 7, 9))
    calendar = SchoolCalendar((term,), {}, frozenset({2027}))
    paper = get_catalogue(cast.term.id).courses[cast.paper.id]
    course = replace(paper, grades=frozenset({7, 8}), first_on=date(2027, 5, 24), last_on=date(2027, 6, 9))
    for grade, has_it in ((7, False), (8, True)):
        file = calendar_of([course], calendar, "阳光学校", grade=grade, stamped_at=datetime(2027, 3, 1, tzinfo=ZONE))
        days = [event.decoded("dtstart").date() for event in Calendar.from_ical(file).walk("VEVENT")]
        assert (date(2027, 6, 1) in days) is has_it, grade
        assert date(2027, 5, 25) in days
