"""Teams appraised as a whole: weighted indicators, one score for every member (S9)."""

from collections.abc import Mapping
from dataclasses import dataclass

from school.errors import Refused
from school.mentoring.enums import Indicator, TeamKind

DEFAULT_WEIGHTS: dict[TeamKind, dict[Indicator, int]] = {
    TeamKind.PREP_GROUP: {
        Indicator.HOMEWORK_PUBLISHED: 15,
        Indicator.HOMEWORK_WITHIN_CAP: 15,
        Indicator.OBSERVATIONS: 15,
        Indicator.RESEARCH: 20,
        Indicator.REQUIREMENTS: 10,
        Indicator.AFTER_SCHOOL: 5,
        Indicator.JUDGED: 20,
    },
    TeamKind.GRADE_GROUP: {
        Indicator.HOMEWORK_PUBLISHED: 20,
        Indicator.HOMEWORK_WITHIN_CAP: 25,
        Indicator.RESEARCH: 10,
        Indicator.REQUIREMENTS: 10,
        Indicator.AFTER_SCHOOL: 10,
        Indicator.FAMILIES: 5,
        Indicator.JUDGED: 20,
    },
    TeamKind.TRIAD: {
        Indicator.OBSERVATIONS: 40,
        Indicator.RESEARCH: 20,
        Indicator.REQUIREMENTS: 20,
        Indicator.JUDGED: 20,
    },
}


GRADES = "零一二三四五六七八九"


@dataclass(frozen=True)
class TeamScore:
    """What a team reaches: points by indicator, the total of 100, and the indicators nobody could count."""

    points: Mapping[Indicator, float]
    total: float
    uncounted: tuple[Indicator, ...]


def check_weights(weights: Mapping[Indicator, int]) -> None:
    """Raise `Refused` unless the weights are 0 to 100 and add up to 100."""
    for indicator, weight in weights.items():
        if not 0 <= weight <= 100:
            raise Refused("每项权重在 0 到 100 之间。", indicator.value)
    if (total := sum(weights.values())) != 100:
        raise Refused(f"各项权重合计 {total}，应为 100。")


def team_score(weights: Mapping[Indicator, int], shares: Mapping[Indicator, float | None], judged_points: int) -> TeamScore:
    """The weighted total, rounded to a tenth.

    `shares` are 0 to 1; None means that there was nothing to count, and then the others share its weight, so that no team
    loses by what does not concern it. `judged_points` are 0 to 100. Raises `Refused` when nothing at all can be counted.
    """
    if not 0 <= judged_points <= 100:
        raise Refused("集体评议请填 0 到 100 分。", "judged_points")
    known = {indicator: judged_points / 100 if indicator is Indicator.JUDGED else shares.get(indicator) for indicator in weights}
    uncounted = tuple(indicator for indicator, share in known.items() if share is None and weights[indicator])
    weight = sum(weights[indicator] for indicator, share in known.items() if share is not None)
    if not weight:
        raise Refused("这个团队还没有任何可以统计的数据，暂不能评价。")
    points = {i: weights[i] * min(1.0, max(0.0, s)) * 100 / weight for i, s in known.items() if s is not None}
    return TeamScore({i: round(value, 1) for i, value in points.items()}, round(sum(points.values()), 1), uncounted)


def grade_group_name(grade: int) -> str:
    """“三年级”."""
    return f"{GRADES[grade]}年级" if 1 <= grade <= 9 else "已毕业"
