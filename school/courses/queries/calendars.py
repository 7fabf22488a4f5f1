"""What the address of a child's calendar depends on."""

from sqlalchemy import select

from school.courses.models import CalendarKey
from school.db import db
from school.people.models import ClassMembership, SchoolClass


def find_calendar_nonce(selection_id: int, pupil_id: int) -> str:
    """What the last renewal put into the address; "" when it was never renewed."""
    statement = select(CalendarKey.nonce).where(CalendarKey.selection_id == selection_id, CalendarKey.pupil_id == pupil_id)
    return db.session.scalar(statement) or ""


def find_calendar_key(selection_id: int, pupil_id: int) -> CalendarKey | None:
    """The row of a child's renewals, if there was one; it changes under the lock of the selection."""
    is_meant = CalendarKey.selection_id == selection_id, CalendarKey.pupil_id == pupil_id
    return db.session.scalar(select(CalendarKey).where(*is_meant))


def find_entry_year(pupil_id: int) -> int | None:
    """The entry year of the class a child is in now, which gives its grade; None for a child who has left."""
    is_in = ClassMembership.pupil_id == pupil_id, ClassMembership.ends_on.is_(None)
    return db.session.scalar(select(SchoolClass.entry_year).join(ClassMembership).where(*is_in))
