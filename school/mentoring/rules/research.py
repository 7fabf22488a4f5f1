"""Research activities and projects: what a record must say, and the order of a project's stages (S10)."""

from collections.abc import Iterable
from datetime import date

from school.errors import Refused
from school.mentoring.enums import ActivityKind, CycleStage, ProjectStage

NEXT_STAGES: dict[ProjectStage, frozenset[ProjectStage]] = {
    ProjectStage.APPLIED: frozenset({ProjectStage.OPENED, ProjectStage.STOPPED}),
    ProjectStage.OPENED: frozenset({ProjectStage.MIDTERM, ProjectStage.STOPPED}),
    ProjectStage.MIDTERM: frozenset({ProjectStage.CONCLUDED, ProjectStage.STOPPED}),
    ProjectStage.CONCLUDED: frozenset(),
    ProjectStage.STOPPED: frozenset(),
}


def check_activity(kind: ActivityKind, stage: CycleStage | None, on_day: date, link: str, *, first: date, last: date) -> None:
    """Raise `Refused` for a workshop without its stage, a day outside the term, or a link that is no web address."""
    if kind is ActivityKind.WORKSHOP and stage is None:
        raise Refused("主题研修要选环节：备、说、讲、评、研。", "stage")
    if not first <= on_day <= last:
        raise Refused("日期不在本学期内。", "on_day")
    check_link(link)


def check_link(link: str) -> None:
    """Raise `Refused` unless the link is empty or begins with http:// or https://."""
    if link and not link.startswith(("https://", "http://")):
        raise Refused("链接要以 https:// 或 http:// 开头。", "product_link")


def check_step(present: ProjectStage, following: ProjectStage, on_day: date, earlier: Iterable[date], outcome: str) -> None:
    """Raise `Refused` when a project skips a stage, goes back in time, or ends without saying what came of it."""
    if following not in NEXT_STAGES[present]:
        allowed = "、".join(stage.label for stage in ProjectStage if stage in NEXT_STAGES[present])
        raise Refused(f"{present.label}之后{f'只能是{allowed}' if allowed else '不再变动'}。", "stage")
    if any(on_day < day for day in earlier):
        raise Refused("日期早于上一个环节。", "on_day")
    if following in (ProjectStage.CONCLUDED, ProjectStage.STOPPED) and not outcome:
        raise Refused("结题或终止要写明成果或原因。", "outcome")


def attendance_share(present: int, excused: int, invited: int) -> float | None:
    """The share of invited teachers who came, leaves left out; None when nobody was expected."""
    expected = invited - excused
    return present / expected if expected > 0 else None
