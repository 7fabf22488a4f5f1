"""Whose classes, pupils and imports this person may see."""

from school.accounts.identity import Person
from school.people.models import RosterImport
from school.permissions import Permission, Role

WHOLE_SCHOOL = frozenset({Role.ADMINISTRATOR, Role.PRINCIPAL, Role.TEACHING_OFFICE, Role.MORAL_OFFICE})


def sees_whole_school(person: Person) -> bool:
    """Whether every class is this person's business."""
    return bool(person.roles & WHOLE_SCHOOL)


def may_see_class(person: Person, *, class_id: int, entry_year: int) -> bool:
    """All classes for the office, their grade's for a grade leader, their own for a homeroom teacher."""
    return sees_whole_school(person) or class_id in person.homeroom_class_ids or entry_year in person.grade_entry_years


def may_export_class(person: Person, *, class_id: int) -> bool:
    """Lists with whole phone numbers: who keeps the lists, and a homeroom teacher for their own class."""
    return person.may(Permission.MANAGE_PEOPLE) or class_id in person.homeroom_class_ids


def may_see_import(person: Person, kept: RosterImport) -> bool:
    """An uploaded list is seen by whoever uploaded it."""
    return kept.created_by == person.user_id
