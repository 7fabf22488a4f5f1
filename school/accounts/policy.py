"""Whose account this person may touch."""

from datetime import date

from school.accounts.identity import Person
from school.accounts.models import User
from school.accounts.rules import GUARDED
from school.permissions import Role


def may_manage(person: Person, user: User, day: date) -> bool:
    """Whether the person may reset or change this account: a principal's or an administrator's only as administrator."""
    roles = {grant.role for grant in user.grants if grant.ends_on is None or grant.ends_on >= day}
    return Role.ADMINISTRATOR in person.roles or not roles & GUARDED


def may_appoint(person: Person, role: Role) -> bool:
    """Whether the person may give or end this role."""
    return Role.ADMINISTRATOR in person.roles or role not in GUARDED
