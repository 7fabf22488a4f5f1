"""Which settings this person may change."""

from school.accounts.identity import Person
from school.permissions import Role
from school.preferences.rules import PRINCIPAL_ONLY


def may_change(person: Person, key: str) -> bool:
    """Whether the setting is this person's to change; the page itself asks for the permission."""
    return key not in PRINCIPAL_ONLY or Role.PRINCIPAL in person.roles
