"""Pages of parent school and home visits, one module a topic."""

from flask import Blueprint

bp = Blueprint("parentschool", __name__)
