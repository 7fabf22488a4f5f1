"""One child in a selection as the office sees it: places, lists, wishes, history, and where there is room."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from school.courses.enums import CourseState, PlaceEnd, PlaceSource
from school.courses.models import Application, Wish
from school.courses.queries.catalogue import Catalogue
from school.courses.queries.seats import history_of, seats_of_pupils, taken_by_course
from school.courses.rules.facts import CourseFacts
from school.db import db


@dataclass(frozen=True)
class Standing:
    """A live entry of a waiting list; `position` is None for an offer, which holds until `expires_at`."""

    course: CourseFacts
    position: int | None
    expires_at: datetime | None


@dataclass(frozen=True)
class Past:
    """A place the child has or had; `note` is the consent on record, or why the place ended."""

    course: CourseFacts
    source: PlaceSource
    taken_at: datetime
    consent_note: str
    ended_at: datetime | None
    end_reason: PlaceEnd | None
    end_note: str


@dataclass(frozen=True)
class Adjusted:
    """A child's whole selection; `rooms` are the courses of its grade it is not in, each with the seats left."""

    number: str
    places: tuple[CourseFacts, ...]
    entries: tuple[Standing, ...]
    wishes: tuple[CourseFacts, ...]
    history: tuple[Past, ...]
    rooms: tuple[tuple[CourseFacts, int], ...]


def find_adjusted(catalogue: Catalogue, selection_id: int, pupil_id: int, grade: int) -> Adjusted:
    """What the office sees of a child of a grade."""
    courses = catalogue.courses
    seats = seats_of_pupils(selection_id, [pupil_id])[pupil_id]
    taken = taken_by_course(selection_id)
    held = {one.course_id for one in seats.places}
    listed = (one for one in courses.values() if one.state is CourseState.LISTED and grade in one.grades and one.id not in held)
    number, wishes = _application(selection_id, pupil_id)
    return Adjusted(
        number=number,
        places=tuple(courses[one.course_id] for one in seats.places),
        entries=tuple(Standing(courses[one.course_id], one.position, one.expires_at) for one in seats.entries),
        wishes=tuple(courses[course_id] for course_id in wishes),
        history=tuple(Past(courses[one.course_id], *_after_course(one)) for one in history_of(selection_id, pupil_id)),
        rooms=tuple((one, max(0, one.capacity - taken.get(one.id, 0))) for one in listed),
    )


def _after_course(place: object) -> tuple:
    return tuple(value for name, value in vars(place).items() if name != "course_id")


def _application(selection_id: int, pupil_id: int) -> tuple[str, list[int]]:
    statement = (
        select(Application.number, Wish.course_id)
        .outerjoin(Wish, Wish.application_id == Application.id)
        .where(Application.selection_id == selection_id, Application.pupil_id == pupil_id)
        .order_by(Wish.rank)
    )
    rows = db.session.execute(statement).all()
    return (rows[0].number if rows else ""), [row.course_id for row in rows if row.course_id is not None]
