"""Every SELECT about users, their roles and failed sign-ins."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, Integer, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload

from school.accounts.enums import AccountState
from school.accounts.models import RoleGrant, User
from school.db import db
from school.permissions import Role


@dataclass(frozen=True)
class UserFilter:
    """Which users to list; empty fields do not filter."""

    words: str = ""
    role: Role | None = None
    state: AccountState | None = None


@dataclass(frozen=True)
class HeldOn:
    """A role on one day, with the class or the grade (by entry year) it is held for."""

    role: Role
    class_id: int | None
    entry_year: int | None


@dataclass(frozen=True)
class SessionHolder:
    """Whom a session can belong to on one day: an open account, its present epoch and its roles of that day."""

    user_id: int
    display_name: str
    session_epoch: int
    roles: tuple[HeldOn, ...]


def find_session_holder(user_id: int, day: date) -> SessionHolder | None:
    """An open account with what it holds on `day`, or None; one statement, for every request asks it."""
    rows = db.session.execute(_SESSION_HOLDER, {"user": user_id, "day": day}).all()
    if not rows:
        return None
    roles = tuple(HeldOn(row.role, row.class_id, row.entry_year) for row in rows if row.role is not None)
    return SessionHolder(user_id, rows[0].display_name, rows[0].session_epoch, roles)


def find_user(user_id: int) -> User | None:
    """A user with the roles they ever held."""
    return db.session.get(User, user_id, options=[joinedload(User.grants)])


def find_user_by_login(login: str) -> User | None:
    """The user of a login name, or None."""
    return db.session.scalar(select(User).where(User.login == login))


def lock_user(user_id: int) -> User | None:
    """A user as they are now, locked until the transaction ends.

    The lock leaves the key readable: an entry of the audit that names this user need not wait for it, else two
    administrators acting on each other would wait for ever.
    """
    statement = select(User).where(User.id == user_id).with_for_update(key_share=True)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def count_users() -> int:
    """How many users there are."""
    return db.session.scalar(select(func.count(User.id))) or 0


def users_fitting(wanted: UserFilter, *, offset: int, limit: int) -> list[User]:
    """A page of users with their roles: staff first, then families, each by name."""
    is_staff = exists().where(RoleGrant.user_id == User.id, RoleGrant.role != Role.GUARDIAN)
    statement = _narrow(select(User), wanted).order_by(is_staff.desc(), User.display_name, User.id)
    return list(db.session.scalars(statement.offset(offset).limit(limit)))


def count_fitting_users(wanted: UserFilter) -> int:
    """How many users fit."""
    return db.session.scalar(_narrow(select(func.count(User.id)), wanted)) or 0


def find_grant(user_id: int, grant_id: int) -> RoleGrant | None:
    """A role of this very user."""
    return db.session.scalar(select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.user_id == user_id))


def lock_administrators() -> list[RoleGrant]:
    """Every administrator's role, locked, so that two of them cannot remove each other at the same moment."""
    statement = (
        select(RoleGrant).where(RoleGrant.role == Role.ADMINISTRATOR).order_by(RoleGrant.id).with_for_update(key_share=True)
    )
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def _narrow(statement: Select, wanted: UserFilter) -> Select:
    if wanted.words:
        columns = (User.display_name, User.login)
        statement = statement.where(or_(*(column.contains(wanted.words, autoescape=True) for column in columns)))
    if wanted.role:
        statement = statement.where(exists().where(RoleGrant.user_id == User.id, RoleGrant.role == wanted.role))
    if wanted.state is AccountState.CLOSED:
        return statement.where(User.is_active.is_(False))
    if wanted.state:
        has_password = User.password_hash.is_not(None)
        fits = has_password if wanted.state is AccountState.ACTIVATED else ~has_password
        statement = statement.where(User.is_active.is_(True), fits)
    return statement


_users, _grants, _day = User.__table__.c, RoleGrant.__table__.c, bindparam("day", type_=Date)
_is_held = and_(_grants.user_id == _users.id, _grants.starts_on <= _day, or_(_grants.ends_on.is_(None), _grants.ends_on >= _day))
_SESSION_HOLDER = (
    select(_users.display_name, _users.session_epoch, _grants.role, _grants.class_id, _grants.entry_year)
    .select_from(User.__table__.outerjoin(RoleGrant.__table__, _is_held))
    .where(_users.id == bindparam("user", type_=Integer), _users.is_active)
)
