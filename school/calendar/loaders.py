"""The term a page is about; one that does not exist is 404."""

from flask import abort

from school.calendar.models import Term
from school.calendar.queries import current_or_last_term, find_term_by_id
from school.clock import today
from school.web.values import id_argument


def asked_term() -> Term | None:
    """The term the address asks for as `?term=` (404 when there is none), else the present or last one; None before the first."""
    wanted = id_argument("term")
    if wanted is not None:
        return find_term_by_id(wanted) or abort(404)
    return current_or_last_term(today())
