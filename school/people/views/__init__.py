"""Pages about classes, pupils, guardians and teachers."""

from flask import Blueprint

bp = Blueprint("people", __name__)

from school.people.views import codes as codes  # noqa: E402
