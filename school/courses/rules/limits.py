"""What one child may have beside what it has: the limits that every mechanism and every judgement of an outcome shares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from school.courses.rules.selection import Application, Course, Selection, clashes_of, is_open_to


@dataclass(frozen=True)
class Limits:
    """A selection's courses and clashes by course id, and its sibling groups by (course id, name of the group)."""

    courses: Mapping[str, Course]
    clashes: Mapping[str, frozenset[str]]
    groups: Mapping[tuple[str, str], tuple[Application, ...]]

    def group_of(self, one: Application, wish: str) -> tuple[Application, ...]:
        """The children who get this course together or not at all; the child alone when nobody else is in it."""
        name = one.together.get(wish)
        return (one,) if name is None else self.groups[wish, name]

    def may_ever(self, one: Application, wish: str) -> bool:
        """Whether the child could have the course if it had none of its other wishes, and so could all of its group."""
        return all(self._is_possible(member, wish) for member in self.group_of(one, wish))

    def fits(self, one: Application, wish: str, held: Iterable[str]) -> bool:
        """Whether the course fits beside `held`, of this selection, and what the child had before it.

        No clash, not twice, and, unless the course is exempt, within the limits of the week and of each of its days.
        """
        has = {*held, *one.held}
        if wish in has or not self.clashes[wish].isdisjoint(has):
            return False
        course = self.courses[wish]
        if course.is_exempt:
            return True
        counted = [self.courses[other] for other in has if not self.courses[other].is_exempt]
        if len(counted) >= one.max_courses:
            return False
        return not one.max_per_day or all(sum(day in other.days for other in counted) < one.max_per_day for day in course.days)

    def _is_possible(self, one: Application, wish: str) -> bool:
        return wish in one.wishes and is_open_to(self.courses[wish], one) and self.fits(one, wish, ())


def limits_of(selection: Selection) -> Limits:
    """The limits of a selection, computed once for all its children."""
    groups: dict[tuple[str, str], list[Application]] = {}
    for one in sorted(selection.applications, key=lambda one: one.id):
        for wish, name in one.together.items():
            groups.setdefault((wish, name), []).append(one)
    courses = {course.id: course for course in selection.courses}
    return Limits(courses, clashes_of(selection), {key: tuple(members) for key, members in groups.items()})
