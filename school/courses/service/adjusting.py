"""The office's adjustments on a guardian's word, which is on record with who, how and when (AS-01)."""

from school.audit.service import Actor
from school.courses.service.places import Result
from school.courses.service.seats import place_by_office, remove_by_office


def place(selection_id: int, pupil_id: int, course_id: int, *, agreed: str, by: Actor) -> Result:
    """Place a child; raises `SeatRefused` when there is no seat, or the grade, a clash or a limit forbids it."""
    return place_by_office(selection_id, pupil_id, course_id, consent_note=agreed, by=by)


def remove(selection_id: int, pupil_id: int, course_id: int, *, agreed: str, by: Actor) -> Result:
    """Take a child out of a course; the seat passes on at once. Families may ask for it at any time (AS-01)."""
    return remove_by_office(selection_id, pupil_id, course_id, note=agreed, by=by)


def move(selection_id: int, pupil_id: int, from_course_id: int, to_course_id: int, *, agreed: str, by: Actor) -> Result:
    """Move a child to another course in one moment; if it cannot be had, the child keeps what it has."""
    return place_by_office(selection_id, pupil_id, to_course_id, consent_note=agreed, by=by, gives_up=(from_course_id,))
