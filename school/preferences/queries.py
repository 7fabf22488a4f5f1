"""Reading the school's settings."""

from sqlalchemy import select

from school.db import db
from school.preferences.models import Preference
from school.preferences.rules import Preferences, from_stored


def get_preferences() -> Preferences:
    """The school's settings; read once in a session."""
    kept = db.session().info
    if "preferences" not in kept:
        rows = db.session.execute(select(Preference.key, Preference.value))
        kept["preferences"] = from_stored({key: value for key, value in rows})
    return kept["preferences"]


def forget_preferences() -> None:
    """Make the next reading of this session ask the database again."""
    db.session().info.pop("preferences", None)
