"""Reading the school's settings."""

from sqlalchemy import select

from school.db import db
from school.preferences.models import Preference
from school.preferences.rules import Preferences, from_stored


def get_preferences() -> Preferences:
    """The school's settings; read once in a transaction, so that what a lock guards is never judged by older ones."""
    kept = db.session().info
    transaction, preferences = kept.get("preferences", (None, None))
    if preferences is None or transaction is not db.session().get_transaction():
        rows = db.session.execute(select(Preference.key, Preference.value))
        preferences = from_stored({key: value for key, value in rows})
        kept["preferences"] = (db.session().get_transaction(), preferences)
    return preferences


def lock_preferences() -> None:
    """Lock the changed settings until the transaction ends, and read them anew."""
    db.session.execute(select(Preference.key).order_by(Preference.key).with_for_update())
    forget_preferences()


def forget_preferences() -> None:
    """Make the next reading of this session ask the database again."""
    db.session().info.pop("preferences", None)
