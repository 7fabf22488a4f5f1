"""Keeping the catalogue on both databases: what is written, what is refused, what a selection holds in place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from school.audit.models import AuditEntry
from school.calendar.models import SchoolYear, Term
from school.clock import at, frozen
from school.courses.enums import CourseState, Family, SelectionState, Weeks
from school.courses.models import Course, CourseMeeting, Provider, Selection
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.manage import courses_beyond_papers
from school.courses.rules.catalogue import CourseValues, ReasonNeeded
from school.courses.service import catalogue
from school.courses.service.copying import Copied, copy_courses
from school.db import db, transaction
from school.errors import Conflict, Refused
from school.people.models import Teacher
from school.preferences.service import change
from tests.courses.acts import holders, join, states, take
from tests.courses.catalogue_values import FIRST_ON, LAST_ON, TUESDAY_LATE, meeting, typed
from tests.courses.small_courses import TESTER, SmallCourses, add_application, add_course, build, fresh

OCTOBER = datetime(2026, 10, 12, 9, 0, tzinfo=at(date(2026, 10, 12), 9).tzinfo)


@pytest.fixture
def term(app: Flask, freeze: Callable[[datetime], None]) -> Term:
    """A term without a course or a selection."""
    freeze(OCTOBER)
    term = Term(school_year=SchoolYear(start_year=2026), number=1, starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 22))
    db.session.add(term)
    db.session.commit()
    return term


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


# With a selection: 剪纸 (paper) and the others of tests/courses/small_courses.py, their outside teachers from a provider.


def with_papers(cast: SmallCourses) -> SmallCourses:
    """The small selection with a provider whose papers hold for every outside teacher, and reasons for short courses."""
    one = provider()
    for course in cast.courses:
        course.provider_id = one.id if course.outside_teacher and course.family is not Family.TUTORING else None
        course.warning_reason = "校车"
    db.session.commit()
    return cast


@pytest.fixture
def held(cast: SmallCourses) -> SmallCourses:
    """The small selection in its open round."""
    return with_papers(cast)


def test_calling_off_ends_places_and_the_list(held: SmallCourses) -> None:
    for pupil in held.third[:3]:
        take(held, pupil, held.paper, waits=True)
    assert cancel(held.paper) == 2
    assert (holders(held.paper), states(held.paper)) == ([], ["closed"])


def test_more_seats_go_to_the_list_at_once(held: SmallCourses) -> None:
    for pupil in held.third[:4]:
        take(held, pupil, held.paper, waits=True)
    changed(held.paper, capacity=3)
    assert holders(held.paper) == sorted(pupil.id for pupil in held.third[:3])


def test_fewer_seats_want_a_reason_and_never_fewer_than_are_taken(held: SmallCourses) -> None:
    take(held, held.third[0], held.dance)
    refusal = refused(changed, held.dance, capacity=3)
    assert (refusal.field, "1 个孩子" in refusal.message) == ("change_reason", True)
    changed(held.dance, change_reason="教室换小了", capacity=1)
    assert (audit().reason, "从 4 减到 1" in audit().sentence) == ("教室换小了", True)
    take(held, held.third[1], held.choir)
    take(held, held.third[2], held.choir)
    assert refused(changed, held.choir, change_reason="教室换小了", capacity=1).field == "capacity"


def test_what_families_chose_by_stays(held: SmallCourses) -> None:
    moved = (meeting(3, "16:00", "17:30"),)
    take(held, held.third[0], held.dance)
    assert refused(changed, held.dance, meetings=moved).field == "weekday_1"
    assert refused(changed, held.dance, code="C99").field == "code"
    assert "不能下架" in refused(unlist, held.dance).message
    changed(held.choir, meetings=(meeting(4, "16:30", "17:30"),))
    assert refused(changed, held.choir, code="C99").field == "code"


def test_waiting_and_wishing_count_as_choosing(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(OCTOBER)
    held = with_papers(build(has_wishes=True))
    add_application(held.selection, held.third[0], held.paper)
    db.session.commit()
    assert refused(changed, held.paper, meetings=(meeting(2, "16:30", "17:30"),)).field == "weekday_1"
    assert "不能下架" in refused(unlist, held.paper).message
    unlist(held.dance)


def test_one_child_who_has_and_waits_is_counted_once(held: SmallCourses) -> None:
    take(held, held.third[0], held.chess)
    take(held, held.third[1], held.chess)
    join(held, held.third[2], held.chess)
    assert "3 个孩子" in refused(changed, held.chess, fee_note="材料费 20 元").message


def test_nothing_moves_while_a_list_is_frozen(held: SmallCourses) -> None:
    held.selection.state = SelectionState.FROZEN
    db.session.commit()
    for act in (lambda: listed(held.draft), lambda: unlist(held.dance), lambda: cancel(held.dance)):
        assert "冻结" in refused(act).message
    assert "冻结" in refused(changed, held.dance, capacity=9).message
    changed(held.dance, room="舞蹈教室")
    changed(held.draft, capacity=5)


JPEG, PNG = b"\xff\xd8\xff\xe0" + bytes(60), b"\x89PNG\r\n\x1a\n" + bytes(60)
WEBP = b"RIFF\x1a\0\0\0WEBPVP8 " + bytes(60)


def set_picture(course: Course, content: bytes | None) -> None:
    with transaction():
        catalogue.set_picture(course.id, content, actor=TESTER)


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


def test_courses_that_outlast_their_providers_papers_are_found(term: Term) -> None:
    one = provider()
    course = made(term, provider_id=one.id, outside_teacher="王教练")
    assert courses_beyond_papers([one.id]) == {}
    one.licence_until = LAST_ON - timedelta(1)
    db.session.commit()
    assert courses_beyond_papers([one.id]) == {one.id: [course]}


# Copying.


@pytest.fixture
def spring(term: Term) -> Term:
    """The term after."""
    spring = Term(school_year=term.school_year, number=2, starts_on=date(2027, 2, 22), ends_on=date(2027, 7, 9))
    db.session.add(spring)
    db.session.commit()
    return spring


def copied(term: Term, *courses: Course) -> list[Copied]:
    with transaction():
        return copy_courses(term, [one.id for one in courses], actor=TESTER)


def copies(term: Term) -> list[Course]:
    fresh()
    return db.session.query(Course).filter_by(term_id=term.id).order_by(Course.code).all()


def test_a_copy_is_a_draft_of_the_new_term(term: Term, spring: Term) -> None:
    course = made(term, "校车", teacher_ids=(teacher().id,), meetings=(meeting(2, "16:00", "17:00"),))
    listed(course)
    set_picture(course, JPEG)
    assert copied(spring, course) == [Copied("泥塑", is_made=True)]
    [copy] = copies(spring)
    assert (copy.state, copy.copied_from_id, copy.picture_digest, copy.warning_reason) == (
        CourseState.DRAFT,
        course.id,
        course.picture_digest,
        "校车",
    )
    # 13 days after the first day of term, 7 days before the last.
    assert (copy.first_on, copy.last_on) == (date(2027, 3, 7), date(2027, 7, 2))
    assert replace(catalogue.values_of(copy), first_on=FIRST_ON, last_on=LAST_ON) == catalogue.values_of(course)
    assert course.picture == copy.picture == JPEG


def test_copying_twice_copies_once(term: Term, spring: Term) -> None:
    course = made(term)
    copied(spring, course)
    [copy] = copies(spring)
    changed(copy, code="X01")
    [again] = copied(spring, course)
    assert (again.is_made, len(copies(spring))) == (False, 1)
    made(spring, code="K07", room="舞蹈室", first_on=spring.starts_on, last_on=spring.ends_on)
    [same_code] = copied(spring, made(term, code="K07", room="舞蹈室"))
    assert (same_code.is_made, "K07" in same_code.sentence) == (False, True)


def test_who_left_and_papers_that_ran_out_are_left_out_and_named(term: Term, spring: Term) -> None:
    leaves, stays = teacher(), teacher("T002", "刘芳")
    ended = provider()
    course = made(term, teacher_ids=(leaves.id, stays.id), provider_id=ended.id, outside_teacher="王教练")
    leaves.left_on = date(2027, 1, 31)
    db.session.commit()
    [result] = copied(spring, course)
    assert result == Copied("泥塑", is_made=True, sentence="陈建国已离校，未带入；“青少年宫”的证照到期，未带入")
    values = catalogue.values_of(copies(spring)[0])
    assert (values.teacher_ids, values.provider_id, values.outside_teacher) == ((stays.id,), None, "")


def test_a_copy_is_checked_again_and_does_not_stop_the_others(term: Term, spring: Term) -> None:
    early, fine = made(term), made(term, code="K02", room="舞蹈室", meetings=(meeting(3, "16:00", "18:00"),))
    with transaction():
        change({"lessons_end": "16:00"}, actor=TESTER)
    results = copied(spring, early, fine)
    assert [one.is_made for one in results] == [False, True]
    assert "课表 16:00 才结束" in results[0].sentence
    assert [one.code for one in copies(spring)] == ["K02"]


def test_deleting_the_original_keeps_the_copy(term: Term, spring: Term) -> None:
    course = made(term)
    copied(spring, course)
    with transaction():
        catalogue.delete_course(course.id, actor=TESTER)
    assert [one.copied_from_id for one in copies(spring)] == [None]


def test_an_old_course_that_closed_may_be_copied(cast: SmallCourses) -> None:
    before = Term(school_year=SchoolYear(start_year=2025), number=2, starts_on=date(2026, 2, 23), ends_on=date(2026, 7, 10))
    db.session.add(before)
    old = add_course(before, "Z01", "皮影", (1, 960, 1050), room="皮影室", state=CourseState.CLOSED, family=Family.CRAFTS)
    old.first_on, old.last_on, old.outside_teacher, old.warning_reason = date(2026, 3, 2), date(2026, 6, 26), "", "校车"
    db.session.commit()
    with frozen(OCTOBER):
        [result] = copied(cast.term, old)
    assert result.is_made
    assert [one.state for one in copies(cast.term) if one.code == "Z01"] == [CourseState.DRAFT]


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


def test_a_selection_of_another_term_holds_nothing(cast: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    freeze(OCTOBER)
    cast.selection.state = SelectionState.FROZEN
    spring = Term(school_year=cast.term.school_year, number=2, starts_on=date(2027, 2, 22), ends_on=date(2027, 7, 9))
    db.session.add(spring)
    db.session.commit()
    course = made(spring, teacher_ids=(cast.chen_teacher.id,), first_on=spring.starts_on, last_on=spring.ends_on)
    listed(course)
    assert db.session.query(Selection).count() == 1
