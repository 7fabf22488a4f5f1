"""What choosing needs to know of a course and of a selection, as plain values that rules and pages share."""

from dataclasses import dataclass
from datetime import date, datetime

from school.courses.enums import CourseState, Family, Phase, Promotion, SelectionState, Weeks
from school.courses.rules.selection import Course, Meeting

WEEKDAYS = "零一二三四五六日"


@dataclass(frozen=True)
class MeetingFacts:
    """A weekly meeting: weekday 1 to 5, minutes after midnight, the end not part of it."""

    weekday: int
    starts_at: int
    ends_at: int
    weeks: Weeks = Weeks.ALL

    @property
    def label(self) -> str:
        """“周二 16:00—17:30（单周）”."""
        return f"周{WEEKDAYS[self.weekday]} {self.time}"

    @property
    def time(self) -> str:
        """“16:00—17:30（单周）”."""
        weeks = "" if self.weeks is Weeks.ALL else f"（{self.weeks.label}）"
        return f"{clock(self.starts_at)}—{clock(self.ends_at)}{weeks}"


@dataclass(frozen=True)
class CourseFacts:
    """A course as families and rules see it; `teachers` are public names, `grades` is never empty."""

    id: int
    code: str
    name: str
    family: Family
    state: CourseState
    state_reason: str
    description: str
    room: str
    grades: frozenset[int]
    capacity: int
    minimum: int
    first_on: date
    last_on: date
    fee_note: str
    safety_note: str
    tags: tuple[str, ...]
    is_exempt: bool
    teachers: tuple[str, ...]
    provider: str
    picture_digest: str
    meetings: tuple[MeetingFacts, ...]

    @property
    def times(self) -> str:
        """All meetings in words, those of one time together: “周一、周三 16:00—17:30”."""
        days: dict[str, list[str]] = {}
        for meeting in self.meetings:
            days.setdefault(meeting.time, []).append(f"周{WEEKDAYS[meeting.weekday]}")
        return "、".join(f"{'、'.join(met)} {time}" for time, met in days.items())

    @property
    def teacher(self) -> str:
        """All teachers in words."""
        return "、".join(self.teachers)

    @property
    def weekdays(self) -> frozenset[int]:
        """The weekdays it meets on."""
        return frozenset(meeting.weekday for meeting in self.meetings)

    def as_drawn(self, *, capacity: int | None = None) -> Course:
        """The course as a draw's frozen list has it; `capacity` is the seats left when some are taken already."""
        return Course(
            id=self.code,
            capacity=self.capacity if capacity is None else capacity,
            meetings=tuple(Meeting(str(m.weekday), m.starts_at, m.ends_at, m.weeks.value) for m in self.meetings),
            minimum=self.minimum,
            grades=self.grades,
            first_on=self.first_on.isoformat(),
            last_on=self.last_on.isoformat(),
            is_exempt=self.is_exempt,
        )


@dataclass(frozen=True)
class Window:
    """When families of a grade act in a phase; the end is not part of it. `grade` 0: every grade without its own."""

    phase: Phase
    grade: int
    opens_at: datetime
    closes_at: datetime

    def is_open(self, moment: datetime) -> bool:
        """Whether families may act at this moment."""
        return self.opens_at <= moment < self.closes_at


@dataclass(frozen=True)
class SelectionFacts:
    """A term's selection with its rules and windows."""

    id: int
    term_id: int
    start_year: int  # of the term's school year, which gives every class its grade
    term_number: int
    state: SelectionState
    has_wishes: bool
    max_courses: int
    max_per_day: int
    max_wishes: int
    buffer_minutes: int
    promotion: Promotion
    offer_hours: int
    withdraw_until: datetime | None
    favours_unplaced: bool
    note: str
    consent_version: int
    windows: tuple[Window, ...]

    def window(self, phase: Phase, grade: int) -> Window | None:
        """The window of a grade: its own, else the one of every grade."""
        of_phase = {window.grade: window for window in self.windows if window.phase is phase}
        return of_phase.get(grade, of_phase.get(0))

    def is_open(self, phase: Phase, grade: int, moment: datetime) -> bool:
        """Whether families of a grade may act in a phase now: state and time both say so."""
        states = {
            Phase.WISH: (SelectionState.ANNOUNCED,),
            Phase.OPEN: (SelectionState.DRAWN,) if self.has_wishes else (SelectionState.ANNOUNCED, SelectionState.DRAWN),
        }
        window = self.window(phase, grade)
        return self.state in states[phase] and window is not None and window.is_open(moment)


def clock(minute: int) -> str:
    """Minutes after midnight as 16:05."""
    return f"{minute // 60:02}:{minute % 60:02}"
