"""Pages of after-school courses, one module a topic."""

from flask import Blueprint

bp = Blueprint("courses", __name__)

from school.courses.views import adjusting, draw, drawing, family, results, rounds, taking, wishes  # noqa: E402, F401
