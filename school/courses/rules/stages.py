"""How far a selection has come for one grade, in words: what may be done now, until when, and what happens next."""

from dataclasses import dataclass
from datetime import datetime

from school.calendar.words import moment_with_day
from school.courses.enums import Phase, SelectionState
from school.courses.rules.facts import SelectionFacts, Window


@dataclass(frozen=True)
class Stage:
    """What a family reads on top. `phase` is the one that is open now, or None; `until` is when it closes."""

    title: str
    sentence: str
    then: str
    phase: Phase | None = None
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the family may choose now."""
        return self.phase is not None


def stage_of(selection: SelectionFacts, grade: int, now: datetime) -> Stage:
    """Where the families of a grade stand at a moment, for a selection that was announced."""
    if selection.state is SelectionState.FINISHED:
        return Stage("选课已结束", "本学期选课已经结束。", "需要调整或退课，请联系教导处。")
    if selection.state is SelectionState.FROZEN:
        return Stage("等待摇号", "志愿已经冻结，不能再改。", _after_draw(selection, grade))
    if selection.has_wishes and selection.state is SelectionState.ANNOUNCED:
        return _wishing(selection, grade, now)
    return _opening(selection, grade, now)


def _wishing(selection: SelectionFacts, grade: int, now: datetime) -> Stage:
    window = selection.window(Phase.WISH, grade)
    if window is None:
        return Stage("不填志愿", "孩子所在年级这次不填志愿。", _after_draw(selection, grade))
    if now < window.opens_at:
        return Stage("填志愿还没有开始", _begins("填志愿", window), "现在可以先看课程，和孩子商量。")
    if now >= window.closes_at:
        sentence = f"填志愿已于 {moment_with_day(window.closes_at)} 截止。"
        return Stage("志愿已截止", sentence, f"学校先公开冻结后的名单，再摇号。{_after_draw(selection, grade)}")
    order = "截止前可以随时修改，先填后填结果一样，不用抢。"
    return Stage("正在填志愿", _ends(window), f"{order}截止后摇号，结果显示在这一页。", Phase.WISH, window.closes_at)


def _opening(selection: SelectionFacts, grade: int, now: datetime) -> Stage:
    name = "补选" if selection.has_wishes else "报名"
    window = selection.window(Phase.OPEN, grade)
    if window is None:
        return Stage(f"没有{name}", f"孩子所在年级这次没有{name}。", _withdrawing(selection, now))
    if now < window.opens_at:
        before = "摇号结果已经公布。" if selection.has_wishes else ""
        return Stage(f"{name}还没有开始", f"{before}{_begins(name, window)}", _withdrawing(selection, now))
    if now >= window.closes_at:
        sentence = f"{name}已于 {moment_with_day(window.closes_at)} 结束。"
        return Stage(f"{name}已结束", sentence, f"候补继续按顺序递补。{_withdrawing(selection, now)}")
    how = f"名额先到先得，已满的课可以候补，有人退出按顺序递补。{_withdrawing(selection, now)}"
    return Stage(f"正在{name}", _ends(window), how, Phase.OPEN, window.closes_at)


def _begins(name: str, window: Window) -> str:
    return f"{name} {moment_with_day(window.opens_at)} 开始，{moment_with_day(window.closes_at)} 截止。"


def _ends(window: Window) -> str:
    return f"{moment_with_day(window.closes_at)} 截止。"


def _after_draw(selection: SelectionFacts, grade: int) -> str:
    window = selection.window(Phase.OPEN, grade)
    then = f"剩下的名额 {moment_with_day(window.opens_at)} 开始补选。" if window else ""
    return f"摇号结果显示在这一页。{then}"


def _withdrawing(selection: SelectionFacts, now: datetime) -> str:
    until = selection.withdraw_until
    if until is None:
        return "选上的课可以自行退课。"
    if now < until:
        return f"选上的课 {moment_with_day(until)} 前可以自行退课，以后请联系教导处。"
    return "要退课，请联系教导处办理。"
