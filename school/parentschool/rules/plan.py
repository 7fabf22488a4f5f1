"""The plan of a school year: its months, which of them have nothing, which terms stay below PE-01, what a copy brings."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from school.calendar.rules import SCHOOL_YEAR_BEGINS_IN_MONTH, TermDates
from school.errors import Refused
from school.parentschool.enums import EventKind, SessionState

GRADES = "零一二三四五六七八九"
LEAST_A_TERM = 2  # PE-01


class Progress(StrEnum):
    """How far the sessions of a planned event are."""

    NONE = "none"
    DRAFTED = "drafted"
    ANNOUNCED = "announced"
    HELD = "held"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"none": "还没有场次", "drafted": "筹备中", "announced": "已发布", "held": "已举办"}[self.value]


@dataclass(frozen=True)
class PlanValues:
    """What one row of the plan says; no grade means the whole school."""

    month: date
    kind: EventKind
    topic: str
    grades: frozenset[int]
    owner_id: int | None
    note: str

    @property
    def key(self) -> tuple[date, EventKind, str]:
        """What tells two rows of a plan apart."""
        return self.month, self.kind, self.topic


def months_of(start_year: int) -> tuple[date, ...]:
    """The first days of the twelve months of the school year, September to August."""
    first = SCHOOL_YEAR_BEGINS_IN_MONTH
    return tuple(date(start_year + (month > 12), (month - 1) % 12 + 1, 1) for month in range(first, first + 12))


def is_in_term(month: date, terms: Iterable[TermDates]) -> bool:
    """Whether a day of this month lies in a term."""
    return any(_months(term)[0] <= month <= _months(term)[1] for term in terms)


def empty_months(planned: Collection[date], start_year: int, terms: Sequence[TermDates]) -> list[date]:
    """The months of terms that have no event: this school holds one a month (S12). Vacations need none."""
    return [month for month in months_of(start_year) if is_in_term(month, terms) and month not in planned]


def warnings(planned: Sequence[date], start_year: int, terms: Sequence[TermDates]) -> list[str]:
    """A sentence for each term with fewer than two activities (PE-01), and one that names the months without any.

    `planned` has the month of every planned event, a month twice when two are planned. An empty list: all is well.
    """
    found = [
        f"第{'一二'[term.number - 1]}学期只安排了 {count} 次，规定每学期至少 {LEAST_A_TERM} 次（PE-01）。"
        for term in sorted(terms, key=lambda term: term.number)
        if (count := sum(_months(term)[0] <= month <= _months(term)[1] for month in planned)) < LEAST_A_TERM
    ]
    if empty := empty_months(planned, start_year, terms):
        found.append(f"{'、'.join(f'{month.month}月' for month in empty)}还没有安排，本校每月一次。")
    return found


def check_row(values: PlanValues, *, start_year: int, last_grade: int) -> None:
    """Raise `Refused` for a row without topic, of a month outside the school year, or of a grade the school does not have."""
    if values.month not in months_of(start_year):
        raise Refused("请选择这个学年的月份。", "month")
    if not values.topic:
        raise Refused("请写主题。", "topic")
    if not all(1 <= grade <= last_grade for grade in values.grades):
        raise Refused("没有这个年级。", "grades")


def check_not_there(values: PlanValues, others: Iterable[PlanValues]) -> None:
    """Raise `Refused` when the plan has the same event in the same month already."""
    if values.key in {one.key for one in others}:
        raise Refused(f"{values.month.month}月的计划里已有{values.kind.label}“{values.topic}”。", "topic")


def check_drop(sessions: int) -> None:
    """Raise `Refused` when sessions were made from the row."""
    if sessions:
        raise Refused("这一项已经建了场次，不能去掉；可以改写主题和月份。")


def copies(last_year: Iterable[PlanValues], this_year: Iterable[PlanValues], owners: Collection[int]) -> list[PlanValues]:
    """Last year's rows one year later, but those that are there already by month, kind and topic.

    An owner who is not among `owners`, the teachers of today, is left out. Copying twice copies nothing the second time.
    """
    known = {one.key for one in this_year}
    found = []
    for one in last_year:
        owner_id = one.owner_id if one.owner_id in owners else None
        later = PlanValues(one.month.replace(year=one.month.year + 1), one.kind, one.topic, one.grades, owner_id, one.note)
        if later.key not in known:
            known.add(later.key)
            found.append(later)
    return found


def progress(sessions: Iterable[tuple[SessionState, datetime | None]], now: datetime) -> Progress:
    """How far the sessions of a row are, the furthest counts; each is its state and when its first date ends."""
    found = Progress.NONE
    for state, first_ends_at in sessions:
        if state is SessionState.ANNOUNCED and first_ends_at is not None and first_ends_at <= now:
            return Progress.HELD
        if state is SessionState.ANNOUNCED:
            found = Progress.ANNOUNCED
        elif state is SessionState.DRAFT and found is Progress.NONE:
            found = Progress.DRAFTED
    return found


def grades_in_words(grades: Collection[int]) -> str:
    """“全校” for none, else “一年级、三年级”."""
    return "、".join(f"{GRADES[grade]}年级" for grade in sorted(grades)) or "全校"


def _months(term: TermDates) -> tuple[date, date]:
    return term.starts_on.replace(day=1), term.ends_on.replace(day=1)
