"""Pages of sign-in and accounts."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from school.accounts.views import session as session  # noqa: E402
from school.accounts.views import users as users  # noqa: E402
