"""One page for small forms."""

from collections.abc import Callable

from flask import flash, render_template, request
from werkzeug.wrappers import Response

from school.db import transaction
from school.errors import Refused
from school.web.forms import SchoolForm, show_refusal
from school.web.pages import see_other

Page = str | Response | tuple[str, int]


def small_form(
    form: SchoolForm,
    write: Callable[[], object],
    *,
    title: str,
    back_url: str,
    next_url: str | Callable[[], str],
    done: str,
    lead: str = "",
    button: str = "保存",
    template: str = "web/form.html",
    **values: object,
) -> Page:
    """One form on a page of its own: shown, refused with what was typed (422), or written and left (303).

    `next_url` is asked after writing when it is a function, for what was made has an id only then.
    """
    shown = {"form": form, "title": title, "back_url": back_url, "lead": lead, "button": button, **values}
    if request.method == "GET":
        return render_template(template, **shown)
    if not form.validate():
        return render_template(template, **shown), 422
    try:
        with transaction():
            write()
    except Refused as refused:
        show_refusal(form, refused)
        return render_template(template, **shown), 422
    flash(done, "success")
    return see_other(next_url if isinstance(next_url, str) else next_url())
