"""Notices on the page, messages that leave, confirmed e-mail addresses, robots of groups."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.accounts.models import User
from school.db import Instant, db, stored
from school.outbox.enums import Channel, MessageState, NoticeKind, RobotKind
from school.people.models import SchoolClass


class Notice(db.Model):
    """A notice on a person's page, written in the transaction of the act; one of a key for a user."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("user_id", "key"), Index(None, "user_id", "read_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[NoticeKind] = mapped_column(stored(NoticeKind))
    text: Mapped[str] = mapped_column(String(300))
    link: Mapped[str] = mapped_column(String(300), default="")  # a path of this site, or nothing
    created_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)


class EmailAddress(db.Model):
    """A person's e-mail address; notices go there once a code sent to it came back. An empty one was removed."""

    __tablename__ = "email_addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    address: Mapped[str] = mapped_column(String(254))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    code_digest: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None] = mapped_column(Instant)
    code_tries: Mapped[int] = mapped_column(default=0)  # how often the present code was guessed wrongly
    user: Mapped[User] = relationship()


class Robot(db.Model):
    """A robot of a group: a class's, a grade's, or the whole school's. Address and secret are never shown again."""

    __tablename__ = "robots"
    __table_args__ = (CheckConstraint("entry_year IS NULL OR class_id IS NULL", name="one_scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[RobotKind] = mapped_column(stored(RobotKind))
    url: Mapped[str] = mapped_column(String(300))
    secret: Mapped[str] = mapped_column(String(120), default="")  # DingTalk signs with it
    entry_year: Mapped[int | None]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_classes.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    rests_until: Mapped[datetime | None] = mapped_column(Instant)  # no message to it before, for it has had its fill
    created_at: Mapped[datetime] = mapped_column(Instant)
    school_class: Mapped[SchoolClass | None] = relationship()


class OutboxMessage(db.Model):
    """Something that leaves the school; one of a key, ever. `body` is emptied as soon as it is no longer needed.

    `claimed_by` names the worker that has it; `handed_over_at` is written just before the step that cannot be taken back.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        CheckConstraint("(channel = 'email') = (robot_id IS NULL)", name="robot_of_its_channel"),
        CheckConstraint("state <> 'sending' OR (claimed_at IS NOT NULL AND claimed_by <> '')", name="sending_is_claimed"),
        CheckConstraint("state <> 'unsure' OR handed_over_at IS NOT NULL", name="unsure_was_handed_over"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_its_time"),
        Index(None, "state", "next_attempt_at"),
        Index(None, "robot_id", "claimed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    channel: Mapped[Channel] = mapped_column(stored(Channel))
    address_id: Mapped[int | None] = mapped_column(ForeignKey("email_addresses.id"), index=True)
    robot_id: Mapped[int | None] = mapped_column(ForeignKey("robots.id"))
    subject: Mapped[str] = mapped_column(String(150))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[MessageState] = mapped_column(stored(MessageState), default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)  # after it nobody wants to read this any more
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_by: Mapped[str] = mapped_column(String(80), default="")
    handed_over_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    address: Mapped[EmailAddress | None] = relationship()
    robot: Mapped[Robot | None] = relationship()
