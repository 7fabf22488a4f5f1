"""Outside providers with their papers (AS-08)."""

from typing import Any

from flask import abort, flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.clock import today
from school.courses.forms.catalogue import ProviderForm
from school.courses.queries.manage import courses_beyond_papers, find_provider, lock_provider
from school.courses.queries.manage import providers as all_providers
from school.courses.service.catalogue import save_provider
from school.courses.views import bp
from school.db import transaction
from school.errors import Conflict, Refused
from school.permissions import Permission
from school.web.forms import revision_of, show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]
SOON_DAYS = 60


@bp.get("/courses/providers")
@requires(Permission.MANAGE_COURSES)
def providers() -> str:
    """All providers; papers out of date or soon so are marked."""
    found = all_providers()
    beyond = courses_beyond_papers([one.id for one in found])
    rows = [(one, (min(one.licence_until, one.checks_until) - today()).days, beyond.get(one.id, [])) for one in found]
    return render_template("courses/providers.html", rows=rows, soon=SOON_DAYS)


@bp.route("/courses/providers/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def new_provider() -> Page:
    """Register a provider."""
    return _form(ProviderForm(revision="0"), None, "登记校外机构")


@bp.route("/courses/providers/<int:provider_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def edit_provider(provider_id: int) -> Page:
    """Change a provider."""
    found = find_provider(provider_id) or abort(404)
    names = ("name", "whitelist_number", "licence_number", "licence_until", "checks_until")
    form = ProviderForm(**{name: getattr(found, name) for name in names}, revision=str(found.revision))
    return _form(form, provider_id, f"修改“{found.name}”")


def _form(form: ProviderForm, provider_id: int | None, title: str) -> Page:
    if not form.is_submitted():
        return render_template("courses/edit_provider.html", form=form, title=title)
    if not form.validate():
        return render_template("courses/edit_provider.html", form=form, title=title), 422
    try:
        with transaction():
            found = lock_provider(provider_id) if provider_id is not None else None
            values = (form.name.data, form.whitelist_number.data, form.licence_number.data)
            until = (form.licence_until.data, form.checks_until.data)
            save_provider(found, *values, *until, revision=revision_of(form.revision.data), actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        if isinstance(refused, Conflict) and (stored := find_provider(provider_id)):
            form.revision.data = str(stored.revision)
            form.form_errors.append(f"现在保存的是：{_in_words(stored)}。")
        return render_template("courses/edit_provider.html", form=form, title=title), 422
    flash("已保存。", "success")
    return see_other(url_for("courses.providers"))


def _in_words(provider: Any) -> str:
    """What is stored of a provider, for whoever saved second."""
    until = f"许可证到 {provider.licence_until.isoformat()}，人员核查到 {provider.checks_until.isoformat()}"
    return f"{provider.name}，白名单 {provider.whitelist_number}，许可证 {provider.licence_number}，{until}"
