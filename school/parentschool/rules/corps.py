"""The mentor corps (家庭教育导师团): nobody without consent, a term of office, who may be asked for which dates (S12)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from school.calendar.rules import day_in_words
from school.errors import Refused
from school.parentschool.enums import MentorSource, RequestState
from school.parentschool.rules.sessions import DateValues, Stay, overlap

LONGEST_TERM_DAYS = 1100  # three school years


class Standing(StrEnum):
    """Where a member's term of office is on a day."""

    AHEAD = "ahead"
    SERVING = "serving"
    OVER = "over"
    LEFT = "left"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"ahead": "任期未到", "serving": "在任", "over": "任期已满", "left": "已退出"}[self.value]


@dataclass(frozen=True)
class MemberValues:
    """What the corps says about a member; who it is does not change. `phone` is for the office alone."""

    work: str
    field: str
    introduction: str
    phone: str
    consented_on: date
    consent_how: str
    serves_from: date
    serves_until: date


@dataclass(frozen=True)
class Service:
    """A member's time in the corps: first and last day, both included, and the day they left before its end."""

    name: str
    serves_from: date
    serves_until: date
    left_on: date | None = None

    def standing(self, day: date) -> Standing:
        """Where the term of office is on `day`; on the day of leaving it is over."""
        if self.left_on is not None and day >= self.left_on:
            return Standing.LEFT
        if day < self.serves_from:
            return Standing.AHEAD
        return Standing.SERVING if day <= self.serves_until else Standing.OVER


def check_member(values: MemberValues, *, today: date) -> None:
    """Raise `Refused` for a member without consent, with a consent of tomorrow, or a term backwards or endless."""
    if not values.field:
        raise Refused("请写专长领域。", "field")
    if not values.consent_how:
        raise Refused("没有本人同意不能进导师团，请写明怎样同意的。", "consent_how")
    if values.consented_on > today:
        raise Refused("同意的日期不能晚于今天。", "consented_on")
    if values.serves_until < values.serves_from:
        raise Refused("任期结束不能早于开始。", "serves_until")
    if (values.serves_until - values.serves_from).days > LONGEST_TERM_DAYS:
        raise Refused("任期最长三年，期满可以续聘。", "serves_until")


def check_alone(values: MemberValues, others: Iterable[Service], *, today: date) -> None:
    """Raise `Refused` when the same person has a term of office that shares a day with this one."""
    for one in others:
        ends = min(one.serves_until, one.left_on) if one.left_on else one.serves_until
        if values.serves_from <= ends and one.serves_from <= values.serves_until:
            raise Refused(f"{one.name}{one.standing(today).label}，已在导师团里（到{day_in_words(ends)}）。", "serves_from")


def check_leave(*, reason: str, on_day: date, today: date, is_left: bool, to_hold: Sequence[str]) -> None:
    """Raise `Refused` for leaving twice, without a reason, on another day than until today, or with sessions promised."""
    if is_left:
        raise Refused("这位成员已经退出。")
    if not reason:
        raise Refused("请写明退出的原因。", "reason")
    if on_day > today:
        raise Refused("退出日期不能晚于今天。", "on_day")
    if to_hold:
        raise Refused(f"还有已应允的场次：{'、'.join(to_hold)}。请先在场次里撤回邀请、另请他人。")


def check_available(member: Service, dates: Sequence[DateValues], elsewhere: Iterable[Stay]) -> None:
    """Raise `Refused` unless the member is in office on every date and holds nothing else at that time.

    `dates` are those of the session that stand, `elsewhere` what the member confirmed for other sessions.
    """
    for one in dates:
        standing = member.standing(one.starts_at.date())
        if standing is not Standing.SERVING:
            raise Refused(f"{day_in_words(one.starts_at.date())}时{member.name}{standing.label}，不能主讲。")
    for held in elsewhere:
        if any(overlap(one.starts_at, one.ends_at, held.starts_at, held.ends_at) for one in dates):
            day = day_in_words(held.starts_at.date())
            raise Refused(f"{member.name}{day}那个时间已应允主讲“{held.topic}”。")


def may_office_answer(source: MentorSource, *, has_account: bool) -> bool:
    """Whether the office writes down the answer: for people from the community, and for whoever cannot sign in."""
    return source is MentorSource.COMMUNITY or not has_account


def check_answer(state: RequestState, *, answer: str, is_by_office: bool) -> None:
    """Raise `Refused` for a second answer, or one the office writes down without saying how it came."""
    if state is not RequestState.ASKED:
        raise Refused(f"这个邀请{state.label}。")
    if is_by_office and not answer:
        raise Refused("请写明对方怎样答复的，例如“电话答复”。", "answer")


def check_withdraw(state: RequestState, *, is_last_speaker: bool) -> None:
    """Raise `Refused` for a request that is over, or the only speaker of what families already signed up for."""
    if state not in (RequestState.ASKED, RequestState.CONFIRMED):
        raise Refused(f"这个邀请{state.label}。")
    if is_last_speaker:
        raise Refused("这场活动已发布，撤回后就没有主讲人了。请先请好别人或写明嘉宾。")
