"""Every SELECT about users, their roles and failed sign-ins."""

from sqlalchemy import select

from school.accounts.models import User
from school.db import db


def find_user(user_id: int) -> User | None:
    """A user with the roles they ever held."""
    return db.session.get(User, user_id)


def find_user_by_login(login: str) -> User | None:
    """The user of a login name, or None."""
    return db.session.scalar(select(User).where(User.login == login))


def lock_user(user_id: int) -> User | None:
    """A user, locked until the transaction ends."""
    return db.session.scalar(select(User).where(User.id == user_id).with_for_update())
