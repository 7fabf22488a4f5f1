"""Who on a waiting list gets the seats that came free: in order, nobody skipped, nobody stuck.

A line is whatever has seats and a list: a course, a date of a session. A seat goes to the first who fits, judged by the
member's places less those it gives up for this one. Who does not fit now is passed over and keeps the place in the line.
Entries that asked for both or none get their seats together or not at all. Members who wait for each other's seats change
them at once. A seat that somebody gives up goes on in the same way, and so does an offer nobody accepted in time.

It ends: each step moves at least one entry forward, waiting → offered → ended, and no step moves one back or adds one, so
there are at most twice as many steps as entries. It ends nowhere too early: a line is looked at again after each step
that could let somebody on it have a seat: one that freed a seat of it, or that made a member on it leave a place.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, Protocol, Self, TypeVar


@dataclass(frozen=True)
class Entry:
    """A live entry of a waiting list; with `expires_at` it is an offer. `gives_up` are the lines left for the seats."""

    id: int
    line_id: int
    member_id: int
    draw_rank: int | None = None
    together: str = ""
    gives_up: tuple[int, ...] = ()
    expires_at: datetime | None = None
    seats: int = 1

    @property
    def order(self) -> tuple[bool, int, int]:
        """Draw order first, then by id, which is by time."""
        return self.draw_rank is None, self.draw_rank or 0, self.id

    @property
    def is_waiting(self) -> bool:
        """Whether it waits, rather than being an offer."""
        return self.expires_at is None


class Member(Protocol):
    """Whoever waits, as values: the lines where it has a place, and those where it waits."""

    @property
    def places(self) -> Set[int]:
        """Ids of the lines where it has a place."""

    @property
    def waiting(self) -> Set[int]:
        """Ids of the lines where it waits."""

    def seats_in(self, line_id: int) -> int:
        """How many seats its place in a line takes."""

    def seated(self, entry: Entry, leaves: Iterable[int]) -> Self:
        """The member once it has left some lines and the entry has become a place."""


M = TypeVar("M", bound=Member)
M_contra = TypeVar("M_contra", bound=Member, contravariant=True)


class Book(Protocol[M_contra]):
    """What the lists of one house allow."""

    @property
    def moves(self) -> bool:
        """Whether lists move by themselves now."""

    def capacity(self, line_id: int) -> int | None:
        """The seats of a line, or None when its list stands still."""

    def is_gone(self, member: M_contra) -> bool:
        """Whether a member belongs on no list any more."""

    def fits(self, entry: Entry, member: M_contra) -> bool:
        """Whether the member could have the seats now if there were enough of them."""

    def offer_until(self, now: datetime) -> datetime | None:
        """Until when seats are offered, or None when they are given at once."""

    def may_exchange(self, entry: Entry) -> bool:
        """Whether the entry may change places in a circle with others."""


@dataclass
class Line:
    """A line's taken seats by number, and its live entries."""

    placed: int = 0
    entries: list[Entry] = field(default_factory=list)

    @property
    def waiting(self) -> list[Entry]:
        """Those who wait, in order."""
        return sorted((one for one in self.entries if one.is_waiting), key=lambda one: one.order)

    def held(self, now: datetime) -> int:
        """Taken seats and those of offers not past their deadline."""
        return self.placed + sum(one.seats for one in self.entries if one.expires_at is not None and now < one.expires_at)


@dataclass(frozen=True)
class Step:
    """One step for the entries it names."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Expired(Step):
    """Offers nobody accepted in time."""


@dataclass(frozen=True)
class Unfit(Step):
    """Entries of members who belong on no list any more."""


@dataclass(frozen=True)
class Offered(Step):
    """Entries that hold their seats until a deadline."""

    until: datetime


@dataclass(frozen=True)
class Promoted(Step):
    """Entries that become places at once; `leaves` are, by entry id, the lines each member leaves in the same moment."""

    leaves: dict[int, tuple[int, ...]]


class Hall(Generic[M]):
    """The lines and the members in them, loaded when they are first needed and kept true from step to step.

    `load` answers a line and the members on it, as they are now.
    """

    def __init__(self, load: Callable[[int], tuple[Line, dict[int, M]]]) -> None:
        self._load = load
        self._lines: dict[int, Line] = {}
        self._members: dict[int, M] = {}

    def line(self, line_id: int) -> Line:
        """A line."""
        if line_id not in self._lines:
            line, members = self._load(line_id)
            self._lines[line_id] = line
            self._members |= members
        return self._lines[line_id]

    def member(self, member_id: int) -> M:
        """A member on a line that was loaded."""
        return self._members[member_id]

    def apply(self, step: Step) -> None:
        """Make memory say what the step did."""
        for entry in step.entries:
            line = self._lines[entry.line_id]
            line.entries.remove(entry)
            if isinstance(step, Offered):
                line.entries.append(replace(entry, expires_at=step.until))
        if isinstance(step, Promoted):
            for entry in step.entries:
                self._seat(entry, step.leaves[entry.id])

    def _seat(self, entry: Entry, leaves: tuple[int, ...]) -> None:
        member = self._members[entry.member_id]
        self._members[entry.member_id] = member.seated(entry, leaves)
        self._lines[entry.line_id].placed += entry.seats
        for line_id in leaves:
            if line_id in self._lines:
                self._lines[line_id].placed -= member.seats_in(line_id)


def settle(line_ids: Iterable[int], hall: Hall[M], book: Book[M], now: datetime) -> Iterator[Step]:
    """The steps until nobody on these lines, or on those the steps touch, could have a seat.

    Each step is to be written before the next is asked for; the hall follows by itself.
    """
    dirty, visited = set(line_ids), set()
    while dirty and book.moves:
        line_id = min(dirty)
        visited.add(line_id)
        step = next_step(line_id, hall, book, now)
        if step is None:
            dirty.discard(line_id)
            if not dirty:
                step = find_exchange(visited, hall, book, now)
        if step is not None:
            yield step
            hall.apply(step)
            dirty |= _touched(step, hall)


def next_step(line_id: int, hall: Hall[M], book: Book[M], now: datetime) -> Step | None:
    """The next thing due on a line, or None when nobody on it can have seats now."""
    capacity = book.capacity(line_id)
    if capacity is None:
        return None
    line = hall.line(line_id)
    overdue = tuple(one for one in line.entries if one.expires_at is not None and one.expires_at <= now)
    if overdue:
        return Expired(overdue)
    gone = tuple(one for one in line.waiting if book.is_gone(hall.member(one.member_id)))
    if gone:
        return Unfit(gone)
    seats_left = capacity - line.held(now)
    if seats_left <= 0:
        return None
    unit = next((unit for unit in units_of(line) if seats_of(unit) <= seats_left and _all_fit(unit, hall, book)), None)
    if unit is None:
        return None
    until = book.offer_until(now)
    return promotion_of(unit, hall) if until is None else Offered(unit, until)


def units_of(line: Line) -> list[tuple[Entry, ...]]:
    """Those who wait, in order: each alone, entries that asked for both or none as one at the first one's place."""
    units: dict[str, tuple[Entry, ...]] = {}
    for entry in line.waiting:
        name = f"group {entry.together}" if entry.together else f"entry {entry.id}"
        units[name] = (*units.get(name, ()), entry)
    return list(units.values())


def seats_of(unit: Iterable[Entry]) -> int:
    """The seats that entries take together."""
    return sum(one.seats for one in unit)


def promotion_of(unit: tuple[Entry, ...], hall: Hall[M]) -> Promoted:
    """The step that seats these entries."""
    leaves = {one.id: tuple(sorted(hall.member(one.member_id).places & frozenset(one.gives_up))) for one in unit}
    return Promoted(unit, leaves)


def _all_fit(unit: tuple[Entry, ...], hall: Hall[M], book: Book[M]) -> bool:
    return all(book.fits(one, hall.member(one.member_id)) for one in unit)


def _touched(step: Step, hall: Hall[M]) -> set[int]:
    """Lines where the step may let somebody have a seat."""
    touched = {one.line_id for one in step.entries}
    if isinstance(step, Promoted):
        for one in step.entries:
            if step.leaves[one.id]:
                touched |= {*step.leaves[one.id], *hall.member(one.member_id).waiting}
    return touched


def find_exchange(line_ids: Iterable[int], hall: Hall[M], book: Book[M], now: datetime) -> Promoted | None:
    """A circle of members, each first in line for seats the next one gives up; they change at once.

    Each is the first on the list who fits, so nobody is skipped. Offers are answered one by one and form no circle; the
    book says who may be in one. With more than one seat each, what is given up must be enough for who comes.
    """
    if book.offer_until(now) is not None:
        return None
    for line_id in sorted(line_ids):
        circle = _circle(line_id, (), set(), hall, book)
        if circle and _is_enough(circle, hall, book, now):
            return promotion_of(circle, hall)
    return None


def _circle(line_id: int, path: tuple[Entry, ...], seen: set[int], hall: Hall[M], book: Book[M]) -> tuple[Entry, ...]:
    """The entries from the first of `path` back to its line, or nothing; a line in `seen` led nowhere before."""
    if path and line_id == path[0].line_id:
        return path
    head = None if line_id in seen else _head(line_id, hall, book)
    seen.add(line_id)
    if head is None or head.member_id in {one.member_id for one in path}:
        return ()
    leaves = sorted(hall.member(head.member_id).places & frozenset(head.gives_up))
    return next((found for one in leaves if (found := _circle(one, (*path, head), seen, hall, book))), ())


def _head(line_id: int, hall: Hall[M], book: Book[M]) -> Entry | None:
    """Who would have the next seats of a line, when that entry may be in a circle."""
    if book.capacity(line_id) is None:
        return None
    lone = (unit for unit in units_of(hall.line(line_id)) if len(unit) == 1)
    head = next((unit[0] for unit in lone if _all_fit(unit, hall, book)), None)
    return head if head is not None and book.may_exchange(head) else None


def _is_enough(circle: tuple[Entry, ...], hall: Hall[M], book: Book[M], now: datetime) -> bool:
    """Whether each line of a circle has the seats for who comes once who leaves is gone."""
    for entry in circle:
        freed = sum(
            hall.member(one.member_id).seats_in(entry.line_id)
            for one in circle
            if entry.line_id in hall.member(one.member_id).places & frozenset(one.gives_up)
        )
        if entry.seats > (book.capacity(entry.line_id) or 0) - hall.line(entry.line_id).held(now) + freed:
            return False
    return True
