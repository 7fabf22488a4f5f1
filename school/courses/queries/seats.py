"""Places and waiting lists as pages show them: what children have and wait for, how many seats are taken, what was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, union_all

from school.courses.enums import PlaceEnd, PlaceSource, WaitingState
from school.courses.queries.lines import ENTRIES, IS_LIVE_ENTRY, IS_LIVE_PLACE, IS_OFFER, PLACES
from school.db import db


@dataclass(frozen=True)
class ChildSeats:
    """A child's live places, and its live entries with their positions among those who wait (1 is next)."""

    places: tuple["PlaceHeld", ...] = ()
    entries: tuple["EntryHeld", ...] = ()


@dataclass(frozen=True)
class PlaceHeld:
    """A live place."""

    course_id: int
    source: PlaceSource
    taken_at: datetime


@dataclass(frozen=True)
class EntryHeld:
    """A live entry of a waiting list; `position` is None for an offer, `expires_at` for somebody who waits."""

    course_id: int
    position: int | None
    expires_at: datetime | None
    gives_up: tuple[int, ...]
    together: str
    joined_at: datetime


@dataclass(frozen=True)
class PastPlace:
    """One place a child has or had."""

    course_id: int
    source: PlaceSource
    taken_at: datetime
    consent_note: str
    ended_at: datetime | None
    end_reason: PlaceEnd | None
    end_note: str


def taken_by_course(selection_id: int) -> dict[int, int]:
    """Live places and offers by course id; courses with neither are absent.

    An offer past its deadline counts until it has passed on, for it goes to the next on the list, not to who comes by.
    """
    held = select(PLACES.c.course_id).where(IS_LIVE_PLACE, PLACES.c.selection_id == selection_id)
    offered = select(ENTRIES.c.course_id).where(IS_OFFER, ENTRIES.c.selection_id == selection_id)
    both = union_all(held, offered).subquery()
    rows = db.session.execute(select(both.c.course_id, func.count()).group_by(both.c.course_id))
    return {course_id: count for course_id, count in rows}


def count_waiting(selection_id: int) -> dict[int, int]:
    """How many wait, by course id; courses without anybody are absent."""
    statement = select(ENTRIES.c.course_id, func.count()).where(ENTRIES.c.state == WaitingState.WAITING)
    statement = statement.where(ENTRIES.c.selection_id == selection_id).group_by(ENTRIES.c.course_id)
    return {course_id: count for course_id, count in db.session.execute(statement)}


def seats_of_pupils(selection_id: int, pupil_ids: Sequence[int]) -> dict[int, ChildSeats]:
    """Live places and entries of some children by pupil id, every child present, in the order they came about."""
    wanted = sorted(set(pupil_ids))
    of_pupils = PLACES.c.pupil_id.in_(wanted), PLACES.c.selection_id == selection_id
    held: dict[int, list[PlaceHeld]] = {pupil_id: [] for pupil_id in wanted}
    columns = (PLACES.c.pupil_id, PLACES.c.course_id, PLACES.c.source, PLACES.c.taken_at)
    for row in db.session.execute(select(*columns).where(IS_LIVE_PLACE, *of_pupils).order_by(PLACES.c.id)):
        held[row.pupil_id].append(PlaceHeld(*row[1:]))
    waiting = _entries_held(selection_id, wanted)
    return {pupil_id: ChildSeats(tuple(held[pupil_id]), tuple(waiting[pupil_id])) for pupil_id in wanted}


def history_of(selection_id: int, pupil_id: int) -> list[PastPlace]:
    """Every place a child has or had in a selection, oldest first."""
    names = ("course_id", "source", "taken_at", "consent_note", "ended_at", "end_reason", "end_note")
    statement = select(*(PLACES.c[name] for name in names)).where(PLACES.c.selection_id == selection_id)
    return [PastPlace(*row) for row in db.session.execute(statement.where(PLACES.c.pupil_id == pupil_id).order_by(PLACES.c.id))]


def _entries_held(selection_id: int, pupil_ids: Sequence[int]) -> dict[int, list[EntryHeld]]:
    order = (ENTRIES.c.draw_rank.is_(None), ENTRIES.c.draw_rank, ENTRIES.c.id)
    number = func.row_number().over(partition_by=(ENTRIES.c.course_id, ENTRIES.c.state), order_by=order).label("position")
    # Only the lines the children stand on are counted through.
    of_pupils = (IS_LIVE_ENTRY, ENTRIES.c.selection_id == selection_id, ENTRIES.c.pupil_id.in_(pupil_ids))
    lines = select(ENTRIES.c.course_id).where(*of_pupils)
    names = ("pupil_id", "course_id", "offer_expires_at", "gives_up", "together", "joined_at", "id")
    counted = select(*(ENTRIES.c[name] for name in names), number).where(IS_LIVE_ENTRY, ENTRIES.c.course_id.in_(lines)).subquery()
    found: dict[int, list[EntryHeld]] = {pupil_id: [] for pupil_id in pupil_ids}
    for row in db.session.execute(select(counted).where(counted.c.pupil_id.in_(pupil_ids)).order_by(counted.c.id)):
        position = row.position if row.offer_expires_at is None else None
        held = EntryHeld(row.course_id, position, row.offer_expires_at, tuple(row.gives_up or ()), row.together, row.joined_at)
        found[row.pupil_id].append(held)
    return found
