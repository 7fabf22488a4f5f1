"""What the tests of the outbox do again and again."""

from datetime import datetime, timedelta

from sqlalchemy import select

from school.accounts.models import User
from school.audit.service import Actor
from school.clock import now
from school.db import db, transaction
from school.outbox import service
from school.outbox.delivery.mail import message_id
from school.outbox.delivery.worker import Worker
from school.outbox.enums import MessageState, NoticeKind, RobotKind
from school.outbox.models import EmailAddress, OutboxMessage, Robot

BY = Actor(None, "测试")
SENDER_DOMAIN = "school.example"


def add_address(user: User, address: str = "sun@qq.com", *, confirmed: bool = True) -> EmailAddress:
    """A person's address."""
    found = EmailAddress(user_id=user.id, address=address, confirmed_at=now() if confirmed else None)
    db.session.add(found)
    db.session.commit()
    return found


def add_robot(url: str, name: str = "三年级2班家长群", kind: RobotKind = RobotKind.WECOM, **facts: object) -> Robot:
    """A robot at this address, for the whole school unless `facts` say otherwise."""
    robot = Robot(name=name, kind=kind, url=url, created_at=now(), **facts)
    db.session.add(robot)
    db.session.commit()
    return robot


def tell(*users: User, key: str = "t:1", text: str = "“声乐”有名额了，请在今天 18:00 前确认。", **more: object) -> int:
    """Notify people in a transaction of its own."""
    facts: dict[str, object] = {"kind": NoticeKind.PLACE, "link": "/choose/1"} | more
    with transaction():
        return service.notify([user.id for user in users], key=key, text=text, **facts)  # type: ignore[arg-type]


def send(*, stale_after: timedelta = timedelta(minutes=10)) -> dict[str, int]:
    """One run of a worker; answers what it did."""
    db.session.commit()
    worker = Worker(stale_after=stale_after)
    worker.run_once()
    return dict(worker.counts)


def messages() -> list[OutboxMessage]:
    """Every message as it is stored now, oldest first."""
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def the_message() -> OutboxMessage:
    """The only message there is."""
    (found,) = messages()
    return found


def states() -> list[MessageState]:
    """The states of all messages."""
    return [one.state for one in messages()]


def expected_id(message: OutboxMessage) -> str:
    """The Message-ID a letter of this message carries."""
    return message_id(message.key, SENDER_DOMAIN)


def seconds_until(moment: datetime) -> float:
    """How long until then."""
    return (moment - now()).total_seconds()
