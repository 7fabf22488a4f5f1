"""Whom a message goes to, and who is in a robot's group, in words the office may read."""

from collections.abc import Mapping

from school.outbox.models import OutboxMessage, Robot
from school.outbox.rules.addresses import masked_address

WHOLE_SCHOOL = "全校"


def scope_of(robot: Robot, classes: Mapping[int, str], grades: Mapping[int, str]) -> str:
    """Who is in the group; `classes` and `grades` are the names of this school year."""
    if robot.class_id is not None:
        return classes.get(robot.class_id, "已毕业的班级")
    return WHOLE_SCHOOL if robot.entry_year is None else grades.get(robot.entry_year, "已毕业的年级")


def recipient_of(message: OutboxMessage) -> str:
    """The group's name, or a person's name with their masked address."""
    if message.robot:
        return message.robot.name
    if message.address is None or not message.address.address:
        return "（邮箱已移除）"
    return f"{message.address.user.display_name} {masked_address(message.address.address)}"
