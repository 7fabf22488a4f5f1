"""Pages of after-school courses, one module a topic."""

from flask import Blueprint

bp = Blueprint("courses", __name__)
