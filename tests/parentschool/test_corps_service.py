"""The mentor corps: coming in, staying, leaving; being asked, answering, being let off; nobody at two places at once."""

from datetime import date, timedelta

import pytest

from school.clock import frozen
from school.db import db, transaction
from school.errors import Conflict
from school.parentschool.askings import Stage, askings_of, in_stages
from school.parentschool.enums import MentorSource, RequestState
from school.parentschool.models import FamilyMentor, MentorRequest
from school.parentschool.queries.corps import asked_counts, find_guardians, held_counts
from school.parentschool.service import corps, sessions
from school.parentschool.service.corps import Person
from school.people.models import Guardian
from tests.parentschool.office_school import (
    FRIDAY,
    NOW,
    SATURDAY,
    OfficeSchool,
    date_values,
    member_values,
    refused,
    session_values,
    told,
)

TODAY = NOW.date()
YES = {"confirms": True, "answer": "好"}


def state_of(request: MentorRequest) -> RequestState:
    """A request's state as it is stored now."""
    db.session.rollback()
    return db.session.query(MentorRequest).filter_by(id=request.id).one().state


def test_the_name_is_that_of_the_schools_own_people(office: OfficeSchool) -> None:
    assert [(one.name, one.source) for one in (office.doctor, office.liu, office.sun)] == [
        ("周医生", MentorSource.COMMUNITY),
        ("刘娜仁", MentorSource.TEACHER),
        ("孙家长", MentorSource.PARENT),
    ]


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (Person(MentorSource.COMMUNITY), "name"),
        (Person(MentorSource.TEACHER), "teacher_id"),
        (Person(MentorSource.TEACHER, name="冒名"), "teacher_id"),
        (Person(MentorSource.TEACHER, teacher_id=999), "teacher_id"),
        (Person(MentorSource.PARENT, guardian_id=999), "guardian_id"),
    ],
)
def test_nobody_comes_in_as_somebody_else(office: OfficeSchool, person: Person, field: str) -> None:
    refused(lambda: corps.add_member(person, member_values(), actor=office.actor), field=field)
    assert db.session.query(FamilyMentor).count() == 3


def test_a_teacher_who_left_does_not_come_in(office: OfficeSchool) -> None:
    office.school.chen_teacher.left_on = TODAY
    db.session.commit()
    person = Person(MentorSource.TEACHER, teacher_id=office.school.chen_teacher.id)
    refused(lambda: corps.add_member(person, member_values(), actor=office.actor), "在校的教师")


def test_one_person_is_in_the_corps_once_at_a_time(office: OfficeSchool) -> None:
    again = Person(MentorSource.TEACHER, teacher_id=office.school.liu_teacher.id)
    refused(lambda: corps.add_member(again, member_values(), actor=office.actor), "已在导师团里", "serves_from")
    doctor = Person(MentorSource.COMMUNITY, name="周医生")
    refused(lambda: corps.add_member(doctor, member_values(work="县医院 儿科"), actor=office.actor), "已在导师团里")
    with transaction():
        corps.add_member(doctor, member_values(work="中医院"), actor=office.actor)  # another of the same name
        later = member_values(serves_from=date(2027, 9, 1), serves_until=date(2028, 8, 31))
        corps.add_member(again, later, actor=office.actor)


def test_who_left_can_come_back_the_next_day(office: OfficeSchool) -> None:
    with transaction():
        corps.end_member(office.liu.id, on_day=TODAY, reason="休假", revision=1, actor=office.actor)
    again = Person(MentorSource.TEACHER, teacher_id=office.school.liu_teacher.id)
    back = member_values(serves_from=TODAY + timedelta(1))
    refused(lambda: corps.add_member(again, member_values(serves_from=TODAY), actor=office.actor), "已在导师团里")
    with transaction():
        corps.add_member(again, back, actor=office.actor)


def test_a_member_is_changed_by_one_at_a_time_and_not_after_leaving(office: OfficeSchool) -> None:
    with transaction():
        corps.change_member(office.liu.id, member_values(field="阅读"), revision=1, actor=office.actor)
    stale = refused(lambda: corps.change_member(office.liu.id, member_values(), revision=1, actor=office.actor), "别人已经改过")
    assert isinstance(stale, Conflict)
    with transaction():
        corps.end_member(office.liu.id, on_day=TODAY, reason="休假", revision=2, actor=office.actor)
    refused(lambda: corps.change_member(office.liu.id, member_values(), revision=3, actor=office.actor), "已经退出")


@pytest.mark.parametrize(("last_day", "is_fine"), [(date(2026, 11, 26), False), (date(2026, 11, 27), True)])
def test_a_term_keeps_the_days_that_were_promised(office: OfficeSchool, last_day: date, is_fine: bool) -> None:
    office.confirm(office.ask(office.draft(), office.liu))
    shorter = member_values(serves_until=last_day)
    if is_fine:
        with transaction():
            corps.change_member(office.liu.id, shorter, revision=1, actor=office.actor)
    else:
        refused(
            lambda: corps.change_member(office.liu.id, shorter, revision=1, actor=office.actor), "要包含那一天", "serves_until"
        )


def test_leaving_withdraws_what_waits_and_is_refused_while_something_is_promised(office: OfficeSchool) -> None:
    request = office.ask(office.draft(), office.liu)

    def end(**changes: object) -> FamilyMentor:
        asked = {"on_day": TODAY, "reason": "调离", "revision": 1, "actor": office.actor} | changes
        return corps.end_member(office.liu.id, **asked)  # type: ignore[arg-type]

    refused(lambda: end(on_day=date(2026, 8, 31)), "不能早于任期开始")
    with transaction():
        end()
    assert state_of(request) is RequestState.WITHDRAWN
    session = office.draft(date_values(SATURDAY))
    refused(lambda: corps.ask(session.id, office.liu.id, message="", actor=office.actor), "已退出")
    office.confirm(office.ask(session, office.doctor))
    refused(
        lambda: corps.end_member(office.doctor.id, on_day=TODAY, reason="搬家", revision=1, actor=office.actor),
        "还有已应允的场次：怎样陪孩子写作业",
    )
    with frozen(SATURDAY + timedelta(hours=2)), transaction():
        corps.end_member(office.doctor.id, on_day=SATURDAY.date(), reason="搬家", revision=1, actor=office.actor)


def test_a_mentor_is_asked_told_and_confirms_and_the_office_hears(office: OfficeSchool) -> None:
    session = office.draft()
    request = office.ask(session, office.liu, "请讲四十分钟")
    assert told(office.school.liu) == ["学校请您主讲“怎样陪孩子写作业”（11月27日 19:00），请答复。"]
    refused(lambda: corps.ask(session.id, office.liu.id, message="", actor=office.actor), "已经在这场活动的邀请里", "member_id")
    with transaction():
        corps.answer(request.id, **YES, actor=office.actor)
    assert told(office.school.office) == ["刘娜仁已应允主讲“怎样陪孩子写作业”：好"]
    assert told(office.moral) == told(office.school.office)
    assert told(office.school.principal) == [], "the principal does not keep parent school"
    refused(lambda: corps.answer(request.id, **YES, actor=office.actor), "已应允")


def test_who_declined_may_be_asked_again(office: OfficeSchool) -> None:
    session = office.draft()
    request = office.ask(session, office.liu)
    with transaction():
        corps.answer(request.id, confirms=False, answer="那天有事", actor=office.actor)
    assert state_of(request) is RequestState.DECLINED
    assert state_of(office.ask(session, office.liu)) is RequestState.ASKED


def test_the_office_writes_for_who_has_no_account_alone(office: OfficeSchool) -> None:
    session = office.draft()
    own, theirs = office.ask(session, office.liu), office.ask(session, office.doctor)
    refused(lambda: corps.write_answer(own.id, **YES, actor=office.actor), "请本人在")
    refused(lambda: corps.write_answer(theirs.id, confirms=True, answer="", actor=office.actor), field="answer")
    with transaction():
        corps.write_answer(theirs.id, confirms=False, answer="电话里说没空", actor=office.actor)
    assert (state_of(own), state_of(theirs)) == (RequestState.ASKED, RequestState.DECLINED)


def test_nobody_promises_two_places_at_once(office: OfficeSchool) -> None:
    office.confirm(office.ask(office.draft(), office.liu))
    other = office.draft(date_values(FRIDAY + timedelta(minutes=89), place="阅览室"), topic="阅读")
    refused(lambda: corps.ask(other.id, office.liu.id, message="", actor=office.actor), "已应允主讲“怎样陪孩子写作业”")
    after = office.draft(date_values(FRIDAY + timedelta(minutes=90), place="校史馆"), topic="接着讲")
    office.confirm(office.ask(after, office.liu))
    moved = date_values(FRIDAY + timedelta(minutes=80), place="校史馆")
    refused(
        lambda: sessions.change_date(after.dates[0].id, moved, revision=after.revision, actor=office.actor),
        "已应允主讲“怎样陪孩子写作业”",
    )


def test_asked_for_both_only_one_can_be_confirmed(office: OfficeSchool) -> None:
    one = office.ask(office.draft(), office.liu)
    other = office.ask(office.draft(date_values(place="阅览室"), topic="阅读"), office.liu)
    office.confirm(one)
    refused(lambda: corps.answer(other.id, **YES, actor=office.actor), "已应允主讲")
    with transaction():
        corps.answer(other.id, confirms=False, answer="", actor=office.actor)


def test_a_request_is_taken_back_with_a_reason_and_the_mentor_hears(office: OfficeSchool) -> None:
    request = office.confirm(office.ask(office.draft(), office.liu))
    refused(lambda: corps.withdraw_request(request.id, reason="", actor=office.actor), field="reason")
    with transaction():
        corps.withdraw_request(request.id, reason="改请别人", actor=office.actor)
    assert state_of(request) is RequestState.WITHDRAWN
    assert told(office.school.liu)[-1] == "学校撤回了请您主讲“怎样陪孩子写作业”的邀请。改请别人"
    refused(lambda: corps.withdraw_request(request.id, reason="再撤", actor=office.actor), "已撤回")


def test_the_last_speaker_of_an_announced_session_stays(office: OfficeSchool) -> None:
    session = office.draft()
    request = office.confirm(office.ask(session, office.liu))
    with transaction():
        sessions.announce_session(session.id, actor=office.actor)
    refused(lambda: corps.withdraw_request(request.id, reason="改请别人", actor=office.actor), "没有主讲人")
    refused(
        lambda: sessions.change_session(session.id, session_values(topic="新题", description=""), revision=2, actor=office.actor),
        "还缺：内容介绍",
    )
    office.confirm(office.ask(session, office.doctor))
    with transaction():
        corps.withdraw_request(request.id, reason="改请别人", actor=office.actor)


def test_a_session_called_off_leaves_nobody_to_answer(office: OfficeSchool) -> None:
    session = office.draft()
    waits, confirmed = office.ask(session, office.sun), office.confirm(office.ask(session, office.liu))
    with transaction():
        sessions.cancel_session(session.id, reason="停电", actor=office.actor)
    assert (state_of(waits), state_of(confirmed)) == (RequestState.WITHDRAWN, RequestState.CONFIRMED)
    for user in (office.school.sun, office.school.liu):
        assert told(user)[-1] == "请您主讲的“怎样陪孩子写作业”取消了。原因：停电"
    for act in (
        lambda: corps.ask(session.id, office.doctor.id, message="", actor=office.actor),
        lambda: corps.answer(waits.id, **YES, actor=office.actor),
        lambda: corps.withdraw_request(confirmed.id, reason="撤", actor=office.actor),
    ):
        refused(act, "已经取消")
    assert [(stage, [one.outcome for one in rows]) for stage, rows in in_stages(askings_of([office.liu.id]))] == [
        (Stage.ENDED, ["活动已取消"])
    ]


def test_speakers_hear_of_dates_that_come_move_and_go(office: OfficeSchool) -> None:
    session = office.draft()
    office.confirm(office.ask(session, office.liu))
    added = office.second(session)
    moved = date_values(SATURDAY + timedelta(hours=1), place="阅览室")
    with transaction():
        sessions.change_date(added.id, moved, revision=session.revision, actor=office.actor)
    with transaction():
        sessions.change_date(
            added.id, date_values(moved.starts_at, place="阅览室", chairs=9), revision=session.revision, actor=office.actor
        )
    with transaction():
        sessions.cancel_date(added.id, reason="", actor=office.actor)
    topic = "请您主讲的“怎样陪孩子写作业”"
    assert told(office.school.liu)[1:] == [
        f"{topic}加了一场：11月28日 09:00，多功能厅。不方便的请联系学校。",
        f"{topic}11月28日 09:00的一场改为11月28日 10:00，阅览室。不方便的请联系学校。",
        f"{topic}11月28日 10:00的一场不办了。不方便的请联系学校。",
    ]


def test_what_a_mentor_held_is_counted_by_dates_that_took_place(office: OfficeSchool) -> None:
    session = office.draft(sign_up_closes_at=NOW + timedelta(hours=1))
    office.second(session)
    third = office.second(session, date_values(SATURDAY + timedelta(days=1)))
    office.confirm(office.ask(session, office.liu))
    office.ask(session, office.sun)
    assert asked_counts() == {office.sun.id: 1}
    with transaction():
        sessions.announce_session(session.id, actor=office.actor)
    with transaction():
        sessions.cancel_date(third.id, reason="停电", actor=office.actor)
    ends = FRIDAY + timedelta(minutes=90)
    assert held_counts(ends - timedelta(minutes=1)) == {}
    assert held_counts(ends) == {office.liu.id: 1}
    assert held_counts(ends + timedelta(days=9)) == {office.liu.id: 2}
    stages = {}
    for moment in (NOW, ends, ends + timedelta(days=9)):
        with frozen(moment):
            (one,), (other,) = askings_of([office.liu.id]), askings_of([office.sun.id])
            stages[moment] = one.stage, len(one.held), other.stage, other.outcome
    assert list(stages.values()) == [
        (Stage.AHEAD, 0, Stage.WAITING, "待答复"),
        (Stage.AHEAD, 1, Stage.WAITING, "待答复"),
        (Stage.HELD, 2, Stage.ENDED, "没有答复，活动已过"),
    ]


def test_a_session_that_is_over_asks_nobody(office: OfficeSchool) -> None:
    session = office.announced()
    with frozen(FRIDAY + timedelta(minutes=90)):
        refused(lambda: corps.ask(session.id, office.liu.id, message="", actor=office.actor), "已经办过")


def test_guardians_are_found_by_name_or_the_end_of_the_phone_and_no_sign_is_special(office: OfficeSchool) -> None:
    assert [(one.name, one.pupil) for one in find_guardians("孙家", most=5)] == [("孙家长", "乌云其木格")]
    assert [one.name for one in find_guardians("0001", most=5)] == ["孙家长"]
    assert find_guardians("%", most=5) == find_guardians("_家长", most=5) == []
    assert find_guardians("外人", most=5) == [], "who has no child here is no parent"
    assert db.session.query(Guardian).count() == 1
