"""What every page knows: the school's name, who is signed in, the navigation, today."""

from typing import Any

from flask import Flask

from school.accounts.identity import current_person
from school.clock import today
from school.home.navigation import navigation_for
from school.preferences.queries import get_preferences


def init_app(app: Flask) -> None:
    """Give templates the context of every page."""
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    person = current_person()
    return {
        "school_name": get_preferences().school_name,
        "person": person,
        "navigation": navigation_for(person),
        "today": today(),
    }
