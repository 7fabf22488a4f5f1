"""Tiers by rule and decision, year plans, team scores, research records."""

from datetime import date
from itertools import product

import pytest

from school.errors import Refused
from school.mentoring.enums import ActivityKind, AgeGroup, CycleStage, Indicator, ProjectStage, TeamKind, Tier, Title
from school.mentoring.rules.research import NEXT_STAGES, attendance_share, check_activity, check_step
from school.mentoring.rules.teams import DEFAULT_WEIGHTS, check_weights, team_score
from school.mentoring.rules.tiers import (
    TierDecision,
    TierRule,
    check_decision,
    check_plan,
    suggested_goals,
    tier_by_rule,
    tier_on,
    years_of_teaching,
)

RULE = TierRule(6, 15)
NOVEMBER = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("since", "day", "years"),
    [
        (2026, date(2026, 9, 1), 0),
        (2025, date(2026, 8, 31), 0),
        (2025, date(2026, 9, 1), 1),
        (2020, NOVEMBER, 6),
        (2027, NOVEMBER, 0),
        (None, NOVEMBER, None),
    ],
)
def test_years_are_full_school_years(since: int | None, day: date, years: int | None) -> None:
    assert years_of_teaching(since, day) == years


@pytest.mark.parametrize(
    ("years", "title", "age", "tier"),
    [
        (None, Title.NONE, None, Tier.LEARNING),
        (5, Title.SECOND, AgeGroup.UNDER_36, Tier.LEARNING),
        (6, Title.SECOND, AgeGroup.UNDER_36, Tier.RESEARCH),
        (5, Title.FIRST, None, Tier.RESEARCH),
        (14, Title.SENIOR, AgeGroup.FROM_46, Tier.RESEARCH),
        (15, Title.SENIOR, AgeGroup.FROM_36, Tier.GUIDANCE),
        (15, Title.FIRST, AgeGroup.FROM_46, Tier.GUIDANCE),
        (15, Title.FIRST, AgeGroup.FROM_36, Tier.RESEARCH),
        (30, Title.NONE, None, Tier.RESEARCH),
    ],
)
def test_the_tier_follows_years_title_and_age(years: int | None, title: Title, age: AgeGroup | None, tier: Tier) -> None:
    verdict = tier_by_rule(years, title, age, RULE)
    assert verdict.tier is tier
    assert not verdict.is_decided


def test_more_years_or_a_higher_title_never_lower_the_tier() -> None:
    order = list(Tier)
    for title, age in product(Title, [None, *AgeGroup]):
        ranks = [order.index(tier_by_rule(years, title, age, RULE).tier) for years in range(40)]
        assert ranks == sorted(ranks)
    for years, age in product(range(40), [None, *AgeGroup]):
        ranks = [order.index(tier_by_rule(years, title, age, RULE).tier) for title in Title]
        assert ranks == sorted(ranks)


def test_the_latest_decision_that_has_begun_counts() -> None:
    by_rule = tier_by_rule(2, Title.NONE, None, RULE)
    decisions = [
        TierDecision(Tier.RESEARCH, date(2026, 9, 1), "市级教学能手"),
        TierDecision(None, date(2026, 11, 1), "恢复"),
        TierDecision(Tier.GUIDANCE, date(2026, 12, 1), "带三个徒弟"),
    ]
    on = {day: tier_on(day, decisions, by_rule).tier for day in (date(2026, 8, 31), date(2026, 9, 1), date(2026, 11, 1))}
    assert list(on.values()) == [Tier.LEARNING, Tier.RESEARCH, Tier.LEARNING]
    assert tier_on(date(2026, 12, 1), decisions, by_rule).why == "2026年12月1日起由学校认定：带三个徒弟"
    again = [*decisions, TierDecision(Tier.RESEARCH, date(2026, 12, 1), "更正")]
    assert tier_on(date(2026, 12, 2), again, by_rule).tier is Tier.RESEARCH


def test_a_decision_needs_a_reason_and_must_change_something() -> None:
    by_rule = tier_by_rule(2, Title.NONE, None, RULE)
    check_decision(TierDecision(Tier.RESEARCH, NOVEMBER, "理由"), by_rule, NOVEMBER)
    for decision in (
        TierDecision(Tier.RESEARCH, NOVEMBER, ""),
        TierDecision(None, NOVEMBER, "理由"),
        TierDecision(Tier.RESEARCH, date(2024, 1, 1), "理由"),
    ):
        with pytest.raises(Refused):
            check_decision(decision, by_rule, NOVEMBER)


def test_a_plan_has_goals_with_measures() -> None:
    for tier in Tier:
        check_plan([{"goal": goal, "measure": measure} for goal, measure in suggested_goals(tier)])
    for goals in ([], [{"goal": "读书", "measure": ""}], [{"goal": "g", "measure": "m"}] * 7):
        with pytest.raises(Refused):
            check_plan(goals)


def test_default_weights_add_up() -> None:
    for kind in TeamKind:
        check_weights(DEFAULT_WEIGHTS[kind])


def test_weights_must_be_a_hundred() -> None:
    for weights in ({Indicator.JUDGED: 99}, {Indicator.JUDGED: 101, Indicator.RESEARCH: -1}):
        with pytest.raises(Refused):
            check_weights(weights)


def test_the_score_is_the_weighted_total() -> None:
    weights = {Indicator.RESEARCH: 50, Indicator.JUDGED: 50}
    assert team_score(weights, {Indicator.RESEARCH: 0.8}, 90).total == 85.0
    assert team_score(weights, {Indicator.RESEARCH: 1.2}, 100).total == 100.0
    score = team_score(weights, {Indicator.RESEARCH: None}, 90)
    assert (score.total, score.uncounted) == (90.0, (Indicator.RESEARCH,))
    with pytest.raises(Refused):
        team_score(weights, {}, 101)
    with pytest.raises(Refused):
        team_score({Indicator.RESEARCH: 100}, {Indicator.RESEARCH: None}, 0)


def test_a_workshop_names_its_stage_and_a_day_of_term() -> None:
    term = {"first": date(2026, 9, 1), "last": date(2027, 1, 20)}
    check_activity(ActivityKind.WORKSHOP, CycleStage.TEACH, NOVEMBER, "https://example.org/a", **term)
    check_activity(ActivityKind.PREPARATION, None, NOVEMBER, "", **term)
    for kind, stage, day, link in (
        (ActivityKind.WORKSHOP, None, NOVEMBER, ""),
        (ActivityKind.PREPARATION, None, date(2026, 8, 31), ""),
        (ActivityKind.PREPARATION, None, date(2027, 1, 21), ""),
        (ActivityKind.PREPARATION, None, NOVEMBER, "javascript:alert(1)"),
    ):
        with pytest.raises(Refused):
            check_activity(kind, stage, day, link, **term)


def test_a_project_takes_its_stages_in_order() -> None:
    for present, following in product(ProjectStage, ProjectStage):
        if following in NEXT_STAGES[present]:
            check_step(present, following, NOVEMBER, [NOVEMBER], "成果")
        else:
            with pytest.raises(Refused):
                check_step(present, following, NOVEMBER, [NOVEMBER], "成果")
    with pytest.raises(Refused):
        check_step(ProjectStage.MIDTERM, ProjectStage.CONCLUDED, NOVEMBER, [], "")
    with pytest.raises(Refused):
        check_step(ProjectStage.APPLIED, ProjectStage.OPENED, date(2026, 11, 24), [NOVEMBER], "")


def test_leaves_are_no_absence() -> None:
    assert attendance_share(8, 2, 10) == 1.0
    assert attendance_share(4, 0, 8) == 0.5
    assert attendance_share(0, 3, 3) is None
