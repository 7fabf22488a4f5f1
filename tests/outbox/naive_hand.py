"""A sender without claims, as a control: `python -m tests.outbox.naive_hand`, with the product's settings in the environment.

It looks for a queued letter, sends it, and marks it as sent afterwards.
"""

from sqlalchemy import select, update

from school.clock import now
from school.db import db, transaction
from school.outbox.delivery.mail import Mailer
from school.outbox.deployment import mail_server
from school.outbox.enums import MessageState
from school.outbox.models import EmailAddress, OutboxMessage
from school.outbox.service.claims import Claim


def main() -> None:
    """Send until nothing is queued."""
    from school.factory import create_app

    with create_app().app_context():
        server = mail_server()
        assert server is not None
        mailer = Mailer(server, "示范小学")
        while True:
            row = db.session.execute(
                select(OutboxMessage, EmailAddress.address)
                .join(EmailAddress, EmailAddress.id == OutboxMessage.address_id)
                .where(OutboxMessage.state == MessageState.QUEUED)
                .order_by(OutboxMessage.id)
                .limit(1)
            ).first()
            if row is None:
                return
            one = row.OutboxMessage
            facts = {"attempt": 1, "worker": "", "created_at": one.created_at, "address": row.address}
            claim = Claim(one.id, one.key, one.channel, one.subject, one.body, **facts)
            db.session.rollback()
            mailer.send(claim, lambda: None)
            sent = {"state": MessageState.SENT, "sent_at": now()}
            with transaction():
                db.session.execute(update(OutboxMessage).where(OutboxMessage.id == claim.id).values(**sent))


if __name__ == "__main__":
    main()
