"""Acts on the small selection, each in a transaction of its own, as its guardians' taps would do them."""

from collections.abc import Sequence

from school.courses.models import Course, Place, WaitingEntry
from school.courses.queries.check import snapshots
from school.courses.rules.checking import findings_of
from school.courses.service import seats, waiting
from school.courses.service.places import Result
from school.db import db, transaction
from school.people.models import Pupil
from tests.courses.small_courses import SmallCourses, fresh


def take(cast: SmallCourses, pupil: Pupil, course: Course, *, waits: bool = False, gives_up: Sequence[Course] = ()) -> Result:
    """Take a seat."""
    with transaction():
        ids = [one.id for one in gives_up]
        return seats.take(cast.selection.id, pupil.id, course.id, by=cast.actor(pupil), waits_if_full=waits, gives_up=ids)


def withdraw(cast: SmallCourses, pupil: Pupil, course: Course) -> Result:
    """Leave a course."""
    with transaction():
        return seats.withdraw(cast.selection.id, pupil.id, course.id, by=cast.actor(pupil))


def transfer(cast: SmallCourses, pupil: Pupil, source: Course, target: Course) -> Result:
    """Change a course for another."""
    with transaction():
        return seats.transfer(cast.selection.id, pupil.id, source.id, target.id, by=cast.actor(pupil))


def join(cast: SmallCourses, pupil: Pupil, course: Course, *gives_up: Course) -> Result:
    """Join a list."""
    with transaction():
        ids = [one.id for one in gives_up]
        return waiting.join_list(cast.selection.id, pupil.id, course.id, by=cast.actor(pupil), gives_up=ids)


def join_together(cast: SmallCourses, pupils: Sequence[Pupil], course: Course) -> dict[int, Result]:
    """Join a list, both or none."""
    with transaction():
        return waiting.join_together(cast.selection.id, [one.id for one in pupils], course.id, by=cast.actor(pupils[0]))


def leave(cast: SmallCourses, pupil: Pupil, course: Course) -> Result:
    """Leave a list."""
    with transaction():
        return waiting.leave_list(cast.selection.id, pupil.id, course.id, by=cast.actor(pupil))


def accept(cast: SmallCourses, pupil: Pupil, course: Course) -> Result:
    """Accept an offer."""
    with transaction():
        return waiting.accept_offer(cast.selection.id, pupil.id, course.id, by=cast.actor(pupil))


def decline(cast: SmallCourses, pupil: Pupil, course: Course) -> Result:
    """Decline an offer."""
    with transaction():
        return waiting.decline_offer(cast.selection.id, pupil.id, course.id, by=cast.actor(pupil))


def holders(course: Course) -> list[int]:
    """The children with a live place, ascending."""
    fresh()
    rows = db.session.query(Place).filter_by(course_id=course.id, ended_at=None).order_by(Place.pupil_id)
    return [row.pupil_id for row in rows]


def states(course: Course) -> list[str]:
    """The states of the entries of a course's list, in the order they were made."""
    fresh()
    return [row.state.value for row in db.session.query(WaitingEntry).filter_by(course_id=course.id).order_by(WaitingEntry.id)]


def faults() -> list[str]:
    """The kinds of damage the audit finds in all selections."""
    fresh()
    return [finding.kind.value for one in snapshots() for finding in findings_of(one)]


def ids(*pupils: Pupil) -> list[int]:
    """Their ids, ascending."""
    return sorted(pupil.id for pupil in pupils)
