"""Who on a waiting list gets a seat that came free: in order, nobody skipped, nobody stuck.

A seat goes to the first who fits, judged by the child's places less those it gives up for this one. Who does not fit now
is passed over and keeps the place in the line. Siblings who asked for both or none get their seats together or not at all.
Children who wait for each other's seats change them at once. A seat that somebody gives up goes on in the same way, and so
does an offer nobody accepted in time.

It ends: each step moves at least one entry forward, waiting → offered → ended, and no step moves one back or adds one, so
there are at most twice as many steps as entries. It ends nowhere too early: a course is looked at again after each step
that could let somebody on its list have a seat: one that freed a seat of it, or that made a child on its list leave a place.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import combinations

from school.courses.enums import CourseState, Promotion, SelectionState
from school.courses.rules.facts import CourseFacts, SelectionFacts
from school.courses.rules.seats import Child, Rulebook, find_obstacle


@dataclass(frozen=True)
class Entry:
    """A live entry of a waiting list; with `expires_at` it is an offer. `gives_up` are the courses left for the seat."""

    id: int
    course_id: int
    pupil_id: int
    draw_rank: int | None = None
    together: str = ""
    gives_up: tuple[int, ...] = ()
    expires_at: datetime | None = None

    @property
    def order(self) -> tuple[bool, int, int]:
        """Draw order first, then by id, which is by time."""
        return self.draw_rank is None, self.draw_rank or 0, self.id

    @property
    def is_waiting(self) -> bool:
        """Whether it waits, rather than being an offer."""
        return self.expires_at is None


@dataclass
class Line:
    """A course's live places by number, and its live entries."""

    placed: int = 0
    entries: list[Entry] = field(default_factory=list)

    @property
    def waiting(self) -> list[Entry]:
        """Those who wait, in order."""
        return sorted((one for one in self.entries if one.is_waiting), key=lambda one: one.order)

    def held(self, now: datetime) -> int:
        """Live places and offers not past their deadline."""
        return self.placed + sum(one.expires_at is not None and now < one.expires_at for one in self.entries)


class Hall:
    """The lines and the children in them, loaded when they are first needed and kept true from step to step.

    `load` answers a course's line and the children on it, as they are now.
    """

    def __init__(self, load: Callable[[int], tuple[Line, dict[int, Child]]]) -> None:
        self._load = load
        self._lines: dict[int, Line] = {}
        self._children: dict[int, Child] = {}

    def line(self, course_id: int) -> Line:
        """A course's line."""
        if course_id not in self._lines:
            line, children = self._load(course_id)
            self._lines[course_id] = line
            self._children |= children
        return self._lines[course_id]

    def child(self, pupil_id: int) -> Child:
        """A child on a line that was loaded."""
        return self._children[pupil_id]

    def apply(self, step: "Step") -> None:
        """Make memory say what the step did."""
        for entry in step.entries:
            line = self._lines[entry.course_id]
            line.entries.remove(entry)
            if isinstance(step, Offered):
                line.entries.append(replace(entry, expires_at=step.until))
        if isinstance(step, Promoted):
            for entry in step.entries:
                self._seat(entry, step.leaves[entry.id])

    def _seat(self, entry: Entry, leaves: tuple[int, ...]) -> None:
        child = self._children[entry.pupil_id]
        waiting = child.waiting - {entry.course_id}
        self._children[entry.pupil_id] = replace(child.after(takes=entry.course_id, leaves=leaves), waiting=waiting)
        self._lines[entry.course_id].placed += 1
        for course_id in leaves:
            if course_id in self._lines:
                self._lines[course_id].placed -= 1


@dataclass(frozen=True)
class Step:
    """One step for the entries it names."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Expired(Step):
    """Offers nobody accepted in time."""


@dataclass(frozen=True)
class Unfit(Step):
    """Entries of children who are in no class any more."""


@dataclass(frozen=True)
class Offered(Step):
    """Entries that hold a seat until a deadline."""

    until: datetime


@dataclass(frozen=True)
class Promoted(Step):
    """Entries that become places at once; `leaves` are, by entry id, the courses each child leaves in the same moment."""

    leaves: dict[int, tuple[int, ...]]


def promotes(selection: SelectionFacts) -> bool:
    """Whether lists move by themselves now: from the draw on, or from the announcement when there is no draw."""
    begins = SelectionState.DRAWN if selection.has_wishes else SelectionState.ANNOUNCED
    return selection.state in (begins, SelectionState.DRAWN)


def settle(course_ids: Iterable[int], hall: Hall, rulebook: Rulebook, now: datetime) -> Iterator[Step]:
    """The steps until nobody on these courses' lists, or on those the steps touch, could have a seat.

    Each step is to be written before the next is asked for; the hall follows by itself.
    """
    dirty, visited = set(course_ids), set()
    while dirty and promotes(rulebook.selection):
        course_id = min(dirty)
        visited.add(course_id)
        step = next_step(course_id, hall, rulebook, now)
        if step is None:
            dirty.discard(course_id)
            if not dirty:
                step = find_exchange(visited, hall, rulebook)
        if step is not None:
            yield step
            hall.apply(step)
            dirty |= _touched(step, hall)


def next_step(course_id: int, hall: Hall, rulebook: Rulebook, now: datetime) -> Step | None:
    """The next thing due on a course's list, or None when nobody on it can have a seat now."""
    course = rulebook.courses.get(course_id)
    if course is None or course.state is not CourseState.LISTED:
        return None
    line = hall.line(course_id)
    overdue = tuple(one for one in line.entries if one.expires_at is not None and one.expires_at <= now)
    if overdue:
        return Expired(overdue)
    gone = tuple(one for one in line.waiting if hall.child(one.pupil_id).grade is None)
    if gone:
        return Unfit(gone)
    seats_left = course.capacity - line.held(now)
    if seats_left <= 0:
        return None
    unit = next((unit for unit in units_of(line) if len(unit) <= seats_left and _all_fit(unit, hall, rulebook)), None)
    if unit is None:
        return None
    if rulebook.selection.promotion is Promotion.OFFER:
        return Offered(unit, now + timedelta(hours=rulebook.selection.offer_hours))
    return promotion_of(unit, hall)


def units_of(line: Line) -> list[tuple[Entry, ...]]:
    """Those who wait, in order: each alone, siblings who asked for both or none as one at the first one's place."""
    units: dict[str, tuple[Entry, ...]] = {}
    for entry in line.waiting:
        name = f"group {entry.together}" if entry.together else f"entry {entry.id}"
        units[name] = (*units.get(name, ()), entry)
    return list(units.values())


def fits(entry: Entry, child: Child, rulebook: Rulebook) -> bool:
    """Whether the child could have the seat now if there is one: grade, consent, clashes and limits."""
    course = rulebook.courses[entry.course_id]
    is_eligible = child.grade in course.grades and child.has_consent and entry.course_id not in child.places
    return is_eligible and find_obstacle(child.after(leaves=entry.gives_up), course, rulebook) is None


def leaves_for_wish(child: Child, course: CourseFacts, lesser: Sequence[int], rulebook: Rulebook) -> tuple[int, ...]:
    """The fewest lesser wishes to leave so that the course fits, of several the least dear; nothing when none would do.

    `lesser` are ids of courses the child has and wished for less, dearest first.
    """
    for size in range(len(lesser) + 1):
        for chosen in combinations(reversed(lesser), size):
            if find_obstacle(child.after(leaves=chosen), course, rulebook) is None:
                return tuple(sorted(chosen))
    return ()


def promotion_of(unit: tuple[Entry, ...], hall: Hall) -> Promoted:
    """The step that seats these entries."""
    leaves = {one.id: tuple(sorted(hall.child(one.pupil_id).places & frozenset(one.gives_up))) for one in unit}
    return Promoted(unit, leaves)


def _all_fit(unit: tuple[Entry, ...], hall: Hall, rulebook: Rulebook) -> bool:
    return all(fits(one, hall.child(one.pupil_id), rulebook) for one in unit)


def _touched(step: Step, hall: Hall) -> set[int]:
    """Courses where the step may let somebody have a seat."""
    touched = {one.course_id for one in step.entries}
    if isinstance(step, Promoted):
        for one in step.entries:
            if step.leaves[one.id]:
                touched |= {*step.leaves[one.id], *hall.child(one.pupil_id).waiting}
    return touched


def find_exchange(course_ids: Iterable[int], hall: Hall, rulebook: Rulebook) -> Promoted | None:
    """A circle of children, each first in line for a seat the next one gives up; they change at once.

    Each is the first on the list who fits, so nobody is skipped. Offers are answered one by one and form no circle, and
    what was drawn stands as published: only who asked for the change in the open round is in a circle.
    """
    if rulebook.selection.promotion is Promotion.OFFER:
        return None
    for course_id in sorted(course_ids):
        circle = _circle(course_id, (), set(), hall, rulebook)
        if circle:
            return promotion_of(circle, hall)
    return None


def _circle(course_id: int, path: tuple[Entry, ...], seen: set[int], hall: Hall, rulebook: Rulebook) -> tuple[Entry, ...]:
    """The entries from the first of `path` back to its course, or nothing; a course in `seen` led nowhere before."""
    if path and course_id == path[0].course_id:
        return path
    head = None if course_id in seen else _head(course_id, hall, rulebook)
    seen.add(course_id)
    if head is None or head.pupil_id in {one.pupil_id for one in path}:
        return ()
    leaves = sorted(hall.child(head.pupil_id).places & frozenset(head.gives_up))
    return next((found for one in leaves if (found := _circle(one, (*path, head), seen, hall, rulebook))), ())


def _head(course_id: int, hall: Hall, rulebook: Rulebook) -> Entry | None:
    """Who would have the next single seat of a course, when that child's family asked to change in the open round."""
    course = rulebook.courses.get(course_id)
    if course is None or course.state is not CourseState.LISTED:
        return None
    lone = (unit for unit in units_of(hall.line(course_id)) if len(unit) == 1)
    head = next((unit[0] for unit in lone if _all_fit(unit, hall, rulebook)), None)
    return head if head is not None and head.draw_rank is None else None
