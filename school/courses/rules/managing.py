"""The office's list of a term: which courses it narrows to, and what the office should look at."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from school.courses.enums import CourseState, Family
from school.courses.rules.catalogue import idle_weekdays, missing_for_families
from school.courses.rules.facts import WEEKDAYS, CourseFacts


class Shown(StrEnum):
    """What the list may be narrowed to: a state, or something to look at."""

    DRAFT = "draft"
    LISTED = "listed"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MISSING = "missing"
    REASON = "reason"
    PAPERS = "papers"

    @property
    def label(self) -> str:
        """The school's word."""
        own = {"missing": "家长须知不全", "reason": "提前结束或较短", "papers": "机构证照不够"}
        return own.get(self.value) or CourseState(self.value).label


@dataclass(frozen=True)
class Managed:
    """A course in the list: its facts, its teachers as the office calls them, seats, and what is wrong with it."""

    facts: CourseFacts
    teachers: str
    reason: str  # typed for AS-02, AS-03
    taken: int
    waiting: int
    outlasts_papers: bool

    @property
    def missing(self) -> list[str]:
        """What families must know and cannot read yet (AS-06); nothing for a course that is over."""
        is_over = self.facts.state in (CourseState.CLOSED, CourseState.CANCELLED)
        return [] if is_over else missing_for_families(self.facts)

    def is_shown(self, shown: Shown) -> bool:
        """Whether the list narrowed to `shown` has it."""
        found = {Shown.MISSING: bool(self.missing), Shown.REASON: bool(self.reason), Shown.PAPERS: self.outlasts_papers}
        return found.get(shown, self.facts.state.value == shown.value)


@dataclass(frozen=True)
class Summary:
    """A term in figures: courses by state, seats of listed courses and those taken, and the weekdays without a course."""

    states: Mapping[CourseState, int]
    seats: int
    taken: int
    reasons: int  # AS-02 and AS-03, counted
    idle_days: Sequence[str]  # AS-03


def summary_of(courses: Collection[Managed]) -> Summary:
    """The figures above the list; whether it is narrowed does not matter."""
    listed = [one for one in courses if one.facts.state is CourseState.LISTED]
    return Summary(
        states={state: count for state in CourseState if (count := sum(one.facts.state is state for one in courses))},
        seats=sum(one.facts.capacity for one in listed),
        taken=sum(one.taken for one in listed),
        reasons=sum(bool(one.reason) for one in listed),
        idle_days=[f"周{WEEKDAYS[day]}" for day in idle_weekdays(one.facts for one in listed)] if listed else [],
    )


def by_family(courses: Iterable[Managed], family: Family | None, shown: Shown | None) -> list[tuple[Family, list[Managed]]]:
    """The courses narrowed to a family and to `shown`, in groups of a family, groups without a course left out."""
    kept = [one for one in courses if family in (None, one.facts.family) and (shown is None or one.is_shown(shown))]
    groups = [(group, [one for one in kept if one.facts.family is group]) for group in Family]
    return [(group, found) for group, found in groups if found]
