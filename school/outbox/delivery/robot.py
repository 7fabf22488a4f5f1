"""Messages to robots of groups over HTTPS. The step that cannot be taken back is the POST; connecting is not."""

import http.client
import json
import ssl
import time
from collections.abc import Collection
from urllib.parse import urlsplit

from school.errors import Refused
from school.outbox.delivery import HandOver
from school.outbox.enums import Channel, RobotKind
from school.outbox.rules.robots import LONGEST_TEXT, clean_robot_url, signed_url, verdict_of
from school.outbox.rules.sending import SECONDS_OF_PATIENCE, Outcome, Verdict, fault_words
from school.outbox.service.claims import Claim

MOST_READ = 65_536  # bytes of an answer


def post(claim: Claim, hand_over: HandOver, hosts: Collection[str], *, patience: float = SECONDS_OF_PATIENCE) -> Verdict:
    """Post a claimed message; `hand_over` is called once, when connected and right before the POST. Follows no redirect."""
    try:
        url = clean_robot_url(claim.url, RobotKind(claim.channel.value), hosts)
    except Refused as refused:
        return Verdict(Outcome.FAILED, refused.message)
    handed_over, connection = False, _connection(url, patience)
    try:
        connection.connect()
        hand_over()
        handed_over = True
        connection.request("POST", _path(claim, url), payload(claim.body), {"Content-Type": "application/json; charset=utf-8"})
        answer = connection.getresponse()
        return verdict_of(answer.status, *_said(answer.read(MOST_READ)))
    except (OSError, http.client.HTTPException) as error:
        outcome = Outcome.UNSURE if handed_over else Outcome.RETRY
        return Verdict(outcome, f"群机器人：{fault_words(error)}")
    finally:
        connection.close()


def payload(text: str) -> bytes:
    """The body of a POST: plain text, which both platforms take and no word of which is a command."""
    whole = text.encode()
    content = text if len(whole) <= LONGEST_TEXT else whole[: LONGEST_TEXT - 3].decode(errors="ignore") + "…"
    return json.dumps({"msgtype": "text", "text": {"content": content}}, ensure_ascii=False).encode()


def _connection(url: str, patience: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=patience)
    return http.client.HTTPSConnection(host, parts.port, timeout=patience, context=ssl.create_default_context())


def _path(claim: Claim, url: str) -> str:
    signed = signed_url(url, claim.secret, int(time.time() * 1000)) if claim.channel is Channel.DINGTALK else url
    parts = urlsplit(signed)
    return f"{parts.path or '/'}?{parts.query}"


def _said(content: bytes) -> tuple[int | None, str]:
    """`errcode` and `errmsg` of an answer; None when it holds none."""
    try:
        answer = json.loads(content)
        code = answer["errcode"]
    except (ValueError, TypeError, KeyError):
        return None, ""
    is_code = isinstance(code, int) and not isinstance(code, bool)
    return (code, str(answer.get("errmsg", ""))) if is_code else (None, "")
