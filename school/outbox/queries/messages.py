"""Messages that leave: what is due for a worker, and the list the office reads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from school.accounts.models import User
from school.db import db
from school.outbox.enums import Channel, MessageState
from school.outbox.models import EmailAddress, OutboxMessage, Robot

MESSAGE = OutboxMessage.__table__.c
AT_ONCE = 500


@dataclass(frozen=True)
class Due:
    """A queued message whose time has come, with where it goes."""

    id: int
    key: str
    channel: Channel
    subject: str
    body: str
    attempts: int
    robot_id: int | None
    created_at: datetime
    address: str | None
    is_confirmed: bool


def is_anything_due(moment: datetime, channels: Collection[Channel]) -> bool:
    """Whether a worker would find work; asked without any lock."""
    return db.session.scalar(select(MESSAGE.id).where(_is_due(moment, channels)).limit(1)) is not None


def lock_next_due(moment: datetime, channels: Collection[Channel]) -> Due | None:
    """The message that waits longest, locked until the transaction ends; what another worker has locked is passed over."""
    statement = select(MESSAGE.id).where(_is_due(moment, channels)).order_by(MESSAGE.next_attempt_at, MESSAGE.id).limit(1)
    found = db.session.scalar(statement.with_for_update(skip_locked=True))
    if found is None:
        return None
    columns = (MESSAGE.id, MESSAGE.key, MESSAGE.channel, MESSAGE.subject, MESSAGE.body, MESSAGE.attempts, MESSAGE.robot_id)
    where = (EmailAddress.address, EmailAddress.confirmed_at.is_not(None).label("is_confirmed"))
    row = db.session.execute(
        select(*columns, MESSAGE.created_at, *where)
        .select_from(OutboxMessage.__table__.outerjoin(EmailAddress, EmailAddress.id == MESSAGE.address_id))
        .where(MESSAGE.id == found)
    ).one()
    return Due(**row._mapping)


def lock_stale(before: datetime) -> dict[int, bool]:
    """Some messages whose claim is older, locked: whether they were handed over, by id. Those locked by others are left out."""
    statement = select(MESSAGE.id, MESSAGE.handed_over_at.is_not(None)).order_by(MESSAGE.id).limit(AT_ONCE)
    stale = statement.where(MESSAGE.state == MessageState.SENDING, MESSAGE.claimed_at < before)
    return {row[0]: row[1] for row in db.session.execute(stale.with_for_update(skip_locked=True))}


def lock_expired(moment: datetime) -> list[int]:
    """Ids of some messages that nobody wants to read any more, locked; what another has locked is passed over."""
    statement = select(MESSAGE.id).order_by(MESSAGE.id).limit(AT_ONCE)
    expired = statement.where(MESSAGE.state == MessageState.QUEUED, MESSAGE.expires_at <= moment)
    return list(db.session.scalars(expired.with_for_update(skip_locked=True)))


def claims_since(robot_id: int, moment: datetime) -> list[datetime]:
    """When messages to this robot were last claimed since a moment, oldest first."""
    statement = select(MESSAGE.claimed_at).where(MESSAGE.robot_id == robot_id, MESSAGE.claimed_at > moment)
    return list(db.session.scalars(statement.order_by(MESSAGE.claimed_at)))


def count_by_state() -> dict[MessageState, int]:
    """How many messages are in each state; states without any are absent."""
    rows = db.session.execute(select(MESSAGE.state, func.count()).group_by(MESSAGE.state))
    return {state: count for state, count in rows}


def messages_listed(state: MessageState | None, *, offset: int, limit: int) -> Sequence[OutboxMessage]:
    """A page of messages with where they go: first what needs a decision, then the newest."""
    first = case((MESSAGE.state == MessageState.UNSURE, 0), (MESSAGE.state == MessageState.FAILED, 1), else_=2)
    statement = select(OutboxMessage).options(
        joinedload(OutboxMessage.address).joinedload(EmailAddress.user, innerjoin=True).lazyload(User.grants),
        joinedload(OutboxMessage.robot),
    )
    return db.session.scalars(_of_state(statement, state).order_by(first, MESSAGE.id.desc()).offset(offset).limit(limit)).all()


def count_messages(state: MessageState | None) -> int:
    """How many messages are in that state, or at all."""
    return db.session.scalar(_of_state(select(func.count(MESSAGE.id)), state)) or 0


def find_message(message_id: int) -> OutboxMessage | None:
    """A message."""
    return db.session.get(OutboxMessage, message_id)


def lock_message(message_id: int) -> OutboxMessage | None:
    """A message, locked until the transaction ends and read anew."""
    statement = select(OutboxMessage).where(OutboxMessage.id == message_id).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def _of_state(statement: Select, state: MessageState | None) -> Select:
    return statement if state is None else statement.where(MESSAGE.state == state)


def _is_due(moment: datetime, channels: Collection[Channel]) -> ColumnElement[bool]:
    awake = select(Robot.id).where(or_(Robot.rests_until.is_(None), Robot.rests_until <= moment))
    return and_(
        MESSAGE.state == MessageState.QUEUED,
        MESSAGE.next_attempt_at <= moment,
        or_(MESSAGE.expires_at.is_(None), MESSAGE.expires_at > moment),
        MESSAGE.channel.in_(channels),
        or_(MESSAGE.robot_id.is_(None), MESSAGE.robot_id.in_(awake)),
    )
