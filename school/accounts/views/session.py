"""Signing in and out, first sign-in, one's own account."""

from flask import flash, render_template, request, session, url_for
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from school.accounts import service
from school.accounts.forms import ActivateForm, ChangePasswordForm, SignInForm
from school.accounts.identity import actor, start_session
from school.accounts.loaders import get_own_account
from school.accounts.scopes import read_scopes
from school.accounts.views import bp
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import public, requires
from school.web.kept import restore
from school.web.pages import safe_next, see_other

Page = str | Response | tuple[str, int]


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    """Name and password; what was typed before the session ended is offered again."""
    form = SignInForm(next=request.args.get("next", ""))
    if current_user.is_authenticated and request.method == "GET":
        return see_other(safe_next(form.next.data or "") or url_for("home.index"))
    if not form.validate_on_submit():
        return _sign_in_page(form, 422 if form.is_submitted() else 200)
    try:
        user = service.sign_in(form.login.data, form.password.data, address=request.remote_addr or "")
    except Refused as refused:
        show_refusal(form, refused)
        return _sign_in_page(form, 422)
    start_session(user.id)
    kept = restore(form.kept.data or "")
    if kept:
        return render_template("accounts/resume.html", kept=kept)
    return see_other(safe_next(form.next.data or "") or url_for("home.index"))


@bp.route("/activate", methods=["GET", "POST"])
@public
def activate() -> Page:
    """First sign-in with the printed one-time code."""
    form = ActivateForm(login=request.args.get("login", ""), code=request.args.get("code", ""))
    if not form.validate_on_submit():
        return render_template("accounts/activate.html", form=form), 422 if form.is_submitted() else 200
    try:
        user = service.activate(form.login.data, form.code.data, form.new_password.data, address=request.remote_addr or "")
    except Refused as refused:
        show_refusal(form, refused)
        return render_template("accounts/activate.html", form=form), 422
    start_session(user.id)
    flash("密码已设好，以后用登录名和密码登录。", "success")
    return see_other(url_for("home.index"))


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End this session."""
    logout_user()
    session.clear()
    return see_other(url_for("home.index"))


@bp.route("/account", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def account() -> Page:
    """One's own account: change the password."""
    own, form = get_own_account(), ChangePasswordForm()
    if not form.validate_on_submit():
        return _account_page(form, 422 if form.is_submitted() else 200)
    try:
        hashed = service.hash_new_password(own, form.password.data, form.new_password.data)
        with transaction():
            service.change_password(own, hashed, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _account_page(form, 422)
    start_session(own.id)
    flash("密码已修改，其他设备已退出登录。", "success")
    return see_other(url_for("accounts.account"))


@bp.post("/account/sign-out-everywhere")
@requires(Permission.OWN_ACCOUNT)
def sign_out_everywhere() -> Response:
    """End all sessions of one's own account, this one included."""
    with transaction():
        service.sign_out_everywhere(get_own_account(), actor=actor())
    logout_user()
    session.clear()
    flash("已在所有设备上退出登录。", "success")
    return see_other(url_for("accounts.sign_in"))


def _sign_in_page(form: SignInForm, status: int) -> tuple[str, int]:
    kept = form.kept.data or ""
    return render_template("accounts/sign_in.html", form=form, kept=kept, is_expired=bool(kept)), status


def _account_page(form: ChangePasswordForm, status: int) -> tuple[str, int]:
    own = get_own_account()
    titles = read_scopes().titles(own.grants, today())
    page = render_template("accounts/account.html", form=form, titles=titles, login=own.login)
    return page, status
