"""Notices on the page, one's own e-mail address, robots and the outbox of the office."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from school.audit.models import AuditEntry
from school.clock import now
from school.db import db, transaction
from school.errors import Refused
from school.outbox.enums import MessageState
from school.outbox.models import EmailAddress, Notice, OutboxMessage, Robot
from school.outbox.rules.addresses import MOST_CODES_A_DAY, MOST_TRIES
from school.outbox.service import claims
from school.outbox.service import office as service
from tests.accounts.cast import signed_in
from tests.homework.small_school import AFTERNOON, SmallSchool
from tests.outbox.acts import BY, add_address, messages, send, tell, the_message
from tests.support.client import SchoolClient
from tests.support.receivers import MailServer, Platform


def audit() -> list[str]:
    """What the audit says of the outbox, oldest first."""
    found = select(AuditEntry.sentence).where(AuditEntry.action.startswith("outbox.")).order_by(AuditEntry.id)
    return list(db.session.scalars(found))


def address_of(user_id: int) -> EmailAddress:
    """A person's address as it is stored now."""
    db.session.expire_all()
    return db.session.scalars(select(EmailAddress).where(EmailAddress.user_id == user_id)).one()


def code_in(letter: object) -> str:
    """The six digits of a letter."""
    (code,) = re.findall(r"\b\d{6}\b", letter.get_content())  # type: ignore[attr-defined]
    return code


@pytest.fixture
def sun(app: Flask, school: SmallSchool) -> SchoolClient:
    """孙家长's phone."""
    return signed_in(app, school.sun)


@pytest.fixture
def office(app: Flask, school: SmallSchool) -> SchoolClient:
    """李主任's desk."""
    return signed_in(app, school.office)


def test_a_notice_is_opened_and_read(school: SmallSchool, sun: SchoolClient, freeze: Callable[[datetime], None]) -> None:
    tell(school.sun, key="old", text="旧通知", link="")
    tell(school.sun, text="新通知", link="/calendar")
    tell(school.chen, key="his", text="别人的通知")
    page = sun.get("/notices").text
    assert "2 条未读" in page
    assert page.index("新通知") < page.index("旧通知")
    assert "别人的通知" not in page
    assert "2 条未读" in sun.get("/").text
    new, his = (db.session.scalars(select(Notice).where(Notice.key == key)).one() for key in ("t:1", "his"))
    answer = sun.post_form(f"/notices/{new.id}/read", page="/notices")
    assert (answer.status_code, answer.location) == (303, "/calendar")
    page = sun.get("/notices").text
    assert page.index("旧通知") < page.index("新通知"), "unread ones come first"
    assert sun.post_form(f"/notices/{his.id}/read", page="/notices").status_code == 404
    first_read = db.session.get(Notice, new.id).read_at  # type: ignore[union-attr]
    freeze(AFTERNOON + timedelta(hours=1))
    answer = sun.post_form("/notices/read", page="/notices")
    assert answer.status_code == 303
    assert "都读过了" in sun.get("/notices").text
    assert "条未读" not in sun.get("/").text
    db.session.expire_all()
    assert db.session.get(Notice, new.id).read_at == first_read  # type: ignore[union-attr]
    assert db.session.get(Notice, his.id).read_at is None  # type: ignore[union-attr]


def test_many_notices_come_in_pages(school: SmallSchool, sun: SchoolClient) -> None:
    for number in range(60):
        tell(school.sun, key=f"t:{number}", text=f"第{number}条通知", link="")
    assert "第59条通知" in sun.get("/notices").text
    assert "第0条通知" not in sun.get("/notices").text
    assert "第0条通知" in sun.get("/notices?page=2").text


def test_an_address_is_confirmed_by_its_code(school: SmallSchool, sun: SchoolClient, mailbox: MailServer) -> None:
    assert sun.post_form("/account/email", {"address": "Sun@QQ.com"}).status_code == 303
    tell(school.sun)
    assert send() == {"sent": 1}, "a notice does not go to an address nobody confirmed"
    code = code_in(mailbox.letters[0])
    wrong = "000000" if code != "000000" else "111111"
    answer = sun.post_form("/account/email/confirm", {"code": wrong}, page="/account/email")
    assert answer.status_code == 422
    assert "还可以试 4 次" in answer.text
    assert address_of(school.sun.id).confirmed_at is None
    assert sun.post_form("/account/email/confirm", {"code": code}, page="/account/email").status_code == 303
    assert "已验证" in sun.get("/account/email").text
    found = address_of(school.sun.id)
    assert (found.confirmed_at, found.code_digest, found.address) == (now(), None, "Sun@qq.com")
    tell(school.sun, key="t:2")
    assert send() == {"sent": 1}
    assert mailbox.recipients == ["Sun@qq.com"] * 2
    assert audit() == ["填写了接收通知的邮箱 S***@qq.com", "验证了接收通知的邮箱 S***@qq.com"]
    stored = " ".join(map(str, db.session.execute(select(OutboxMessage.body)).scalars()))
    assert code not in stored


def test_a_code_is_guessed_five_times_only(school: SmallSchool, sun: SchoolClient, mailbox: MailServer) -> None:
    sun.post_form("/account/email", {"address": "sun@qq.com"})
    send()
    code = code_in(mailbox.letters[0])
    wrong = "000000" if code != "000000" else "111111"
    for _guess in range(MOST_TRIES):
        assert sun.post_form("/account/email/confirm", {"code": wrong}, page="/account/email").status_code == 422
    answer = sun.post_form("/account/email/confirm", {"code": code}, page="/account/email")
    assert answer.status_code == 422
    assert "已经失效" in answer.text


def test_a_code_lives_half_an_hour_and_for_its_address(
    school: SmallSchool, sun: SchoolClient, mailbox: MailServer, freeze: Callable[[datetime], None]
) -> None:
    sun.post_form("/account/email", {"address": "sun@qq.com"})
    send()
    code = code_in(mailbox.letters[0])
    sun.post_form("/account/email", {"address": "other@qq.com"})
    assert sun.post_form("/account/email/confirm", {"code": code}, page="/account/email").status_code == 422
    send()
    assert mailbox.recipients == ["sun@qq.com", "other@qq.com"]
    freeze(AFTERNOON + timedelta(minutes=30))
    answer = sun.post_form("/account/email/confirm", {"code": code_in(mailbox.letters[1])}, page="/account/email")
    assert "已经失效" in answer.text


def test_a_code_that_could_not_be_sent_in_time_is_not_sent(
    school: SmallSchool, sun: SchoolClient, mailbox: MailServer, freeze: Callable[[datetime], None]
) -> None:
    sun.post_form("/account/email", {"address": "sun@qq.com"})
    freeze(AFTERNOON + timedelta(minutes=30))
    assert send() == {}
    assert the_message().state is MessageState.DROPPED


def test_nobody_elses_mailbox_is_filled(school: SmallSchool, sun: SchoolClient, mailbox: MailServer) -> None:
    for number in range(MOST_CODES_A_DAY):
        assert sun.post_form("/account/email", {"address": f"victim{number}@qq.com"}).status_code == 303
        sun.post_form("/account/email/remove", page="/account/email")
    answer = sun.post_form("/account/email", {"address": "victim@qq.com"})
    assert answer.status_code == 422
    assert "victim@qq.com" in answer.text, "what was typed is kept"
    assert db.session.query(OutboxMessage).count() == MOST_CODES_A_DAY


def test_removing_an_address_stops_what_waits(school: SmallSchool, sun: SchoolClient, mailbox: MailServer) -> None:
    add_address(school.sun)
    tell(school.sun)
    assert sun.post_form("/account/email/remove", page="/account/email").status_code == 303
    assert (the_message().state, the_message().body) == (MessageState.DROPPED, "")
    assert address_of(school.sun.id).address == ""
    assert "sun@qq.com" not in sun.get("/account/email").text
    tell(school.sun, key="t:2")
    assert send() == {}
    assert audit() == ["移除了接收通知的邮箱 s***@qq.com"]


def test_without_a_mail_server_the_page_says_so(school: SmallSchool, sun: SchoolClient) -> None:
    answer = sun.post_form("/account/email", {"address": "sun@qq.com"})
    assert answer.status_code == 422
    assert "还没有设置邮件服务器" in answer.text
    assert db.session.query(EmailAddress).count() == 0


def test_a_robot_is_added_tried_stopped_and_never_shown(
    school: SmallSchool, office: SchoolClient, robots: Platform, app: Flask
) -> None:
    typed = {"name": "三年级2班家长群", "kind": "wecom", "scope": f"class-{school.third_2.id}", "url": robots.url()}
    assert office.post_form("/notices/robots/new", typed | {"url": "https://evil.example/?key=abc"}).status_code == 422
    assert office.post_form("/notices/robots/new", typed).status_code == 303
    page = office.get("/notices/robots").text
    assert "三年级2班家长群" in page
    assert "key=abc" not in page
    robot = db.session.scalars(select(Robot)).one()
    assert (robot.class_id, robot.entry_year) == (school.third_2.id, None)
    office.post_form(f"/notices/robots/{robot.id}/try", page="/notices/robots")
    assert send() == {"sent": 1}
    assert all(words in robots.posts[0][1]["text"]["content"] for words in ("这是一条测试消息", "活动"))
    office.post_form(f"/notices/robots/{robot.id}/stop", page="/notices/robots")
    assert "已停用" in office.get("/notices/robots").text
    again = office.post_form(f"/notices/robots/{robot.id}/resume", page="/notices/robots", follow_redirects=True)
    assert "已恢复使用" in again.text
    name = "三年级2班家长群"
    said = [
        f"添加了企业微信群机器人“{name}”",
        f"给群机器人“{name}”发测试消息",
        f"停用了群机器人“{name}”",
        f"恢复了群机器人“{name}”",
    ]
    assert audit() == said


def test_the_office_decides_about_what_nobody_knows(school: SmallSchool, office: SchoolClient, mailbox: MailServer) -> None:
    for user in (school.sun, school.chen):
        add_address(user, f"{user.login}@qq.com")
    tell(school.sun, school.chen, text="请看录取结果")
    for _letter in messages():
        with transaction():
            claim = claims.claim_next("a dead worker", {_letter.channel})
            assert claim is not None
            claims.hand_over(claim)
    send(stale_after=timedelta(seconds=-1))
    page = office.get("/notices/outbox").text
    assert page.count("已收到，不再发") == page.count("再发一次") == 2
    assert "孙家长 1***@qq.com" in page
    assert "13900000001@qq.com" not in page
    first, second = messages()
    assert office.post_form(f"/notices/outbox/{first.id}/leave", page="/notices/outbox").status_code == 303
    assert office.post_form(f"/notices/outbox/{second.id}/again", page="/notices/outbox").status_code == 303
    assert [one.state for one in messages()] == [MessageState.SENT, MessageState.QUEUED]
    assert messages()[0].body == ""
    assert send() == {"sent": 1}
    assert len(mailbox.letters) == 1
    assert [sentence.partition("：")[0] for sentence in audit()] == [
        "对不能确定的邮件“【示范小学】名额",
        "对不能确定的邮件“【示范小学】名额",
    ]
    assert [sentence.rpartition("：")[2] for sentence in audit()] == ["确认已收到", "再发一次"]


def test_two_people_decide_once(school: SmallSchool, office: SchoolClient, mailbox: MailServer) -> None:
    add_address(school.sun)
    tell(school.sun)
    mailbox.answers = {"RCPT": "550 no"}
    send()
    assert "SMTP 550 no" in office.get("/notices/outbox?state=failed").text
    with transaction():
        service.leave_it(the_message(), actor=BY)
    with pytest.raises(Refused, match="已经有人处理过了"), transaction():
        service.send_again(the_message(), actor=BY)
    assert the_message().state is MessageState.DROPPED


def test_who_is_not_of_the_office_sees_no_outbox(school: SmallSchool, sun: SchoolClient) -> None:
    for path in ("/notices/outbox", "/notices/robots", "/notices/robots/new"):
        assert sun.get(path).status_code == 403
