"""A term's selection as a row, and its lock."""

from sqlalchemy import select

from school.courses.models import Selection
from school.db import db
from school.stamps import forget_stamps


def find_selection(selection_id: int) -> Selection | None:
    """A selection by id."""
    return db.session.get(Selection, selection_id)


def find_selection_of_term(term_id: int) -> Selection | None:
    """The selection of a term, if the office has begun one."""
    return db.session.scalar(select(Selection).where(Selection.term_id == term_id))


def lock_selection(selection_id: int) -> Selection | None:
    """Lock a selection until the transaction ends and read it anew; catalogue and settings are read anew after it.

    Whatever is scarce in the term — seats, a child's number of courses, an order on a waiting list — changes only
    under this lock, so two such changes never interleave and cannot wait for each other in a circle.
    """
    statement = select(Selection).where(Selection.id == selection_id).with_for_update(key_share=True, of=Selection)
    found = db.session.scalar(statement.execution_options(populate_existing=True))
    forget_stamps()
    return found
