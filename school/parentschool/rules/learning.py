"""A guardian's learning record of a school year, and the certificate at the number the school has set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from school.errors import Refused
from school.parentschool.enums import CheckInMethod, EventKind


@dataclass(frozen=True)
class Attended:
    """That a guardian was at a date: its session and school year, when it was and whether who came is settled."""

    session_id: int
    school_year_id: int
    start_year: int
    kind: EventKind
    topic: str
    starts_at: datetime
    ends_at: datetime
    method: CheckInMethod
    is_settled: bool

    @property
    def minutes(self) -> int:
        """How long the date lasted."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True)
class Figures:
    """What counts for a certificate: topics attended, and the minutes of all dates attended."""

    sessions: int
    minutes: int


def figures(attended: Iterable[Attended]) -> Figures:
    """Topics and minutes of what is settled; a topic attended on two dates is one topic."""
    counted = [one for one in attended if one.is_settled]
    return Figures(len({one.session_id for one in counted}), sum(one.minutes for one in counted))


def by_year(attended: Iterable[Attended]) -> list[tuple[int, list[Attended]]]:
    """What was attended by the year its school year began in, both newest first."""
    rows = sorted(attended, key=lambda one: one.starts_at, reverse=True)
    years = sorted({one.start_year for one in rows}, reverse=True)
    return [(year, [one for one in rows if one.start_year == year]) for year in years]


def still_wanted(sessions: int, wanted: int) -> int:
    """How many more sessions until the certificate."""
    return max(wanted - sessions, 0)


def check_certificate(sessions: int, wanted: int, *, has_one: bool) -> None:
    """Raise `Refused` for a second certificate of the year, or with fewer sessions than the school wants."""
    if has_one:
        raise Refused("这个学年的证书已经领过，可以直接打印。")
    if missing := still_wanted(sessions, wanted):
        raise Refused(f"再参加 {missing} 次就可以领证书（学校规定每学年 {wanted} 次，已确认 {sessions} 次）。")


def certificate_number(start_year: int, serial: int) -> str:
    """“JZ-2026-0007”: school year, and a serial of four digits within it."""
    return f"JZ-{start_year}-{serial:04}"


def next_serial(numbers: Sequence[str]) -> int:
    """One more than the greatest serial among a year's numbers."""
    return max((int(one.rsplit("-", 1)[1]) for one in numbers), default=0) + 1


def hours_in_words(minutes: int) -> str:
    """“1.5 小时”: to one decimal, whole hours without one."""
    return f"{minutes / 60:.1f}".removesuffix(".0") + " 小时"
