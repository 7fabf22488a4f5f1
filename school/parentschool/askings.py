"""What mentors were asked for in the words of their pages: what waits for an answer, what is ahead, what they held."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from school.calendar.words import stretch_with_day
from school.clock import now
from school.parentschool.enums import EventKind, RequestState, SessionState
from school.parentschool.models import MentorRequest, SessionDate
from school.parentschool.queries.corps import requests_of_members
from school.parentschool.service.sessions import standing_dates


class Stage(StrEnum):
    """Where a request stands for the mentor; a session of several dates is ahead until the last is over."""

    WAITING = "waiting"
    AHEAD = "ahead"
    HELD = "held"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"waiting": "待答复", "ahead": "将要主讲", "held": "已主讲", "ended": "没有主讲"}[self.value]


@dataclass(frozen=True)
class DateWords:
    """One date of what is asked: when in words, where, and the link where it is held online."""

    year: int
    when: str
    place: str
    link: str


@dataclass(frozen=True)
class Asking:
    """A request with its session; `dates` are those that stand, `held` those of them that this mentor held."""

    id: int
    session_id: int
    topic: str
    kind: EventKind
    description: str
    state: RequestState
    stage: Stage
    is_cancelled: bool
    dates: tuple[DateWords, ...]
    held: tuple[DateWords, ...]
    message: str
    answer: str

    @property
    def outcome(self) -> str:
        """Why nothing came of it, or how it was answered."""
        if self.is_cancelled:
            return "活动已取消"
        return "没有答复，活动已过" if self.state is RequestState.ASKED and self.stage is Stage.ENDED else self.state.label


def askings_of(member_ids: Collection[int]) -> list[Asking]:
    """What these members were asked for, the newest first."""
    return [asking_of(one) for one in requests_of_members(member_ids)]


def asking_of(request: MentorRequest) -> Asking:
    """A request as its pages show it."""
    session = request.session
    is_cancelled = session.state is SessionState.CANCELLED
    dates = [] if is_cancelled else standing_dates(session)
    is_holder = request.state is RequestState.CONFIRMED and session.state is SessionState.ANNOUNCED
    return Asking(
        id=request.id,
        session_id=session.id,
        topic=session.topic,
        kind=session.kind,
        description=session.description,
        state=request.state,
        stage=_stage(request, dates),
        is_cancelled=is_cancelled,
        dates=tuple(_words(date) for date in dates),
        held=tuple(_words(date) for date in dates if is_holder and date.ends_at <= now()),
        message=request.message,
        answer=request.answer,
    )


def in_stages(askings: Collection[Asking]) -> list[tuple[Stage, list[Asking]]]:
    """What there is by stage, what waits for an answer first; empty stages are left out."""
    found = [(stage, [one for one in askings if one.stage is stage]) for stage in Stage]
    return [(stage, rows) for stage, rows in found if rows]


def _stage(request: MentorRequest, dates: Collection[SessionDate]) -> Stage:
    is_ahead = any(date.ends_at > now() for date in dates)
    if request.state is RequestState.ASKED and is_ahead:
        return Stage.WAITING
    if request.state is not RequestState.CONFIRMED or not dates:
        return Stage.ENDED
    if is_ahead:
        return Stage.AHEAD
    return Stage.HELD if request.session.state is SessionState.ANNOUNCED else Stage.ENDED


def _words(date: SessionDate) -> DateWords:
    place = date.place or ("线上" if date.online_link else "地点待定")
    return DateWords(date.starts_at.year, stretch_with_day(date.starts_at, date.ends_at), place, date.online_link)
