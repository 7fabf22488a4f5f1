"""Sessions: who is invited, what a date must say, what must be known before families hear of it, what may still change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from unicodedata import normalize
from urllib.parse import urlsplit

from school.calendar.rules import school_year_start
from school.errors import Refused
from school.parentschool.enums import EventKind, SessionState

MOST_CHAIRS = 5000
MOST_ADULTS = 6
MOST_DATES = 12


class Invitation(Protocol):
    """What says who is invited; a session is one."""

    grades: Collection[int]
    class_ids: Collection[int]


@dataclass(frozen=True)
class SessionValues:
    """What a session says, its dates aside; `grades` are those of its school year."""

    kind: EventKind
    topic: str
    description: str
    guest: str
    plan_row_id: int | None
    grades: frozenset[int]
    class_ids: frozenset[int]
    most_adults: int
    sign_up_opens_at: datetime
    sign_up_closes_at: datetime


@dataclass(frozen=True)
class DateValues:
    """When and where a topic is held; without `chairs` nobody has to wait."""

    starts_at: datetime
    ends_at: datetime
    place: str = ""
    online_link: str = ""
    chairs: int | None = None

    @property
    def is_placed(self) -> bool:
        """Whether a family knows where to go."""
        return bool(self.place or self.online_link)


@dataclass(frozen=True)
class Stay:
    """A date that is held, as others see it: whose it is, when and where."""

    session_id: int
    topic: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""


def invites(invitation: Invitation, grade: int, class_id: int) -> bool:
    """Whether a child in this class, of this grade in the session's school year, brings its family an invitation.

    Invited are the grades and the classes named; with neither, the whole school (S12).
    """
    if not invitation.grades and not invitation.class_ids:
        return True
    return grade in invitation.grades or class_id in invitation.class_ids


def overlap(one_starts: datetime, one_ends: datetime, other_starts: datetime, other_ends: datetime) -> bool:
    """Whether two stretches of time share a moment; one may begin when the other ends."""
    return one_starts < other_ends and other_starts < one_ends


def same_place(one: str, other: str) -> bool:
    """Whether two names mean one place: width of letters, capitals and spaces do not count. No name is no place."""
    return bool(_plain(one)) and _plain(one) == _plain(other)


def check_values(values: SessionValues) -> None:
    """Raise `Refused` for a session without topic, with an odd number of adults, or that closes before it opens."""
    if not values.topic:
        raise Refused("请写主题。", "topic")
    if not 1 <= values.most_adults <= MOST_ADULTS:
        raise Refused(f"每个家庭最多请 1 到 {MOST_ADULTS} 位家长。", "most_adults")
    if values.sign_up_closes_at <= values.sign_up_opens_at:
        raise Refused("报名截止要晚于报名开始。", "sign_up_closes_at")


def check_window(closes_at: datetime, dates: Iterable[DateValues]) -> None:
    """Raise `Refused` when sign-up would go on after the last date has begun."""
    last = max((one.starts_at for one in dates), default=None)
    if last is not None and closes_at > last:
        raise Refused("报名截止不能晚于最后一场开始的时间。", "sign_up_closes_at")


def check_date(values: DateValues, *, now: datetime, start_year: int) -> None:
    """Raise `Refused` for a date in the past, backwards, of another school year, or with an odd place, link or chairs."""
    if values.ends_at <= values.starts_at:
        raise Refused("结束时间要晚于开始时间。", "ends")
    if values.starts_at <= now:
        raise Refused("这个时间已经过去，请选择今后的时间。", "on_day")
    if school_year_start(values.starts_at.date()) != start_year:
        raise Refused(f"日期不在这个学年内（{start_year}年9月至{start_year + 1}年8月）。", "on_day")
    check_link(values.online_link)
    if values.chairs is not None and not 1 <= values.chairs <= MOST_CHAIRS:
        raise Refused(f"座位数请填 1 到 {MOST_CHAIRS}，不限就留空。", "chairs")


def check_link(link: str) -> None:
    """Raise `Refused` unless the link is empty or an https address with a host."""
    if not link:
        return
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or any(one.isspace() for one in link):
        raise Refused("线上链接要是 https:// 开头的完整网址。", "online_link")


def check_own_dates(values: DateValues, others: Sequence[DateValues]) -> None:
    """Raise `Refused` when a topic has too many dates, or two at the same time."""
    if len(others) >= MOST_DATES:
        raise Refused(f"一个主题最多 {MOST_DATES} 场。")
    if any(overlap(values.starts_at, values.ends_at, one.starts_at, one.ends_at) for one in others):
        raise Refused("和这个主题的另一场时间重叠。", "starts")


def check_place(values: DateValues, elsewhere: Iterable[Stay]) -> None:
    """Raise `Refused` when another session holds the place at that time."""
    for one in elsewhere:
        meets = overlap(values.starts_at, values.ends_at, one.starts_at, one.ends_at)
        if meets and same_place(values.place, one.place):
            raise Refused(f"{values.place}那时已安排“{one.topic}”，请换时间或地点。", "place")


def missing_facts(values: SessionValues, dates: Sequence[DateValues], *, speakers: int) -> list[str]:
    """What a family must know and nobody has written yet, in the school's words; empty when all is there.

    `dates` are those that are held, `speakers` how many mentors confirmed. For whom is always said: no grade and no class
    means the whole school.
    """
    wanted = (
        (values.topic, "主题"),
        (values.description, "内容介绍"),
        (dates, "时间"),
        (all(one.is_placed for one in dates), "地点或线上链接"),
        (values.guest or speakers, "主讲人（导师应允或写明嘉宾）"),
    )
    return [name for is_there, name in wanted if not is_there]


def check_complete(values: SessionValues, dates: Sequence[DateValues], *, speakers: int) -> None:
    """Raise `Refused` that names all that is missing."""
    if missing := missing_facts(values, dates, speakers=speakers):
        raise Refused(f"家长要知道的还缺：{'、'.join(missing)}。")


def check_announce(
    values: SessionValues, dates: Sequence[DateValues], *, state: SessionState, speakers: int, now: datetime
) -> None:
    """Raise `Refused` unless a draft is complete, all its dates lie ahead and families have time to sign up."""
    if state is not SessionState.DRAFT:
        raise Refused(f"这场活动{state.label}。")
    check_complete(values, dates, speakers=speakers)
    if any(one.starts_at <= now for one in dates):
        raise Refused("有一场的时间已经过去，请先改期或去掉。")
    if values.sign_up_closes_at <= now:
        raise Refused("报名截止的时间已经过去，请先修改报名时间。")
    check_window(values.sign_up_closes_at, dates)


def check_announced_change(
    before: SessionValues, after: SessionValues, *, most_signed_up: int, grade_of_class: Mapping[int, int]
) -> None:
    """Raise `Refused` for a change that takes from families what an announcement promised them.

    More of everything is fine: more grades or classes, more adults, a longer time to sign up. `most_signed_up` is the most
    adults of one family on the lists; `grade_of_class` gives the grade of each class invited before.
    """
    if before.kind is not after.kind:
        raise Refused("发布后不能再改类型。", "kind")
    if not _invites_no_less(before, after, grade_of_class):
        raise Refused("发布后只能扩大邀请范围，不能缩小。", "grades")
    if after.most_adults < most_signed_up:
        raise Refused(f"已有家庭报了 {most_signed_up} 位家长，不能少于这个数。", "most_adults")
    if after.sign_up_opens_at > before.sign_up_opens_at:
        raise Refused("发布后报名开始不能推迟。", "sign_up_opens_at")
    if after.sign_up_closes_at < before.sign_up_closes_at:
        raise Refused("发布后报名截止只能推迟，不能提前。", "sign_up_closes_at")


def check_chairs(chairs: int | None, seated_adults: int) -> None:
    """Raise `Refused` for fewer chairs than are given out."""
    if chairs is not None and chairs < seated_adults:
        raise Refused(f"已有 {seated_adults} 位家长报上名，座位不能少于这个数。", "chairs")


def adds_chairs(before: int | None, after: int | None) -> bool:
    """Whether somebody who waits may now sit: more chairs, or no limit any more."""
    return before is not None and (after is None or after > before)


def is_moved(before: DateValues, after: DateValues) -> bool:
    """Whether a family that comes by the old announcement would come at the wrong time or to the wrong place."""
    return (before.starts_at, before.ends_at, before.place, before.online_link) != (
        after.starts_at,
        after.ends_at,
        after.place,
        after.online_link,
    )


def check_moved(before: DateValues, after: DateValues, *, reason: str, now: datetime) -> None:
    """Raise `Refused` when an announced date is changed after it began, or moved without a reason."""
    if before.starts_at <= now:
        raise Refused("已经开始的场次不能再改。")
    if is_moved(before, after) and not reason:
        raise Refused("改了时间或地点，请写明原因，家长会看到。", "reason")


def check_cancel(*, reason: str, has_come: bool) -> None:
    """Raise `Refused` for a date or session cancelled without a reason, or after somebody came to it."""
    if not reason:
        raise Refused("请写明取消的原因，家长会看到。", "reason")
    if has_come:
        raise Refused("已有家庭签到，不能取消。")


def _invites_no_less(before: Invitation, after: Invitation, grade_of_class: Mapping[int, int]) -> bool:
    if not after.grades and not after.class_ids:
        return True
    if not before.grades and not before.class_ids:
        return False
    are_classes_in = all(one in after.class_ids or grade_of_class.get(one) in after.grades for one in before.class_ids)
    return are_classes_in and set(before.grades) <= set(after.grades)


def _plain(place: str) -> str:
    return "".join(normalize("NFKC", place).casefold().split())
