"""The acceptance (验收) at the end of a term: rubric, points, grade, outcome (MT-02). No exam scores."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from school.errors import Refused
from school.mentoring.enums import Grade, Outcome

# MT-02
DEFAULT_RUBRIC: tuple[tuple[str, str, int], ...] = (
    ("observation", "听课", 20),
    ("preparation", "备课", 15),
    ("report_lesson", "汇报课", 25),
    ("reflection", "反思", 10),
    ("homework_design", "作业设计", 10),
    ("pupils", "学生反馈", 10),
    ("master", "师傅评语", 10),
)
GRADES = ((90, Grade.EXCELLENT), (80, Grade.GOOD), (60, Grade.QUALIFIED), (0, Grade.TO_IMPROVE))
PASS_POINTS = 60
ASSESSORS = 2
EXAM_WORDS = re.compile("考试|成绩|分数|平均分|及格率|优秀率|排名|统考")


@dataclass(frozen=True)
class RubricItem:
    """One line of the rubric with the most points it gives."""

    key: str
    label: str
    points: int


def default_rubric() -> tuple[RubricItem, ...]:
    """The rubric of a term whose office set none (MT-02)."""
    return tuple(RubricItem(*row) for row in DEFAULT_RUBRIC)


def check_rubric(items: Sequence[RubricItem]) -> None:
    """Raise `Refused` unless the lines are named, worth something, add up to 100, and none is about exam scores (PR-04)."""
    for number, item in enumerate(items, 1):
        if not item.label:
            raise Refused("每一项都要有名称。", f"label_{number}")
        if EXAM_WORDS.search(item.label):
            raise Refused(f"“{item.label}”涉及考试成绩，不能作为验收内容。", f"label_{number}")
        if not 1 <= item.points <= 100:
            raise Refused("每项分值在 1 到 100 之间。", f"points_{number}")
    if (total := sum(item.points for item in items)) != 100:
        raise Refused(f"各项分值合计 {total}，应为 100。")


def check_may_open(ends_on: date, today: date) -> None:
    """Raise `Refused` before the period of the triad has ended."""
    if today <= ends_on:
        raise Refused(f"三人行{ends_on.month}月{ends_on.day}日结束，之后才能验收。")


def check_points(items: Iterable[RubricItem], points: Mapping[str, int | None]) -> dict[str, int]:
    """The points of one assessor, whole; raises `Refused` naming the first line that is empty or out of bounds."""
    given: dict[str, int] = {}
    for item in items:
        value = points.get(item.key)
        if value is None or not 0 <= value <= item.points:
            raise Refused(f"“{item.label}”请填 0 到 {item.points} 之间的整数。", f"points_{item.key}")
        given[item.key] = value
    return given


def total_points(given: Sequence[Mapping[str, int]]) -> int:
    """The mean of the assessors' totals, rounded half up to a whole point."""
    return int(fmean(sum(one.values()) for one in given) + 0.5)


def grade_of_points(points: int) -> Grade:
    """优 from 90, 良 from 80, 合格 from 60, else 待改进 (MT-02)."""
    return next(grade for least, grade in GRADES if points >= least)


def check_decision(assessors: int, points: int, outcome: Outcome, comment: str) -> None:
    """Raise `Refused` with fewer than two assessors, for a pass below 60 points, or without a comment."""
    if assessors < ASSESSORS:
        raise Refused(f"至少要有 {ASSESSORS} 位评委打分，现在是 {assessors} 位。")
    if outcome is Outcome.PASSED and points < PASS_POINTS:
        raise Refused(f"{points} 分不到合格线 {PASS_POINTS} 分，只能延期。", "outcome")
    if not comment:
        raise Refused("请写验收意见。", "comment")


def certificate_number(start_year: int, term_number: int, serial: int) -> str:
    """“SRX-2026-1-007”: school year, term, serial within the term."""
    return f"SRX-{start_year}-{term_number}-{serial:03}"
