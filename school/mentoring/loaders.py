"""Triads, entries and acceptances a person may open; outside one's scope the answer is 404."""

from flask import abort

from school.accounts.identity import the_person
from school.mentoring import policy
from school.mentoring.asked import my_teacher
from school.mentoring.models import Acceptance, MentorEntry, Triad
from school.mentoring.queries.acceptance import find_acceptance
from school.mentoring.queries.entries import find_entry
from school.mentoring.queries.triads import find_triad
from school.people.models import Teacher
from school.people.queries import find_teacher_of_user
from school.permissions import Permission


def get_triad(triad_id: int) -> Triad:
    """A triad this person may see; assessors see those under acceptance."""
    found = find_triad(triad_id)
    person, teacher = the_person(), find_teacher_of_user(the_person().user_id)
    is_theirs = found and (
        policy.may_see_triad(person, teacher.id if teacher else None, found) or person.may(Permission.ASSESS_MENTORING)
    )
    return found if found and is_theirs else abort(404)


def get_triad_of_mine(triad_id: int) -> tuple[Triad, Teacher]:
    """A triad the signed-in teacher sits or sat in."""
    found, teacher = find_triad(triad_id), my_teacher()
    return (found, teacher) if found and policy.is_member(teacher.id, found) else abort(404)


def get_entry_of_mine(entry_id: int) -> tuple[MentorEntry, Teacher]:
    """An entry the signed-in teacher wrote or is to confirm."""
    found, teacher = find_entry(entry_id), my_teacher()
    return (found, teacher) if found and policy.may_touch_entry(teacher.id, found) else abort(404)


def get_acceptance(acceptance_id: int) -> Acceptance:
    """An acceptance this person may see."""
    found = find_acceptance(acceptance_id)
    triad = find_triad(found.triad_id) if found else None
    teacher = find_teacher_of_user(the_person().user_id)
    if found is None or triad is None:
        abort(404)
    return found if policy.may_see_acceptance(the_person(), teacher.id if teacher else None, found, triad) else abort(404)
