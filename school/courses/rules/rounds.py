"""A term's selection step by step: whether its setup makes sense, what may still change, what comes next and what blocks it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from school.courses.enums import CourseState, Phase, Promotion, SelectionState
from school.courses.rules.facts import CourseFacts, SelectionFacts, Window
from school.courses.rules.seats import grades_in_words, moment_in_words
from school.errors import Refused

EARLIEST_DAYS = 60  # families choose at most this long before the term begins
BLOCKERS_SHOWN = 8


class SetupRefused(Refused):
    """A setup that makes no sense, or a change that comes too late."""


class StepRefused(Refused):
    """A step that cannot be taken yet; `reasons` name everything in its way."""

    def __init__(self, reasons: Sequence[str]) -> None:
        more = f"另有 {len(reasons) - BLOCKERS_SHOWN} 项。" if len(reasons) > BLOCKERS_SHOWN else ""
        super().__init__("".join(reasons[:BLOCKERS_SHOWN]) + more)
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class Setup:
    """What the office sets for a term; windows of the wish phase count only with `has_wishes`.

    There is no priority for anybody but those who got nothing last term, and only when announced: children of the staff
    have none (AS-09).
    """

    has_wishes: bool = True
    max_courses: int = 2
    max_per_day: int = 1
    max_wishes: int = 5
    buffer_minutes: int = 0
    promotion: Promotion = Promotion.DIRECT
    offer_hours: int = 24
    withdraw_until: datetime | None = None
    favours_unplaced: bool = False
    public_source: str = ""
    note: str = ""
    windows: tuple[Window, ...] = ()

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases in which families act."""
        return (Phase.WISH, Phase.OPEN) if self.has_wishes else (Phase.OPEN,)

    def of_phase(self, phase: Phase) -> tuple[Window, ...]:
        """The windows of a phase, that of every grade first."""
        return tuple(sorted((one for one in self.windows if one.phase is phase), key=lambda one: one.grade))

    def settled(self) -> "Setup":
        """Without what does not count: windows of phases that are not used, randomness without a draw."""
        windows = tuple(one for phase in self.phases for one in self.of_phase(phase))
        if self.has_wishes:
            return replace(self, windows=windows)
        return replace(self, windows=windows, favours_unplaced=False, public_source="")


@dataclass(frozen=True)
class Moments:
    """When each step was taken."""

    announced_at: datetime | None = None
    frozen_at: datetime | None = None
    drawn_at: datetime | None = None
    finished_at: datetime | None = None


class StepState(StrEnum):
    """Where a step of the timeline stands."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"

    @property
    def label(self) -> str:
        """The word on the page."""
        return {"done": "已完成", "now": "进行中", "next": "未开始"}[self.value]


@dataclass(frozen=True)
class Step:
    """One step of the timeline: its title, when it was or will be, in words."""

    title: str
    state: StepState
    when: str


class Act(StrEnum):
    """What the office does next."""

    ANNOUNCE = "announce"
    FREEZE = "freeze"
    DRAW = "draw"
    FINISH = "finish"

    @property
    def label(self) -> str:
        """The word on the button."""
        return {
            "announce": "公布选课安排",
            "freeze": "冻结志愿名单",
            "draw": "预演并公布摇号结果",
            "finish": "结束选课",
        }[self.value]


def check_setup(setup: Setup, grades: Iterable[int], *, term_starts: date, term_ends: date) -> None:
    """Raise `SetupRefused` at the first thing that makes no sense; `grades` are those some course of the term is for."""
    for phase in setup.phases:
        if not setup.of_phase(phase):
            raise SetupRefused(f"请填写“{phase.label}”的开始和结束时间。", f"{phase.value}_opens_at")
        for window in setup.of_phase(phase):
            _check_window(window, term_starts, term_ends)
        covered = {window.grade for window in setup.of_phase(phase)}
        if 0 not in covered and (missing := sorted(set(grades) - covered)):
            words = grades_in_words(frozenset(missing))
            raise SetupRefused(
                f"{words}有课程，却没有“{phase.label}”的时间。请补上，或填写全校统一的时间。", f"{phase.value}_opens_at"
            )
    _check_order(setup)
    _check_withdrawal(setup, term_ends)


def _check_window(window: Window, term_starts: date, term_ends: date) -> None:
    row = f"_{window.grade}" if window.grade else ""
    field, name = f"{window.phase.value}_opens_at{row}", _name_of(window)
    if window.closes_at <= window.opens_at:
        raise SetupRefused(f"{name}的结束时间要晚于开始时间，请修改。", f"{window.phase.value}_closes_at{row}")
    if window.opens_at.date() < term_starts - timedelta(days=EARLIEST_DAYS):
        raise SetupRefused(f"{name}比开学早了 {EARLIEST_DAYS} 天以上，请核对日期。", field)
    if window.closes_at.date() > term_ends:
        raise SetupRefused(f"{name}晚于学期最后一天（{term_ends.month}月{term_ends.day}日），请核对日期。", field)


def _check_order(setup: Setup) -> None:
    if not setup.has_wishes:
        return
    last_wish = max(setup.of_phase(Phase.WISH), key=lambda one: one.closes_at)
    first_open = min(setup.of_phase(Phase.OPEN), key=lambda one: one.opens_at)
    if first_open.opens_at <= last_wish.closes_at:
        raise SetupRefused(
            f"{_name_of(first_open)}要在所有年级填完志愿（{moment_in_words(last_wish.closes_at)}）以后开始，中间留出摇号的时间。",
            "open_opens_at",
        )


def _check_withdrawal(setup: Setup, term_ends: date) -> None:
    if setup.withdraw_until is None:
        return
    last_close = max(window.closes_at for window in setup.of_phase(Phase.OPEN))
    if setup.withdraw_until < last_close:
        words = moment_in_words(last_close)
        raise SetupRefused(f"退课截止不能早于补选结束（{words}）：补选到的课也要能退。", "withdraw_until")
    if setup.withdraw_until.date() > term_ends:
        raise SetupRefused("退课截止晚于学期最后一天，请核对日期。", "withdraw_until")


FIXED_BY_ANNOUNCEMENT = {
    "has_wishes": "有没有填志愿阶段",
    "favours_unplaced": "上学期落空的孩子是否优先",
    "public_source": "公开随机数的来源",
}
FIXED_BY_OPENING = {
    "max_courses": "每周最多门数",
    "max_per_day": "每天最多门数",
    "max_wishes": "最多志愿数",
    "buffer_minutes": "两门课的间隔",
}


def check_change(old: Setup, new: Setup, state: SelectionState, now: datetime) -> None:
    """Raise `SetupRefused` for a change that comes too late.

    What families were told to rely on stays from the announcement on, limits from the first opening on, wish windows from
    the freezing on; a window that has opened keeps its beginning.
    """
    if state is SelectionState.FINISHED:
        raise SetupRefused("本学期选课已经结束，设置不能再改。")
    if state is SelectionState.DRAFT:
        return
    _check_same(old, new, FIXED_BY_ANNOUNCEMENT, "选课安排已经公布，不能再改")
    if any(window.opens_at <= now for window in old.windows):
        _check_same(old, new, FIXED_BY_OPENING, "家长已经开始选课，不能再改")
    if state is not SelectionState.ANNOUNCED and old.of_phase(Phase.WISH) != new.of_phase(Phase.WISH):
        raise SetupRefused("志愿名单已经冻结，填志愿的时间不能再改。", "wish_opens_at")
    kept = {(one.phase, one.grade): one for one in new.windows}
    for window in old.windows:
        if window.opens_at <= now and _begins_elsewhere(window, kept.get((window.phase, window.grade))):
            raise SetupRefused(f"{_name_of(window)}已经开始，只能改结束时间。", f"{window.phase.value}_opens_at")


def has_moved(old: Setup, new: Setup) -> bool:
    """Whether any window is another one now, so that what families must know is looked at again (AS-06)."""
    return set(old.windows) != set(new.windows)


def _begins_elsewhere(window: Window, kept: Window | None) -> bool:
    return kept is None or kept.opens_at != window.opens_at


def _check_same(old: Setup, new: Setup, names: Mapping[str, str], sentence: str) -> None:
    for name, words in names.items():
        if getattr(old, name) != getattr(new, name):
            raise SetupRefused(f"{sentence}“{words}”。", name)


def announcement_problems(setup: Setup, courses: Iterable[CourseFacts], lacking: Mapping[int, Sequence[str]]) -> list[str]:
    """Sentences naming everything that keeps a round from opening, empty when it may (AS-06, AS-08).

    `lacking` are by course id the words for what families must know and cannot read, or for papers out of date.
    """
    listed = [course for course in courses if course.state is CourseState.LISTED]
    problems = [] if listed else ["还没有上架的课程，请先在课程管理里上架。"]
    for phase in setup.phases:
        windows = setup.of_phase(phase)
        if not windows:
            problems.append(f"还没有填写“{phase.label}”的时间。")
            continue
        covered = {window.grade for window in windows}
        missing = {grade for course in listed for grade in course.grades} - covered
        if 0 not in covered and missing:
            problems.append(f"{grades_in_words(frozenset(missing))}有课程，却没有“{phase.label}”的时间。")
    return problems + [
        f"课程“{course.name}”缺少：{'、'.join(lacking[course.id])}。" for course in listed if lacking.get(course.id)
    ]


def check_announcement(setup: Setup, courses: Iterable[CourseFacts], lacking: Mapping[int, Sequence[str]], now: datetime) -> None:
    """Raise `StepRefused` unless families know what they must and will know it before the first window opens (AS-06)."""
    problems = announcement_problems(setup, courses, lacking)
    first = min((window.opens_at for window in setup.of_phase(setup.phases[0])), default=None)
    if first is not None and first <= now:
        problems.append(
            f"“{setup.phases[0].label}”已过开始时间（{moment_in_words(first)}）：家长要先看到安排。请把开始时间改到现在以后。"
        )
    if problems:
        raise StepRefused(problems)


def check_freezing(facts: SelectionFacts, now: datetime) -> None:
    """Raise `StepRefused` while a family may still change its wishes, or when the state does not allow it."""
    if facts.state not in (SelectionState.ANNOUNCED, SelectionState.FROZEN) or not facts.has_wishes:
        raise StepRefused([_wrong_state(facts)])
    last = last_close(facts, Phase.WISH)
    if last is None or now < last:
        until = f"{moment_in_words(last)} " if last else ""
        raise StepRefused([f"志愿要到 {until}才全部截止，到时再冻结。"])


def check_drawing(facts: SelectionFacts) -> None:
    """Raise `StepRefused` unless the list is frozen and not yet drawn on."""
    if facts.state is not SelectionState.FROZEN:
        raise StepRefused([_wrong_state(facts)])


def check_finishing(facts: SelectionFacts, now: datetime) -> None:
    """Raise `StepRefused` while families may still choose."""
    ready = SelectionState.DRAWN if facts.has_wishes else SelectionState.ANNOUNCED
    if facts.state is not ready:
        raise StepRefused([_wrong_state(facts)])
    last = last_close(facts, Phase.OPEN)
    if last is not None and now < last:
        raise StepRefused([f"补选要到 {moment_in_words(last)} 才全部结束，到时再结束选课。"])


def next_act(facts: SelectionFacts) -> Act | None:
    """The one thing the office does next, whether or not its time has come."""
    if facts.state is SelectionState.DRAFT:
        return Act.ANNOUNCE
    if facts.state is SelectionState.ANNOUNCED and facts.has_wishes:
        return Act.FREEZE
    if facts.state is SelectionState.FROZEN:
        return Act.DRAW
    return Act.FINISH if facts.state in (SelectionState.ANNOUNCED, SelectionState.DRAWN) else None


def last_close(facts: SelectionFacts, phase: Phase) -> datetime | None:
    """When the last family's window of a phase closes."""
    return max((window.closes_at for window in facts.windows if window.phase is phase), default=None)


def timeline(facts: SelectionFacts, moments: Moments, now: datetime) -> tuple[Step, ...]:
    """The steps in order; the first that is not done is the one of now."""
    order = list(SelectionState)
    reached = order.index(facts.state)
    is_over = facts.state is SelectionState.FINISHED
    done: list[tuple[str, bool, str]] = [("设置规则与时间", True, "")]
    done.append(("公布安排", reached > 0, _at(moments.announced_at)))
    if facts.has_wishes:
        done.append((Phase.WISH.label, reached > 1 or _is_past(facts, Phase.WISH, now), span_in_words(facts, Phase.WISH)))
        done.append(("冻结志愿名单", reached > 1, _at(moments.frozen_at)))
        done.append(("摇号并公布结果", reached > 2, _at(moments.drawn_at)))
    done.append(
        (Phase.OPEN.label, is_over or (reached > 0 and _is_past(facts, Phase.OPEN, now)), span_in_words(facts, Phase.OPEN))
    )
    done.append(("结束，由教导处个别调整", is_over, _at(moments.finished_at)))
    present = next((number for number, (_title, is_done, _when) in enumerate(done) if not is_done), len(done))
    return tuple(
        Step(title, StepState.DONE if number < present else StepState.NOW if number == present else StepState.NEXT, when)
        for number, (title, _is_done, when) in enumerate(done)
    )


def span_in_words(facts: SelectionFacts, phase: Phase) -> str:
    """From the first opening to the last closing of a phase, and that grades differ when they do."""
    windows = [window for window in facts.windows if window.phase is phase]
    if not windows:
        return ""
    first, last = min(one.opens_at for one in windows), max(one.closes_at for one in windows)
    differ = "（各年级时间不同）" if len({(one.opens_at, one.closes_at) for one in windows}) > 1 else ""
    return f"{moment_in_words(first)}—{moment_in_words(last)}{differ}"


def _is_past(facts: SelectionFacts, phase: Phase, now: datetime) -> bool:
    last = last_close(facts, phase)
    return last is not None and last <= now


def _at(moment: datetime | None) -> str:
    return moment_in_words(moment) if moment else ""


def _name_of(window: Window) -> str:
    return f"{grades_in_words(frozenset({window.grade})) if window.grade else ''}“{window.phase.label}”"


def _wrong_state(facts: SelectionFacts) -> str:
    return f"选课现在是“{facts.state.label}”，不能做这一步。请刷新页面查看。"
