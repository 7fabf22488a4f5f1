"""What waits for an approver."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from school.accounts.identity import Person
from school.accounts.models import User
from school.db import db
from school.homework.enums import DayState
from school.homework.models import CapRequest, HomeworkDay
from school.homework.queries.boards import ClassDay, class_days_of, find_classes
from school.homework.queries.days import open_requests
from school.people.models import SchoolClass
from school.permissions import Role


@dataclass(frozen=True)
class WaitingRequest:
    """A request to go past the school's own cap, with its class-day and who asks."""

    request: CapRequest
    class_day: ClassDay
    asked_by: str


def waiting_days(person: Person) -> list[ClassDay]:
    """Coordinated class-days this person approves, oldest first (HW-05)."""
    statement = (
        select(HomeworkDay.on_day, SchoolClass)
        .join(SchoolClass, SchoolClass.id == HomeworkDay.class_id)
        .where(HomeworkDay.state == DayState.COORDINATED)
        .order_by(HomeworkDay.on_day)
    )
    if not person.roles & {Role.TEACHING_OFFICE, Role.PRINCIPAL}:
        statement = statement.where(SchoolClass.entry_year.in_(sorted(person.grade_entry_years)))
    by_day = defaultdict(list)
    for on_day, school_class in db.session.execute(statement):
        by_day[on_day].append(school_class)
    return [one for on_day, classes in by_day.items() for one in class_days_of(classes, on_day)]


def waiting_requests() -> list[WaitingRequest]:
    """Unanswered requests with what the office needs to decide."""
    return _described(open_requests())


def described(request: CapRequest) -> WaitingRequest:
    """A request with its class-day and the asker's name."""
    return _described([request])[0]


def _described(requests: list[CapRequest]) -> list[WaitingRequest]:
    """Requests with their class-days, read day by day, and the askers' names."""
    wanted = defaultdict(set)
    for request in requests:
        wanted[request.day.on_day].add(request.day.class_id)
    read = [one for on_day, ids in wanted.items() for one in class_days_of(find_classes(sorted(ids)), on_day)]
    days = {(one.class_id, one.on_day): one for one in read}
    askers = select(User.id, User.display_name).where(User.id.in_([request.asked_by for request in requests]))
    names = {user_id: name for user_id, name in db.session.execute(askers)}
    return [
        WaitingRequest(request, days[request.day.class_id, request.day.on_day], names.get(request.asked_by, ""))
        for request in requests
    ]
