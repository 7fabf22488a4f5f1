"""The writes on places that every act shares: the lock, the guarded insert, the end of a place."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String, bindparam, insert, select, update

from school.audit.service import Actor
from school.clock import now
from school.courses.enums import CourseState, PlaceEnd, PlaceSource
from school.courses.models import Course
from school.courses.queries.lines import PLACES, Seen, find_catalogue_of, hold_selection, look, rulebook_of, taken_in
from school.courses.rules.facts import CourseFacts
from school.courses.rules.seats import Rulebook
from school.db import Instant, db
from school.errors import Refused


class ResultKind(StrEnum):
    """How an act ended; each is an answer a page can show, also to the second tap of two."""

    PLACED = "placed"
    ALREADY = "already"
    WAITING = "waiting"
    OFFERED = "offered"
    LEFT = "left"


@dataclass(frozen=True)
class Result:
    """How an act ended. `position` is the place among those who wait (1 is next), `given_up` the courses left for it.

    `expires_at` is an offer's deadline; `seats_left` is None where nobody counted.
    """

    kind: ResultKind
    course: CourseFacts
    position: int | None = None
    given_up: tuple[CourseFacts, ...] = ()
    seats_left: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Ground:
    """The selection under its lock: what its rules and courses are, what time it is, who acts."""

    rulebook: Rulebook
    now: datetime
    by: Actor

    @property
    def selection_id(self) -> int:
        """The locked selection."""
        return self.rulebook.selection.id

    def courses(self, course_ids: Iterable[int]) -> tuple[CourseFacts, ...]:
        """Courses of the term by id, ascending."""
        return tuple(self.rulebook.courses[one] for one in sorted(course_ids))


class SeatsDisagree(RuntimeError):
    """The guard refused a seat that the rules counted under the lock: a fault of the program, nothing is written."""


def stand_on(selection_id: int, by: Actor) -> Ground:
    """Lock a selection and read its rules anew; whatever an act judges is read after this."""
    _hold(selection_id)
    return read_ground(selection_id, by)


def stand_before(selection_id: int, pupil_id: int, course_id: int, by: Actor) -> tuple[Ground, Seen]:
    """As `stand_on`, with a child before a course, in as few statements as can be."""
    _hold(selection_id)
    moment = now()
    sight = look(selection_id, pupil_id, course_id, moment)
    ground = replace(read_ground(selection_id, by), now=moment)
    return ground, sight.seen(ground.rulebook)


def _hold(selection_id: int) -> None:
    if not hold_selection(selection_id):
        raise Refused("没有这次选课，请回到课程目录重新进入。")


def read_ground(selection_id: int, by: Actor) -> Ground:
    """The rules of a selection that is locked already, after one of its courses was written."""
    catalogue = find_catalogue_of(selection_id)
    if catalogue is None:
        raise LookupError(f"selection {selection_id} is locked but in no catalogue")
    return Ground(rulebook_of(catalogue), now(), by)


def insert_place(
    ground: Ground, pupil_id: int, course_id: int, source: PlaceSource, *, taken_by: int | None = None, consent_note: str = ""
) -> int | None:
    """A place if the course has a seat left: the database itself counts while it writes. Answers its id, or None."""
    values = {
        "selection": ground.selection_id,
        "pupil": pupil_id,
        "course": course_id,
        "source": source,
        "now": ground.now,
        "by": taken_by,
        "consent": consent_note,
    }
    return db.session.execute(_INSERT, values).scalar_one_or_none()


def end_places(ground: Ground, pupil_id: int, course_ids: Iterable[int], reason: PlaceEnd, *, note: str = "") -> list[int]:
    """End a child's live places in some courses; answers the course ids of those that were live, ascending."""
    wanted = sorted(set(course_ids))
    if not wanted:
        return []
    is_meant = PLACES.c.selection_id == ground.selection_id, PLACES.c.pupil_id == pupil_id, PLACES.c.course_id.in_(wanted)
    return sorted(_end(ground, reason, note, *is_meant, answers=PLACES.c.course_id))


def end_places_of_course(ground: Ground, course_id: int, reason: PlaceEnd, *, note: str = "") -> list[int]:
    """End every live place in a course; answers the children's ids, ascending."""
    return sorted(_end(ground, reason, note, PLACES.c.course_id == course_id, answers=PLACES.c.pupil_id))


def _end(ground: Ground, reason: PlaceEnd, note: str, *is_meant: object, answers: object) -> list[int]:
    ended = {"ended_at": ground.now, "end_reason": reason, "ended_by": ground.by.user_id, "end_note": note}
    statement = update(PLACES).where(PLACES.c.ended_at.is_(None), *is_meant).values(**ended)
    return list(db.session.scalars(statement.returning(answers)))


_INSERTED = ("selection_id", "course_id", "pupil_id", "source", "taken_at", "taken_by", "consent_note", "end_note")
_ROW = (
    select(
        bindparam("selection", type_=Integer),
        Course.__table__.c.id,
        bindparam("pupil", type_=Integer),
        bindparam("source", type_=PLACES.c.source.type),
        bindparam("now", type_=Instant),
        bindparam("by", type_=Integer),
        bindparam("consent", type_=String),
        bindparam("nothing", "", type_=String),
    )
    .where(Course.__table__.c.id == bindparam("course", type_=Integer), Course.__table__.c.state == CourseState.LISTED)
    .where(taken_in(Course.__table__.c.id) < Course.__table__.c.capacity)
)
_INSERT = insert(PLACES).from_select(_INSERTED, _ROW, include_defaults=False).returning(PLACES.c.id)
