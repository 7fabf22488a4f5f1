"""Whether the database answers."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from school.db import db


def is_database_answering() -> bool:
    """Whether a trivial query comes back."""
    try:
        return db.session.execute(text("SELECT 1")).scalar_one() == 1
    except SQLAlchemyError:
        return False
