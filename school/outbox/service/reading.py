"""Reading one's own notices: no entry in the audit, for it is nobody else's business and changes nothing but the mark."""

from sqlalchemy import update

from school.clock import now
from school.db import db
from school.outbox.models import Notice


def mark_read(notice: Notice) -> None:
    """Mark a notice as read; once is enough."""
    notice.read_at = notice.read_at or now()
    db.session.flush()


def mark_all_read(user_id: int) -> None:
    """Mark all of a person's notices as read."""
    unread = (Notice.user_id == user_id, Notice.read_at.is_(None))
    db.session.execute(update(Notice).where(*unread).values(read_at=now()).execution_options(synchronize_session=False))
