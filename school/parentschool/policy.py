"""Who may see what of parent school."""

from collections.abc import Iterable, Mapping

from school.accounts.identity import Person
from school.calendar.rules import grade_of
from school.parentschool.enums import SessionState
from school.parentschool.models import FamilyMentor, ParentCertificate, ParentSession
from school.parentschool.queries.corps import user_of_member
from school.parentschool.rules.corps import may_office_answer
from school.parentschool.rules.sessions import invites
from school.people.policy import may_see_class
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


def serves_all(person: Person) -> bool:
    """The list of every family of every session: the offices that run parent school."""
    return person.may(Permission.SERVE_FAMILIES) and person.may(Permission.MANAGE_PARENT_SCHOOL)


def may_serve(person: Person, session: ParentSession, entry_years: Mapping[int, int]) -> bool:
    """Stand at the door of a session: the offices; a homeroom teacher or grade leader whose class or grade is invited.

    `entry_years` gives the year of entry of the person's own classes and of the classes the session names.
    """
    if serves_all(person):
        return True
    start = session.school_year.start_year
    own = {one: entry_years[one] for one in person.homeroom_class_ids if one in entry_years}
    named = {one: year for one, year in entry_years.items() if one in session.class_ids}
    of_grade = {one: year for one, year in named.items() if year in person.grade_entry_years}
    is_class_invited = any(invites(session, grade_of(year, start), one) for one, year in (own | of_grade).items())
    is_grade_invited = any(invites(session, grade_of(year, start), 0) for year in person.grade_entry_years)
    return person.may(Permission.SERVE_FAMILIES) and (is_class_invited or is_grade_invited)


def may_serve_class(person: Person, *, class_id: int | None, entry_year: int | None) -> bool:
    """Note and correct who came for a child of this class; children in no class are the offices' (PR-06)."""
    if serves_all(person):
        return True
    if class_id is None or entry_year is None or not person.may(Permission.SERVE_FAMILIES):
        return False
    return may_see_class(person, class_id=class_id, entry_year=entry_year)


def may_see_certificate(person: Person, certificate: ParentCertificate) -> bool:
    """The guardian it was issued to, and the offices that run parent school."""
    is_own = person.may(Permission.JOIN_PARENT_SCHOOL) and certificate.guardian.user_id == person.user_id
    return is_own or person.may(Permission.MANAGE_PARENT_SCHOOL)


def may_see_materials(person: Person, session: ParentSession, classes: Iterable[tuple[int, int]]) -> bool:
    """Drafts are the office's; what was announced is the staff's and the invited families', what was called off the office's.

    `classes` are entry year and class id of the person's children.
    """
    if person.may(Permission.MANAGE_PARENT_SCHOOL):
        return True
    if session.state is not SessionState.ANNOUNCED:
        return False
    return is_staff(person) or (person.may(Permission.JOIN_PARENT_SCHOOL) and is_invited(session, classes))


def is_invited(session: ParentSession, classes: Iterable[tuple[int, int]]) -> bool:
    """Whether a child in one of these classes brings its family an invitation; they are entry year and class id."""
    start = session.school_year.start_year
    return any(invites(session, grade_of(entry_year, start), class_id) for entry_year, class_id in classes)


def office_answers(member: FamilyMentor) -> bool:
    """Whether the office writes down how a member answered; everybody else answers on their own page."""
    return may_office_answer(member.source, has_account=user_of_member(member) is not None)
