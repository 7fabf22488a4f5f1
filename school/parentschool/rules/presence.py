"""Who may be noted as present, when, how it counts, and what may still be corrected."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from school.errors import Refused
from school.parentschool.enums import CheckInMethod, SessionState
from school.parentschool.rules.door import opens_at

TYPED_UNTIL = timedelta(days=14)
MOST_ADULTS = 6


@dataclass(frozen=True)
class Tick:
    """A sign-up whose family is there, with how many adults."""

    sign_up_id: int
    adults: int | None


def is_held(state: SessionState, cancelled_at: datetime | None) -> bool:
    """Whether a date of a session takes place: announced, and neither the session nor the date cancelled."""
    return state is SessionState.ANNOUNCED and cancelled_at is None


def typing_ends_at(ends_at: datetime) -> datetime:
    """Until when the printed list may be typed in."""
    return ends_at + TYPED_UNTIL


def method_at(ends_at: datetime, moment: datetime) -> CheckInMethod:
    """A tick until the end of the date is one of the list at the door; later it is typed in from paper."""
    return CheckInMethod.LIST if moment <= ends_at else CheckInMethod.TYPED


def check_may_note(*, starts_at: datetime, ends_at: datetime, closed_at: datetime | None, moment: datetime) -> None:
    """Raise `Refused` before the door opens, once presence is closed, or more than 14 days after the end."""
    if moment < opens_at(starts_at):
        raise Refused(f"还没到签到时间，{opens_at(starts_at):%m月%d日 %H:%M} 开始签到。")
    if closed_at is not None:
        raise Refused("签到已经结束登记。需要更正的，请德育处或教导处写明原因后改。")
    if moment > typing_ends_at(ends_at):
        raise Refused("活动结束已超过 14 天，不能再补登签到。")


def check_may_correct(*, ends_at: datetime, closed_at: datetime | None, is_office: bool, reason: str, moment: datetime) -> None:
    """Raise `Refused` for a correction without a reason, by others than the office once closed, or after 14 days."""
    if closed_at is not None and not is_office:
        raise Refused("签到已经结束登记，请德育处或教导处更正。")
    if moment > typing_ends_at(ends_at):
        raise Refused("活动结束已超过 14 天，不能再更正签到。")
    if not reason:
        raise Refused("请写明更正的原因。", "reason")


def check_adults(adults: int | None) -> int:
    """The number of adults; raises `Refused` below 1 and above 6."""
    if adults is None or not 1 <= adults <= MOST_ADULTS:
        raise Refused(f"到场人数请填 1 到 {MOST_ADULTS}。", "adults")
    return adults


def check_close(*, ends_at: datetime, closed_at: datetime | None, moment: datetime) -> None:
    """Raise `Refused` when presence is closed before the end or a second time."""
    if moment < ends_at:
        raise Refused("活动还没有结束，结束后再结束签到登记。")
    if closed_at is not None:
        raise Refused("签到已经结束登记。")


def is_settled(*, ends_at: datetime, closed_at: datetime | None, moment: datetime) -> bool:
    """Whether who came is settled: closed by the office, or nobody may type in any more."""
    return closed_at is not None or moment > typing_ends_at(ends_at)
