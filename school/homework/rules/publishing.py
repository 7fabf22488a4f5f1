"""Publishing a class-day (HW-05 to HW-07): in time, complete or knowingly not, and what the report says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from school.errors import Refused
from school.homework.enums import DayStatus
from school.homework.rules.caps import NEAR_PERCENT, CapExceeded, DayLoad, Limits, is_near, load_concerns
from school.homework.rules.concerns import Concern, check_reason

SHANGHAI = ZoneInfo("Asia/Shanghai")


class NoneNotDeclared(Refused):
    """A day without items that nobody declared to be 「无」."""


class NoneContradicted(Refused):
    """「无」 declared on a day that has items."""


class SubjectsUnfiled(Refused):
    """Subjects that neither filed nor declared 「无」, and the homeroom teacher has not said to go on."""

    def __init__(self, subjects: Sequence[str]) -> None:
        self.subjects = tuple(subjects)
        names = "、".join(self.subjects)
        super().__init__(
            f"{names}还没有填报，也没有登记“无”。请提醒老师；若现在就公示，请勾选“按未填报公示”。", "goes_on_unfiled"
        )


class StandardNotConfirmed(Refused):
    """The confirmation that nothing goes beyond the curriculum standard is missing."""


@dataclass(frozen=True)
class Publication:
    """A class-day about to be published.

    `item_count` items would appear; `unfiled` names subjects that neither filed nor declared 「无」. The flags are what
    the homeroom teacher ticked: the whole day is 「无」, go on though subjects are unfiled, 不超课标.
    """

    on_day: date
    published_at: datetime
    publish_by: time
    item_count: int
    unfiled: tuple[str, ...] = ()
    declares_none: bool = False
    goes_on_unfiled: bool = False
    confirms_standard: bool = False


def is_late(published_at: datetime, on_day: date, publish_by: time) -> bool:
    """Whether an aware instant is after `publish_by` of `on_day` in Shanghai (HW-06); the very second is in time."""
    return published_at > datetime.combine(on_day, publish_by, tzinfo=SHANGHAI)


def check_publication(publication: Publication, load: DayLoad, limits: Limits, *, reason: str = "") -> list[Concern]:
    """Raise unless the day may be published; answers the warnings that `reason` covered, to be counted.

    Raises `NoneNotDeclared`, `NoneContradicted` (HW-07), `SubjectsUnfiled`, `StandardNotConfirmed` (HW-05),
    `CapExceeded` (HW-02, HW-03; call it under the class-day's lock) or `ReasonNeeded` (HW-04, HW-06).
    """
    _check_none(publication)
    if publication.unfiled and not publication.goes_on_unfiled:
        raise SubjectsUnfiled(publication.unfiled)
    if publication.item_count and not publication.confirms_standard:
        raise StandardNotConfirmed("请确认当天作业不超课程标准后再公示。", "confirms_standard")
    if load.required > limits.hard:
        raise CapExceeded(load, limits)
    concerns = load_concerns(load, limits) + late_concerns(publication)
    check_reason(concerns, reason)
    return concerns


def late_concerns(publication: Publication) -> list[Concern]:
    """The warning of a late publication, or nothing (HW-06)."""
    if not is_late(publication.published_at, publication.on_day, publication.publish_by):
        return []
    return [Concern("HW-06", f"已过公示时间 {publication.publish_by:%H:%M}，这次会记为迟公示。", "reason")]


def day_status(
    *,
    is_published: bool,
    has_none: bool,
    required_minutes: int,
    limit_minutes: int,
    near_percent: int = NEAR_PERCENT,
    is_due: bool = True,
) -> DayStatus:
    """The cell of a class-day in the report: over, near, within, none (HW-07), missing, or pending before it `is_due`.

    `limit_minutes` is the limit the day is measured by. Late is a flag beside the cell, see `is_late`.
    """
    if not is_published:
        return DayStatus.MISSING if is_due else DayStatus.PENDING
    if has_none:
        return DayStatus.NONE
    if required_minutes > limit_minutes:
        return DayStatus.OVER
    return DayStatus.NEAR if is_near(required_minutes, limit_minutes, percent=near_percent) else DayStatus.WITHIN


def _check_none(publication: Publication) -> None:
    if publication.item_count == 0 and not publication.declares_none:
        raise NoneNotDeclared("当天还没有作业。如果确实不留作业，请勾选“无作业”再公示。", "declares_none")
    if publication.item_count and publication.declares_none:
        raise NoneContradicted("当天已有作业，不能同时登记“无作业”。请取消勾选，或先撤回这些作业。", "declares_none")
