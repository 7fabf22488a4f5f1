"""Loading a class, pupil, teacher or import for a page; outside one's scope the answer is 404."""

from flask import abort

from school.accounts.identity import the_person
from school.people.models import Pupil, RosterImport, SchoolClass, Teacher, TeachingAssignment
from school.people.policy import may_export_class, may_see_class, may_see_import, sees_whole_school
from school.people.queries import find_class, find_teacher
from school.people.queries.imports import find_import
from school.people.queries.listing import Stay, find_assignment, find_pupil, lock_pupil, lock_teacher, stays_of_pupil


def get_class(class_id: int) -> SchoolClass:
    """A class this person may see."""
    found = find_class(class_id)
    if found is None or not may_see_class(the_person(), class_id=found.id, entry_year=found.entry_year):
        abort(404)
    return found


def get_class_to_export(class_id: int) -> SchoolClass:
    """A class whose list with phone numbers this person may take away."""
    found = get_class(class_id)
    return found if may_export_class(the_person(), class_id=found.id) else abort(404)


def get_pupil(pupil_id: int) -> tuple[Pupil, list[Stay]]:
    """A pupil, and the classes they were in, when the last of them is this person's to see."""
    found, stays = find_pupil(pupil_id), stays_of_pupil(pupil_id)
    if found is None or not _is_theirs(stays):
        abort(404)
    return found, stays


def get_pupil_locked(pupil_id: int) -> Pupil:
    """A pupil, locked until the transaction ends."""
    return lock_pupil(pupil_id) or abort(404)


def get_teacher(teacher_id: int) -> Teacher:
    """A teacher."""
    return find_teacher(teacher_id) or abort(404)


def get_teacher_locked(teacher_id: int) -> Teacher:
    """A teacher, locked until the transaction ends."""
    return lock_teacher(teacher_id) or abort(404)


def get_assignment(teacher_id: int, assignment_id: int) -> TeachingAssignment:
    """An assignment of this very teacher."""
    return find_assignment(teacher_id, assignment_id) or abort(404)


def get_import(import_id: int) -> RosterImport:
    """An import this person uploaded."""
    found = find_import(import_id)
    return found if found and may_see_import(the_person(), found) else abort(404)


def _is_theirs(stays: list[Stay]) -> bool:
    person = the_person()
    if sees_whole_school(person):
        return True
    last = stays[0] if stays else None
    return bool(last and last.ends_on is None and may_see_class(person, class_id=last.class_id, entry_year=last.entry_year))
