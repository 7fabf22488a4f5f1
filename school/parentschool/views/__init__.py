"""Pages of parent school and home visits, one module a topic."""

from flask import Blueprint

bp = Blueprint("parentschool", __name__)

from school.parentschool.views import (  # noqa: E402
    asked,  # noqa: F401
    corps,  # noqa: F401
    dates,  # noqa: F401
    door,  # noqa: F401
    families,  # noqa: F401
    feedback,  # noqa: F401
    learning,  # noqa: F401
    materials,  # noqa: F401
    plan,  # noqa: F401
    presence,  # noqa: F401
    reading,  # noqa: F401
    report,  # noqa: F401
    sessions,  # noqa: F401
    signups,  # noqa: F401
    visits,  # noqa: F401
    visits_record,  # noqa: F401
)
