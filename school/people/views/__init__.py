"""Pages about classes, pupils, guardians and teachers."""

from flask import Blueprint

bp = Blueprint("people", __name__)

from school.people.views import classes as classes  # noqa: E402
from school.people.views import codes as codes  # noqa: E402
from school.people.views import imports as imports  # noqa: E402
from school.people.views import pupils as pupils  # noqa: E402
from school.people.views import teachers as teachers  # noqa: E402
