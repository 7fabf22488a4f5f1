"""The page of the school's own settings."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.db import transaction
from school.errors import Conflict, Refused
from school.permissions import Permission
from school.preferences import service
from school.preferences.forms import SettingsForm
from school.preferences.policy import may_change
from school.preferences.queries import get_preferences
from school.preferences.rules import PRINCIPAL_ONLY
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other

bp = Blueprint("preferences", __name__)


@bp.route("/settings", methods=["GET", "POST"])
@requires(Permission.MANAGE_PREFERENCES)
def index() -> str | Response | tuple[str, int]:
    """Every setting with its meaning and rule; one form, one save."""
    form = SettingsForm()
    form.limit_grades(get_preferences().last_grade)
    for key in PRINCIPAL_ONLY:
        if not may_change(the_person(), key):
            del form[key]
    if not form.is_submitted():
        form.show(get_preferences())
        return _page(form, 200)
    if not form.validate():
        return _page(form, 422)
    try:
        with transaction():
            changed = service.change(form.chosen(), seen=form.seen_values(), reason=form.reason.data or "", actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        if isinstance(refused, Conflict):
            form.see_again(refused.field, get_preferences())
        return _page(form, 422)
    flash(f"已保存 {len(changed)} 项修改。" if changed else "没有修改任何设置。", "success")
    return see_other(url_for("preferences.index"))


def _page(form: SettingsForm, status: int) -> tuple[str, int]:
    return render_template("preferences/index.html", form=form, present=get_preferences()), status
