"""What became of an attempt, and when to try again."""

import re
import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

MOST_ATTEMPTS = 12  # over about eight hours
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=2)
MOST_JITTER = 0.25  # of the wait, so that what failed together does not come back together
STALE_AFTER = timedelta(minutes=10)  # a claim this old is taken to be a dead worker's
SECONDS_OF_PATIENCE = 20  # with a server that says nothing
LONGEST_ERROR = 200


_FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "对方一直没有回应"),
    (ConnectionRefusedError, "对方没有接受连接"),
    (socket.gaierror, "找不到这台服务器"),
    (ssl.SSLError, "加密连接没有通过验证"),
)


class Outcome(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    RETRY = "retry"  # the other side certainly does not have it, and may take it later
    FAILED = "failed"  # the other side certainly does not have it, and never will
    UNSURE = "unsure"  # it may have it or not, and nobody can know from here


@dataclass(frozen=True)
class Verdict:
    """How an attempt ended, why, and how long a robot wants to rest."""

    outcome: Outcome
    error: str = ""
    rest: timedelta | None = None


def waits(attempts: int, dice: float) -> timedelta:
    """How long to wait after so many attempts (1 or more): doubling, with a jitter from `dice` (0 to 1)."""
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    return wait * (1 + MOST_JITTER * dice)


def may_try_again(attempts: int) -> bool:
    """Whether a message that was tried so often is tried once more."""
    return attempts < MOST_ATTEMPTS


def smtp_verdict(code: int, words: str) -> Verdict:
    """What a mail server's answer to an attempt means (RFC 5321): 2xx taken, 4xx later, 5xx never."""
    said = f"SMTP {code} {words}".strip()
    if 200 <= code < 300:
        return Verdict(Outcome.SENT)
    if 400 <= code < 500:
        return Verdict(Outcome.RETRY, said)
    if code >= 500:
        return Verdict(Outcome.FAILED, said)
    return Verdict(Outcome.UNSURE, said)


def fault_words(error: Exception) -> str:
    """What went wrong with a connection, in the office's words and with the name the administrator may search for."""
    words = next((words for kind, words in _FAULTS if isinstance(error, kind)), "连接中断")
    return f"{words}（{type(error).__name__}）"


def shown_error(text: str) -> str:
    """An error as it is kept: one line, without addresses or tokens of anybody."""
    line = " ".join(text.split())
    line = re.sub(r"[^\s<>]+@[^\s<>]+", "…", re.sub(r"https?://\S+", "…", line))
    return re.sub(r"(?i)\b(key|access_token|sign|secret)=\S+", r"\1=…", line)[:LONGEST_ERROR]
