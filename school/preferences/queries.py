"""Reading the school's settings."""

from sqlalchemy import select

from school.db import db
from school.preferences.models import Preference
from school.preferences.rules import Preferences, from_stored
from school.stamps import forget_stamps, kept


def get_preferences() -> Preferences:
    """The school's settings as this transaction sees them; what a lock guards is never judged by older ones."""
    return kept("preferences", _read_preferences)


def lock_preferences() -> None:
    """Lock the changed settings until the transaction ends, and read them anew."""
    db.session.execute(select(Preference.key).order_by(Preference.key).with_for_update())
    forget_stamps()


def _read_preferences() -> Preferences:
    rows = db.session.execute(select(Preference.key, Preference.value))
    return from_stored({key: value for key, value in rows})
