"""Printed one-time codes of users: recomputed from the installation's secret, never stored."""

from flask import current_app

from school.accounts.enums import CodeState
from school.accounts.models import User
from school.accounts.passwords import CODE_LIVES, is_code, one_time_code
from school.clock import now


def may_redeem(user: User, code: str) -> bool:
    """Whether `code` is the user's present one-time code: issued, unused, not expired."""
    return user.is_active and code_state_of(user) is CodeState.WAITING and is_code(code, code_of(user))


def code_state_of(user: User) -> CodeState:
    """What became of the user's present one-time code."""
    if user.code_serial == 0 or user.code_issued_at is None:
        return CodeState.NEVER
    if user.code_used_at:
        return CodeState.USED
    return CodeState.WAITING if now() < user.code_issued_at + CODE_LIVES else CodeState.EXPIRED


def code_of(user: User) -> str:
    """The user's present one-time code, as printed."""
    return one_time_code(str(current_app.secret_key), user.id, user.code_serial)
