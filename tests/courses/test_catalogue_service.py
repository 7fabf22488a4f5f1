"""Keeping the catalogue on both databases: what is written, what is refused, what a selection holds in place."""

from datetime import date, timedelta
from typing import Any

import pytest

from school.audit.models import AuditEntry
from school.calendar.models import Term
from school.courses.enums import CourseState, Family, Weeks
from school.courses.models import CourseMeeting, Provider
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.manage import courses_beyond_papers
from school.courses.rules.catalogue import CourseValues, ReasonNeeded
from school.courses.service import catalogue
from school.db import db, transaction
from school.errors import Conflict
from school.preferences.service import change
from tests.courses.catalogue_acts import (
    JPEG,
    PNG,
    WEBP,
    audit,
    cancel,
    changed,
    listed,
    made,
    provider,
    refused,
    set_picture,
    teacher,
    unlist,
)
from tests.courses.catalogue_values import FIRST_ON, LAST_ON, TUESDAY_LATE, meeting, typed
from tests.courses.small_courses import TESTER, fresh


def test_a_course_begins_as_a_draft_and_is_what_was_typed(term: Term) -> None:
    one = teacher()
    course = made(term, teacher_ids=(one.id,), meetings=(TUESDAY_LATE, meeting(4, "15:30", "17:30", Weeks.ODD)))
    fresh()
    assert catalogue.values_of(course) == typed(
        teacher_ids=(one.id,), meetings=(TUESDAY_LATE, meeting(4, "15:30", "17:30", Weeks.ODD))
    )
    assert (course.state, course.revision) == (CourseState.DRAFT, 1)
    assert get_catalogue(term.id).listed == ()
    assert audit().sentence == "新建了课程“泥塑”（K01）"


def test_a_code_is_taken_once_a_term(term: Term) -> None:
    made(term)
    assert refused(made, term, room="美术室2").field == "code"
    other = Term(school_year=term.school_year, number=2, starts_on=date(2027, 2, 22), ends_on=date(2027, 7, 9))
    db.session.add(other)
    db.session.commit()
    made(other, first_on=other.starts_on, last_on=other.ends_on)


def test_every_rule_is_asked_when_a_course_is_made(term: Term) -> None:
    made(term, teacher_ids=(teacher().id,))
    cases = {
        "name": {"name": "补课"},
        "grades": {"grades": frozenset({7})},
        "starts_1": {"meetings": (meeting(2, "15:00", "17:30"),)},
        "room": {},
        "teachers": {"room": "舞蹈室", "teacher_ids": (1,)},
        "provider_id": {"room": "舞蹈室", "provider_id": provider(LAST_ON - timedelta(1)).id},
        "warning_reason": {"room": "舞蹈室", "meetings": (meeting(3, "16:00", "17:00"),)},
    }
    for field, changes in cases.items():
        assert refused(made, term, code="K02", **changes).field == field


def test_a_warning_is_answered_with_a_reason_that_stays(term: Term) -> None:
    short = (meeting(2, "16:00", "17:00"),)
    assert isinstance(refused(made, term, meetings=short), ReasonNeeded)
    course = made(term, "校车 17:10 发车", meetings=short)
    assert course.warning_reason == "校车 17:10 发车"
    assert audit().reason == "校车 17:10 发车"
    assert made(term, "多余的理由", code="K02", room="舞蹈室").warning_reason == ""


def test_the_school_sets_its_own_times(term: Term) -> None:
    early = (meeting(2, "15:00", "16:30"),)
    assert refused(made, term, meetings=early).field == "starts_1"
    with transaction():
        change({"lessons_end": "15:00", "service_end": "16:30", "service_minutes": 90}, actor=TESTER)
    assert made(term, meetings=early).warning_reason == ""


def test_the_school_says_which_rooms_are_shared(term: Term) -> None:
    made(term, room="操场")
    made(term, code="K02", room="操场")
    with transaction():
        change({"shared_rooms": ("体育馆",)}, actor=TESTER)
    assert refused(made, term, code="K03", room="操场").field == "room"


def test_what_is_called_off_needs_its_room_no_more(term: Term) -> None:
    course = made(term, teacher_ids=(teacher().id,))
    listed(course)
    assert refused(made, term, code="K02").field == "room"
    cancel(course)
    made(term, code="K02")


def test_a_teacher_who_leaves_before_the_end_does_not_teach_it(term: Term) -> None:
    leaving = teacher(left_on=LAST_ON - timedelta(1))
    assert "陈建国已离校" in refused(made, term, teacher_ids=(leaving.id,)).message
    made(term, teacher_ids=(leaving.id,), last_on=leaving.left_on)
    assert refused(made, term, code="K02", room="舞蹈室", teacher_ids=(99,)).field == "teachers"


def test_the_second_of_two_editors_is_told(term: Term) -> None:
    course = made(term)
    values, revision = catalogue.values_of(course), course.revision
    changed(course, room="美术室2")

    def second() -> None:
        with transaction():
            catalogue.change_course(course.id, values, revision=revision, actor=TESTER)

    assert isinstance(refused(second), Conflict)


def test_a_meeting_may_end_later_or_move(term: Term) -> None:
    course = made(term)
    for meetings in (
        (meeting(2, "15:30", "18:00"),),
        (meeting(2, "15:30", "18:00", Weeks.ODD), meeting(2, "15:30", "17:30", Weeks.EVEN)),
        (meeting(3, "15:30", "17:30"), meeting(2, "15:30", "17:30")),
    ):
        changed(course, meetings=meetings)
        fresh()
        assert set(catalogue.values_of(course).meetings) == set(meetings)


def test_listing_says_what_is_missing_and_asks_everything_again(term: Term) -> None:
    one = provider()
    course = made(term, description="", provider_id=one.id, outside_teacher="王教练")
    assert "课程内容" in refused(listed, course).message
    changed(course, description="捏小动物。")
    one.checks_until = LAST_ON - timedelta(1)
    db.session.commit()
    assert "人员核查" in refused(listed, course).message
    one.checks_until = LAST_ON
    db.session.commit()
    listed(course)
    listed(course)
    assert (course.state, course.revision) == (CourseState.LISTED, 3)
    assert [found.name for found in get_catalogue(term.id).listed] == ["泥塑"]


def test_a_listed_course_cannot_lose_what_families_must_know(term: Term) -> None:
    course = made(term, teacher_ids=(teacher().id,))
    listed(course)
    assert "安全说明" in refused(changed, course, safety_note="").message
    changed(course, safety_note="穿围裙。")


def test_taking_off_and_deleting(term: Term) -> None:
    course = made(term, teacher_ids=(teacher().id,))
    listed(course)
    assert "草稿" in refused(catalogue.delete_course, course.id, actor=TESTER).message
    unlist(course)
    assert course.state is CourseState.DRAFT
    with transaction():
        catalogue.delete_course(course.id, actor=TESTER)
    assert db.session.query(CourseMeeting).count() == 0
    assert audit().sentence == "删除了课程草稿“泥塑”（K01）"


def test_a_draft_is_not_called_off_and_nothing_of_it_gets_out(term: Term) -> None:
    course = made(term)
    assert "草稿" in refused(cancel, course).message
    assert get_catalogue(term.id).listed == ()


def test_calling_off_needs_a_reason_and_happens_once(term: Term) -> None:
    course = made(term, teacher_ids=(teacher().id,))
    listed(course)
    assert refused(cancel, course, "").field == "reason"
    assert cancel(course) == 0
    assert (course.state, course.state_reason, audit().reason) == (CourseState.CANCELLED, "教师生病", "教师生病")
    count = db.session.query(AuditEntry).count()
    assert cancel(course, "再说一次") == 0
    assert db.session.query(AuditEntry).count() == count
    assert "已停开" in refused(listed, course).message
    assert "已停开" in refused(changed, course, room="美术室2").message


def test_pictures_are_what_their_bytes_say(term: Term) -> None:
    course = made(term)
    for content, kind in ((JPEG, "image/jpeg"), (PNG, "image/png"), (WEBP, "image/webp")):
        set_picture(course, content)
        fresh()
        assert (course.picture, course.picture_type, len(course.picture_digest)) == (content, kind, 64)
    for wrong in (b"GIF89a" + bytes(60), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"RIFF\x1a\0\0\0WAVE" + bytes(60)):
        assert refused(set_picture, course, wrong).field == "picture"
    set_picture(course, JPEG.ljust(500_000, b"\0"))
    assert refused(set_picture, course, JPEG.ljust(500_001, b"\0")).field == "picture"
    set_picture(course, None)
    assert (course.picture, course.picture_type, course.picture_digest) == (None, "", "")


def save_provider(row: Provider | None, revision: int, **changes: Any) -> Provider:
    values = {"name": "青少年宫", "whitelist_number": "B-1", "licence_number": "L-1"} | changes
    until = {"licence_until": LAST_ON, "checks_until": LAST_ON} | changes
    with transaction():
        return catalogue.save_provider(row, **(until | values), revision=revision, actor=TESTER)


def test_providers_have_one_name_and_one_editor_at_a_time(term: Term) -> None:
    one = save_provider(None, 0)
    assert one.revision == 1
    assert refused(save_provider, None, 0).field == "name"
    save_provider(one, 1, licence_until=date(2027, 8, 31))
    assert isinstance(refused(save_provider, one, 1, name="少年宫"), Conflict)
    assert "许可证到 2027-08-31" in audit().sentence


def test_of_two_who_register_a_provider_at_once_the_second_is_told(term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    save_provider(None, 0)
    monkeypatch.setattr("school.courses.service.catalogue.find_provider_by_name", lambda _name: None)
    assert refused(save_provider, None, 0).field == "name"


def test_courses_that_outlast_their_providers_papers_are_found(term: Term) -> None:
    one = provider()
    course = made(term, provider_id=one.id, outside_teacher="王教练")
    assert courses_beyond_papers([one.id]) == {}
    one.licence_until = LAST_ON - timedelta(1)
    db.session.commit()
    assert courses_beyond_papers([one.id]) == {one.id: [course]}


def test_values_have_no_field_the_service_forgets(term: Term) -> None:
    other: CourseValues = typed(
        code="K09",
        name="陶艺",
        family=Family.SCIENCE,
        description="拉坯。",
        room="陶艺室",
        grades=frozenset({4, 5}),
        capacity=9,
        minimum=3,
        first_on=FIRST_ON + timedelta(7),
        last_on=LAST_ON - timedelta(7),
        fee_note="泥料 30 元",
        safety_note="穿围裙。",
        tags=("basic",),
        is_exempt=True,
        teacher_ids=(teacher().id,),
        provider_id=provider().id,
        outside_teacher="王教练",
        meetings=(meeting(5, "15:30", "17:30", Weeks.EVEN),),
    )
    course = made(term)
    assert all(getattr(other, name) != getattr(catalogue.values_of(course), name) for name in vars(other))
    changed(course, **vars(other))
    fresh()
    assert catalogue.values_of(course) == other
