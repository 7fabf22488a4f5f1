"""Failed sign-ins counted in the database, per account and per address, so that the limit holds across workers."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from school.accounts.models import SignInFailure
from school.clock import now
from school.db import db
from school.errors import Refused

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 8
PER_ADDRESS = 200  # a whole school, or a village behind one carrier address, signs in from one address


class TooManyAttempts(Refused):
    """The account or the address failed too often in this window."""


@dataclass(frozen=True)
class Attempt:
    """The two keys an attempt counts towards."""

    account_key: str
    address_key: str


def attempt_of(login: str, address: str) -> Attempt:
    """Keys of an attempt; digests, for a phone number typed wrongly is still somebody's phone number."""
    return Attempt(_key(f"account:{login}"), _key(f"address:{address}"))


def count_attempt(attempt: Attempt) -> None:
    """Count an attempt before the password is looked at; refuse when either key is used up.

    Counting first is what makes the limit hold when many attempts arrive at once.
    """
    window = _window(now())
    db.session.execute(delete(SignInFailure).where(SignInFailure.window_starts_at < window - WINDOW))
    for key, most in ((attempt.address_key, PER_ADDRESS), (attempt.account_key, PER_ACCOUNT)):
        if _raise_count(key, window) > most:
            minutes = int((window + WINDOW - now()).total_seconds() // 60) + 1
            raise TooManyAttempts(f"尝试次数太多，请 {minutes} 分钟后再试；忘记密码请找学校管理员重新领取登录码。")


def forgive(attempt: Attempt) -> None:
    """A success: the account's count starts anew, and the address gets this one back."""
    window = _window(now())
    db.session.execute(delete(SignInFailure).where(SignInFailure.key == attempt.account_key))
    row = db.session.scalar(
        select(SignInFailure)
        .where(SignInFailure.key == attempt.address_key, SignInFailure.window_starts_at == window)
        .with_for_update()
    )
    if row:
        row.failures = max(0, row.failures - 1)


def _raise_count(key: str, window: datetime) -> int:
    """Add one to the key's count in one statement and answer the new count."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    statement = insert(SignInFailure).values(key=key, window_starts_at=window, failures=1)
    statement = statement.on_conflict_do_update(
        index_elements=["key", "window_starts_at"], set_={"failures": SignInFailure.failures + 1}
    ).returning(SignInFailure.failures)
    return db.session.execute(statement).scalar_one()


def _window(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def _key(text: str) -> str:
    secret = str(current_app.secret_key)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
