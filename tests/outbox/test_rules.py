"""Addresses, codes, what a group may read, robots' addresses and answers, when to try again."""

import base64
import hashlib
import hmac
import socket
import ssl
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from school.clock import ZONE
from school.errors import Refused
from school.outbox.enums import GroupKind, RobotKind
from school.outbox.rules.addresses import check_link, clean_address, clean_code, masked_address
from school.outbox.rules.groups import GroupText, check_group_link, check_group_text, check_names
from school.outbox.rules.robots import LOCKED_OUT, MINUTE, clean_robot_url, signed_url, verdict_of
from school.outbox.rules.sending import (
    FIRST_WAIT,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    Outcome,
    fault_words,
    may_try_again,
    shown_error,
    smtp_verdict,
    waits,
)

HOSTS = frozenset({"qyapi.weixin.qq.com", "oapi.dingtalk.com"})
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0a-1"
DING = "https://oapi.dingtalk.com/robot/send?access_token=0a1"
EVENING = datetime(2026, 12, 3, 18, 30, tzinfo=ZONE)


@pytest.mark.parametrize("text", ["a@qq.com", " zhang.san+x@School.Example ", "a_b@x-y.edu.cn"])
def test_an_address_is_kept_with_its_domain_in_lower_case(text: str) -> None:
    cleaned = clean_address(text)
    assert cleaned == cleaned.strip()
    assert cleaned.rpartition("@")[2].islower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@",
        "@qq.com",
        "a@qq",
        "a b@qq.com",
        "a@qq.com\r\nBcc: x@y.cn",
        "a@@qq.com",
        "a@-qq.com",
        "张@qq.com",
        "a@qq..com",
        "a" * 65 + "@qq.com",
        "a@" + ".".join(["b" * 60] * 4) + "." + "f" * 20 + ".cn",
        ".a@qq.com",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_address(text)
    assert refused.value.field == "address"


def test_others_see_an_address_masked() -> None:
    assert masked_address("zhangsan@qq.com") == "z***@qq.com"


def test_a_code_is_six_digits_as_people_type_them() -> None:
    assert clean_code(" 123 456 ") == clean_code("１２３４５６") == "123456"
    for text in ("12345", "1234567", "12345a", "", "²23456"):
        with pytest.raises(Refused):
            clean_code(text)


@pytest.mark.parametrize("link", ["https://x.cn", "//x.cn", "/a b", "/a\n", "x", "/" + "a" * 300, "/\\x.cn"])
def test_a_notice_links_into_this_site_only(link: str) -> None:
    check_link("/families/sessions/3?x=1")
    check_link("")
    with pytest.raises(ValueError, match="link"):
        check_link(link)


def test_a_group_reads_title_time_and_place() -> None:
    text = GroupText(GroupKind.REMINDER, "家教沙龙：陪孩子写作业", EVENING, "录播室")
    check_group_text(text)
    assert text.lines("https://school.example/f/3") == (
        "【活动提醒】家教沙龙：陪孩子写作业\n时间：12月3日（周四）18:30\n地点：录播室\n详情：https://school.example/f/3"
    )
    assert GroupText(GroupKind.CANCELLED, "讲座").lines("") == "【活动取消】讲座\n详情请登录学校网站查看。"


def test_every_message_says_the_key_word_of_robots() -> None:
    assert all("活动" in GroupText(kind, "家教沙龙").lines("") for kind in GroupKind)


@pytest.mark.parametrize(
    "words",
    [
        "联系 13800000001",
        "联系138-0000-0001",
        "联系１３８００００",
        "电话(0476) 123 4567",
        "一三八零零零零零零零一",
        "写信 a@qq.com",
        "写信 a＠qq.com",
        "证件15042920180101123X",
        "第一行\n第二行",
        "字" * 61,
        " ",
    ],
)
def test_a_group_reads_no_number_of_anybody(words: str) -> None:
    with pytest.raises(Refused):
        check_group_text(GroupText(GroupKind.INVITATION, words))


@pytest.mark.parametrize(
    "words", ["2026-2027学年第3次", "2026年12月3日18:30", "2026-12-03 家长会", "三年级1班2班共120人", "100 天 123456"]
)
def test_dates_and_small_numbers_are_no_phone_numbers(words: str) -> None:
    check_group_text(GroupText(GroupKind.INVITATION, words, place=words))


def test_phone_digits_begin_at_seven() -> None:
    check_group_text(GroupText(GroupKind.INVITATION, "房间 123456"))
    with pytest.raises(Refused):
        check_group_text(GroupText(GroupKind.INVITATION, "房间 1234567"))


def test_a_group_reads_no_name_of_a_pupil_or_guardian() -> None:
    text = GroupText(GroupKind.INVITATION, "听 乌云 其木格 讲读书", place="孙家长家")
    check_names(text, ["李小红", "乌", ""])
    with pytest.raises(Refused, match="乌云其木格") as refused:
        check_names(text, ["李小红", "乌云其木格"])
    assert refused.value.field == "title"
    with pytest.raises(Refused) as refused:
        check_names(text, ["孙家长"])
    assert refused.value.field == "place"


def test_a_link_for_a_group_is_a_plain_path() -> None:
    check_group_link("/families/sessions/3")
    for link in ("/f?key=1", "/f#x"):
        with pytest.raises(ValueError, match="plain path"):
            check_group_link(link)


def test_robots_addresses_of_both_kinds() -> None:
    assert clean_robot_url(f" {WECOM} ", RobotKind.WECOM, HOSTS) == WECOM
    assert clean_robot_url(DING, RobotKind.DINGTALK, HOSTS) == DING
    assert clean_robot_url("http://127.0.0.1:8000/x?key=1", RobotKind.WECOM, {"127.0.0.1"})


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://evil.example/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com.evil.example/send?key=1",
        "https://qyapi.weixin.qq.com@evil.example/send?key=1",
        "https://evil@qyapi.weixin.qq.com/send?key=1",
        "https://qyapi.weixin.qq.com:8443/send?key=1",
        "https://qyapi.weixin.qq.com:99999/send?key=1",
        "https://qyapi.weixin.qq.com/send",
        "https://qyapi.weixin.qq.com/send?key=",
        "https://qyapi.weixin.qq.com/send?key=1#x",
        "https://qyapi.weixin.qq.com/send?key=1 HTTP/1.1",
        "http://127.0.0.1/send?key=1",
        "http://[",
        "file:///etc/passwd?key=1",
        "",
        DING,
    ],
)
def test_other_addresses_are_no_robots(url: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_robot_url(url, RobotKind.WECOM, HOSTS)
    assert refused.value.field == "url"


def test_dingtalk_signs_time_and_secret() -> None:
    signed = signed_url(DING, "SEC1", 1_700_000_000_000)
    query = parse_qs(urlsplit(signed).query)
    expected = base64.b64encode(hmac.new(b"SEC1", b"1700000000000\nSEC1", hashlib.sha256).digest()).decode()
    assert query == {"access_token": ["0a1"], "timestamp": ["1700000000000"], "sign": [expected]}
    assert signed_url(DING, "", 1) == DING


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (200, 0, Outcome.SENT),
        (200, 93000, Outcome.FAILED),
        (200, 310000, Outcome.FAILED),
        (200, 45009, Outcome.RETRY),
        (200, 130101, Outcome.RETRY),
        (200, 410100, Outcome.RETRY),
        (200, -1, Outcome.RETRY),
        (200, None, Outcome.UNSURE),
        (302, None, Outcome.FAILED),
        (404, None, Outcome.FAILED),
        (429, None, Outcome.RETRY),
        (500, None, Outcome.UNSURE),
        (502, 0, Outcome.UNSURE),
        (503, None, Outcome.RETRY),
    ],
)
def test_what_a_robots_answer_means(status: int, code: int | None, outcome: Outcome) -> None:
    assert verdict_of(status, code, "x").outcome is outcome


def test_who_sends_too_fast_rests() -> None:
    assert verdict_of(200, 45009, "").rest == MINUTE
    assert verdict_of(200, 410100, "").rest == LOCKED_OUT
    assert verdict_of(200, -1, "").rest is None


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (250, Outcome.SENT),
        (421, Outcome.RETRY),
        (452, Outcome.RETRY),
        (499, Outcome.RETRY),
        (500, Outcome.FAILED),
        (550, Outcome.FAILED),
        (199, Outcome.UNSURE),
        (300, Outcome.UNSURE),
        (-1, Outcome.UNSURE),
    ],
)
def test_what_a_mail_servers_answer_means(code: int, outcome: Outcome) -> None:
    assert smtp_verdict(code, "x").outcome is outcome


def test_waiting_doubles_up_to_two_hours() -> None:
    assert [waits(n, 0) for n in (1, 2, 3)] == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4]
    assert waits(1, 1) == FIRST_WAIT * 1.25
    assert waits(30, 0) == LONGEST_WAIT
    whole = sum((waits(n, 0) for n in range(1, MOST_ATTEMPTS)), timedelta())
    assert timedelta(hours=7) < whole < timedelta(hours=10)


def test_there_is_a_last_attempt() -> None:
    assert may_try_again(MOST_ATTEMPTS - 1)
    assert not may_try_again(MOST_ATTEMPTS)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "对方一直没有回应（TimeoutError）"),
        (ConnectionRefusedError(), "对方没有接受连接（ConnectionRefusedError）"),
        (socket.gaierror(), "找不到这台服务器（gaierror）"),
        (ssl.SSLCertVerificationError(), "加密连接没有通过验证（SSLCertVerificationError）"),
        (ConnectionResetError(), "连接中断（ConnectionResetError）"),
    ],
)
def test_a_fault_is_told_in_chinese(error: Exception, words: str) -> None:
    assert fault_words(error) == words


def test_an_error_names_nobody_and_holds_no_token() -> None:
    kept = shown_error("550 <sun@qq.com>:\r\n no https://x.cn/send?key=abc key=abc access_token=abc " + "长" * 300)
    assert "sun" not in kept
    assert "abc" not in kept
    assert "\n" not in kept
    assert len(kept) == 200
