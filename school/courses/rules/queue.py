"""How the waiting lists of courses move: who fits a seat, what is left for it, and when lists move at all.

The lists themselves move by `school.waiting.rules`: a line is a course, a member is a child.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from school.courses.enums import CourseState, Promotion, SelectionState
from school.courses.rules.facts import CourseFacts, SelectionFacts
from school.courses.rules.seats import Child, Rulebook, find_obstacle
from school.waiting.rules import Entry


@dataclass(frozen=True)
class SeatBook:
    """What the lists of a selection allow, as `school.waiting.rules.Book` asks it."""

    rulebook: Rulebook

    @property
    def moves(self) -> bool:
        """Whether lists move by themselves now."""
        return promotes(self.rulebook.selection)

    def capacity(self, line_id: int) -> int | None:
        """The seats of a course; None when it is not listed."""
        course = self.rulebook.courses.get(line_id)
        return None if course is None or course.state is not CourseState.LISTED else course.capacity

    def is_gone(self, member: Child) -> bool:
        """Whether a child is in no class any more."""
        return member.grade is None

    def fits(self, entry: Entry, member: Child) -> bool:
        """Whether the child could have the seat now if there is one: grade, consent, clashes and limits."""
        course = self.rulebook.courses[entry.line_id]
        is_eligible = member.grade in course.grades and member.has_consent and entry.line_id not in member.places
        return is_eligible and find_obstacle(member.after(leaves=entry.gives_up), course, self.rulebook) is None

    def offer_until(self, now: datetime) -> datetime | None:
        """The deadline of an offer made now, when the school lets families confirm."""
        selection = self.rulebook.selection
        return now + timedelta(hours=selection.offer_hours) if selection.promotion is Promotion.OFFER else None

    def may_exchange(self, entry: Entry) -> bool:
        """What was drawn stands as published: only who asked for the change in the open round is in a circle."""
        return entry.draw_rank is None


def promotes(selection: SelectionFacts) -> bool:
    """Whether lists move by themselves now: from the draw on, or from the announcement when there is no draw."""
    begins = SelectionState.DRAWN if selection.has_wishes else SelectionState.ANNOUNCED
    return selection.state in (begins, SelectionState.DRAWN)


def leaves_for_wish(child: Child, course: CourseFacts, lesser: Sequence[int], rulebook: Rulebook) -> tuple[int, ...]:
    """The fewest lesser wishes to leave so that the course fits, of several the least dear; nothing when none would do.

    `lesser` are ids of courses the child has and wished for less, dearest first.
    """
    for size in range(len(lesser) + 1):
        for chosen in combinations(reversed(lesser), size):
            if find_obstacle(child.after(leaves=chosen), course, rulebook) is None:
                return tuple(sorted(chosen))
    return ()
