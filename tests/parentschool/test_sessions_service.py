"""Sessions as the office writes them: drafted, completed, announced, changed, moved, called off; families hear of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from school.audit.models import AuditEntry
from school.calendar.models import SchoolYear
from school.clock import frozen
from school.db import db, transaction
from school.errors import Conflict
from school.parentschool.enums import CheckInMethod, SessionState, SignUpState
from school.parentschool.models import FamilyPresence, ParentSession, SessionDate, SignUp
from school.parentschool.service import plan, sessions, signups
from tests.parentschool.office_school import (
    FRIDAY,
    NOW,
    SATURDAY,
    OfficeSchool,
    date_values,
    planned,
    refused,
    session_values,
    told,
)
from tests.parentschool.small_families import Family, build_family

MINUTE = timedelta(minutes=1)


def stored(session: ParentSession) -> ParentSession:
    """A session as it is now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.query(ParentSession).filter_by(id=session.id).one()


def sign_up(date: SessionDate, family: Family, adults: int = 1, gives_up: int | None = None) -> None:
    """A family signs up for a date."""
    with transaction():
        signups.sign_up(date.session_id, date.id, family.mother, family.child.id, adults, by=family.actor, gives_up=gives_up)


def standing(date: SessionDate) -> dict[str, str]:
    """By mother how her sign-up for a date stands, the newest counts."""
    db.session.rollback()
    rows = db.session.query(SignUp).filter_by(date_id=date.id).order_by(SignUp.id)
    return {row.guardian.name: row.state.value for row in rows}


@pytest.fixture
def four(office: OfficeSchool) -> list[Family]:
    """Four families of 三年级2班."""
    made = [build_family(number, office.school.third_2) for number in range(1, 5)]
    db.session.commit()
    return made


def test_a_session_is_drafted_in_the_year_of_its_first_date(office: OfficeSchool) -> None:
    row = office.row(grades=frozenset({3}))
    session = office.draft(grades=frozenset({3}), class_ids=frozenset({office.school.first_1.id}), plan_row_id=row.id)
    found = stored(session)
    assert (found.state, found.school_year.start_year, found.plan_row_id) == (SessionState.DRAFT, 2026, row.id)
    assert (found.grades, found.class_ids) == ([3], [office.school.first_1.id])
    (date,) = found.dates
    assert (date.starts_at, date.chairs, len(date.door_secret)) == (FRIDAY, None, 64)


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (lambda office: office.draft(topic=""), "topic"),
        (lambda office: office.draft(date_values(NOW)), "on_day"),
        (lambda office: office.draft(date_values(datetime(2027, 9, 3, 19, tzinfo=NOW.tzinfo))), "on_day"),
        (lambda office: office.draft(sign_up_closes_at=FRIDAY + MINUTE), "sign_up_closes_at"),
        (lambda office: office.draft(date_values(chairs=0)), "chairs"),
        (lambda office: office.draft(plan_row_id=999), "plan_row_id"),
    ],
)
def test_a_draft_the_rules_refuse_is_not_written(office: OfficeSchool, act: Callable[[OfficeSchool], object], field: str) -> None:
    refused(lambda: act(office), field=field)
    assert db.session.query(ParentSession).count() == 0


def test_a_plan_of_another_year_is_not_this_sessions(office: OfficeSchool) -> None:
    db.session.add(SchoolYear(start_year=2027))
    db.session.commit()
    with transaction():
        other = plan.add_row(2027, planned(month=FRIDAY.date().replace(year=2027, day=1)), actor=office.actor)
    refused(lambda: office.draft(plan_row_id=other.id), "不属于这个学年")


def test_a_place_is_held_by_one_session_at_a_time(office: OfficeSchool) -> None:
    first = office.draft()
    refused(lambda: office.draft(date_values(FRIDAY + timedelta(minutes=89))), "多功能厅那时已安排", "place")
    office.draft(date_values(FRIDAY + timedelta(minutes=90)))
    with transaction():
        sessions.cancel_session(first.id, reason="改期", actor=office.actor)
    office.draft(topic="又空出来了")


def test_announcing_wants_all_that_families_must_know(office: OfficeSchool) -> None:
    session = office.draft(date_values(place=""), description="")
    refused(
        lambda: sessions.announce_session(session.id, actor=office.actor),
        "还缺：内容介绍、地点或线上链接、主讲人（导师应允或写明嘉宾）",
    )
    assert stored(session).state is SessionState.DRAFT
    with transaction():
        sessions.change_session(session.id, session_values(), revision=1, actor=office.actor)
    with transaction():
        sessions.change_date(session.dates[0].id, date_values(), revision=2, actor=office.actor)
    request = office.ask(session, office.doctor)
    refused(lambda: sessions.announce_session(session.id, actor=office.actor), "还缺：主讲人")
    office.confirm(request)
    with transaction():
        sessions.announce_session(session.id, actor=office.actor)
    with transaction():
        sessions.announce_session(session.id, actor=office.actor)
    found = stored(session)
    assert (found.state, found.announced_at) == (SessionState.ANNOUNCED, NOW)
    assert db.session.query(AuditEntry).filter_by(action="parentschool.session_announce").count() == 1, "twice is once"


def test_a_page_that_grew_old_changes_nothing(office: OfficeSchool) -> None:
    session = office.draft()
    office.second(session)
    old, date = 1, session.dates[0]
    for act in (
        lambda: sessions.change_session(session.id, session_values(topic="后到"), revision=old, actor=office.actor),
        lambda: sessions.change_date(date.id, date_values(chairs=9), revision=old, actor=office.actor),
        lambda: sessions.add_date(session.id, date_values(SATURDAY + timedelta(days=1)), revision=old, actor=office.actor),
    ):
        assert isinstance(refused(act, "别人已经改过"), Conflict)
    assert [one.chairs for one in stored(session).dates] == [None, None]


def test_what_was_announced_only_grows(office: OfficeSchool, four: list[Family]) -> None:
    session = office.announced(grades=frozenset({3}))
    sign_up(session.dates[0], four[0], 2)

    def change(**changes: object) -> ParentSession:
        values = session_values(**({"guest": "王医生", "grades": frozenset({3})} | changes))
        return sessions.change_session(session.id, values, revision=session.revision, actor=office.actor)

    refused(lambda: change(grades=frozenset({4})), "不能缩小", "grades")
    refused(lambda: change(most_adults=1), "已有家庭报了 2 位", "most_adults")
    refused(lambda: change(guest=""), "还缺：主讲人")
    with transaction():
        change(grades=frozenset({3, 4}), most_adults=3, topic="换个说法")
    assert stored(session).grades == [3, 4]


def test_a_class_of_an_invited_grade_may_take_its_classes_place(office: OfficeSchool) -> None:
    session = office.announced(class_ids=frozenset({office.school.third_2.id}))

    def change(grade: int) -> ParentSession:
        values = session_values(guest="王医生", grades=frozenset({grade}))
        return sessions.change_session(session.id, values, revision=session.revision, actor=office.actor)

    refused(lambda: change(2), "不能缩小")
    with transaction():
        change(3)


def test_more_chairs_seat_who_waits_and_fewer_than_given_are_refused(office: OfficeSchool, four: list[Family]) -> None:
    session = office.announced(date_values(chairs=2))
    (date,) = session.dates
    for family in four[:3]:
        sign_up(date, family)

    def chairs(number: int | None) -> SessionDate:
        return sessions.change_date(date.id, date_values(chairs=number), revision=session.revision, actor=office.actor)

    assert standing(date) == {"家长1": "seated", "家长2": "seated", "家长3": "waiting"}
    refused(lambda: chairs(1), "已有 2 位家长报上名", "chairs")
    with transaction():
        chairs(3)
    assert standing(date)["家长3"] == "seated"
    assert told(four[2].user)[0].startswith("候补到座位了：“怎样陪孩子写作业”")
    sign_up(date, four[3])
    assert standing(date)["家长4"] == "waiting"
    with transaction():
        chairs(None)
    assert standing(date)["家长4"] == "seated"


def test_fewer_or_as_many_chairs_move_nobody(office: OfficeSchool, four: list[Family]) -> None:
    session = office.announced(date_values(chairs=3))
    (date,) = session.dates
    sign_up(date, four[0])
    for number in (2, 2):
        with transaction():
            sessions.change_date(date.id, date_values(chairs=number), revision=session.revision, actor=office.actor)
    assert standing(date) == {"家长1": "seated"}


def test_a_date_that_moved_says_why_and_families_hear_once_for_each_move(office: OfficeSchool, four: list[Family]) -> None:
    session = office.announced(date_values(chairs=1))
    (date,) = session.dates
    sign_up(date, four[0])
    sign_up(date, four[1])
    db.session.query(SessionDate).update({"reminded_at": NOW})
    db.session.commit()

    def move(place: str, reason: str) -> SessionDate:
        values = date_values(place=place, chairs=1)
        return sessions.change_date(date.id, values, revision=session.revision, reason=reason, actor=office.actor)

    refused(lambda: move("阅览室", ""), "请写明原因", "reason")
    assert told(four[0].user) == []
    with transaction():
        move("阅览室", "多功能厅要布置考场")
    with transaction():
        move("校史馆", "阅览室太小")
    expected = [
        "“怎样陪孩子写作业”改为11月27日 19:00，阅览室。原因：多功能厅要布置考场",
        "“怎样陪孩子写作业”改为11月27日 19:00，校史馆。原因：阅览室太小",
    ]
    assert told(four[0].user) == told(four[1].user) == expected, "who has chairs and who waits"
    assert told(four[2].user) == []
    assert stored(session).dates[0].reminded_at is None, "who was reminded of the old place is reminded again"
    with transaction():
        sessions.change_date(
            date.id, date_values(place="校史馆", chairs=4), revision=session.revision, reason="多余的原因", actor=office.actor
        )
    assert told(four[0].user) == expected, "more chairs are no move"


def test_a_date_that_began_stays_as_it_is(office: OfficeSchool) -> None:
    session = office.announced()
    with frozen(FRIDAY):
        refused(
            lambda: sessions.change_date(
                session.dates[0].id, date_values(SATURDAY), revision=session.revision, reason="晚了", actor=office.actor
            ),
            "已经开始",
        )


def test_sign_up_ends_with_the_last_date_when_it_moves_forward(office: OfficeSchool) -> None:
    session = office.announced()
    earlier = date_values(FRIDAY - timedelta(hours=3))
    with transaction():
        sessions.change_date(session.dates[0].id, earlier, revision=session.revision, reason="提前", actor=office.actor)
    assert stored(session).sign_up_closes_at == FRIDAY - timedelta(hours=3)
    draft = office.draft(date_values(SATURDAY), sign_up_opens_at=FRIDAY, sign_up_closes_at=SATURDAY)
    refused(
        lambda: sessions.change_date(draft.dates[0].id, date_values(FRIDAY), revision=draft.revision, actor=office.actor),
        "请先修改报名时间",
    )


def test_calling_off_a_date_ends_its_sign_ups_and_tells_the_families(office: OfficeSchool, four: list[Family]) -> None:
    session = office.announced(date_values(chairs=1), sign_up_closes_at=FRIDAY)
    friday, saturday = session.dates[0], office.second(session, date_values(SATURDAY, chairs=1))
    sign_up(friday, four[0])
    sign_up(saturday, four[1])
    sign_up(friday, four[2])
    sign_up(saturday, four[0], gives_up=friday.id)
    refused(lambda: sessions.cancel_date(friday.id, reason="", actor=office.actor), "请写明取消的原因", "reason")
    with transaction():
        sessions.cancel_date(friday.id, reason="停电", actor=office.actor)
    assert standing(friday) == {"家长1": "cancelled", "家长3": "cancelled"}
    assert standing(saturday) == {"家长2": "seated", "家长1": "waiting"}
    waits = db.session.query(SignUp).filter_by(date_id=saturday.id, state=SignUpState.WAITING).one()
    assert waits.gives_up_id is None, "there is nothing left to give up"
    sentence = "“怎样陪孩子写作业”11月27日 19:00的一场取消了。原因：停电"
    assert [told(family.user) for family in four] == [[sentence], [], [sentence], []]
    refused(lambda: sessions.cancel_date(friday.id, reason="又停电", actor=office.actor), "已经取消")
    refused(lambda: sessions.cancel_date(saturday.id, reason="也停电", actor=office.actor), "请取消整个活动")
    with transaction():
        signups.withdraw(session.id, saturday.id, four[1].child.id, by=four[1].actor)
    assert standing(saturday)["家长1"] == "seated", "who waited on still moves up"


def test_a_drafts_date_just_goes(office: OfficeSchool) -> None:
    session = office.draft()
    second = office.second(session)
    with transaction():
        sessions.cancel_date(second.id, reason="", actor=office.actor)
    assert [date.starts_at for date in stored(session).dates] == [FRIDAY]
    refused(lambda: sessions.cancel_date(session.dates[0].id, reason="", actor=office.actor), "唯一的一场")
    refused(lambda: sessions.cancel_date(second.id, reason="", actor=office.actor), "已经不在了")


def test_calling_off_a_session_ends_all_and_tells_once_for_each_date(office: OfficeSchool, four: list[Family]) -> None:
    session = office.announced(date_values(chairs=1))
    friday, saturday = session.dates[0], office.second(session, date_values(SATURDAY, chairs=9))
    sign_up(friday, four[0])
    sign_up(friday, four[1])
    sign_up(saturday, four[2])
    refused(lambda: sessions.cancel_session(session.id, reason="", actor=office.actor), "原因")
    with transaction():
        sessions.cancel_session(session.id, reason="暴雪停课", actor=office.actor)
    assert (standing(friday), standing(saturday)) == ({"家长1": "cancelled", "家长2": "cancelled"}, {"家长3": "cancelled"})
    assert [len(told(family.user)) for family in four] == [1, 1, 1, 0]
    assert told(four[2].user) == ["“怎样陪孩子写作业”11月28日 09:00的一场取消了。原因：暴雪停课"]
    found = stored(session)
    assert (found.state, found.state_reason) == (SessionState.CANCELLED, "暴雪停课")
    assert all(date.cancelled_at == NOW for date in found.dates)
    for act in (
        lambda: sessions.cancel_session(session.id, reason="再次", actor=office.actor),
        lambda: sessions.change_session(session.id, session_values(), revision=found.revision, actor=office.actor),
        lambda: sessions.announce_session(session.id, actor=office.actor),
    ):
        refused(act, "取消")


def test_calling_off_a_draft_tells_nobody_but_its_speakers(office: OfficeSchool, four: list[Family]) -> None:
    session = office.draft()
    office.ask(session, office.liu)
    with transaction():
        sessions.cancel_session(session.id, reason="重复了", actor=office.actor)
    assert told(four[0].user) == []
    assert told(office.school.liu)[-1].startswith("请您主讲的“怎样陪孩子写作业”取消了")


def test_what_began_or_somebody_came_to_is_not_called_off(office: OfficeSchool, four: list[Family]) -> None:
    session = office.announced()
    friday, saturday = session.dates[0], office.second(session)
    family = four[0]
    with frozen(FRIDAY):
        refused(lambda: sessions.cancel_session(session.id, reason="晚了", actor=office.actor), "有一场已经开始")
    presence = FamilyPresence(
        date_id=friday.id,
        guardian_id=family.mother.id,
        pupil_id=family.child.id,
        class_id=office.school.third_2.id,
        family=family.child.id,
        adults=1,
        method=CheckInMethod.LIST,
        noted_at=FRIDAY,
        noted_by=office.school.office.id,
    )
    db.session.add(presence)
    db.session.commit()
    refused(lambda: sessions.cancel_date(friday.id, reason="晚了", actor=office.actor), "已有家庭签到")
    refused(lambda: sessions.cancel_session(session.id, reason="晚了", actor=office.actor), "已有家庭签到")
    with transaction():
        sessions.cancel_date(saturday.id, reason="停电", actor=office.actor)
