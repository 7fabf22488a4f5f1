"""The draw in rounds: one course a child a round, in an order anyone can recompute from the seed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from school.courses.rules.limits import Limits, limits_of
from school.courses.rules.selection import Application, Selection, check_selection


@dataclass(frozen=True)
class Outcome:
    """Who got what: by application number the course ids in rank order, by course id who waits, and the courses closed.

    Every application and every course has its entry, empty or not.
    """

    assignments: Mapping[str, tuple[str, ...]]
    waiting: Mapping[str, tuple[str, ...]]
    closed: tuple[str, ...] = ()


def draw(selection: Selection, seed: str) -> Outcome:
    """Give out the seats; the same selection and seed give the same outcome whatever the order of the applications.

    Children come in `draw_order`, reversed in every second round, and take in each round their best wish that still has a
    seat, is open to their grade and fits beside what they hold, until a round gives nothing. Siblings who asked for a
    course together take it at the turn of the first of them, all or none, each as the course of this round.

    While courses have fewer children than their minimum, one of them is closed and the draw held again as if nobody had
    wished for it: the one whose closing leaves the fewest children without a seat in a course that runs; of several the one
    furthest below its minimum, then with the fewest children, then the first id. One at a time, because the children of one
    closed course may save another. Raises `SelectionContradictory`.
    """
    check_selection(selection)
    limits = limits_of(selection)
    rounds = (draw_order(selection.applications, seed), draw_order(selection.applications, seed, is_reversed=True))
    possible = {one.id: [wish for wish in one.wishes if limits.may_ever(one, wish)] for one in selection.applications}
    closed: tuple[str, ...] = ()
    held = _rounds(selection, rounds, possible, limits, closed)
    while below := _below_minimum(selection, held, closed):
        options = [(one, _rounds(selection, rounds, possible, limits, (*closed, one))) for one in sorted(below)]
        one, held = min(options, key=lambda option: _harm(selection, *option, closed, below))
        closed = (*closed, one)
    assignments = in_rank_order(selection, held)
    return Outcome(assignments, waiting_lists(selection, assignments, seed, closed=closed), closed)


def draw_order(applications: Iterable[Application], seed: str, *, is_reversed: bool = False) -> list[Application]:
    """The applications by the SHA-256 of `seed:application number` in UTF-8, smallest first, or largest first.

    A higher priority, which the school must have announced, comes first in either direction.
    """
    order = sorted(applications, key=lambda one: (sha256(f"{seed}:{one.id}".encode()).digest(), one.id), reverse=is_reversed)
    return sorted(order, key=lambda one: -one.priority)


def waiting_lists(
    selection: Selection, assignments: Mapping[str, tuple[str, ...]], seed: str, *, closed: Iterable[str] = ()
) -> dict[str, tuple[str, ...]]:
    """By course id the application numbers that wait for a seat, in draw order; nobody waits for a closed course.

    A child waits for a wish when it would fit beside the better wishes it holds: lesser ones would be given up for it.
    Siblings who asked for a course together wait for it all or none.
    """
    limits, out = limits_of(selection), frozenset(closed)
    order = draw_order(selection.applications, seed)
    would = {one.id: _would_take(one, assignments[one.id], limits) - out for one in order}
    queues: dict[str, list[str]] = {course.id: [] for course in selection.courses}
    for one in order:
        for wish in one.wishes:
            if all(wish in would[member.id] for member in limits.group_of(one, wish)):
                queues[wish].append(one.id)
    return {course: tuple(queue) for course, queue in queues.items()}


def in_rank_order(selection: Selection, held: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    """The courses each child holds as a tuple, best wish first, children in the order of the selection."""
    return {one.id: tuple(wish for wish in one.wishes if wish in held[one.id]) for one in selection.applications}


def _rounds(
    selection: Selection,
    rounds: tuple[list[Application], list[Application]],
    possible: Mapping[str, list[str]],
    limits: Limits,
    closed: tuple[str, ...],
) -> dict[str, set[str]]:
    seats = {course.id: 0 if course.id in closed else course.capacity for course in selection.courses}
    held: dict[str, set[str]] = {one.id: set() for one in rounds[0]}
    number, had = 0, set(held)
    while had:
        had = set()
        for one in rounds[number % 2]:
            had |= _take(one, possible[one.id], seats, held, had, limits)
        number += 1
    return held


def _take(
    one: Application, wishes: list[str], seats: dict[str, int], held: dict[str, set[str]], had: set[str], limits: Limits
) -> set[str]:
    """Give the child, and whoever is to have it together, the best wish there is; answers who had their course."""
    for wish in wishes:
        group = limits.group_of(one, wish)
        if seats[wish] < len(group) or any(member.id in had for member in group):
            continue
        if all(limits.fits(member, wish, held[member.id]) for member in group):
            seats[wish] -= len(group)
            for member in group:
                held[member.id].add(wish)
            return {member.id for member in group}
    return set()


def _would_take(one: Application, assigned: tuple[str, ...], limits: Limits) -> set[str]:
    """The wishes a child does not have and would take if a seat came free."""
    better: list[str] = []
    wanted = set()
    for wish in one.wishes:
        if wish in assigned:
            better.append(wish)
        elif limits.may_ever(one, wish) and limits.fits(one, wish, better):
            wanted.add(wish)
    return wanted


def _below_minimum(selection: Selection, held: Mapping[str, set[str]], closed: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """The courses that are not closed and have fewer children than their minimum: how far below (negative), and how many."""
    counts = Counter(wish for wishes in held.values() for wish in wishes)
    return {
        course.id: (counts[course.id] - course.minimum, counts[course.id])
        for course in selection.courses
        if counts[course.id] < course.minimum and course.id not in closed
    }


def _harm(
    selection: Selection,
    one: str,
    held: Mapping[str, set[str]],
    closed: tuple[str, ...],
    below: Mapping[str, tuple[int, int]],
) -> tuple[int, int, int, str]:
    """What closing a course does, the least first; `held` is the draw without it."""
    unsafe = _below_minimum(selection, held, (*closed, one))
    without = sum(wishes <= unsafe.keys() for wishes in held.values())
    return (without, *below[one], one)
