"""Notices, robots and messages a person may touch; outside one's scope the answer is 404."""

from flask import abort

from school.accounts.identity import the_person
from school.outbox.models import Notice, OutboxMessage, Robot
from school.outbox.queries.groups import lock_robot
from school.outbox.queries.messages import lock_message
from school.outbox.queries.notices import find_notice


def get_own_notice(notice_id: int) -> Notice:
    """A notice of the signed-in person."""
    return find_notice(the_person().user_id, notice_id) or abort(404)


def get_robot_locked(robot_id: int) -> Robot:
    """A robot, locked until the transaction ends."""
    return lock_robot(robot_id) or abort(404)


def get_message_locked(message_id: int) -> OutboxMessage:
    """A message, locked until the transaction ends."""
    return lock_message(message_id) or abort(404)
