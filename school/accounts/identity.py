"""The person behind the request: roles today, permissions, and their name for the audit."""

from dataclasses import dataclass
from datetime import date

from flask import current_app, g, request, session
from flask_login import current_user, login_user

from school.accounts.models import RoleGrant, User
from school.audit.service import Actor
from school.clock import now, today
from school.permissions import Permission, Role, permissions_of

ORDER = [
    Role.ADMINISTRATOR,
    Role.PRINCIPAL,
    Role.TEACHING_OFFICE,
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


def person_of(user: User, day: date) -> Person:
    """The person a user is on `day`."""
    grants = [grant for grant in user.grants if grant.is_current(day)]
    roles = frozenset(grant.role for grant in grants)
    return Person(
        user_id=user.id,
        display_name=user.display_name,
        roles=roles,
        permissions=permissions_of(roles),
        homeroom_class_ids=_scopes(grants, Role.HOMEROOM_TEACHER, "class_id"),
        grade_entry_years=_scopes(grants, Role.GRADE_LEADER, "entry_year"),
    )


def current_person() -> Person | None:
    """Who is signed in, or None."""
    return person_of(current_user, today()) if current_user.is_authenticated else None


def the_person() -> Person:
    """Who is signed in; for views that require a permission."""
    person = current_person()
    if person is None:
        raise RuntimeError("a view asked for the person without requiring one")
    return person


def actor() -> Actor:
    """The signed-in person as the audit names them."""
    return actor_for(current_user)


def actor_for(user: User) -> Actor:
    """A user as the audit names them, with the address of this request."""
    return Actor(user.id, user.display_name, request.remote_addr or "")


def start_session(user: User) -> None:
    """A fresh session for the user, so that nothing set before sign-in survives it."""
    session.clear()
    g.pop("csrf_token", None)  # Flask-WTF made it for the old session; a page shown now needs one of the new
    session.permanent = True
    login_user(user)
    session["seen_at"] = int(now().timestamp())


def is_session_stale(user: User) -> bool:
    """Whether a member of staff has been away for too long; families stay signed in.

    The session remembers the last request to ten minutes, so that not every response sets a cookie.
    """
    seconds = int(now().timestamp()) - int(session.get("seen_at", 0))
    if seconds > 600:
        session["seen_at"] = int(now().timestamp())
    is_family = person_of(user, today()).roles <= {Role.GUARDIAN}
    return not is_family and seconds > int(current_app.config["STAFF_HOURS_SIGNED_IN"]) * 3600


def _scopes(grants: list[RoleGrant], role: Role, attribute: str) -> frozenset[int]:
    values = [getattr(grant, attribute) for grant in grants if grant.role is role]
    return frozenset(value for value in values if value is not None)
