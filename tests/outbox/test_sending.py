"""The worker against a mail server and a platform that refuse, dawdle and hang up at every step."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from school.clock import now
from school.db import db, transaction
from school.outbox import service
from school.outbox.delivery import mail, robot
from school.outbox.delivery.worker import Worker
from school.outbox.enums import GroupKind, MessageState, RobotKind
from school.outbox.models import OutboxMessage
from school.outbox.rules.groups import GroupText
from school.outbox.rules.robots import PER_MINUTE
from school.outbox.rules.sending import MOST_ATTEMPTS
from school.outbox.service import office
from tests.homework.small_school import AFTERNOON, SmallSchool
from tests.outbox.acts import BY, add_address, add_robot, expected_id, messages, seconds_until, send, states, tell, the_message
from tests.support.receivers import MailServer, Platform

Freeze = Callable[[datetime], None]


def announce(count: int = 1) -> None:
    """Queue messages to every robot."""
    for number in range(count):
        with transaction():
            service.announce(key=f"a:{number}", text=GroupText(GroupKind.REMINDER, f"第{number}场"), whole_school=True)


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that waits no longer than a moment for a silent server."""
    monkeypatch.setattr(mail.Mailer.__init__, "__kwdefaults__", {"patience": 0.2})
    monkeypatch.setattr(robot.post, "__kwdefaults__", {"patience": 0.2})


def test_a_letter_arrives_as_it_was_written(waiting: MailServer) -> None:
    key, body = the_message().key, the_message().body
    assert send() == {"sent": 1}
    (letter,) = waiting.letters
    assert waiting.recipients == ["sun@qq.com"]
    assert letter["From"] == "示范小学 <tongzhi@school.example>"
    assert letter["To"] == "sun@qq.com"
    assert letter["Subject"] == the_message().subject
    assert letter["Message-ID"] == expected_id(the_message())
    assert letter.get_content().replace("\r\n", "\n") == body
    assert key == the_message().key
    assert (the_message().state, the_message().body, the_message().sent_at) == (MessageState.SENT, "", now())
    assert send() == {}


def test_lines_that_begin_with_a_dot_arrive(waiting: MailServer) -> None:
    assert mail._dotted(b"a\r\n.\r\n..b") == b"a\r\n..\r\n...b\r\n.\r\n"


def test_letters_share_a_connection_and_the_login(school: SmallSchool, mailbox: MailServer, app: Flask) -> None:
    app.config.update(SMTP_USER="u", SMTP_PASSWORD="p")
    try:
        for user in (school.sun, school.chen, school.liu):
            add_address(user, f"{user.login}@qq.com")
        tell(school.sun, school.chen, school.liu)
        assert send() == {"sent": 3}
    finally:
        app.config.update(SMTP_USER="", SMTP_PASSWORD="")
    assert (mailbox.connections, mailbox.logins) == (1, ["\0u\0p"])


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("fault", ["answers", "hangs_up", "silent"])
def test_before_the_body_a_fault_is_no_loss(
    waiting: MailServer, monkeypatch: pytest.MonkeyPatch, freeze: Freeze, verb: str, fault: str
) -> None:
    quick(monkeypatch)
    setattr(waiting, fault, {verb: "451 later", "HELO": "451 later"} if fault == "answers" else verb)
    assert send() == {"retry": 1}
    message = the_message()
    assert (message.state, message.handed_over_at, message.attempts) == (MessageState.QUEUED, None, 1)
    assert 30 <= seconds_until(message.next_attempt_at) <= 38
    assert send() == {}
    waiting.answers, waiting.hangs_up, waiting.silent = {}, "", ""
    freeze(AFTERNOON + timedelta(minutes=1))
    assert send() == {"sent": 1}
    assert waiting.ids() == [expected_id(the_message())]


def test_a_login_that_is_refused_costs_no_letter(waiting: MailServer, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting.answers = {"AUTH": "535 wrong password"}
    monkeypatch.setitem(app.config, "SMTP_USER", "school")
    assert send() == {"retry": 1}
    assert the_message().last_error == "邮件服务器不让登录：SMTP 535 wrong password"
    assert (the_message().state, the_message().handed_over_at) == (MessageState.QUEUED, None)


def test_nobody_listens(waiting: MailServer, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SMTP_PORT", 1)
    assert send() == {"retry": 1}
    assert "ConnectionRefused" in the_message().last_error


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "BODY"])
def test_never_is_never(waiting: MailServer, verb: str) -> None:
    waiting.answers = {verb: "550 <sun@qq.com> no such user"}
    assert send() == {"failed": 1}
    assert the_message().last_error == "SMTP 550 <…> no such user"
    assert the_message().state is MessageState.FAILED
    assert waiting.letters == []


def test_a_refused_body_is_tried_again(waiting: MailServer) -> None:
    waiting.answers = {"BODY": "452 full"}
    assert send() == {"retry": 1}
    assert the_message().handed_over_at is None


@pytest.mark.parametrize("fault", ["hangs_up", "silent"])
def test_after_the_body_nobody_knows(waiting: MailServer, monkeypatch: pytest.MonkeyPatch, freeze: Freeze, fault: str) -> None:
    quick(monkeypatch)
    setattr(waiting, fault, "BODY")
    assert send() == {"unsure": 1}
    freeze(AFTERNOON + timedelta(days=1))
    setattr(waiting, fault, "")
    assert send() == {}
    assert (the_message().state, waiting.letters) == (MessageState.UNSURE, [])
    with transaction():
        office.send_again(messages()[0], actor=BY)
    assert send() == {"sent": 1}


def test_an_answer_nobody_understands(waiting: MailServer) -> None:
    waiting.answers = {"RCPT": "hm"}
    assert send() == {"retry": 1}
    waiting.answers = {"RCPT": "354 go on"}
    with transaction():
        messages()[0].next_attempt_at = now()
    assert send() == {"retry": 1}


def test_after_the_last_attempt_it_failed(waiting: MailServer) -> None:
    waiting.answers = {"MAIL": "451 later"}
    with transaction():
        messages()[0].attempts = MOST_ATTEMPTS - 1
    assert send() == {"retry": 1}
    assert the_message().state is MessageState.FAILED


def test_without_the_setting_letters_wait(waiting: MailServer, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SMTP_HOST", "")
    assert send() == {}
    assert the_message().state is MessageState.QUEUED


def test_what_nobody_needs_any_more_is_not_sent(school: SmallSchool, mailbox: MailServer, freeze: Freeze) -> None:
    add_address(school.sun)
    tell(school.sun, until=now() + timedelta(hours=1))
    freeze(AFTERNOON + timedelta(hours=1))
    assert send() == {}
    assert (the_message().state, the_message().body) == (MessageState.DROPPED, "")


def test_a_changed_address_gets_no_letter_meant_for_the_one_before(waiting: MailServer) -> None:
    with transaction():
        address = messages()[0].address
        address.address, address.confirmed_at = "other@qq.com", None
    assert send() == {}
    assert (the_message().state, waiting.letters) == (MessageState.DROPPED, [])


def test_a_robot_gets_plain_text(school: SmallSchool, robots: Platform) -> None:
    add_robot(robots.url())
    announce()
    assert send() == {"sent": 1}
    assert robots.posts == [
        ("/cgi-bin/webhook/send?key=abc", {"msgtype": "text", "text": {"content": "【活动提醒】第0场\n详情请登录学校网站查看。"}})
    ]


def test_dingtalk_gets_a_signature_of_now(school: SmallSchool, robots: Platform) -> None:
    add_robot(robots.url("access_token", "/robot/send"), kind=RobotKind.DINGTALK, secret="SEC1")
    announce()
    assert send() == {"sent": 1}
    query = parse_qs(urlsplit(robots.posts[0][0]).query)
    (moment,) = query["timestamp"]
    digest = hmac.new(b"SEC1", f"{moment}\nSEC1".encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(digest).decode()]
    assert abs(int(moment) / 1000 - time.time()) < 60


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, '{"errcode": 93000, "errmsg": "invalid webhook url"}', "failed"),
        (200, '{"errcode": -1, "errmsg": "busy"}', "retry"),
        (200, "ok", "unsure"),
        (200, "[]", "unsure"),
        (200, '{"errcode": true}', "unsure"),
        (302, "", "failed"),
        (404, "", "failed"),
        (429, "", "retry"),
        (500, "", "unsure"),
        (503, "", "retry"),
    ],
)
def test_a_robot_that_does_not_say_yes(school: SmallSchool, robots: Platform, status: int, body: str, outcome: str) -> None:
    add_robot(robots.url())
    announce()
    robots.answer = lambda: (status, body)
    assert send() == {outcome: 1}
    assert len(robots.posts) == 1, "no redirect is followed"
    assert "abc" not in the_message().last_error


def test_a_robot_that_hangs_up_or_dawdles(school: SmallSchool, robots: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    add_robot(robots.url())
    announce(2)
    robots.hangs_up = True
    robots.answer = lambda: (robots.done.wait(10), (200, ""))[1]
    assert send() == {"unsure": 2}
    robots.hangs_up = False
    announce(3)
    assert send() == {"unsure": 1}


def test_nobody_listens_for_robots(school: SmallSchool, robots: Platform) -> None:
    add_robot("http://127.0.0.1:1/send?key=abc")
    announce()
    assert send() == {"retry": 1}


def test_a_host_that_is_no_longer_allowed_gets_nothing(
    school: SmallSchool, robots: Platform, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_robot(robots.url())
    announce()
    monkeypatch.setitem(app.config, "ROBOT_HOSTS", "qyapi.weixin.qq.com")
    assert send() == {"failed": 1}
    assert robots.posts == []


def test_a_robot_gets_twenty_messages_a_minute(school: SmallSchool, robots: Platform, freeze: Freeze) -> None:
    add_robot(robots.url(), "一")
    add_robot(robots.url(), "二")
    announce(PER_MINUTE + 5)
    assert send() == {"sent": 2 * PER_MINUTE}
    freeze(AFTERNOON + timedelta(seconds=60))
    assert send() == {}
    freeze(AFTERNOON + timedelta(seconds=61))
    assert send() == {"sent": 10}
    assert len(robots.posts) == 2 * (PER_MINUTE + 5)


def test_a_robot_that_was_sent_to_too_fast_rests(school: SmallSchool, robots: Platform, freeze: Freeze) -> None:
    add_robot(robots.url())
    announce(3)
    answers = [json.dumps({"errcode": 45009}), json.dumps({"errcode": 0}), json.dumps({"errcode": 0}), json.dumps({"errcode": 0})]
    robots.answer = lambda: (200, answers.pop(0))
    assert send() == {"retry": 1}
    assert len(robots.posts) == 1, "the others wait as well"
    freeze(AFTERNOON + timedelta(seconds=62))
    assert send() == {"sent": 3}
    assert states() == [MessageState.SENT] * 3


def test_a_robot_out_of_use_gets_nothing(school: SmallSchool, robots: Platform) -> None:
    found = add_robot(robots.url())
    announce()
    with transaction():
        office.switch_robot(found, False, actor=BY)
    assert send() == {}
    assert (the_message().state, robots.posts) == (MessageState.DROPPED, [])


def test_a_message_too_long_for_wecom_is_cut() -> None:
    content = json.loads(robot.payload("长" * 1000))["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.endswith("长…")


def test_what_breaks_the_sender_stops_neither_the_others_nor_the_message(
    waiting: MailServer, robots: Platform, app: Flask, monkeypatch: pytest.MonkeyPatch, freeze: Freeze
) -> None:
    add_robot(robots.url())
    announce()
    with monkeypatch.context() as changed:
        changed.setitem(app.config, "SMTP_USER", "school")
        changed.setitem(app.config, "SMTP_PASSWORD", "不是密码")  # smtplib encodes it as ASCII
        assert send() == {"retry": 1, "sent": 1}
    letter = next(one for one in messages() if one.address_id)
    assert (letter.state, letter.handed_over_at, letter.last_error) == (
        MessageState.QUEUED,
        None,
        "发送程序出错：UnicodeEncodeError",
    )
    freeze(AFTERNOON + timedelta(minutes=1))
    assert send() == {"sent": 1}
    assert len(waiting.letters) == len(robots.posts) == 1


def test_the_command_says_what_it_did(waiting: MailServer, app: Flask) -> None:
    db.session.commit()
    answer = app.test_cli_runner().invoke(args=["school", "send-notices", "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert told["schema"] == "send-notices/1"
    assert told["done"] == {"sent": 1, "retry": 0, "failed": 0, "unsure": 0, "lost": 0}
    assert told["outbox"] == {"sent": 1}
    words = app.test_cli_runner().invoke(args=["school", "send-notices"])
    assert words.output == "没有要发的。\n"


def test_settings_that_make_no_sense(waiting: MailServer, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, wrong in (("SMTP_TLS", "ssl"), ("MAIL_FROM", "nobody")):
        with monkeypatch.context() as changed:
            changed.setitem(app.config, key, wrong)
            answer = app.test_cli_runner().invoke(args=["school", "send-notices"])
            assert answer.exit_code == 1
            assert key in answer.output


def test_the_worker_stops_when_told(waiting: MailServer) -> None:
    worker = Worker()
    worker.stop()
    worker.run_once()
    assert worker.counts == {}
    assert db.session.query(OutboxMessage).count() == 1
