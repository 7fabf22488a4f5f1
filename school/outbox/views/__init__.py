"""Pages of notices and of what is sent."""

from flask import Blueprint

bp = Blueprint("outbox", __name__)

from school.outbox.views import address as address  # noqa: E402
from school.outbox.views import notices as notices  # noqa: E402
from school.outbox.views import office as office  # noqa: E402
