"""A new address for a child's calendar, when the old one has come into the wrong hands."""

import secrets

from school.audit.service import Actor, record
from school.clock import now
from school.courses.models import CalendarKey
from school.courses.queries.calendars import find_calendar_key
from school.courses.queries.selections import lock_selection
from school.db import db


def renew_calendar(selection_id: int, pupil_id: int, *, by: Actor) -> None:
    """Let every earlier address of this child's calendar open nothing; phones that subscribed to it must subscribe anew."""
    lock_selection(selection_id)
    key = find_calendar_key(selection_id, pupil_id)
    if key is None:
        key = CalendarKey(selection_id=selection_id, pupil_id=pupil_id)
        db.session.add(key)
    key.nonce, key.renewed_at, key.renewed_by = secrets.token_hex(16), now(), by.user_id
    db.session.flush()
    record(by, "courses.renew_calendar", "换了上课日历的地址，原来的地址不再有效", subject_type="pupil", subject_id=pupil_id)
