"""Deny by default: before every request, who is asking, may they, and is the form ours."""

from typing import Any

from flask import Flask, abort, current_app, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from school.accounts.forms import SignInForm
from school.accounts.identity import SignedIn, current_person, find_signed_in, is_session_stale
from school.web.guard import ASSETS, access_of
from school.web.kept import keep, restore

READING = frozenset({"GET", "HEAD", "OPTIONS"})

csrf = CSRFProtect()
login_manager = LoginManager()


def init_app(app: Flask) -> None:
    """Attach the session's loader and the guard."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # phones change their user agent and address; the epoch guards instead
    app.before_request(_guard)
    csrf.init_app(app)


@login_manager.user_loader
def _load(session_id: str) -> SignedIn | None:
    """The user of a session, or None when it was signed out everywhere or the account is closed."""
    user_id, _, _epoch = session_id.partition(":")
    user = find_signed_in(int(user_id)) if user_id.isdigit() else None
    return user if user and user.get_id() == session_id else None


def _guard() -> Any:
    if request.endpoint is None or request.endpoint in ASSETS:
        return None
    person = current_person()
    if person and is_session_stale(person):
        logout_user()
        person = None
    access = access_of(current_app, request.endpoint)
    if not access.is_public:
        if person is None:
            return _ask_to_sign_in()
        if not access.permissions & person.permissions:
            abort(403)
        if any("\0" in value for values in request.args.listvalues() for value in values):
            abort(400)  # a search for what no PostgreSQL text can hold
    return None if request.method in READING else _check_token()


def _ask_to_sign_in() -> Any:
    """Send a reader to the sign-in page; show it to a writer at once, with what they typed inside."""
    if request.method in READING:
        path = request.full_path if request.query_string else request.path
        return redirect(url_for("accounts.sign_in", next=path))
    kept = keep(request)
    form = SignInForm(formdata=None, kept=kept)
    return render_template("accounts/sign_in.html", form=form, kept=kept, is_expired=True), 401


def _check_token() -> Any:
    """Refuse a form that is not ours; one that is, but older than this session, is offered again."""
    try:
        csrf.protect()
    except CSRFError:
        kept = restore(keep(request)) if current_user.is_authenticated and "csrf_token" in request.form else None
        if kept is None:
            raise
        session.pop("csrf_token", None)
        return render_template("accounts/resume.html", kept=kept), 422
    return None
