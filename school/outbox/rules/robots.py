"""Robots of WeCom and DingTalk groups: which addresses are theirs, how one signs, what an answer means."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import parse_qs, quote_plus, urlsplit

from school.errors import Refused
from school.outbox.enums import RobotKind
from school.outbox.rules.sending import Outcome, Verdict

PER_MINUTE = 20  # both platforms refuse the 21st message of a minute
MINUTE = timedelta(seconds=61)
LONGEST_TEXT = 2048  # bytes of UTF-8 (WeCom)
LOCAL = "127.0.0.1"  # the one host that may be reached without TLS, and only where the deployment lists it
TOKEN = {RobotKind.WECOM: "key", RobotKind.DINGTALK: "access_token"}

BUSY = frozenset({-1})  # 系统繁忙，稍后再试
LOCKED_OUT = timedelta(minutes=10)
TOO_FAST = {45009: MINUTE, 45033: MINUTE, 130101: LOCKED_OUT, 410100: LOCKED_OUT}  # and how long to rest then


def clean_robot_url(text: str, kind: RobotKind, hosts: Iterable[str]) -> str:
    """A robot's address as it is kept; refuses hosts the deployment does not allow, and addresses of the other kind."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("这不是一个网址，请从群机器人的设置里复制。", "url") from None
    host = parts.hostname or ""
    is_local = host == LOCAL
    if host not in set(hosts):
        raise Refused(f"只能用{kind.label}自己的地址；{host or '它'}不在服务器允许的名单里。", "url")
    if parts.scheme != "https" and not (is_local and parts.scheme == "http"):
        raise Refused("网址要以 https:// 开头。", "url")
    if parts.username or parts.password or parts.fragment or not (is_local or port in (None, 443)):
        raise Refused("网址里多了不认识的内容，请从群机器人的设置里复制。", "url")
    if TOKEN[kind] not in parse_qs(parts.query) or not url.isascii() or any(mark <= " " for mark in url):
        raise Refused(f"这不是{kind.label}群机器人的完整网址，请从群机器人的设置里复制。", "url")
    return url


def signed_url(url: str, secret: str, milliseconds: int) -> str:
    """A DingTalk robot's address with the signature of this moment; without a secret the address itself."""
    if not secret:
        return url
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return f"{url}&timestamp={milliseconds}&sign={quote_plus(base64.b64encode(digest))}"


def verdict_of(status: int, code: int | None, words: str) -> Verdict:
    """What became of a message, from the HTTP status and the `errcode` of the answer (None: it held none)."""
    said = f"HTTP {status}" if code is None else f"errcode {code} {words}".strip()
    if status in (429, 503):
        return Verdict(Outcome.RETRY, f"{said}，对方让稍后再试")
    if status >= 500 or (200 <= status < 300 and code is None):
        return Verdict(Outcome.UNSURE, f"{said}，看不出对方有没有收下")
    if 300 <= status < 400:
        return Verdict(Outcome.FAILED, f"{said}，对方要求转到别的网址，没有跟过去")
    if status >= 400:
        return Verdict(Outcome.FAILED, f"{said}，对方拒收")
    if code == 0:
        return Verdict(Outcome.SENT)
    if code in TOO_FAST:
        return Verdict(Outcome.RETRY, f"{said}，发得太快", rest=TOO_FAST[code])
    if code in BUSY:
        return Verdict(Outcome.RETRY, f"{said}，对方忙")
    return Verdict(Outcome.FAILED, f"{said}，对方拒收")
