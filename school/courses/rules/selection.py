"""What a draw is given: courses with their meetings and seats, and children's applications with ranked wishes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from school.errors import Refused


class SelectionContradictory(Refused):
    """A selection no draw can be held on: a number given twice, a wish for a course that is not there, a negative seat."""


@dataclass(frozen=True)
class Meeting:
    """A weekly meeting; `starts_at` and `ends_at` are minutes after midnight and the end is not part of it.

    `weeks` is all, odd or even.
    """

    day: str
    starts_at: int
    ends_at: int
    weeks: str = "all"


@dataclass(frozen=True)
class Course:
    """A course, or one of several sections of it that share a `number`.

    `minimum` is the fewest children it runs with (0 for none); without `grades` it is open to every grade; `first_on`
    and `last_on` are ISO dates, empty for the whole term; an exempt course does not count toward a child's limits.
    """

    id: str
    capacity: int
    number: str = ""
    meetings: tuple[Meeting, ...] = ()
    minimum: int = 0
    grades: frozenset[int] = frozenset()
    first_on: str = ""
    last_on: str = ""
    is_exempt: bool = False

    @property
    def days(self) -> frozenset[str]:
        """The days it meets on."""
        return frozenset(meeting.day for meeting in self.meetings)


@dataclass(frozen=True)
class Application:
    """A child's wishes, best first, under its application number `id`; `ratings` give points to wishes when families rate.

    Without a `grade` no course is closed to the child. `max_per_day` 0 is no limit. `held` are courses the child had before:
    they restrict what fits, and their seats are no longer in the capacities. `together` names by course id the group of
    siblings who get it all or none. A higher `priority` comes first; the school must have announced it.
    """

    id: str
    wishes: tuple[str, ...]
    max_courses: int = 1
    grade: int | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)
    max_per_day: int = 0
    held: tuple[str, ...] = ()
    together: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0


@dataclass(frozen=True)
class Selection:
    """The frozen list: everything a draw depends on except the seed."""

    courses: tuple[Course, ...]
    applications: tuple[Application, ...]
    buffer_minutes: int = 0


def is_clash(one: Course, other: Course, *, buffer_minutes: int = 0) -> bool:
    """Whether no child can attend both: the same number, or meetings on a shared day less than the buffer apart."""
    if one.number and one.number == other.number:
        return True
    if _is_over_before(one, other) or _is_over_before(other, one):
        return False
    return any(_overlap(a, b, buffer_minutes) for a in one.meetings for b in other.meetings)


def clashes_of(selection: Selection) -> dict[str, frozenset[str]]:
    """For every course id the ids of the other courses it clashes with."""
    buffer = selection.buffer_minutes
    return {
        one.id: frozenset(
            other.id for other in selection.courses if other.id != one.id and is_clash(one, other, buffer_minutes=buffer)
        )
        for one in selection.courses
    }


def is_open_to(course: Course, application: Application) -> bool:
    """Whether the child's grade may attend; a grade nobody stated is not held against it."""
    return not course.grades or application.grade is None or application.grade in course.grades


def points_of(selection: Selection) -> dict[str, dict[str, float]]:
    """What each wish is worth, by application number and course id.

    The family's ratings when every wish of everybody is rated; otherwise rank points for everybody, so that nobody is
    measured by another scale: with at most n wishes on a list the first is worth n, the second n - 1, and so on.
    """
    if all(wish in one.ratings for one in selection.applications for wish in one.wishes):
        return {one.id: {wish: one.ratings[wish] for wish in one.wishes} for one in selection.applications}
    longest = max((len(one.wishes) for one in selection.applications), default=0)
    return {one.id: {wish: longest - rank for rank, wish in enumerate(one.wishes)} for one in selection.applications}


def check_selection(selection: Selection) -> None:
    """Raise `SelectionContradictory` with the first thing that cannot be drawn on."""
    _check_once("课程编号", (course.id for course in selection.courses))
    _check_once("报名编号", (one.id for one in selection.applications))
    for course in selection.courses:
        _check_course(course)
    known = {course.id for course in selection.courses}
    for one in selection.applications:
        _check_once(f"报名 {one.id} 的志愿", one.wishes)
        if unknown := [wish for wish in one.wishes if wish not in known]:
            raise SelectionContradictory(f"报名 {one.id} 的志愿里有不存在的课程 {unknown[0]}，请核对课程编号。")
        if one.max_courses < 0 or one.max_per_day < 0:
            raise SelectionContradictory(f"报名 {one.id} 的最多门数是负数，请改为 0 或更大。")
        _check_once(f"报名 {one.id} 已有的课程", one.held)
        if unknown := [course for course in one.held if course not in known]:
            raise SelectionContradictory(f"报名 {one.id} 已有的课程 {unknown[0]} 不存在，请核对课程编号。")
        if alone := [course for course in one.together if course not in one.wishes]:
            raise SelectionContradictory(f"报名 {one.id} 要一起上的课程 {alone[0]} 不在志愿里，请核对。")
    if selection.buffer_minutes < 0:
        raise SelectionContradictory("课间间隔是负数，请改为 0 或更大的分钟数。")


def _check_course(course: Course) -> None:
    if course.capacity < 0 or course.minimum < 0:
        raise SelectionContradictory(f"课程 {course.id} 的名额或开班人数是负数，请改为 0 或更大。")
    if any(meeting.starts_at >= meeting.ends_at for meeting in course.meetings):
        raise SelectionContradictory(f"课程 {course.id} 的下课时间不晚于上课时间，请核对。")


def _check_once(what: str, names: Iterable[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise SelectionContradictory(f"{what}重复：{repeated[0]}，请只保留一个。")


def _overlap(a: Meeting, b: Meeting, buffer_minutes: int) -> bool:
    is_apart = a.ends_at + buffer_minutes <= b.starts_at or b.ends_at + buffer_minutes <= a.starts_at
    return a.day == b.day and {a.weeks, b.weeks} != {"odd", "even"} and not is_apart


def _is_over_before(one: Course, other: Course) -> bool:
    return bool(one.last_on and other.first_on and one.last_on < other.first_on)
