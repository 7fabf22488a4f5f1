"""Signing in, choosing a password, one-time codes, roles: every write about accounts."""

from datetime import date, timedelta

from school.accounts.codes import code_of, code_state_of, may_redeem
from school.accounts.enums import AccountState, CodeState
from school.accounts.models import RoleGrant, User
from school.accounts.passwords import check_password, hash_password, is_password
from school.accounts.queries import find_user_by_login, lock_administrators, lock_user
from school.accounts.rules import HeldRole, check_administrator_remains, check_appointment, scope_of
from school.accounts.scope import Scope
from school.accounts.throttle import attempt_of, count_attempt, forgive
from school.audit.service import Actor, record
from school.clock import now, today
from school.db import db, transaction
from school.errors import Refused
from school.permissions import Role


class SignInRefused(Refused):
    """Name and password, or name and code, do not belong together; which of them is wrong is not said."""


def sign_in(login: str, password: str, *, address: str) -> User:
    """The user of a login name and password.

    Three steps, so that hashing holds no lock: count the attempt, compare, forget the attempt on success.
    This is the one service with its own transactions: a refused attempt must be counted all the same.
    """
    attempt = attempt_of(login, address)
    with transaction():
        count_attempt(attempt)
    user = find_user_by_login(login)
    is_right = is_password(password, user.password_hash if user else None)
    if user is None or not is_right or not user.is_active:
        raise SignInRefused("登录名或密码不对。第一次使用请点“首次登录”，用学校发的一次性登录码设置密码。")
    with transaction():
        forgive(attempt)
        user.last_seen_at = now()
    return user


def activate(login: str, code: str, new_password: str, *, address: str) -> User:
    """Redeem a printed one-time code: the password is set and every older session ends."""
    attempt = attempt_of(login, address)
    with transaction():
        count_attempt(attempt)
    user = find_user_by_login(login)
    if user is None or not may_redeem(user, code):
        raise SignInRefused("登录名或登录码不对，或登录码已经用过、过期。请核对通知单；需要新的登录码请找学校管理员。")
    check_password(new_password, login=login)
    hashed = hash_password(new_password)
    with transaction():
        locked = lock_user(user.id)
        if locked is None or not may_redeem(locked, code):
            raise SignInRefused("这个登录码刚刚已被使用。")
        forgive(attempt)
        locked.password_hash = hashed
        locked.code_used_at = now()
        locked.activated_at = locked.activated_at or now()
        locked.last_seen_at = now()
        locked.session_epoch += 1
        actor = Actor(locked.id, locked.display_name, address)
        record(actor, "account.activate", "用一次性登录码设置了密码", subject_type="user", subject_id=locked.id)
    return locked


def issue_code(user: User, *, actor: Actor) -> str:
    """Give the user a new one-time code; the old one is void."""
    user.code_serial += 1
    user.code_issued_at = now()
    user.code_used_at = None
    sentence = f"给{user.display_name}（{user.login}）发了新的一次性登录码"
    record(actor, "account.issue_code", sentence, subject_type="user", subject_id=user.id)
    return code_of(user)


def issue_missing_codes(users: list[User], *, whose: str, subject_id: int | None, actor: Actor) -> int:
    """Give a code to each of the (locked) users who never signed in and has none that waits; answers how many.

    `whose` completes “给…生成了一次性登录码”. One entry in the audit for all of them.
    """
    lacking = [user for user in users if user.state is AccountState.NEW and code_state_of(user) is not CodeState.WAITING]
    for user in lacking:
        user.code_serial += 1
        user.code_issued_at = now()
        user.code_used_at = None
    if lacking:
        sentence = f"给{whose}生成了 {len(lacking)} 个一次性登录码"
        record(actor, "account.issue_codes", sentence, subject_type="class", subject_id=subject_id)
    return len(lacking)


def record_printing(*, whose: str, count: int, subject_id: int | None, actor: Actor) -> None:
    """Record that codes are about to be printed: from then on they are on paper."""
    sentence = f"打印了{whose}的 {count} 个一次性登录码"
    record(actor, "account.print_codes", sentence, subject_type="class", subject_id=subject_id)


def hash_new_password(user: User, old: str, new: str) -> str:
    """The hash of a new password for who knows the old one; before the transaction, so that hashing holds no lock."""
    if not is_password(old, user.password_hash):
        raise Refused("原密码不对。", "password")
    check_password(new, login=user.login)
    return hash_password(new)


def change_password(user: User, hashed: str, *, actor: Actor) -> None:
    """Replace the password by one hashed by `hash_new_password`; sessions on other devices end."""
    user.password_hash = hashed
    user.session_epoch += 1
    record(actor, "account.change_password", "修改了自己的密码", subject_type="user", subject_id=user.id)


def sign_out_everywhere(user: User, *, actor: Actor) -> None:
    """End every session of the user, on every device."""
    user.session_epoch += 1
    sentence = f"让{user.display_name}的所有设备退出登录"
    record(actor, "account.sign_out_everywhere", sentence, subject_type="user", subject_id=user.id)


def set_active(user: User, *, is_active: bool, actor: Actor) -> None:
    """Close or reopen an account; one's own, and the last administrator's, stays open."""
    if user.is_active == is_active:
        return
    if not is_active:
        if user.id == actor.user_id:
            raise Refused("不能停用自己的账号，请另一位管理员操作。")
        _check_administrator_remains(user)
    user.is_active = is_active
    user.session_epoch += 1
    verb = "恢复" if is_active else "停用"
    sentence = f"{verb}了{user.display_name}（{user.login}）的账号"
    record(actor, "account.set_active", sentence, subject_type="user", subject_id=user.id)


def create_user(login: str, display_name: str) -> User:
    """A user who cannot sign in until a one-time code is issued."""
    user = User(login=login, display_name=display_name, created_at=now())
    db.session.add(user)
    db.session.flush()
    return user


def grant_role(
    user: User,
    role: Role,
    *,
    starts_on: date,
    ends_on: date | None = None,
    class_id: int | None = None,
    entry_year: int | None = None,
    subject_id: int | None = None,
) -> RoleGrant:
    """Give a user a role from a day on; the caller records why."""
    grant = RoleGrant(
        user=user,
        role=role,
        class_id=class_id,
        entry_year=entry_year,
        subject_id=subject_id,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session.add(grant)
    db.session.flush()
    return grant


def appoint(
    user: User, role: Role, scope: Scope, *, starts_on: date, ends_on: date | None, scope_label: str, actor: Actor
) -> RoleGrant:
    """Give a user a role by hand; `scope_label` names the scope for the audit, e.g. “三年级2班”."""
    scope = scope_of(role, scope)
    new = HeldRole(user.id, role, scope, starts_on, ends_on)
    check_appointment(new, [_held(grant) for grant in user.grants])
    grant = grant_role(
        user,
        role,
        starts_on=starts_on,
        ends_on=ends_on,
        class_id=scope.class_id,
        entry_year=scope.entry_year,
        subject_id=scope.subject_id,
    )
    until = f"至{ends_on:%Y-%m-%d}" if ends_on else "起"
    sentence = f"任命{user.display_name}（{user.login}）为{role.label}{_bracketed(scope_label)}，{starts_on:%Y-%m-%d}{until}"
    record(actor, "account.appoint", sentence, subject_type="user", subject_id=user.id)
    return grant


def end_role(grant: RoleGrant, *, last_day: date | None, scope_label: str, actor: Actor) -> None:
    """End a role after `last_day`, or at once when None; one that never held for a whole day is withdrawn."""
    user = grant.user
    if last_day and last_day < grant.starts_on:
        raise Refused("最后一天不能早于开始日期。", "last_day")
    if grant.role is Role.ADMINISTRATOR:
        if user.id == actor.user_id:
            raise Refused("不能解除自己的管理员职务，请另一位管理员操作。", "last_day")
        _check_administrator_remains(user)
    last_day = last_day or today() - timedelta(days=1)
    what = f"{user.display_name}（{user.login}）的{grant.role.label}{_bracketed(scope_label)}职务"
    if last_day < grant.starts_on:
        db.session.delete(grant)
        sentence = f"撤销了{what}"
    else:
        grant.ends_on = last_day
        sentence = f"解除了{what}，最后一天是{last_day:%Y-%m-%d}"
    record(actor, "account.end_role", sentence, subject_type="user", subject_id=user.id)


def _check_administrator_remains(user: User) -> None:
    administrators = lock_administrators()
    if any(grant.user_id == user.id for grant in administrators):
        check_administrator_remains(user.id, [_held(grant) for grant in administrators], day=today())


def _held(grant: RoleGrant) -> HeldRole:
    return HeldRole(
        grant.user_id,
        grant.role,
        grant.scope,
        grant.starts_on,
        grant.ends_on,
        can_sign_in=grant.user.is_active and grant.user.password_hash is not None,
    )


def _bracketed(text: str) -> str:
    return f"（{text}）" if text else ""
