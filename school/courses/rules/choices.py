"""What is possible for a child in a course now, shown before anybody taps: one button for each course, or the reason.

In the wish round `judge_wish` is what the service enforces; in the open round `rules.seats.judge` is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from school.courses.enums import Phase, SelectionState
from school.courses.rules.facts import CourseFacts, SelectionFacts
from school.courses.rules.seats import (
    Child,
    Rulebook,
    Verdict,
    VerdictKind,
    find_no_consent,
    find_obstacle,
    find_unlisted,
    find_wrong_grade,
    judge,
    judge_seats,
    moment_in_words,
    names_in_words,
)

MOST_GIVEN_UP = 3  # nobody leaves more courses than that for another


class Act(StrEnum):
    """What the one button of a course does."""

    WISH = "wish"
    TAKE = "take"
    WAIT = "wait"
    SWAP = "swap"  # a seat is free, for one the child has
    WAIT_AND_SWAP = "wait_and_swap"
    NONE = "none"

    @property
    def label(self) -> str:
        """The words on the button."""
        return {
            "wish": "加入志愿",
            "take": "报名",
            "wait": "候补",
            "swap": "转课",
            "wait_and_swap": "候补转课",
            "none": "现在不能选",
        }[self.value]


@dataclass(frozen=True)
class Choice:
    """A course for a child: what its button does, why, and the sets of own courses it could be had for, smallest first.

    `seats_left` is never below 0; `waiting` is how many stand on the list.
    """

    course: CourseFacts
    act: Act
    verdict: Verdict
    seats_left: int
    waiting: int
    gives_up: tuple[tuple[CourseFacts, ...], ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether the family can do something with it now."""
        return self.act is not Act.NONE

    @property
    def order(self) -> tuple[int, str]:
        """Possible ones first, those with a seat before those with a list."""
        return (Act.WISH, Act.TAKE, Act.SWAP, Act.WAIT, Act.WAIT_AND_SWAP, Act.NONE).index(self.act), self.course.code


def choice_of(
    child: Child,
    course: CourseFacts,
    rulebook: Rulebook,
    *,
    phase: Phase | None,
    wished: Collection[int],
    taken: Mapping[int, int],
    waiting: Mapping[int, int],
    now: datetime,
) -> Choice:
    """What a child can do with a course in the phase that is open for it, if one is.

    `wished` are the ids of its wishes, `taken` and `waiting` count seats and lists by course id.
    """
    count, line = taken.get(course.id, 0), waiting.get(course.id, 0)
    left = max(0, course.capacity - count)
    if phase is Phase.WISH:
        refusal = judge_wish(child, course, rulebook, wished=wished, now=now)
        free = Verdict(VerdictKind.FREE, "", seats_left=left)
        return Choice(course, Act.NONE if refusal else Act.WISH, refusal or free, left, line)
    verdict = judge(child, course, rulebook, taken=count, now=now)
    act = {VerdictKind.FREE: Act.TAKE, VerdictKind.FULL: Act.WAIT}.get(verdict.kind, Act.NONE)
    if verdict.kind not in (VerdictKind.CLASH, VerdictKind.LIMIT, VerdictKind.DAY_LIMIT):
        return Choice(course, act, verdict, left, line)
    options = leaves_for(child, course, rulebook)
    if options:
        act = Act.SWAP if judge_seats(course, count).is_free else Act.WAIT_AND_SWAP
    return Choice(course, act, verdict, left, line, options)


def leaves_for(child: Child, course: CourseFacts, rulebook: Rulebook) -> tuple[tuple[CourseFacts, ...], ...]:
    """The smallest sets of own courses without which the course would be possible, fewest first; at most three courses."""
    mine = [one for one in sorted(child.places) if one in rulebook.courses and one != course.id]
    found: list[frozenset[int]] = []
    for size in range(1, min(MOST_GIVEN_UP, len(mine)) + 1):
        for chosen in combinations(mine, size):
            is_smaller_known = any(known < frozenset(chosen) for known in found)
            if not is_smaller_known and find_obstacle(child.after(leaves=chosen), course, rulebook) is None:
                found.append(frozenset(chosen))
    return tuple(tuple(rulebook.courses[one] for one in sorted(chosen)) for chosen in found)


def judge_wish(
    child: Child, course: CourseFacts, rulebook: Rulebook, *, wished: Collection[int], now: datetime
) -> Verdict | None:
    """Why a child cannot wish for one more course now, or None when it can. Wishes may clash: the draw sees to that."""
    return (
        find_unlisted(course)
        or find_wrong_grade(child, course)
        or find_wishes_closed(rulebook.selection, child.grade, now)
        or find_no_consent(child)
        or _has_place(child, course)
        or _too_many(course, rulebook, wished)
    )


def find_wishes_closed(selection: SelectionFacts, grade: int | None, now: datetime) -> Verdict | None:
    """A moment at which families of the grade cannot change their wishes, or None."""
    if selection.is_open(Phase.WISH, grade or 0, now):
        return None
    return Verdict(VerdictKind.CLOSED, _closed_sentence(selection, grade or 0, now))


def _has_place(child: Child, course: CourseFacts) -> Verdict | None:
    if course.id not in child.places:
        return None
    return Verdict(VerdictKind.PLACED, f"“{course.name}”已经选上，不用再填志愿。")


def _too_many(course: CourseFacts, rulebook: Rulebook, wished: Collection[int]) -> Verdict | None:
    most = rulebook.selection.max_wishes
    if course.id in wished or len(wished) < most:
        return None
    chosen = tuple(rulebook.courses[one] for one in wished if one in rulebook.courses)
    sentence = f"最多填 {most} 个志愿，已填{names_in_words(chosen)}。要填“{course.name}”，请先删去一个志愿。"
    return Verdict(VerdictKind.LIMIT, sentence, chosen)


def _closed_sentence(selection: SelectionFacts, grade: int, now: datetime) -> str:
    if not selection.has_wishes:
        return "这次选课不填志愿，开放后直接报名。"
    if selection.state is not SelectionState.ANNOUNCED:
        return "志愿已经冻结，不能再改。摇号结果公布后，可以补选剩下的名额。"
    window = selection.window(Phase.WISH, grade)
    if window is None:
        return "孩子所在年级这次不填志愿。"
    if now < window.opens_at:
        return f"填志愿 {moment_in_words(window.opens_at)} 开始，请到时再填。"
    return f"填志愿已于 {moment_in_words(window.closes_at)} 截止，不能再改。摇号后可以补选剩下的名额。"
