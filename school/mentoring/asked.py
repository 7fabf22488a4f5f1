"""What a page of mentoring is about: year, term, teacher; outside of what there is the answer is 404."""

from flask import Response, abort, make_response, render_template

from school.accounts.identity import the_person
from school.calendar.loaders import asked_term
from school.calendar.models import Term
from school.calendar.rules import school_year_start
from school.clock import today
from school.mentoring.rules.tiers import TierRule
from school.people.models import Teacher
from school.people.queries import find_teacher, find_teacher_of_user
from school.permissions import Permission
from school.preferences.queries import get_preferences


def this_year() -> int:
    """The calendar year the present school year began in."""
    return school_year_start(today())


def the_term() -> Term:
    """The term the address asks for (404 when there is none), else the present or last one; before the first, a page says so."""
    return asked_term() or abort(_without_term())


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


def _without_term() -> Response:
    may_enter = the_person().may(Permission.MANAGE_CALENDAR)
    return make_response(render_template("mentoring/no_term.html", may_enter=may_enter))
