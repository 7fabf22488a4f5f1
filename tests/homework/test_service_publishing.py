"""Coordinating, publishing, adding, amending, withdrawing, closing; the public log gains a row each time and loses none."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from school.audit.service import Actor
from school.db import db
from school.errors import Refused
from school.homework.enums import DayState, ItemState, Layer, LogChange
from school.homework.models import PublicLogEntry
from school.homework.rules.caps import CapExceeded
from school.homework.rules.concerns import ReasonNeeded
from school.homework.rules.filing import NotASchoolDay, OutsideTerm
from school.homework.rules.publishing import NoneNotDeclared, SubjectsUnfiled
from school.homework.service import board, filing, publishing
from school.homework.service.days import DayClosed
from school.homework.service.filing import Filing
from school.homework.service.publishing import Choice
from school.preferences import service as preferences
from tests.homework.small_school import EVENING, SATURDAY, TESTER, WEDNESDAY, SmallSchool, day_of, values

READY = Choice(confirms_standard=True)
GOES_ON = Choice(confirms_standard=True, goes_on_unfiled=True)


def publish(school: SmallSchool, choice: Choice = GOES_ON) -> None:
    """Publish 三年级2班's Wednesday and commit."""
    publishing.publish_day(school.third_2.id, WEDNESDAY, choice, actor=TESTER)
    db.session.commit()


def log() -> list[PublicLogEntry]:
    """The public log as stored, oldest first."""
    return db.session.query(PublicLogEntry).order_by(PublicLogEntry.id).all()


def test_one_tap_publishes_when_all_is_well(school: SmallSchool) -> None:
    school.file(30)
    school.file(20, teacher=school.liu_teacher)
    publish(school, READY)
    day = day_of(school.third_2)
    assert (day.state, day.is_late, {item.state for item in day.items}) == (DayState.PUBLISHED, False, {ItemState.PUBLISHED})
    assert [(e.subject, e.teacher, e.version, e.change) for e in log()] == [
        ("数学", "陈老师", 1, LogChange.PUBLISHED),
        ("语文", "刘老师", 1, LogChange.PUBLISHED),
    ]


def test_a_subject_without_homework_is_not_waited_for(school: SmallSchool) -> None:
    assert publishing.unfiled_subjects(None, [school.lesson(school.liu_teacher, school.third_2)]) == ["语文"]
    school.file(30)
    with pytest.raises(SubjectsUnfiled) as refusal:
        publish(school, READY)
    assert refusal.value.subjects == ("语文",)


def test_an_empty_day_is_not_none(school: SmallSchool) -> None:
    with pytest.raises(NoneNotDeclared):
        publish(school)
    db.session.rollback()
    publish(school, Choice(declares_none=True, goes_on_unfiled=True))
    assert day_of(school.third_2).has_none
    assert [(e.change, e.item_id) for e in log()] == [(LogChange.NONE, None)]


def test_late_needs_a_reason_and_is_counted(school: SmallSchool, freeze: Callable[[datetime], None]) -> None:
    school.file(30)
    freeze(EVENING)
    with pytest.raises(ReasonNeeded):
        publish(school)
    db.session.rollback()
    publish(school, Choice(confirms_standard=True, goes_on_unfiled=True, reason="停电"))
    assert day_of(school.third_2).is_late
    assert log()[0].is_late


def test_an_amendment_is_a_new_version_and_the_old_one_stays(school: SmallSchool) -> None:
    item = school.file(30)
    publish(school)
    publishing.amend_item(
        item.id,
        item.day_id,
        values(20, content="只做第 1 题"),
        why="题目超出进度",
        reason="",
        revision=item.revision,
        actor=TESTER,
    )
    db.session.commit()
    assert [(e.version, e.change, e.reason, e.layers[0]["minutes"]) for e in log()] == [
        (1, LogChange.PUBLISHED, "", 30),
        (2, LogChange.AMENDED, "题目超出进度", 20),
    ]
    assert day_of(school.third_2).required_minutes == 20


def test_an_amendment_cannot_slip_past_the_cap(school: SmallSchool) -> None:
    item = school.file(30)
    school.file(30, teacher=school.liu_teacher)
    publish(school)
    with pytest.raises(CapExceeded):
        publishing.amend_item(item.id, item.day_id, values(31), why="加题", reason="加题", revision=item.revision, actor=TESTER)


def test_a_withdrawn_publication_stays_readable(school: SmallSchool) -> None:
    item = school.file(30)
    publish(school)
    publishing.retract_item(item.id, item.day_id, why="布置错了", actor=TESTER)
    db.session.commit()
    assert [(e.version, e.change) for e in log()] == [(1, LogChange.PUBLISHED), (2, LogChange.WITHDRAWN)]
    assert day_of(school.third_2).required_minutes == 0


def test_what_is_filed_after_publication_is_added_with_a_reason(school: SmallSchool) -> None:
    school.file(30)
    publish(school)
    school.file(20, teacher=school.liu_teacher)
    with pytest.raises(Refused, match="写明原因"):
        publish(school)
    db.session.rollback()
    publish(school, Choice(reason="语文老师外出"))
    assert [(e.subject, e.change) for e in log()] == [("数学", LogChange.PUBLISHED), ("语文", LogChange.ADDED)]


def test_a_closed_day_does_not_change(school: SmallSchool) -> None:
    item = school.file(30)
    publish(school)
    publishing.close_day(item.day_id, actor=TESTER)
    db.session.commit()
    assert day_of(school.third_2).items[0].state is ItemState.CLOSED
    with pytest.raises(DayClosed):
        school.file(5, key="late")


def test_with_approval_the_office_publishes(school: SmallSchool) -> None:
    preferences.change({"needs_approval": True}, actor=TESTER)
    school.file(30)
    publishing.coordinate_day(school.third_2.id, WEDNESDAY, GOES_ON, actor=TESTER)
    db.session.commit()
    day = day_of(school.third_2)
    assert (day.state, log()) == (DayState.COORDINATED, [])
    publishing.approve_day(day.id, actor=TESTER)
    db.session.commit()
    assert day_of(school.third_2).state is DayState.PUBLISHED
    assert len(log()) == 1


def test_filing_into_a_coordinated_day_reopens_it(school: SmallSchool) -> None:
    school.file(30)
    publishing.coordinate_day(school.third_2.id, WEDNESDAY, GOES_ON, actor=TESTER)
    db.session.commit()
    school.file(10, teacher=school.liu_teacher)
    assert day_of(school.third_2).state is DayState.OPEN


def test_trimming_only_lowers(school: SmallSchool) -> None:
    item = school.file(30)
    with pytest.raises(Refused, match="只能调减"):
        board.trim_item(item.id, item.day_id, {Layer.ALL: 31}, reason="加", revision=item.revision, actor=TESTER)
    db.session.rollback()
    board.trim_item(item.id, item.day_id, {Layer.ALL: 20}, reason="总量偏多", revision=item.revision, actor=TESTER)
    db.session.commit()
    assert day_of(school.third_2).required_minutes == 20


def test_a_draft_waits_for_room_and_is_taken_in(school: SmallSchool) -> None:
    big = school.file(50)
    lesson = school.lesson(school.liu_teacher, school.third_2)
    waiting = filing.file_item(lesson, values(20), Filing(key="w", asks_for_room=True), actor=TESTER)
    db.session.commit()
    with pytest.raises(CapExceeded):
        board.take_in(waiting.id, waiting.day_id, actor=TESTER)
    db.session.rollback()
    board.trim_item(big.id, big.day_id, {Layer.ALL: 40}, reason="让出时间", revision=big.revision, actor=TESTER)
    board.take_in(waiting.id, waiting.day_id, actor=TESTER)
    db.session.commit()
    assert day_of(school.third_2).required_minutes == 60


def test_the_office_lifts_a_school_cap_up_to_the_nation_s(school: SmallSchool) -> None:
    preferences.change({"caps": {"3": 45}}, actor=TESTER)
    item = school.file(45)
    with pytest.raises(CapExceeded):
        school.file(5, teacher=school.liu_teacher, key="l")
    db.session.rollback()
    with pytest.raises(Refused, match="国家规定"):
        board.request_room(item.day_id, 61, reason="单元复习", actor=TESTER)
    db.session.rollback()
    request = board.request_room(item.day_id, 60, reason="单元复习", actor=Actor(school.liu.id, school.liu.display_name))
    db.session.commit()
    board.answer_request(request.id, is_approved=True, answer="同意一天", actor=TESTER)
    db.session.commit()
    school.file(15, teacher=school.liu_teacher, key="l")
    assert day_of(school.third_2).required_minutes == 60
    with pytest.raises(CapExceeded):
        school.file(1, key="x")


def test_nothing_is_published_or_declared_on_a_day_without_school(school: SmallSchool) -> None:
    lesson = school.lesson(school.chen_teacher, school.third_2)
    choice = Choice(declares_none=True, goes_on_unfiled=True)
    for day, refusal in ((SATURDAY, NotASchoolDay), (date(2030, 5, 1), OutsideTerm)):
        with pytest.raises(refusal):
            publishing.publish_day(school.third_2.id, day, choice, actor=TESTER)
        db.session.rollback()
        with pytest.raises(refusal):
            filing.declare_none(lesson, day, actor=TESTER)
        db.session.rollback()
    assert log() == []


def test_what_is_added_after_the_deadline_is_late(school: SmallSchool, freeze: Callable[[datetime], None]) -> None:
    school.file(30)
    publish(school)
    school.file(20, teacher=school.liu_teacher)
    freeze(EVENING)
    publish(school, Choice(reason="语文老师外出"))
    assert [entry.is_late for entry in log()] == [False, True]
    assert not day_of(school.third_2).is_late


def test_the_homeroom_teacher_amends_downwards_only(school: SmallSchool) -> None:
    item = school.file(30)
    publish(school)
    with pytest.raises(Refused, match="只能减少"):
        publishing.amend_item(
            item.id, item.day_id, values(31), why="加", reason="加", revision=item.revision, actor=TESTER, may_add=False
        )
    db.session.rollback()
    publishing.amend_item(
        item.id, item.day_id, values(25), why="减", reason="", revision=item.revision, actor=TESTER, may_add=False
    )
    db.session.commit()
    assert day_of(school.third_2).required_minutes == 25


def test_an_approved_day_in_time_needs_no_reason(school: SmallSchool, freeze: Callable[[datetime], None]) -> None:
    school.file(30)
    publishing.coordinate_day(school.third_2.id, WEDNESDAY, GOES_ON, actor=TESTER)
    db.session.commit()
    publishing.approve_day(day_of(school.third_2).id, actor=TESTER)
    db.session.commit()
    assert day_of(school.third_2).reason == ""
