"""Pages of mentoring, tiers, teams and research, one module a topic."""

from flask import Blueprint

bp = Blueprint("mentoring", __name__)

from school.mentoring.views import acceptance, agreements, entries, growth, plans, proposals, report, research, triads  # noqa: E402, F401
