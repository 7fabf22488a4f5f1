"""The people of these tests: who they are is what they may see.

周管理 administrator · 王校长 principal · 李主任 teaching office · 陈老师 teacher · 孙家长 guardian · 外人 has no account.
"""

from functools import cache

from flask import Flask

from school.accounts.models import User
from school.accounts.passwords import hash_password
from school.accounts.service import create_user, grant_role
from school.clock import now, today
from school.db import db
from school.permissions import Role
from tests.support.client import SchoolClient

PASSWORD = "three plain words"


def administrator() -> User:
    """周管理, who looks after accounts, calendar and settings."""
    return somebody("周管理", "zhou", Role.ADMINISTRATOR)


def principal() -> User:
    """王校长, who reads everything and changes the settings."""
    return somebody("王校长", "wang", Role.PRINCIPAL)


def office() -> User:
    """李主任 of the teaching office, who keeps the calendar."""
    return somebody("李主任", "li", Role.TEACHING_OFFICE)


def teacher() -> User:
    """陈老师, who files homework and nothing else."""
    return somebody("陈老师", "13800000001", Role.SUBJECT_TEACHER)


def guardian() -> User:
    """孙家长, who sees own children."""
    return somebody("孙家长", "13900000001", Role.GUARDIAN)


def somebody(name: str, login: str, *roles: Role, is_activated: bool = True) -> User:
    """A person with these roles from today on, who has chosen PASSWORD unless not activated."""
    user = create_user(login, name)
    for role in roles:
        grant_role(user, role, starts_on=today())
    if is_activated:
        user.password_hash = _hashed()
        user.activated_at = now()
    db.session.commit()
    return user


def signed_in(app: Flask, user: User) -> SchoolClient:
    """The person's own device, signed in through the page."""
    client = app.test_client()
    assert isinstance(client, SchoolClient)
    answer = client.post_form("/sign-in", {"login": user.login, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return client


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)
