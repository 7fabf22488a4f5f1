"""The office's adjustments: placed, moved and taken out on a family's word, which is kept (AS-01)."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from school.accounts.models import User
from school.audit.models import AuditEntry
from school.courses.enums import PlaceEnd, PlaceSource
from school.courses.models import Place
from school.db import db
from tests.courses.acts import faults
from tests.courses.small_courses import CLOSES, SmallCourses, build, fresh
from tests.support.client import SchoolClient

AsUser = Callable[[User], SchoolClient]
AGREED = {"who": "孟家长3", "how": "电话", "agreed_at": "2026-11-26T09:30", "words": "改天来签字"}


@pytest.fixture
def wished(app: Flask, freeze: Callable[[datetime], None]) -> SmallCourses:
    """Every wish window has closed."""
    freeze(CLOSES)
    return build(has_wishes=True)


def page_of(cast: SmallCourses, rest: str = "") -> str:
    return f"/courses/selection/{cast.term.id}{rest}"


def test_an_adjustment_keeps_who_agreed_how_and_when(wished: SmallCourses, as_user: AsUser) -> None:
    client, child = as_user(wished.office), wished.third[3]
    listed = client.get(page_of(wished, f"/adjust?class={wished.third_1.id}")).text
    assert child.name in listed
    url = page_of(wished, f"/adjust/{child.id}")
    bare = client.post_form(url, {"course_id": str(wished.choir.id)})
    assert bare.status_code == 422
    assert "请填写家长同意的时间。" in bare.text
    future = client.post_form(url, AGREED | {"course_id": str(wished.choir.id), "agreed_at": "2026-11-27T20:01"})
    assert "不能在将来" in future.text
    assert db.session.query(Place).count() == 0
    assert client.post_form(url, AGREED | {"course_id": str(wished.choir.id)}).status_code == 303
    place = db.session.query(Place).one()
    assert (place.source, place.pupil_id, place.course_id) == (PlaceSource.OFFICE, child.id, wished.choir.id)
    assert place.consent_note == "孟家长3，2026-11-26 09:30 电话同意；改天来签字"
    entry = db.session.query(AuditEntry).filter_by(action="courses.place").one()
    assert (entry.actor_label, entry.reason) == ("李主任", place.consent_note)
    assert place.consent_note in client.get(url).text


def test_the_office_moves_a_child_in_one_moment_or_not_at_all(wished: SmallCourses, as_user: AsUser) -> None:
    client, child = as_user(wished.office), wished.third[3]
    url = page_of(wished, f"/adjust/{child.id}")
    client.post_form(url, AGREED | {"course_id": str(wished.paper.id)})
    wished.chess.capacity = 1
    other = AGREED | {"who": "其他监护人", "course_id": str(wished.chess.id)}
    client.post_form(page_of(wished, f"/adjust/{wished.third[4].id}"), other)
    move = f"{url}/{wished.paper.id}/move"
    full = client.post_form(move, AGREED | {"course_id": str(wished.chess.id)})
    assert full.status_code == 422
    assert "名额已满" in full.text
    fresh()
    live = db.session.query(Place).filter_by(pupil_id=child.id, ended_at=None)
    assert [place.course_id for place in live] == [wished.paper.id]
    assert client.post_form(move, AGREED | {"course_id": str(wished.football.id)}).status_code == 303, "which clashes with it"
    fresh()
    assert [place.course_id for place in live] == [wished.football.id]
    ended = db.session.query(Place).filter_by(pupil_id=child.id, course_id=wished.paper.id).one()
    assert ended.end_reason is PlaceEnd.TRANSFERRED
    assert client.get(move).status_code == 404


def test_the_office_removes_a_child_on_its_family_s_word(wished: SmallCourses, as_user: AsUser) -> None:
    client, child = as_user(wished.office), wished.third[3]
    url = page_of(wished, f"/adjust/{child.id}")
    client.post_form(url, AGREED | {"course_id": str(wished.paper.id)})
    assert client.post_form(f"{url}/{wished.paper.id}/remove", AGREED).status_code == 303
    place = db.session.query(Place).one()
    assert (place.end_reason, place.end_note) == (PlaceEnd.OFFICE, "孟家长3，2026-11-26 09:30 电话同意；改天来签字")
    assert faults() == []


def test_a_child_without_a_class_can_still_be_taken_out(wished: SmallCourses, as_user: AsUser) -> None:
    client, child = as_user(wished.office), wished.third[3]
    url = page_of(wished, f"/adjust/{child.id}")
    client.post_form(url, AGREED | {"course_id": str(wished.paper.id)})
    child.memberships[0].ends_on = CLOSES.date()
    db.session.commit()
    assert "已不在任何班级" in client.get(url).text
    assert client.post_form(f"{url}/{wished.paper.id}/remove", AGREED).status_code == 303
