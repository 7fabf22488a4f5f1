"""The administrator's pages about accounts: who has one, which roles, new codes, closing and reopening."""

from enum import StrEnum
from typing import TypeVar

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts import service, slips
from school.accounts.codes import code_state_of
from school.accounts.enums import AccountState
from school.accounts.forms import AppointForm, EndRoleForm
from school.accounts.identity import actor, the_person
from school.accounts.loaders import get_grant, get_managed_user, get_user, get_user_locked
from school.accounts.policy import may_appoint, may_manage
from school.accounts.queries import UserFilter, count_fitting_users, users_fitting
from school.accounts.scope import Scope
from school.accounts.scopes import RoleRow, is_over, read_scopes, when_of
from school.accounts.views import bp
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.permissions import PERMISSIONS, Permission, Role
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.paging import page_of

Vocabulary = TypeVar("Vocabulary", bound=StrEnum)
Page = str | Response | tuple[str, int]


@bp.get("/accounts/users")
@requires(Permission.MANAGE_ROLES)
def users() -> str:
    """All accounts, by name, role and state."""
    wanted = UserFilter(
        request.args.get("words", "").strip()[:60],
        _member(Role, request.args.get("role", "")),
        _member(AccountState, request.args.get("state", "")),
    )
    page = page_of(count_fitting_users(wanted))
    scopes = read_scopes()
    rows = [(user, scopes.titles(user.grants, today())) for user in users_fitting(wanted, offset=page.offset, limit=page.size)]
    return render_template(
        "accounts/users.html", rows=rows, page=page, wanted=wanted, roles=list(Role), states=list(AccountState)
    )


@bp.get("/accounts/users/<int:user_id>")
@requires(Permission.MANAGE_ROLES)
def user(user_id: int) -> Page:
    """One account: its roles, its code, its sessions."""
    return _user_page(user_id, AppointForm(starts_on=today()), 200)


@bp.post("/accounts/users/<int:user_id>/roles")
@requires(Permission.MANAGE_ROLES)
def appoint(user_id: int) -> Page:
    """Give a role."""
    form, scopes = AppointForm(), read_scopes()
    scopes.offer(form)
    if not form.validate():
        return _user_page(user_id, form, 422)
    scope = Scope(form.class_id.data, form.entry_year.data, form.subject_id.data)
    try:
        with transaction():
            found = get_user_locked(user_id)
            if not may_appoint(the_person(), form.role.data):
                raise Refused("只有管理员可以任免校长和管理员。", "role")
            grant = service.appoint(
                found,
                form.role.data,
                scope,
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
                scope_label=scopes.label(scope),
                actor=actor(),
            )
    except Refused as refused:
        show_refusal(form, refused)
        return _user_page(user_id, form, 422)
    flash(f"已任命{found.display_name}为{grant.role.label}。", "success")
    return see_other(url_for("accounts.user", user_id=user_id))


@bp.post("/accounts/users/<int:user_id>/roles/<int:grant_id>/end")
@requires(Permission.MANAGE_ROLES)
def end_role(user_id: int, grant_id: int) -> Page:
    """End a role, at once or after a day."""
    form = EndRoleForm()
    if not form.validate():
        return _user_page(user_id, AppointForm(formdata=None, starts_on=today()), 422, ending={grant_id: form})
    try:
        with transaction():
            get_user_locked(user_id)
            grant = get_grant(user_id, grant_id)
            if not may_appoint(the_person(), grant.role):
                raise Refused("只有管理员可以任免校长和管理员。", "last_day")
            service.end_role(
                grant,
                last_day=form.last_day.data,
                scope_label=read_scopes().label(grant.scope),
                actor=actor(),
            )
    except Refused as refused:
        show_refusal(form, refused)
        return _user_page(user_id, AppointForm(formdata=None, starts_on=today()), 422, ending={grant_id: form})
    flash("职务已结束。", "success")
    return see_other(url_for("accounts.user", user_id=user_id))


@bp.post("/accounts/users/<int:user_id>/code")
@requires(Permission.ISSUE_CODES)
def issue_code(user_id: int) -> Response:
    """Give a new one-time code and open its slip."""
    with transaction():
        service.issue_code(get_managed_user(user_id), actor=actor())
    slips.permit_printing(("user", user_id))
    return see_other(url_for("accounts.code_slip", user_id=user_id))


@bp.get("/accounts/users/<int:user_id>/code")
@requires(Permission.ISSUE_CODES)
def code_slip(user_id: int) -> str:
    """The slip of the code just issued."""
    slips.require_permit(("user", user_id))
    found = get_user(user_id)
    roles = "、".join(read_scopes().titles(found.grants, today()))
    slip = slips.slip_of(found, heading=roles or "账号", name=found.display_name)
    return render_template("accounts/code_slip.html", slips=[slip], found=found)


@bp.post("/accounts/users/<int:user_id>/sign-out-everywhere")
@requires(Permission.MANAGE_ROLES)
def sign_out_user(user_id: int) -> Response:
    """End every session of an account."""
    with transaction():
        service.sign_out_everywhere(get_managed_user(user_id), actor=actor())
    flash("这个账号已在所有设备上退出登录。", "success")
    return see_other(url_for("accounts.user", user_id=user_id))


@bp.post("/accounts/users/<int:user_id>/close")
@requires(Permission.MANAGE_ROLES)
def close_account(user_id: int) -> Page:
    """Close an account: nobody signs in with it until it is reopened."""
    return _set_active(user_id, is_active=False)


@bp.post("/accounts/users/<int:user_id>/reopen")
@requires(Permission.MANAGE_ROLES)
def reopen_account(user_id: int) -> Page:
    """Reopen a closed account."""
    return _set_active(user_id, is_active=True)


@bp.get("/accounts/permissions")
@requires(Permission.MANAGE_ROLES)
def permission_table() -> str:
    """Roles × permissions, from the table the guard uses."""
    return render_template("accounts/permission_table.html", roles=list(Role), permissions=list(Permission), table=PERMISSIONS)


def _set_active(user_id: int, *, is_active: bool) -> Page:
    try:
        with transaction():
            service.set_active(get_managed_user(user_id), is_active=is_active, actor=actor())
    except Refused as refused:
        return _user_page(user_id, AppointForm(formdata=None, starts_on=today()), 422, refusal=refused.message)
    flash("账号已恢复。" if is_active else "账号已停用。", "success")
    return see_other(url_for("accounts.user", user_id=user_id))


def _user_page(
    user_id: int, form: AppointForm, status: int, *, ending: dict[int, EndRoleForm] | None = None, refusal: str = ""
) -> tuple[str, int]:
    found = get_user(user_id)
    scopes = read_scopes()
    scopes.offer(form)
    rows = [
        RoleRow(
            grant=grant,
            scope_label=scopes.label(grant.scope),
            when=when_of(grant.starts_on, grant.ends_on, today()),
            may_end=may_appoint(the_person(), grant.role) and not is_over(grant.ends_on, today()),
            form=(ending or {}).get(grant.id),
        )
        for grant in sorted(found.grants, key=lambda grant: (grant.ends_on is not None, grant.starts_on, grant.id))
    ]
    page = render_template(
        "accounts/user.html",
        found=found,
        rows=rows,
        form=form,
        refusal=refusal,
        code_state=code_state_of(found),
        may_manage=may_manage(the_person(), found, today()),
    )
    return page, status


def _member(vocabulary: type[Vocabulary], text: str) -> Vocabulary | None:
    """The member a filter names; nonsense filters nothing."""
    return vocabulary(text) if text in set(vocabulary) else None
