"""May this family have chairs at this date of a session, and what a change of its sign-up may be (S12).

The lists move by `school.waiting.rules`: a line is a date of one topic, a member is a family, and a family takes as many
chairs as adults come. One family sits at one date of a topic; it may wait for other dates and leaves its chairs for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from school.calendar.words import moment_with_day, stretch_with_day
from school.errors import Refused
from school.parentschool.enums import SessionState
from school.waiting.rules import Entry

NO_LIMIT = 1_000_000  # chairs of a date where nobody has to wait


@dataclass(frozen=True)
class DateFacts:
    """One date of a topic; `chairs` is None where nobody has to wait."""

    id: int
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    chairs: int | None = None
    is_cancelled: bool = False

    @property
    def when(self) -> str:
        """Day, weekday and time."""
        return stretch_with_day(self.starts_at, self.ends_at)

    @property
    def words(self) -> str:
        """When and where, in words."""
        return f"{self.when}，{self.place or '线上'}"


@dataclass(frozen=True)
class SessionFacts:
    """A topic as sign-up sees it, with its dates by id."""

    id: int
    topic: str
    state: SessionState
    opens_at: datetime
    closes_at: datetime
    most_adults: int
    dates: Mapping[int, DateFacts]


@dataclass(frozen=True)
class Household:
    """A family before one topic: adults by date where it has chairs, the dates it waits for, and whether it is of the school."""

    is_here: bool = True  # a child of it is in a class
    seats: Mapping[int, int] = field(default_factory=dict)
    waiting: frozenset[int] = frozenset()

    @property
    def places(self) -> frozenset[int]:
        """Dates where the family has chairs."""
        return frozenset(self.seats)

    def seats_in(self, line_id: int) -> int:
        """How many chairs it has at a date."""
        return self.seats.get(line_id, 0)

    def seated(self, entry: Entry, leaves: Iterable[int]) -> "Household":
        """The family once it left some dates and its entry on a list became chairs."""
        left = set(leaves)
        seats = {date: adults for date, adults in self.seats.items() if date not in left} | {entry.line_id: entry.seats}
        return Household(self.is_here, seats, self.waiting - {entry.line_id})


@dataclass(frozen=True)
class ChairBook:
    """What the lists of a topic allow at a moment, as `school.waiting.rules.Book` asks it."""

    session: SessionFacts
    now: datetime

    @property
    def moves(self) -> bool:
        """Lists move as long as the topic is announced; each date's list stands still when it begins."""
        return self.session.state is SessionState.ANNOUNCED

    def capacity(self, line_id: int) -> int | None:
        """The chairs of a date; None when it was cancelled or has begun."""
        date = self.session.dates.get(line_id)
        if date is None or date.is_cancelled or date.starts_at <= self.now:
            return None
        return NO_LIMIT if date.chairs is None else date.chairs

    def is_gone(self, member: Household) -> bool:
        """Whether no child of the family is in a class any more."""
        return not member.is_here

    def fits(self, entry: Entry, member: Household) -> bool:
        """Whether the family could sit there now: of the school, and at no other date it keeps.

        What has begun cannot be left any more: who waits to change from it stays where it was.
        """
        left = {one for one in entry.gives_up if one in self.session.dates and self.session.dates[one].starts_at > self.now}
        return member.is_here and not member.places - left

    def offer_until(self, now: datetime) -> None:
        """Chairs are given at once: whoever cannot come any more withdraws."""
        return

    def may_exchange(self, entry: Entry) -> bool:
        """Families that wait for each other's dates change them."""
        return True


def why_closed(session: SessionFacts, now: datetime) -> str:
    """Why families cannot sign up now, with day and time; "" when they can."""
    if session.state is not SessionState.ANNOUNCED:
        return f"{'已经取消' if session.state is SessionState.CANCELLED else '还没有发布'}，不能报名。"
    if now < session.opens_at:
        return f"报名 {moment_with_day(session.opens_at)} 开始，到时再来。"
    if now >= session.closes_at:
        return f"报名已于 {moment_with_day(session.closes_at)} 截止。有事请联系班主任。"
    return ""


def check_open(session: SessionFacts, now: datetime) -> None:
    """Raise `Refused` when families cannot sign up now."""
    if why := why_closed(session, now):
        raise Refused(f"“{session.topic}”{'的' if why.startswith('报名') else ''}{why}")


def get_date(session: SessionFacts, date_id: int, now: datetime) -> DateFacts:
    """A date that still lies ahead; raises `Refused` for any other."""
    date = session.dates.get(date_id)
    if date is None:
        raise Refused("这个主题没有这一场，请刷新页面后重新选择。")
    if date.is_cancelled:
        raise Refused(f"{date.words}这一场已经取消，请选别的场次。")
    if date.starts_at <= now:
        raise Refused(f"{date.words}这一场已经开始，名单不能再改。")
    return date


def check_adults(session: SessionFacts, adults: int) -> None:
    """Raise `Refused` for an odd number of adults."""
    if not 1 <= adults <= session.most_adults:
        raise Refused(f"每个家庭请报 1 到 {session.most_adults} 位家长。", "adults")


def check_new(session: SessionFacts, household: Household, date: DateFacts, adults: int, *, gives_up: int | None) -> None:
    """Raise `Refused` unless the family may put itself on the list of a date where it is not yet."""
    if date.chairs is not None and adults > date.chairs:
        raise Refused(f"{date.words}这一场一共只有 {date.chairs} 个座位，请减少人数。", "adults")
    if gives_up is not None and gives_up not in household.places:
        raise Refused("要换出的不是您现在的场次，请刷新页面后重新选择。")
    kept = household.places - ({gives_up} if gives_up is not None else set())
    if kept:
        held = session.dates[min(kept)]
        raise Refused(f"您家已经报了这个主题 {held.words} 那一场。要改到这一场，请点“换到这一场”。")


def check_more_adults(date: DateFacts, *, more: int, left: int, waiting: int) -> None:
    """Raise `Refused` when a family that sits wants more chairs than are free, or while others wait."""
    if more > 0 and (waiting or more > left):
        why = "还有家庭在候补" if waiting else f"只剩 {left} 个座位"
        raise Refused(f"{date.words}这一场{why}，不能再加人。原来的报名不变。", "adults")


def refuse_to_wait(date: DateFacts, *, adults: int, left: int) -> Refused:
    """The refusal of a family that did not ask to wait and found too few chairs."""
    if left > 0:
        how = f"只剩 {left} 个座位，不够 {adults} 位家长。可以减少人数，或勾选“座位不够时排候补”再提交"
    else:
        how = "刚刚报满。可以点“排候补”，或选别的场次"
    return Refused(f"{date.words}这一场{how}。", "waits")
