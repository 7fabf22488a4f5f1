"""Pages of mentoring, tiers, teams and research, one module a topic."""

from flask import Blueprint

bp = Blueprint("mentoring", __name__)
