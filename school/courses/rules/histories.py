"""What happened to a child in a selection, one sentence for each event, from its places and its entries on lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from school.courses.enums import PlaceEnd, PlaceSource, WaitingState
from school.courses.rules.facts import CourseFacts


@dataclass(frozen=True)
class PastStay:
    """A place a child has or had."""

    selection_id: int
    course_id: int
    source: PlaceSource
    taken_at: datetime
    ended_at: datetime | None = None
    end_reason: PlaceEnd | None = None
    end_note: str = ""


@dataclass(frozen=True)
class PastEntry:
    """An entry on a waiting list a child has or had; `draw_rank` None when the family joined it by itself."""

    selection_id: int
    course_id: int
    state: WaitingState
    draw_rank: int | None
    joined_at: datetime
    ended_at: datetime | None = None
    offer_expires_at: datetime | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened, as the family reads it."""

    at: datetime
    sentence: str


_CAME = {
    PlaceSource.DRAW: "摇号录取",
    PlaceSource.OPEN_ROUND: "报名成功",
    PlaceSource.WAITING_LIST: "候补递补成功",
    PlaceSource.TRANSFER: "转课转入",
    PlaceSource.OFFICE: "教导处安排",
}
_WENT = {
    PlaceEnd.WITHDRAWN: "退出了",
    PlaceEnd.SWAPPED: "选上别的课程，同时退出了",
    PlaceEnd.TRANSFERRED: "转课转出",
    PlaceEnd.OFFICE: "教导处移出了",
    PlaceEnd.CANCELLED: "课程没有开或停开：",
    PlaceEnd.LEFT_SCHOOL: "孩子离校，名额结束：",
}
_LEFT = {
    WaitingState.DECLINED: "放弃了候补到的名额：",
    WaitingState.EXPIRED: "没有在时限内确认，名额让给了下一位：",
    WaitingState.LEFT: "退出了候补：",
    WaitingState.UNFIT: "不再符合条件，候补结束：",
    WaitingState.CLOSED: "课程或选课结束，候补结束：",
}


def events_of(stays: Iterable[PastStay], entries: Iterable[PastEntry], courses: Mapping[int, CourseFacts]) -> list[Event]:
    """The events of one selection, newest first; an entry that became a place says so by that place."""
    found: list[tuple[datetime, int, str]] = []
    for stay in stays:
        name = _name(courses, stay.course_id)
        found.append((stay.taken_at, 1, f"{_CAME[stay.source]}{name}。"))
        if stay.ended_at is not None and stay.end_reason is not None:
            note = f"（{stay.end_note.rstrip('。')}）" if stay.end_note else ""
            found.append((stay.ended_at, 0, f"{_WENT[stay.end_reason]}{name}{note}。"))
    for entry in entries:
        name = _name(courses, entry.course_id)
        how = f"摇号未中，排在{name}候补第 {entry.draw_rank} 位。" if entry.draw_rank else f"排上了{name}的候补。"
        found.append((entry.joined_at, 2, how))
        if entry.state in _LEFT and entry.ended_at is not None:
            found.append((entry.ended_at, 3, f"{_LEFT[entry.state]}{name}。"))
        if entry.state is WaitingState.OFFERED and entry.offer_expires_at is not None:
            found.append((entry.offer_expires_at, 4, f"{name}等您确认，到这一刻为止。"))
    ordered = sorted(found, key=lambda one: one[:2], reverse=True)
    return [Event(at, sentence) for at, _order, sentence in ordered]


def _name(courses: Mapping[int, CourseFacts], course_id: int) -> str:
    course = courses.get(course_id)
    return f"“{course.name}”" if course else "“已删除的课程”"
