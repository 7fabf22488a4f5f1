"""Who may see what of parent school."""

from school.accounts.identity import Person
from school.permissions import Permission, Role


def is_staff(person: Person) -> bool:
    """Whether the person works at the school, whatever children they have there."""
    return bool(person.roles - {Role.GUARDIAN})


def sees_all_visits(person: Person) -> bool:
    """Home visits of all classes: the moral-education office and the principal (PR-06)."""
    return person.may(Permission.HOME_VISITS) and bool(person.roles & {Role.MORAL_OFFICE, Role.PRINCIPAL})


def visit_classes(person: Person) -> frozenset[int]:
    """The classes whose homeroom teacher this person is today, for home visits."""
    return person.homeroom_class_ids if person.may(Permission.HOME_VISITS) else frozenset()


def writes_visits_in(person: Person) -> frozenset[int] | None:
    """The classes this person records and plans visits for; None means all, for the moral-education office."""
    is_office = person.may(Permission.HOME_VISITS) and Role.MORAL_OFFICE in person.roles
    return None if is_office else visit_classes(person)


def may_write_visits_of(person: Person, class_id: int) -> bool:
    """Whether this person records and plans visits for a class; the principal only reads."""
    classes = writes_visits_in(person)
    return classes is None or class_id in classes


def may_read_visit(person: Person, *, class_id: int, present_class_id: int | None) -> bool:
    """The homeroom teacher of the class that visited, of the child's present class, and who sees all visits (PR-06)."""
    return sees_all_visits(person) or bool({class_id, present_class_id} & visit_classes(person))


def may_see_lookers(person: Person, *, recorded_by: int) -> bool:
    """Who looked at a visit is shown to whoever sees all visits, and to whoever wrote it."""
    return sees_all_visits(person) or person.user_id == recorded_by
