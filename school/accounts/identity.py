"""The person behind the request: roles today, permissions, and their name for the audit."""

from dataclasses import dataclass
from typing import ClassVar

from flask import current_app, g, request, session
from flask_login import current_user, login_user

from school.accounts.queries import SessionHolder, find_session_holder
from school.audit.service import Actor
from school.clock import now, today
from school.permissions import Permission, Role, permissions_of

ORDER = [
    Role.ADMINISTRATOR,
    Role.PRINCIPAL,
    Role.TEACHING_OFFICE,
    Role.MORAL_OFFICE,
    Role.GRADE_LEADER,
    Role.HOMEROOM_TEACHER,
    Role.PREP_LEADER,
    Role.SUBJECT_TEACHER,
    Role.GUARDIAN,
]


@dataclass(frozen=True)
class Person:
    """Who asks, with what they may do on this day; the value that policies judge."""

    user_id: int
    display_name: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    homeroom_class_ids: frozenset[int]
    grade_entry_years: frozenset[int]

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles permits it."""
        return permission in self.permissions

    @property
    def role_label(self) -> str:
        """The first of the person's roles, in Chinese."""
        return next((role.label for role in ORDER if role in self.roles), "")


@dataclass(frozen=True)
class SignedIn:
    """The user of a request as Flask-Login knows them: read when the request begins, and never kept beyond it."""

    person: Person
    session_id: str

    # What Flask-Login asks of a user.
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """The session's name for this user; stale after signing out everywhere."""
        return self.session_id


def find_signed_in(user_id: int) -> SignedIn | None:
    """The user as they are today, or None when there is none or the account is closed."""
    holder = find_session_holder(user_id, today())
    return SignedIn(_person_of(holder), f"{user_id}:{holder.session_epoch}") if holder else None


def _person_of(holder: SessionHolder) -> Person:
    roles = frozenset(held.role for held in holder.roles)
    return Person(
        user_id=holder.user_id,
        display_name=holder.display_name,
        roles=roles,
        permissions=permissions_of(roles),
        homeroom_class_ids=_scopes(holder, Role.HOMEROOM_TEACHER, "class_id"),
        grade_entry_years=_scopes(holder, Role.GRADE_LEADER, "entry_year"),
    )


def current_person() -> Person | None:
    """Who is signed in, or None."""
    return current_user.person if current_user.is_authenticated else None


def the_person() -> Person:
    """Who is signed in; for views that require a permission."""
    person = current_person()
    if person is None:
        raise RuntimeError("a view asked for the person without requiring one")
    return person


def actor() -> Actor:
    """The signed-in person as the audit names them, with the address of this request."""
    person = the_person()
    return Actor(person.user_id, person.display_name, request.remote_addr or "")


def start_session(user_id: int) -> None:
    """A fresh session for the user, so that nothing set before sign-in survives it."""
    session.clear()
    g.pop("csrf_token", None)  # Flask-WTF made it for the old session; a page shown now needs one of the new
    session.permanent = True
    login_user(find_signed_in(user_id))
    session["seen_at"] = int(now().timestamp())


def is_session_stale(person: Person) -> bool:
    """Whether a member of staff has been away for too long; families stay signed in.

    The session remembers the last request to ten minutes, so that not every response sets a cookie.
    """
    seconds = int(now().timestamp()) - int(session.get("seen_at", 0))
    if seconds > 600:
        session["seen_at"] = int(now().timestamp())
    is_family = person.roles <= {Role.GUARDIAN}
    return not is_family and seconds > int(current_app.config["STAFF_HOURS_SIGNED_IN"]) * 3600


def _scopes(holder: SessionHolder, role: Role, attribute: str) -> frozenset[int]:
    values = [getattr(held, attribute) for held in holder.roles if held.role is role]
    return frozenset(value for value in values if value is not None)
