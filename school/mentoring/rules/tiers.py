"""The three tiers of the 131 team: which tier a teacher is in by rule, and by the office's dated decisions (S9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from school.errors import Refused
from school.mentoring.enums import AgeGroup, Tier, Title

HIGH_TITLES = frozenset({Title.SENIOR, Title.FULL_SENIOR})
YEAR_BANDS = ((0, 2), (3, 5), (6, 9), (10, 14), (15, 19), (20, 99))
UNKNOWN_YEARS = "未登记"
MIDDLE_TITLES = frozenset({Title.FIRST, *HIGH_TITLES})


@dataclass(frozen=True)
class TierRule:
    """From how many years of teaching on the two upper tiers begin; guidance also asks for a senior title or age."""

    research_years: int = 6
    guidance_years: int = 15


@dataclass(frozen=True)
class TierDecision:
    """The office's decision from a day on; `tier` None puts the teacher back under the rule."""

    tier: Tier | None
    starts_on: date
    reason: str = ""


@dataclass(frozen=True)
class TierVerdict:
    """A teacher's tier with the sentence that says why."""

    tier: Tier
    why: str
    is_decided: bool = False


def years_of_teaching(teaching_since: int | None, day: date) -> int | None:
    """Full school years taught before the one of `day`: who began in autumn 2024 has taught one year in autumn 2025."""
    if teaching_since is None:
        return None
    this_year = day.year if day.month >= 9 else day.year - 1
    return max(0, this_year - teaching_since)


def years_band(years: int | None) -> str:
    """“3—5”, “20以上” or “未登记”."""
    if years is None:
        return UNKNOWN_YEARS
    first, last = next(band for band in YEAR_BANDS if band[0] <= years <= band[1])
    return f"{first}以上" if last == YEAR_BANDS[-1][1] else f"{first}—{last}"


def tier_by_rule(years: int | None, title: Title, age: AgeGroup | None, rule: TierRule) -> TierVerdict:
    """Learning, research or guidance by years of teaching, title and age group.

    Guidance: at least `guidance_years`, with a senior title or 46 and older. Research: at least `research_years`, or a
    first-grade title and higher. Everybody else learns; so does whose years nobody entered, and the sentence says so.
    """
    if years is None:
        return TierVerdict(Tier.LEARNING, "没有登记任教年份，暂按学习型。")
    words = f"任教满{years}年，{title.label}"
    if years >= rule.guidance_years and (title in HIGH_TITLES or age is AgeGroup.FROM_46):
        return TierVerdict(Tier.GUIDANCE, f"{words}{f'，{age.label}' if age else ''}。")
    if years >= rule.research_years or title in MIDDLE_TITLES:
        return TierVerdict(Tier.RESEARCH, f"{words}。")
    return TierVerdict(Tier.LEARNING, f"{words}，不满{rule.research_years}年。")


def tier_on(day: date, decisions: Iterable[TierDecision], by_rule: TierVerdict) -> TierVerdict:
    """The tier on a day: the latest decision that has begun, else the rule; of one day the last made counts."""
    begun = [decision for decision in decisions if decision.starts_on <= day]
    last = max(begun, key=lambda decision: decision.starts_on, default=None)
    same_day = [decision for decision in begun if last and decision.starts_on == last.starts_on]
    chosen = same_day[-1] if same_day else None
    if chosen is None or chosen.tier is None:
        return by_rule
    since = f"{chosen.starts_on.year}年{chosen.starts_on.month}月{chosen.starts_on.day}日起"
    return TierVerdict(chosen.tier, f"{since}由学校认定：{chosen.reason}", is_decided=True)


def check_decision(decision: TierDecision, present: TierVerdict, today: date) -> None:
    """Raise `Refused` for a decision without a reason, far from today, or that changes nothing."""
    if not decision.reason:
        raise Refused("请写明认定的理由。", "reason")
    if abs((decision.starts_on - today).days) > 366:
        raise Refused("认定日期应在前后一年以内。", "starts_on")
    if decision.tier is present.tier and present.is_decided:
        raise Refused(f"这位教师已经认定为{present.tier.label}。", "tier")
    if decision.tier is None and not present.is_decided:
        raise Refused("这位教师现在就是按规则分层的。", "tier")


def suggested_goals(tier: Tier) -> tuple[tuple[str, str], ...]:
    """Goals and measures a plan of the tier starts from; the teacher edits them."""
    return {
        Tier.LEARNING: (
            ("过教学常规关", "教案、作业批改每月自查，无不合格"),
            ("向师傅学上课", "每学期听课不少于 15 节，汇报课 2 节"),
            ("练好三笔字", "每周一页粉笔字，学期末展示"),
        ),
        Tier.RESEARCH: (
            ("研究一个教学问题", "参加或主持一项课题，学期末有阶段成果"),
            ("开好研究课", "每学期公开课 1 节，说课 1 次"),
            ("做好分层作业设计", "每单元一份分层作业，收入年级资源"),
        ),
        Tier.GUIDANCE: (
            ("带好徒弟", "每学期听徒弟课不少于 10 节，示范课 1 节"),
            ("引领备课组", "主持集体备课不少于 4 次"),
            ("整理教学经验", "每学年一篇案例或讲座"),
        ),
    }[tier]


def check_plan(goals: list[dict[str, str]]) -> None:
    """Raise `Refused` unless a plan has one to six goals, each with the measure it will be judged by."""
    if not 1 <= len(goals) <= 6:
        raise Refused("年度计划要有 1 到 6 个目标。", "goal_1")
    for number, goal in enumerate(goals, 1):
        if not goal["goal"] or not goal["measure"]:
            raise Refused(f"第{number}个目标要同时写明目标和衡量办法。", f"goal_{number}")
