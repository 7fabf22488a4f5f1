"""Notices for everybody in the town, read and unread; messages in each state; a robot in use and one that is not."""

from collections.abc import Mapping
from datetime import timedelta

from school.accounts.models import User
from school.clock import now
from school.db import db, transaction
from school.outbox.enums import Channel, MessageState, NoticeKind, RobotKind
from school.outbox.models import EmailAddress, Notice, OutboxMessage, Robot
from school.people.models import SchoolClass
from tests.sweeps.target import Target

UNREACHED = "SMTP 550"


def build_notices(people: Mapping[str, User], school_class: SchoolClass) -> dict[frozenset[str], list[Target]]:
    """Write everything a page of notices may show; the rows of the addresses that need one. `people` are by role."""
    with transaction():
        for user in people.values():
            _add_notices(user, "")
        _add_address(people["guardian"], is_confirmed=False)
        address = _add_address(people["subject_teacher"], is_confirmed=True)
        used = _add_robot("三年级2班家长群", RobotKind.WECOM, class_id=school_class.id)
        unused = _add_robot("三年级家长群", RobotKind.DINGTALK, entry_year=school_class.entry_year, is_active=False)
        _add_robot("全校家长群", RobotKind.WECOM)
        rows = _add_messages(address, used, "")
        db.session.flush()
        own = db.session.query(Notice).filter_by(user_id=people["guardian"].id, read_at=None).first()
    return {
        frozenset({"notice_id"}): [Target("家长自己的通知", {"notice_id": own.id if own else 0})],
        frozenset({"message_id"}): [
            Target("不能确定的邮件", {"message_id": rows[MessageState.UNSURE].id}),
            Target("已发出的邮件", {"message_id": rows[MessageState.SENT].id}),
        ],
        frozenset({"robot_id"}): [Target("在用的机器人", {"robot_id": used.id}), Target("停用的机器人", {"robot_id": unused.id})],
    }


def grow_notices(number: int) -> None:
    """One more of everything a page of notices lists."""
    for user in db.session.query(User).all():
        _add_notices(user, f"{number}")
    address = db.session.query(EmailAddress).filter(EmailAddress.confirmed_at.is_not(None)).first()
    chosen = db.session.query(SchoolClass).order_by(SchoolClass.id).first()
    assert address is not None
    assert chosen is not None
    robot = _add_robot(f"家长群{number}", RobotKind.WECOM, class_id=chosen.id)
    _add_messages(address, robot, f"{number}")
    db.session.flush()


def _add_notices(user: User, number: str) -> None:
    for key, kind, link, read_at in (
        ("unread", NoticeKind.PLACE, "/calendar", None),
        ("plain", NoticeKind.CHANGE, "", None),
        ("read", NoticeKind.RESULT, "/calendar", now()),
    ):
        facts = {"text": f"“剪纸”的通知{number}", "link": link, "created_at": now(), "read_at": read_at}
        db.session.add(Notice(user_id=user.id, key=f"town:{key}{number}", kind=kind, **facts))


def _add_address(user: User, *, is_confirmed: bool) -> EmailAddress:
    address = EmailAddress(user_id=user.id, address="13900000009@example.cn", confirmed_at=now() if is_confirmed else None)
    if not is_confirmed:
        address.code_digest, address.code_until = "0" * 64, now() + timedelta(minutes=30)
    db.session.add(address)
    db.session.flush()
    return address


def _add_robot(name: str, kind: RobotKind, **facts: object) -> Robot:
    robot = Robot(name=name, kind=kind, url="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", created_at=now(), **facts)
    db.session.add(robot)
    db.session.flush()
    return robot


def _add_messages(address: EmailAddress, robot: Robot, number: str) -> dict[MessageState, OutboxMessage]:
    made = {}
    for state in MessageState:
        handed_over = state in (MessageState.UNSURE, MessageState.SENT)
        made[state] = OutboxMessage(
            key=f"town:{state.value}{number}",
            channel=Channel.EMAIL,
            address_id=address.id,
            subject=f"“剪纸”的通知{number}",
            body="有名额了。",
            state=state,
            attempts=1,
            claimed_at=now(),
            claimed_by="town" if state is MessageState.SENDING else "",
            handed_over_at=now() if handed_over else None,
            sent_at=now() if state is MessageState.SENT else None,
            last_error="" if state is MessageState.SENT else UNREACHED,
            next_attempt_at=now(),
            created_at=now(),
        )
        to_group = {"channel": Channel.WECOM, "robot_id": robot.id, "subject": "剪纸", "body": "剪纸"}
        facts = {"key": f"town:group{state.value}{number}", "state": MessageState.QUEUED, "next_attempt_at": now()}
        db.session.add(OutboxMessage(**to_group, **facts, created_at=now()))
    db.session.add_all(made.values())
    db.session.flush()
    return made
