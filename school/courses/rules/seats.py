"""May this child have a seat in this course: one judgement, shown on pages before anybody taps and enforced by every write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from school.courses.enums import CourseState, Phase, SelectionState
from school.courses.rules.facts import WEEKDAYS, CourseFacts, SelectionFacts
from school.errors import Refused
from school.waiting.rules import Entry

NUMERALS = "零一二三四五六七八九"
_CHANGE = "要换课，请先退出其中一门，或改用转课。"


class VerdictKind(StrEnum):
    """What can be said of a child and a course; only FREE lets a seat be taken."""

    FREE = "free"
    FULL = "full"
    PLACED = "placed"
    WAITING = "waiting"
    OFFERED = "offered"
    CONSENT = "consent"
    CLASH = "clash"
    LIMIT = "limit"
    DAY_LIMIT = "day_limit"
    GRADE = "grade"
    CLOSED = "closed"
    NOT_LISTED = "not_listed"


@dataclass(frozen=True)
class Rulebook:
    """What a term's selection allows: its rules, all its courses by id, and for every course what clashes with it."""

    selection: SelectionFacts
    courses: Mapping[int, CourseFacts]
    clashes: Mapping[int, frozenset[int]]


@dataclass(frozen=True)
class Child:
    """A child as seats see it: ids of courses with a live place, waited for, and offered with the offer's deadline.

    `grade` is None for somebody in no class any more; an offer past its deadline still stands in `offered`.
    """

    grade: int | None
    places: frozenset[int] = frozenset()
    waiting: frozenset[int] = frozenset()
    offered: Mapping[int, datetime] = field(default_factory=dict)
    has_consent: bool = True

    def after(self, *, takes: int | None = None, leaves: frozenset[int] | tuple[int, ...] = ()) -> "Child":
        """The child once it has left some courses and taken another."""
        places = self.places - frozenset(leaves)
        return replace(self, places=places if takes is None else places | {takes})

    def seats_in(self, course_id: int) -> int:
        """A child takes one seat wherever it has a place."""
        return int(course_id in self.places)

    def seated(self, entry: Entry, leaves: Iterable[int]) -> "Child":
        """The child once it has left some courses and its entry on a list has become a place."""
        return replace(self.after(takes=entry.line_id, leaves=tuple(leaves)), waiting=self.waiting - {entry.line_id})


@dataclass(frozen=True)
class Verdict:
    """The judgement: a sentence for the family that says what to do next, and the courses that are in the way."""

    kind: VerdictKind
    sentence: str
    others: tuple[CourseFacts, ...] = ()
    seats_left: int = 0

    @property
    def is_free(self) -> bool:
        """Whether the seat can be taken now."""
        return self.kind is VerdictKind.FREE

    @property
    def may_wait(self) -> bool:
        """Whether the child could have the seat if only one came free."""
        return self.kind in (VerdictKind.FREE, VerdictKind.FULL)


class SeatRefused(Refused):
    """A seat that cannot be had; `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentence)
        self.verdict = verdict


class RoundClosed(SeatRefused):
    """Families cannot act now."""


class NotListed(SeatRefused):
    """The course is a draft, was closed or called off, or belongs to another term."""


class WrongGrade(SeatRefused):
    """The course is not for the child's grade, or the child is in no class."""


class ConsentMissing(SeatRefused):
    """No guardian has agreed to the term's service for this child (PR-01, AS-01)."""


class CourseFull(SeatRefused):
    """No seat is left."""


class Clashes(SeatRefused):
    """Meetings overlap with a place the child has, or lie closer than the buffer."""


class OverLimit(SeatRefused):
    """One course more than the child may have in a week or on a day."""


class HasSeatOrWaits(SeatRefused):
    """The child is in the course already, waits for it, or holds an offer."""


_REFUSALS: dict[VerdictKind, type[SeatRefused]] = {
    VerdictKind.FULL: CourseFull,
    VerdictKind.PLACED: HasSeatOrWaits,
    VerdictKind.WAITING: HasSeatOrWaits,
    VerdictKind.OFFERED: HasSeatOrWaits,
    VerdictKind.CONSENT: ConsentMissing,
    VerdictKind.CLASH: Clashes,
    VerdictKind.LIMIT: OverLimit,
    VerdictKind.DAY_LIMIT: OverLimit,
    VerdictKind.GRADE: WrongGrade,
    VerdictKind.CLOSED: RoundClosed,
    VerdictKind.NOT_LISTED: NotListed,
}


def judge(
    child: Child,
    course: CourseFacts,
    rulebook: Rulebook,
    *,
    taken: int,
    now: datetime,
    gives_up: frozenset[int] | tuple[int, ...] = (),
) -> Verdict:
    """Whether the child may take a seat of `course` now, leaving the places in `gives_up` for it.

    `taken` counts the course's live places and open offers.
    """
    return _standing(child, course, now) or judge_new(child, course, rulebook, taken=taken, now=now, gives_up=gives_up)


def judge_new(
    child: Child,
    course: CourseFacts,
    rulebook: Rulebook,
    *,
    taken: int,
    now: datetime,
    gives_up: frozenset[int] | tuple[int, ...] = (),
) -> Verdict:
    """As `judge`, for a child whatever it already has in this course."""
    return (
        find_unlisted(course)
        or find_wrong_grade(child, course)
        or find_closed(child, rulebook.selection, now)
        or find_no_consent(child)
        or find_obstacle(child.after(leaves=gives_up), course, rulebook)
        or judge_seats(course, taken)
    )


def judge_seats(course: CourseFacts, taken: int) -> Verdict:
    """FREE or FULL: how many seats are left."""
    left = course.capacity - taken
    if left > 0:
        return Verdict(VerdictKind.FREE, f"还有 {left} 个名额。", seats_left=left)
    return Verdict(
        VerdictKind.FULL, f"“{course.name}”的 {course.capacity} 个名额已满。可以排候补，有人退出时按顺序递补；也可以选其他课程。"
    )


def find_obstacle(child: Child, course: CourseFacts, rulebook: Rulebook) -> Verdict | None:
    """What in the child's own places forbids the course, if anything: a clash, the week's or the day's limit."""
    mine = [rulebook.courses[one] for one in sorted(child.places) if one in rulebook.courses and one != course.id]
    return _clash(mine, course, rulebook) or _week_limit(mine, course, rulebook) or _day_limit(mine, course, rulebook)


def find_unlisted(course: CourseFacts) -> Verdict | None:
    """A course that cannot be chosen at all."""
    if course.state is CourseState.LISTED:
        return None
    reason = f"（{course.state_reason.rstrip('。')}）" if course.state_reason and course.state is not CourseState.DRAFT else ""
    state = {CourseState.DRAFT: "还没有公布", CourseState.CLOSED: "没有开班", CourseState.CANCELLED: "已停开"}[course.state]
    return Verdict(VerdictKind.NOT_LISTED, f"“{course.name}”{state}{reason}，请选择其他课程。")


def find_wrong_grade(child: Child, course: CourseFacts) -> Verdict | None:
    """A course for other grades."""
    if child.grade is None:
        return Verdict(VerdictKind.GRADE, "孩子现在不在任何班级，不能选课。如有疑问请联系班主任。")
    if child.grade in course.grades:
        return None
    return Verdict(VerdictKind.GRADE, f"“{course.name}”只面向{grades_in_words(course.grades)}，请选择适合本年级的课程。")


def find_closed(child: Child, selection: SelectionFacts, now: datetime) -> Verdict | None:
    """A moment at which families of the child's grade cannot take seats."""
    if selection.is_open(Phase.OPEN, child.grade or 0, now):
        return None
    return Verdict(VerdictKind.CLOSED, _closed_sentence(selection, child.grade or 0, now))


def find_no_consent(child: Child) -> Verdict | None:
    """A child for whom nobody has agreed to the term's service (PR-01, AS-01)."""
    if child.has_consent:
        return None
    return Verdict(VerdictKind.CONSENT, "选课前，请先阅读并同意本学期的课后服务告知书。")


def check(verdict: Verdict) -> None:
    """Raise the refusal of a verdict that is not FREE."""
    if not verdict.is_free:
        raise refusal_of(verdict)


def refusal_of(verdict: Verdict) -> SeatRefused:
    """The refusal that says what the verdict says."""
    return _REFUSALS[verdict.kind](verdict)


def grades_in_words(grades: frozenset[int]) -> str:
    """“三、四年级”, and “三至六年级” for three or more that follow each other."""
    ordered = sorted(grades)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{NUMERALS[ordered[0]]}至{NUMERALS[ordered[-1]]}年级"
    return "、".join(NUMERALS[grade] for grade in ordered) + "年级"


def moment_in_words(moment: datetime) -> str:
    """“11月26日 08:05”; the moment is in the school's zone."""
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"


def names_in_words(courses: tuple[CourseFacts, ...] | list[CourseFacts]) -> str:
    """“足球”“合唱”."""
    return "".join(f"“{course.name}”" for course in courses)


def _standing(child: Child, course: CourseFacts, now: datetime) -> Verdict | None:
    if course.id in child.places:
        return Verdict(VerdictKind.PLACED, f"“{course.name}”已经选上，不用再选。")
    if course.id in child.offered and now < child.offered[course.id]:
        until = moment_in_words(child.offered[course.id])
        return Verdict(VerdictKind.OFFERED, f"“{course.name}”有名额了，请在 {until} 前确认，逾期名额让给下一位。")
    if course.id in child.waiting or course.id in child.offered:
        return Verdict(VerdictKind.WAITING, f"已在“{course.name}”的候补名单上，有名额时按顺序递补，不用再排。")
    return None


def _clash(mine: list[CourseFacts], course: CourseFacts, rulebook: Rulebook) -> Verdict | None:
    others = tuple(one for one in mine if one.id in rulebook.clashes.get(course.id, ()))
    if not others:
        return None
    buffer = rulebook.selection.buffer_minutes
    between = f"（两门课之间至少要有 {buffer} 分钟）" if buffer else ""
    times = "、".join(f"“{one.name}”（{one.times}）" for one in others)
    return Verdict(VerdictKind.CLASH, f"“{course.name}”与已选的{times}时间冲突{between}。{_CHANGE}", others)


def _week_limit(mine: list[CourseFacts], course: CourseFacts, rulebook: Rulebook) -> Verdict | None:
    counted = tuple(one for one in mine if not one.is_exempt)
    limit = rulebook.selection.max_courses
    if course.is_exempt or len(counted) < limit:
        return None
    return Verdict(VerdictKind.LIMIT, f"每人每周最多 {limit} 门课，已选{names_in_words(counted)}。{_CHANGE}", counted)


def _day_limit(mine: list[CourseFacts], course: CourseFacts, rulebook: Rulebook) -> Verdict | None:
    limit = rulebook.selection.max_per_day
    if course.is_exempt or not limit:
        return None
    for day in sorted(course.weekdays):
        that_day = tuple(one for one in mine if not one.is_exempt and day in one.weekdays)
        if len(that_day) >= limit:
            sentence = f"每人每天最多 {limit} 门课，周{WEEKDAYS[day]}已选{names_in_words(that_day)}。{_CHANGE}"
            return Verdict(VerdictKind.DAY_LIMIT, sentence, that_day)
    return None


def _closed_sentence(selection: SelectionFacts, grade: int, now: datetime) -> str:
    if selection.state is SelectionState.FINISHED:
        return "本学期选课已经结束。需要调整，请联系教导处。"
    window = selection.window(Phase.OPEN, grade)
    if window is None:
        return "补选还没有开放，时间以学校公布的日程为准。"
    if now < window.opens_at:
        return f"补选 {moment_in_words(window.opens_at)} 开始，请到时再选。"
    if now >= window.closes_at:
        return f"补选已于 {moment_in_words(window.closes_at)} 结束。需要调整，请联系教导处。"
    return "摇号结果还没有公布，公布后才能补选。"


def check_may_withdraw(selection: SelectionFacts, now: datetime) -> None:
    """Families leave a course by themselves until the deadline; after it the office does it on their word (AS-01)."""
    if selection.state is SelectionState.FINISHED:
        raise RoundClosed(Verdict(VerdictKind.CLOSED, "本学期选课已经结束。要退课，请联系教导处办理。"))
    until = selection.withdraw_until
    if until is not None and now >= until:
        raise RoundClosed(Verdict(VerdictKind.CLOSED, f"自行退课已于 {moment_in_words(until)} 截止。要退课，请联系教导处办理。"))
