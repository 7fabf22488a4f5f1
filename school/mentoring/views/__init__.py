"""Pages of mentoring, tiers, teams and research, one module a topic."""

from flask import Blueprint

bp = Blueprint("mentoring", __name__)

from school.mentoring.views import growth, plans, research  # noqa: E402, F401
