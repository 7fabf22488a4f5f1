"""Pages over several features at once, one module a topic."""

from flask import Blueprint

bp = Blueprint("compliance", __name__)

from school.compliance.views import teams  # noqa: E402, F401
