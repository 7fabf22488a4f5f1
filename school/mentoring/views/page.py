"""What the pages of this package share: the year and term they are about, and one page for small forms."""

from collections.abc import Callable

from flask import abort, flash, render_template, request
from werkzeug.wrappers import Response

from school.accounts.identity import the_person
from school.calendar.models import Term
from school.calendar.queries import current_or_last_term, find_term_by_id
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.mentoring.rules.tiers import TierRule
from school.people.models import Teacher
from school.people.queries import find_teacher, find_teacher_of_user
from school.preferences.queries import get_preferences
from school.web.forms import SchoolForm, show_refusal
from school.web.pages import see_other
from school.web.values import id_argument

Page = str | Response | tuple[str, int]


def this_year() -> int:
    """The calendar year the present school year began in."""
    return school_year_start(today())


def the_term() -> Term:
    """The term the address asks for, else the present or last one; 404 when there is none."""
    wanted = id_argument("term")
    found = find_term_by_id(wanted) if wanted is not None else current_or_last_term(today())
    return found or abort(404)


def my_teacher() -> Teacher:
    """The teacher who is signed in, else 404."""
    return find_teacher_of_user(the_person().user_id) or abort(404)


def get_teacher(teacher_id: int) -> Teacher:
    """A teacher, else 404."""
    return find_teacher(teacher_id) or abort(404)


def tier_rule() -> TierRule:
    """The school's years for the tiers."""
    present = get_preferences()
    return TierRule(present.tier_research_years, present.tier_guidance_years)


def small_form(
    form: SchoolForm,
    write: Callable[[], object],
    *,
    title: str,
    back_url: str,
    next_url: str,
    done: str,
    lead: str = "",
    button: str = "保存",
    template: str = "mentoring/form.html",
    **values: object,
) -> Page:
    """One form on a page of its own: shown, refused with what was typed (422), or written and left (303)."""
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
    return see_other(next_url)
