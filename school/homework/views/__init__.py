"""Pages of homework: a teacher's day, the class board, approvals, the family's copy, the public log, the report."""

from flask import Blueprint

bp = Blueprint("homework", __name__)

from school.homework.views import approvals, board, family, items, mine, public, report  # noqa: E402, F401
