"""A worker's steps, each in a transaction of its own: claim → (connect) → hand over → (send) → finish.

A worker that dies before `hand_over` has certainly sent nothing, so its claim is queued again; one that dies after it may
have sent, so its message stands as unsure until a person decides. Every step asks whether the claim is still this worker's:
one that slept through its claim can neither hand over nor overwrite what became of the message meanwhile.
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Update, update

from school.clock import now
from school.db import db
from school.outbox.enums import Channel, MessageState
from school.outbox.models import OutboxMessage, Robot
from school.outbox.queries.groups import lock_robot
from school.outbox.queries.messages import Due, claims_since, lock_expired, lock_next_due, lock_stale
from school.outbox.rules.robots import MINUTE, PER_MINUTE
from school.outbox.rules.sending import MOST_ATTEMPTS, Outcome, Verdict, may_try_again, shown_error, waits
from school.outbox.service.addresses import is_code_key

DIED_BEFORE = "发送程序中断，当时还没有交给对方"
DIED_AFTER = "发送程序在交给对方的时候中断，不能确定对方有没有收到"


@dataclass(frozen=True)
class Claim:
    """A message that is one worker's to send: where it goes (`address` or `url`), and which attempt this is."""

    id: int
    key: str
    channel: Channel
    subject: str
    body: str
    attempt: int
    worker: str
    created_at: datetime
    address: str = ""
    robot_id: int | None = None
    url: str = ""
    secret: str = ""


def recover(stale_after: timedelta) -> int:
    """Take back claims older than that, and drop what nobody wants to read any more; answers how many rows changed."""
    moment, stale = now(), lock_stale(now() - stale_after)
    untouched = _several(message_id for message_id, is_handed_over in stale.items() if not is_handed_over)
    handed_over = _several(message_id for message_id, is_handed_over in stale.items() if is_handed_over)
    again = {"state": MessageState.QUEUED, "claimed_by": "", "next_attempt_at": moment, "last_error": DIED_BEFORE}
    given_up = {"state": MessageState.FAILED, "claimed_by": "", "last_error": DIED_BEFORE}
    return sum(
        _count(statement)
        for statement in (
            untouched.where(OutboxMessage.attempts >= MOST_ATTEMPTS).values(**given_up),
            untouched.where(OutboxMessage.attempts < MOST_ATTEMPTS).values(**again),
            handed_over.values(state=MessageState.UNSURE, last_error=DIED_AFTER),
            _several(lock_expired(moment)).values(state=MessageState.DROPPED, body="", last_error="过了时间，不必再发"),
        )
    )


def claim_next(worker: str, channels: Collection[Channel]) -> Claim | None:
    """Claim the message that waits longest, or None; robots that had their fill rest, what has nowhere to go is dropped."""
    while due := lock_next_due(now(), channels):
        claim = _claim_letter(due, worker) if due.channel is Channel.EMAIL else _claim_for_robot(due, worker)
        if claim:
            values = {"state": MessageState.SENDING, "claimed_at": now(), "claimed_by": worker, "handed_over_at": None}
            db.session.execute(_one(due.id).values(attempts=claim.attempt, **values))
            return claim
    return None


def hand_over(claim: Claim) -> bool:
    """Note that the next step cannot be taken back; False when the claim is no longer this worker's, which then sends nothing."""
    mine = _mine(claim).where(OutboxMessage.state == MessageState.SENDING, OutboxMessage.handed_over_at.is_(None))
    return _count(mine.values(handed_over_at=now())) == 1


def finish(claim: Claim, verdict: Verdict) -> bool:
    """Write what became of an attempt; False when it is no longer this worker's to say."""
    mine = _mine(claim).where(OutboxMessage.state.in_((MessageState.SENDING, MessageState.UNSURE)))
    if verdict.rest:
        _count(update(Robot).where(Robot.id == claim.robot_id).values(rests_until=now() + verdict.rest))
    return _count(mine.values(**_values(claim, verdict))) == 1


def _values(claim: Claim, verdict: Verdict) -> dict[str, Any]:
    error = shown_error(verdict.error)
    if verdict.outcome is Outcome.SENT:
        return {"state": MessageState.SENT, "sent_at": now(), "body": "", "last_error": ""}
    if verdict.outcome is Outcome.UNSURE:
        return {"state": MessageState.UNSURE, "last_error": error}
    if verdict.outcome is Outcome.RETRY and may_try_again(claim.attempt):
        at = now() + max(waits(claim.attempt, secrets.randbelow(1000) / 1000), verdict.rest or timedelta())
        again = {"state": MessageState.QUEUED, "claimed_by": "", "handed_over_at": None}
        return again | {"next_attempt_at": at, "last_error": error}
    return {"state": MessageState.FAILED, "last_error": error}


def _claim_letter(due: Due, worker: str) -> Claim | None:
    """An address nobody confirmed gets its code and nothing else: it may have been changed since the notice."""
    if not due.address or not (due.is_confirmed or is_code_key(due.key)):
        return _drop(due, "邮箱已经移除或改了")
    return _claim(due, worker, address=due.address)


def _claim_for_robot(due: Due, worker: str) -> Claim | None:
    robot = lock_robot(due.robot_id or 0)
    if robot is None or not robot.is_active:
        return _drop(due, "群机器人已停用")
    recent = claims_since(robot.id, now() - MINUTE)
    if len(recent) >= PER_MINUTE:
        robot.rests_until = recent[-PER_MINUTE] + MINUTE
        db.session.flush()
        return None
    return _claim(due, worker, robot_id=robot.id, url=robot.url, secret=robot.secret)


def _claim(due: Due, worker: str, **to: Any) -> Claim:
    return Claim(due.id, due.key, due.channel, due.subject, due.body, due.attempts + 1, worker, due.created_at, **to)


def _drop(due: Due, why: str) -> None:
    db.session.execute(_one(due.id).values(state=MessageState.DROPPED, body="", last_error=why))


def _one(message_id: int) -> Update:
    return update(OutboxMessage).where(OutboxMessage.id == message_id).execution_options(synchronize_session=False)


def _several(message_ids: Iterable[int]) -> Update:
    return update(OutboxMessage).where(OutboxMessage.id.in_(list(message_ids)))


def _mine(claim: Claim) -> Update:
    return _one(claim.id).where(OutboxMessage.claimed_by == claim.worker, OutboxMessage.attempts == claim.attempt)


def _count(statement: Update) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount
