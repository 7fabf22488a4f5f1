"""A teacher gives a class up, leaves the school, or comes back."""

from datetime import date

from school.accounts import service as accounts
from school.accounts.queries import lock_user
from school.audit.service import Actor, record
from school.calendar.rules import day_in_words, school_year_start
from school.clock import today
from school.db import db
from school.errors import Refused
from school.people.labels import class_name
from school.people.models import Teacher, TeachingAssignment
from school.people.queries.listing import open_assignments, open_grants
from school.permissions import Role


def end_assignment(assignment: TeachingAssignment, *, last_day: date, reason: str, actor: Actor) -> None:
    """The teacher teaches this subject in this class until `last_day`."""
    if last_day < assignment.starts_on:
        raise Refused(f"最后一天不能早于{day_in_words(assignment.starts_on)}。", "last_day")
    if assignment.ends_on and last_day > assignment.ends_on:
        raise Refused(f"这项任课到{day_in_words(assignment.ends_on)}为止，不能再往后。", "last_day")
    assignment.ends_on = last_day
    found = assignment.school_class
    where = class_name(found.entry_year, found.number, school_year_start(today()))
    sentence = f"{assignment.teacher.name}不再教{where}{assignment.subject.name}，最后一天是{day_in_words(last_day)}"
    record(actor, "teacher.end_assignment", sentence, subject_type="teacher", subject_id=assignment.teacher_id, reason=reason)


def leave(teacher: Teacher, *, last_day: date, reason: str, actor: Actor) -> None:
    """The teacher is at the school until `last_day`: classes and offices end, and the account closes.

    An account that is a parent's too stays open for the child.
    """
    if teacher.left_on:
        raise Refused(f"{teacher.name}已在{day_in_words(teacher.left_on)}离校。")
    if last_day > today():
        raise Refused("日期不能晚于今天，请到那一天再办理。", "last_day")
    for assignment in open_assignments(teacher.id, last_day):
        _cut(assignment, last_day)
    teacher.left_on = last_day
    user = lock_user(teacher.user_id) if teacher.user_id else None
    if user:
        grants = open_grants(user.id, last_day)
        for grant in [grant for grant in grants if grant.role is not Role.GUARDIAN]:
            accounts.end_role(grant, last_day=last_day if grant.starts_on <= last_day else None, scope_label="", actor=actor)
        if all(grant.role is not Role.GUARDIAN for grant in grants):
            accounts.set_active(user, is_active=False, actor=actor)
    sentence = f"给{teacher.name}（{teacher.staff_code}）办理离校，最后一天是{day_in_words(last_day)}"
    record(actor, "teacher.leave", sentence, subject_type="teacher", subject_id=teacher.id, reason=reason)


def come_back(teacher: Teacher, *, reason: str, actor: Actor) -> None:
    """A teacher who left works at the school again from today; classes and offices are given anew."""
    if teacher.left_on is None:
        raise Refused(f"{teacher.name}现在就在校。")
    teacher.left_on = None
    user = lock_user(teacher.user_id) if teacher.user_id else None
    if user:
        accounts.set_active(user, is_active=True, actor=actor)
        accounts.grant_role(user, Role.SUBJECT_TEACHER, starts_on=today())
    sentence = f"给{teacher.name}（{teacher.staff_code}）办理返校"
    record(actor, "teacher.come_back", sentence, subject_type="teacher", subject_id=teacher.id, reason=reason)


def _cut(assignment: TeachingAssignment, last_day: date) -> None:
    """End an assignment; one that had not begun never was."""
    if assignment.starts_on > last_day:
        db.session.delete(assignment)
    else:
        assignment.ends_on = last_day
