"""What the holders of the seats owe in a term, how far they are, and who has been quiet for too long (MT-01)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from school.errors import Refused
from school.mentoring.enums import DutyField, EntryKind, Seat

T, C, M = DutyField.TEACHING, DutyField.CLASSROOM, DutyField.MATERIALS

# MT-01: presets seen elsewhere, never a law; the office edits them for each term.
DEFAULT_DUTIES: tuple[tuple[Seat, DutyField, EntryKind, int], ...] = (
    (Seat.CHIEF, T, EntryKind.PLAN_REVIEW, 15),
    (Seat.CHIEF, C, EntryKind.OBSERVATION, 7),
    (Seat.CHIEF, C, EntryKind.MODEL_LESSON, 1),
    (Seat.CHIEF, M, EntryKind.TALK, 4),
    (Seat.MIDDLE, T, EntryKind.PLAN_REVIEW, 15),
    (Seat.MIDDLE, C, EntryKind.OBSERVATION, 10),
    (Seat.MIDDLE, C, EntryKind.MODEL_LESSON, 1),
    (Seat.MIDDLE, C, EntryKind.REPORT_LESSON, 1),
    (Seat.MIDDLE, M, EntryKind.HOMEWORK_DESIGN, 2),
    (Seat.MIDDLE, T, EntryKind.REFLECTION, 2),
    (Seat.NOVICE, C, EntryKind.OBSERVATION, 15),
    (Seat.NOVICE, C, EntryKind.REPORT_LESSON, 2),
    (Seat.NOVICE, M, EntryKind.HOMEWORK_DESIGN, 3),
    (Seat.NOVICE, T, EntryKind.REFLECTION, 4),
)

WEEKS_BEFORE_THE_END = 3


@dataclass(frozen=True)
class Duty:
    """What the holder of a seat owes of a kind in the term."""

    seat: Seat
    field: DutyField
    kind: EntryKind
    count: int


@dataclass(frozen=True)
class DutyProgress:
    """A duty with what is confirmed and what waits for confirmation; `expected` is the share due by the day."""

    duty: Duty
    done: int
    waiting: int
    expected: int

    @property
    def missing(self) -> int:
        """How many are still owed for the term."""
        return max(0, self.duty.count - self.done)

    @property
    def is_behind(self) -> bool:
        """Whether fewer are confirmed than the part of the term that has passed asks for."""
        return self.done < min(self.expected, self.duty.count)


def default_duties() -> tuple[Duty, ...]:
    """The duties of a term whose office set none (MT-01)."""
    return tuple(Duty(*row) for row in DEFAULT_DUTIES)


def check_duty_count(count: int | None, field: str) -> None:
    """Raise `Refused` unless a count is 0 to 60."""
    if count is None or not 0 <= count <= 60:
        raise Refused("次数请填 0 到 60 之间的整数。", field)


def progress_of(
    duties: Iterable[Duty],
    done: Mapping[tuple[Seat, EntryKind], int],
    waiting: Mapping[tuple[Seat, EntryKind], int],
    *,
    starts_on: date,
    ends_on: date,
    day: date,
) -> list[DutyProgress]:
    """Each duty with its progress; `expected` is count × passed days ÷ all days, rounded down."""
    whole = (ends_on - starts_on).days + 1
    passed = min(max((day - starts_on).days + 1, 0), whole)
    return [
        DutyProgress(one, done.get((one.seat, one.kind), 0), waiting.get((one.seat, one.kind), 0), one.count * passed // whole)
        for one in duties
    ]


def is_on_track(progress: Iterable[DutyProgress]) -> bool:
    """Whether nobody of a triad is behind in anything."""
    return not any(one.is_behind for one in progress)


def reminder_on(day: date, *, starts_on: date, ends_on: date) -> str:
    """The reminder that is due on a day: from mid-term on, and from three weeks before the end; else empty (MT-01: WARN)."""
    if day > ends_on:
        return ""
    if day >= ends_on - timedelta(weeks=WEEKS_BEFORE_THE_END):
        return f"离学期末不到{WEEKS_BEFORE_THE_END}周，请把还差的次数补上。"
    if day >= starts_on + (ends_on - starts_on) / 2:
        return "学期过半，请对照责任书看看进度。"
    return ""


def quiet_days(last_entry_on: date | None, *, starts_on: date, day: date) -> int:
    """Days since the last entry, or since the triad began when there is none."""
    return max(0, (day - (last_entry_on or starts_on)).days)


def quiet_signal(days: int, *, quiet: int, overdue: int) -> str:
    """“” below the first limit, “quiet” from it on, “overdue” from the second on."""
    return "overdue" if days >= overdue else "quiet" if days >= quiet else ""
