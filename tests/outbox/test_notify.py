"""Telling people and groups: once a key, with the act or not at all, only to confirmed addresses, nobody's name in a group."""

from datetime import timedelta

import pytest
from flask import Flask

from school.accounts.service import create_user
from school.clock import now
from school.db import db, transaction
from school.errors import Refused
from school.outbox import service
from school.outbox.enums import Channel, GroupKind, MessageState, NoticeKind, RobotKind
from school.outbox.models import EmailAddress, Notice, OutboxMessage
from school.outbox.queries.notices import count_unread, notices_of
from school.outbox.rules.groups import GroupText
from school.outbox.service import office
from school.outbox.service.office import RobotValues
from tests.homework.small_school import SmallSchool
from tests.outbox.acts import BY, add_address, add_robot, messages, tell, the_message
from tests.support.receivers import MailServer, Platform

TEXT = GroupText(GroupKind.INVITATION, "家教沙龙", place="录播室")


def test_a_notice_stands_on_each_persons_page_once(school: SmallSchool) -> None:
    assert tell(school.sun, school.chen) == 2
    assert tell(school.sun, school.chen, school.liu, text="换了说法") == 1
    assert [one.text for one in notices_of(school.sun.id, offset=0, limit=9)] == ["“声乐”有名额了，请在今天 18:00 前确认。"]
    assert tell(school.sun, key="t:2") == 1
    assert count_unread(school.sun.id) == 2
    assert messages() == []


def test_a_letter_goes_to_a_confirmed_address_only(school: SmallSchool, mailbox: MailServer) -> None:
    add_address(school.sun)
    add_address(school.chen, "chen@qq.com", confirmed=False)
    tell(school.sun, school.chen, school.liu)
    tell(school.sun, school.chen, school.liu)
    message = the_message()
    assert (message.channel, message.state, message.address.user_id) == (Channel.EMAIL, MessageState.QUEUED, school.sun.id)
    assert message.subject.startswith("【示范小学】名额：")
    assert "https://school.example/choose/1" in message.body
    tell(school.sun, key="long", text="长" * 31)
    assert messages()[-1].subject == f"【示范小学】名额：{'长' * 29}…"


def test_who_confirms_later_gets_no_old_notice(school: SmallSchool, mailbox: MailServer) -> None:
    tell(school.sun)
    add_address(school.sun)
    tell(school.sun)
    assert messages() == []


def test_without_a_mail_server_nothing_is_queued(school: SmallSchool) -> None:
    add_address(school.sun)
    assert tell(school.sun) == 1
    assert messages() == []


def test_a_refused_act_tells_nobody(school: SmallSchool, mailbox: MailServer) -> None:
    add_address(school.sun)

    def act() -> None:
        with transaction():
            service.notify([school.sun.id], kind=NoticeKind.RESULT, key="t:1", text="录取")
            raise Refused("不行")

    with pytest.raises(Refused):
        act()
    assert db.session.query(Notice).count() == db.session.query(OutboxMessage).count() == 0


def test_many_people_at_once(school: SmallSchool, mailbox: MailServer) -> None:
    users = [create_user(f"1370000{n:04}", f"家长{n}") for n in range(1100)]
    db.session.flush()
    db.session.add_all(EmailAddress(user_id=one.id, address=f"{one.login}@qq.com", confirmed_at=now()) for one in users)
    db.session.commit()
    assert tell(*users) == 1100
    assert len({one.address_id for one in messages()}) == 1100
    assert tell(*users) == 0


@pytest.mark.parametrize("wrong", [{"link": "https://x.cn"}, {"text": ""}, {"text": "长" * 301}, {"key": ""}, {"key": "k" * 121}])
def test_what_no_feature_may_pass(app: Flask, school: SmallSchool, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"notice|key"):
        tell(school.sun, **wrong)  # type: ignore[arg-type]


def test_a_group_is_told_when_all_of_it_are_meant(school: SmallSchool, robots: Platform) -> None:
    url = robots.url()
    whole = add_robot(url, "全校群")
    grade = add_robot(url, "三年级群", entry_year=2024)
    second = add_robot(url, "三2群", class_id=school.third_2.id)
    first = add_robot(url, "一1群", class_id=school.first_1.id)
    add_robot(url, "停用的群", entry_year=2024, is_active=False)

    def told(key: str, **scope: object) -> set[int | None]:
        with transaction():
            count = service.announce(key=key, text=TEXT, link="/families/3", **scope)  # type: ignore[arg-type]
        found = [one for one in messages() if one.key.startswith(f"{key}:")]
        assert count == len(found)
        return {one.robot_id for one in found}

    assert told("a", entry_years=[2024]) == {grade.id, second.id}
    assert told("b", class_ids=[school.first_1.id]) == {first.id}
    assert told("c", whole_school=True) == {whole.id, grade.id, second.id, first.id}
    assert told("d", class_ids=[school.third_1.id]) == set()
    with transaction():
        assert service.announce(key="a", text=TEXT, entry_years=[2024]) == 0


def test_the_words_for_a_group(school: SmallSchool, robots: Platform, monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    add_robot(robots.url())
    with transaction():
        service.announce(key="a", text=TEXT, link="/families/3", whole_school=True)
    assert the_message().body == "【活动通知】家教沙龙\n地点：录播室\n详情请登录学校网站查看。"
    assert the_message().channel is Channel.WECOM


@pytest.mark.parametrize("title", ["请乌云其木格家长来", "找孙家长", "打 13900000001"])
def test_a_group_reads_nobodys_name_or_number(school: SmallSchool, robots: Platform, title: str) -> None:
    add_robot(robots.url(), class_id=school.third_2.id)
    for scope in ({"class_ids": [school.third_2.id]}, {"entry_years": [2024]}, {"whole_school": True}):
        with pytest.raises(Refused), transaction():
            service.announce(key="a", text=GroupText(GroupKind.INVITATION, title), **scope)  # type: ignore[arg-type]
    assert messages() == []


def test_a_name_of_another_class_is_a_word_like_any(school: SmallSchool, robots: Platform) -> None:
    add_robot(robots.url(), class_id=school.first_1.id)
    with transaction():
        assert service.announce(key="a", text=GroupText(GroupKind.INVITATION, "乌云其木格"), class_ids=[school.first_1.id]) == 1


def test_a_link_with_a_query_is_not_for_groups(school: SmallSchool) -> None:
    with pytest.raises(ValueError, match="plain path"), transaction():
        service.announce(key="a", text=TEXT, link="/f?key=1", whole_school=True)


def test_robots_are_added_once_and_only_where_allowed(school: SmallSchool, robots: Platform) -> None:
    values = RobotValues("三年级群", RobotKind.WECOM, robots.url(), entry_year=2024)
    with transaction():
        office.add_robot(values, actor=BY)
    for wrong, field in (
        (values, "name"),
        (RobotValues("别的", RobotKind.WECOM, "https://evil.example/?key=1"), "url"),
        (RobotValues("别的", RobotKind.WECOM, robots.url(), "SEC1"), "secret"),
    ):
        with pytest.raises(Refused) as refused, transaction():
            office.add_robot(wrong, actor=BY)
        assert refused.value.field == field


def test_a_message_knows_when_nobody_needs_it(school: SmallSchool, mailbox: MailServer) -> None:
    add_address(school.sun)
    tell(school.sun, until=now() + timedelta(hours=1))
    assert the_message().expires_at == now() + timedelta(hours=1)
