"""What features call: `notify` tells people, `announce` tells groups. Both write in the caller's transaction and send nothing."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from school.clock import now
from school.db import db
from school.outbox.deployment import has_mail, whole_address
from school.outbox.enums import Channel, NoticeKind
from school.outbox.models import Notice, OutboxMessage
from school.outbox.queries.groups import names_in_scope, robots_in_scope
from school.outbox.queries.notices import confirmed_addresses
from school.outbox.rules.addresses import check_link
from school.outbox.rules.groups import GroupText, check_group_link, check_group_text, check_names
from school.preferences.queries import get_preferences

AT_ONCE = 500  # rows of one statement
LONGEST_KEY, LONGEST_TEXT, SUBJECT = 120, 300, 30  # characters; of a text as a subject


def notify(
    user_ids: Iterable[int],
    *,
    kind: NoticeKind,
    key: str,
    text: str,
    link: str = "",
    subject: str | None = None,
    until: datetime | None = None,
) -> int:
    """Put a notice on the page of each of these people, and queue it for their confirmed e-mail; answers how many are new.

    `key` names the notice for ever (`parentschool.reminder:17`): who already has one of this key gets nothing, on the page
    or by e-mail, whoever asks and however often. `text` is plain Chinese of at most 300 characters, `link` a path of this
    site or "", `subject` the e-mail's, `until` when nobody needs the e-mail any more. Writes in the caller's transaction.
    """
    _check_key(key)
    check_link(link)
    if not 0 < len(text) <= LONGEST_TEXT:
        raise ValueError(f"a notice has 1 to {LONGEST_TEXT} characters")
    row = {"kind": kind, "key": key, "text": text, "link": link, "created_at": now()}
    told = insert_new(Notice, [row | {"user_id": one} for one in sorted(set(user_ids))], Notice.user_id)
    if told and has_mail():
        short = text if len(text) <= SUBJECT else f"{text[: SUBJECT - 1]}…"
        _queue_letters(told, key, subject or f"{kind.label}：{short}", text, link, until)
    return len(told)


def announce(
    *,
    key: str,
    text: GroupText,
    link: str = "",
    entry_years: Collection[int] = (),
    class_ids: Collection[int] = (),
    whole_school: bool = False,
    until: datetime | None = None,
) -> int:
    """Queue a message for the robot of every group all of whose members are meant; answers how many are new.

    Meant are whole grades by `entry_years`, classes by `class_ids`, or everybody. Raises `Refused` (field title or place)
    for words that hold a phone number, an e-mail address, or the name of a pupil or guardian in that scope (PR-03).
    """
    _check_key(key)
    check_link(link)
    check_group_link(link)
    check_group_text(text)
    scope = None if whole_school else (frozenset(entry_years), frozenset(class_ids))
    robots = robots_in_scope(scope)
    if not robots:
        return 0
    check_names(text, names_in_scope(scope))
    body = text.lines(whole_address(link))
    rows = [
        message_row(f"{key}:robot:{one.id}", Channel(one.kind.value), text.title, body, until=until, robot_id=one.id)
        for one in robots
    ]
    return len(queue(rows))


def message_row(
    key: str, channel: Channel, subject: str, body: str, *, until: datetime | None, after: timedelta = timedelta(), **to: int
) -> dict[str, Any]:
    """The values of a message to be sent as soon as possible, or `after` a while; `to` is its address_id or robot_id."""
    row: dict[str, Any] = {"address_id": None, "robot_id": None} | to
    row |= {"key": key, "channel": channel, "subject": " ".join(subject.split())[:150], "body": body}
    return row | {"created_at": now(), "next_attempt_at": now() + after, "expires_at": until}


def queue(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Queue messages whose key was never queued before; answers the keys of those that are new."""
    return insert_new(OutboxMessage, list(rows), OutboxMessage.key)


def letter(text: str, link: str) -> str:
    """The body of an e-mail: what the page says, where to read it, who writes."""
    address = whole_address(link)
    where = f"查看：{address}" if address else "请登录学校网站，在“通知”里查看。"
    school = get_preferences().school_name
    return f"{text}\n\n{where}\n\n{school}\n这封邮件由系统自动发出，请不要回复。不想再收到邮件，可在“我的账号”里移除邮箱。\n"


def _queue_letters(user_ids: list[int], key: str, subject: str, text: str, link: str, until: datetime | None) -> None:
    """A letter to the confirmed address of each of these people."""
    body, title = letter(text, link), f"【{get_preferences().school_name}】{subject}"
    queue(
        message_row(f"{key}:mail:{user_id}", Channel.EMAIL, title, body, until=until, address_id=address_id)
        for user_id, address_id in sorted(confirmed_addresses(user_ids).items())
    )


def _check_key(key: str) -> None:
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"a key has 1 to {LONGEST_KEY} characters")


def insert_new(model: Any, rows: list[dict[str, Any]], column: Any) -> list[Any]:
    """Insert the rows that break no unique constraint; answers `column` of each that is new."""
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new: list[Any] = []
    for start in range(0, len(rows), AT_ONCE):
        statement = insert(model).values(rows[start : start + AT_ONCE]).on_conflict_do_nothing().returning(column)
        new += db.session.scalars(statement)
    return new
