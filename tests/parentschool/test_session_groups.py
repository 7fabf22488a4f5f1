"""What robots tell groups of a session: whom it reaches, once for each news, and never a person's name or number."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from school.clock import now
from school.db import db, transaction
from school.outbox.enums import RobotKind
from school.outbox.models import OutboxMessage, Robot
from school.parentschool.service import sessions
from school.parentschool.service.reminders import remind
from tests.homework.small_school import TESTER
from tests.parentschool.office_school import FRIDAY, OfficeSchool, date_values


@pytest.fixture
def groups(office: OfficeSchool) -> OfficeSchool:
    """A group of the whole school, of grade 3 and of each class."""
    school = office.school
    scopes: dict[str, dict[str, int]] = {
        "全校": {},
        "三年级": {"entry_year": 2024},
        "三2": {"class_id": school.third_2.id},
        "一1": {"class_id": school.first_1.id},
    }
    for name, scope in scopes.items():
        url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"
        db.session.add(Robot(name=name, kind=RobotKind.WECOM, url=url, created_at=now(), **scope))
    db.session.commit()
    return office


def told(begins: str = "") -> dict[str, list[str]]:
    """Who was told what, oldest first; of messages that begin so."""
    db.session.rollback()
    found: dict[str, list[str]] = {}
    for one in db.session.scalars(select(OutboxMessage).where(OutboxMessage.robot_id.is_not(None)).order_by(OutboxMessage.id)):
        if one.body.startswith(begins):
            found.setdefault(one.robot.name, []).append(one.body)
    return found


@pytest.mark.parametrize(
    ("grades", "classes", "names"),
    [
        (frozenset(), (), {"全校", "三年级", "三2", "一1"}),
        (frozenset({3}), (), {"三年级", "三2"}),
        (frozenset(), ("third_2",), {"三2"}),
        (frozenset({1}), ("third_2",), {"三2", "一1"}),
        (frozenset({2}), (), set()),
    ],
)
def test_groups_all_of_whom_are_invited_are_told_once(
    groups: OfficeSchool, grades: frozenset[int], classes: tuple[str, ...], names: set[str]
) -> None:
    ids = frozenset(getattr(groups.school, one).id for one in classes)
    session = groups.announced(grades=grades, class_ids=ids)
    with transaction():
        sessions.announce_session(session.id, actor=groups.actor)
    assert set(told()) == names
    for messages in told().values():
        assert messages == ["【活动通知】怎样陪孩子写作业\n时间：11月27日（周五）19:00\n地点：多功能厅\n详情请登录学校网站查看。"]


def test_a_draft_is_nobodys_news(groups: OfficeSchool) -> None:
    session = groups.draft(guest="王医生")
    groups.second(session)
    with transaction():
        sessions.cancel_session(session.id, reason="主讲人生病", actor=groups.actor)
    assert told() == {}


def test_what_changes_is_told(groups: OfficeSchool, freeze: Callable[[datetime], None]) -> None:
    session = groups.announced(grades=frozenset({3}))
    added = groups.second(session)
    first = session.dates[0]
    with transaction():
        moved = date_values(FRIDAY + timedelta(minutes=30), place="录播室")
        sessions.change_date(first.id, moved, revision=session.revision, reason="礼堂维修", actor=groups.actor)
    freeze(FRIDAY - timedelta(hours=20))
    for _time in range(2):
        with transaction():
            remind(session.id, by=TESTER)
    with transaction():
        sessions.cancel_date(added.id, reason="人数太少", actor=groups.actor)
    first_lines = [message.split("\n")[:3] for message in told()["三2"]]
    assert first_lines == [
        ["【活动通知】怎样陪孩子写作业", "时间：11月27日（周五）19:00", "地点：多功能厅"],
        ["【活动通知】怎样陪孩子写作业", "时间：11月28日（周六）09:00", "地点：多功能厅"],
        ["【活动有变】怎样陪孩子写作业", "时间：11月27日（周五）19:30", "地点：录播室"],
        ["【活动提醒】怎样陪孩子写作业", "时间：11月27日（周五）19:30", "地点：录播室"],
        ["【活动取消】怎样陪孩子写作业", "时间：11月28日（周六）09:00", "地点：多功能厅"],
    ]
    every = " ".join(body for bodies in told().values() for body in bodies)
    assert not [words for words in ("礼堂维修", "人数太少", "王医生") if words in every]


def test_several_dates_are_one_invitation(groups: OfficeSchool) -> None:
    session = groups.draft(guest="王医生", topic="长" * 80)
    groups.second(session)
    with transaction():
        sessions.announce_session(session.id, actor=groups.actor)
    (message,) = told()["一1"]
    assert message.startswith("【活动通知】" + "长" * 54 + "…（共2场）\n时间：11月27日")


@pytest.mark.parametrize(
    ("topic", "place", "lines"),
    [
        ("请乌云其木格家长来", "多功能厅", ["【活动通知】家庭教育培训", "时间：11月27日（周五）19:00"]),
        ("打13900000001报名", "多功能厅", ["【活动通知】家庭教育培训", "时间：11月27日（周五）19:00"]),
        ("陪孩子写作业", "孙家长家", ["【活动通知】陪孩子写作业", "时间：11月27日（周五）19:00"]),
    ],
)
def test_a_name_or_number_is_left_out_and_stops_nothing(groups: OfficeSchool, topic: str, place: str, lines: list[str]) -> None:
    session = groups.announced(date_values(place=place), topic=topic, grades=frozenset({3}))
    assert session.announced_at is not None
    for messages in told().values():
        assert [message.split("\n") for message in messages] == [[*lines, "详情请登录学校网站查看。"]]
