"""The one source of time: aware, in Asia/Shanghai, and frozen only by tests and the demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")

_frozen_at: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in the school's zone."""
    return _frozen_at or datetime.now(ZONE)


def today() -> date:
    """The school's present day."""
    return now().date()


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of a school day, aware."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware, or naive in the school's zone) for every thread of the process."""
    global _frozen_at
    before = _frozen_at
    _frozen_at = moment.astimezone(ZONE) if moment.tzinfo else moment.replace(tzinfo=ZONE)
    try:
        yield
    finally:
        _frozen_at = before
