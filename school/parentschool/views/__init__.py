"""Pages of parent school and home visits, one module a topic."""

from flask import Blueprint

bp = Blueprint("parentschool", __name__)

from school.parentschool.views import door, feedback, learning, presence, reading, visits, visits_record  # noqa: E402, F401
