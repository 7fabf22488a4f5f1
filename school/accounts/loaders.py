"""Loading an account for a page that acts on it: 404 when there is none, 403 when it is not this person's to touch."""

from flask import abort

from school.accounts.identity import the_person
from school.accounts.models import RoleGrant, User
from school.accounts.policy import may_manage
from school.accounts.queries import find_grant, find_user, lock_user
from school.clock import today


def get_user(user_id: int) -> User:
    """The account, for reading."""
    return find_user(user_id) or abort(404)


def get_own_account() -> User:
    """The account of whoever is signed in."""
    return get_user(the_person().user_id)


def get_user_locked(user_id: int) -> User:
    """The account, locked until the transaction ends."""
    return lock_user(user_id) or abort(404)


def get_managed_user(user_id: int) -> User:
    """The account, locked, when the person may reset, close or sign it out."""
    user = get_user_locked(user_id)
    return user if may_manage(the_person(), user, today()) else abort(403)


def get_grant(user_id: int, grant_id: int) -> RoleGrant:
    """A role of this very account."""
    return find_grant(user_id, grant_id) or abort(404)
