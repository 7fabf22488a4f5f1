"""What the office does: robots of groups, and messages that nobody else can decide about."""

from dataclasses import dataclass
from uuid import uuid4

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Refused
from school.outbox.deployment import robot_hosts
from school.outbox.enums import Channel, MessageState, RobotKind
from school.outbox.models import OutboxMessage, Robot
from school.outbox.queries.groups import is_robot_named
from school.outbox.rules.robots import clean_robot_url
from school.outbox.service import insert_new, message_row, queue
from school.preferences.queries import get_preferences

NAME_TAKEN = "已经有同名的群机器人。"


@dataclass(frozen=True)
class RobotValues:
    """What is typed of a robot; at most one of entry year and class."""

    name: str
    kind: RobotKind
    url: str
    secret: str = ""
    entry_year: int | None = None
    class_id: int | None = None


def add_robot(values: RobotValues, *, actor: Actor) -> Robot:
    """Add a group's robot; refuses addresses the deployment does not allow, and a name that is taken."""
    url = clean_robot_url(values.url, values.kind, robot_hosts())
    if values.secret and values.kind is not RobotKind.DINGTALK:
        raise Refused("只有钉钉机器人有加签密钥。", "secret")
    if is_robot_named(values.name):
        raise Refused(NAME_TAKEN, "name")
    facts = {"entry_year": values.entry_year, "class_id": values.class_id, "created_at": now()}
    row = facts | {"name": values.name, "kind": values.kind, "url": url, "secret": values.secret}
    made = insert_new(Robot, [row], Robot.id)
    if not made:  # another office added it at the same moment
        raise Refused(NAME_TAKEN, "name")
    robot = db.session.get_one(Robot, made[0])
    sentence = f"添加了{values.kind.label}群机器人“{values.name}”"
    record(actor, "outbox.add_robot", sentence, subject_type="robot", subject_id=robot.id)
    return robot


def switch_robot(robot: Robot, is_active: bool, *, actor: Actor) -> None:
    """Use a robot or stop using it (the worker then drops what waits for it)."""
    if robot.is_active == is_active:
        raise Refused(f"这个群机器人已经{'在用' if is_active else '停用'}。")
    robot.is_active, robot.rests_until = is_active, None
    db.session.flush()
    sentence = f"{'恢复' if is_active else '停用'}了群机器人“{robot.name}”"
    record(actor, "outbox.switch_robot", sentence, subject_type="robot", subject_id=robot.id)


def try_robot(robot: Robot, *, actor: Actor) -> None:
    """Queue one message to a robot, to see whether it arrives."""
    if not robot.is_active:
        raise Refused("这个群机器人已经停用。")
    body = f"{get_preferences().school_name}：这是一条测试消息，看到它说明活动通知会发到这个群。"
    queue([message_row(f"robot-test:{uuid4().hex}", Channel(robot.kind.value), "测试消息", body, until=None, robot_id=robot.id)])
    sentence = f"给群机器人“{robot.name}”发测试消息"
    record(actor, "outbox.test_robot", sentence, subject_type="robot", subject_id=robot.id)


def send_again(message: OutboxMessage, *, actor: Actor) -> None:
    """Queue anew what was not sent, or may not have been: a person says so, and answers for it arriving twice."""
    _check_undecided(message)
    _record(message, "outbox.send_again", "再发一次", actor)
    message.state, message.attempts, message.next_attempt_at = MessageState.QUEUED, 0, now()
    message.claimed_by, message.handed_over_at, message.expires_at = "", None, None
    db.session.flush()


def leave_it(message: OutboxMessage, *, actor: Actor) -> None:
    """Do not send it again: an unsure one counts as received, one that failed is dropped."""
    _check_undecided(message)
    if message.state is MessageState.UNSURE:
        _record(message, "outbox.received", "确认已收到", actor)
        message.state, message.sent_at, message.body = MessageState.SENT, message.handed_over_at, ""
    else:
        _record(message, "outbox.drop", "不再发送", actor)
        message.state, message.body = MessageState.DROPPED, ""
    db.session.flush()


def _check_undecided(message: OutboxMessage) -> None:
    if message.state not in (MessageState.UNSURE, MessageState.FAILED):
        raise Refused(f"这条消息现在是“{message.state.label}”，已经有人处理过了。")


def _record(message: OutboxMessage, action: str, what: str, actor: Actor) -> None:
    sentence = f"对{message.state.label}的{message.channel.label}“{message.subject}”：{what}"
    record(actor, action, sentence, subject_type="outbox_message", subject_id=message.id)
