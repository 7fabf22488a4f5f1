"""A person's notices, and the e-mail addresses they go to."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select

from school.db import db
from school.outbox.models import EmailAddress, Notice, OutboxMessage

AT_ONCE = 500


def count_unread(user_id: int) -> int:
    """How many notices a person has not read yet."""
    statement = select(func.count(Notice.id)).where(Notice.user_id == user_id, Notice.read_at.is_(None))
    return db.session.scalar(statement) or 0


def count_notices(user_id: int) -> int:
    """How many notices a person has."""
    return db.session.scalar(select(func.count(Notice.id)).where(Notice.user_id == user_id)) or 0


def notices_of(user_id: int, *, offset: int, limit: int) -> Sequence[Notice]:
    """A page of a person's notices: unread ones first, the newest of each first."""
    statement = select(Notice).where(Notice.user_id == user_id).order_by(Notice.read_at.is_not(None), Notice.id.desc())
    return db.session.scalars(statement.offset(offset).limit(limit)).all()


def find_notice(user_id: int, notice_id: int) -> Notice | None:
    """One of a person's own notices."""
    return db.session.scalar(select(Notice).where(Notice.id == notice_id, Notice.user_id == user_id))


def find_address(user_id: int) -> EmailAddress | None:
    """A person's e-mail address, confirmed or not."""
    return db.session.scalar(select(EmailAddress).where(EmailAddress.user_id == user_id))


def lock_address(user_id: int) -> EmailAddress | None:
    """A person's e-mail address, locked until the transaction ends and read anew; messages may refer to it meanwhile."""
    statement = select(EmailAddress).where(EmailAddress.user_id == user_id).with_for_update(key_share=True)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def confirmed_addresses(user_ids: Collection[int]) -> dict[int, int]:
    """Ids of the confirmed e-mail addresses of these people, by user id."""
    found: dict[int, int] = {}
    wanted = sorted(user_ids)
    statement = select(EmailAddress.user_id, EmailAddress.id).where(EmailAddress.confirmed_at.is_not(None))
    for start in range(0, len(wanted), AT_ONCE):
        rows = db.session.execute(statement.where(EmailAddress.user_id.in_(wanted[start : start + AT_ONCE])))
        found |= {row.user_id: row.id for row in rows}
    return found


def count_messages_since(prefix: str, moment: datetime) -> int:
    """How many messages whose key begins so were queued since a moment."""
    statement = select(func.count(OutboxMessage.id)).where(
        OutboxMessage.key.startswith(prefix, autoescape=True), OutboxMessage.created_at > moment
    )
    return db.session.scalar(statement) or 0
