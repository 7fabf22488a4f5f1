"""Pages of after-school courses, one module a topic."""

from flask import Blueprint

bp = Blueprint("courses", __name__)

from school.courses.views import (  # noqa: E402, F401
    adjusting,
    catalogue,
    course_form,
    course_import,
    draw,
    drawing,
    family,
    feeds,
    manage,
    providers,
    results,
    rounds,
    taking,
    wishes,
)
