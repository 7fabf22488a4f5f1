"""What several pages of homework ask in the same way: one sentence why."""

from collections.abc import Callable

from flask import flash, render_template
from werkzeug.wrappers import Response

from school.db import transaction
from school.errors import Refused
from school.homework.forms import ReasonForm
from school.web.forms import show_refusal
from school.web.pages import see_other


def ask_reason(
    act: Callable[[str], object], *, title: str, lead: str, back_url: str, done: str, next_url: str = ""
) -> Response | tuple[str, int]:
    """Ask for a reason, `act` on it in one transaction, say `done` and go on (back, unless `next_url` says where else)."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                act(form.reason.data or "")
        except Refused as refused:
            show_refusal(form, refused)
        else:
            flash(done, "success")
            return see_other(next_url or back_url)
    html = render_template("homework/reason.html", form=form, title=title, lead=lead, back_url=back_url)
    return html, 422 if form.errors or form.form_errors else 200
