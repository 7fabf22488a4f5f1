"""Who may sit where in a triad, and how triads change: the rules no history may break (S8)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from school.errors import Refused
from school.mentoring.enums import Seat, Tier, TriadState

APPRENTICES = (Seat.MIDDLE, Seat.NOVICE)
LIVE = (TriadState.PROPOSED, TriadState.ACTIVE)


@dataclass(frozen=True)
class Eligibility:
    """The school's settings: years of teaching for each seat, and how many triads one chief leads at a time."""

    chief_years: int = 10
    middle_years: int = 3
    novice_years: int = 3
    chief_places: int = 2


@dataclass(frozen=True)
class Candidate:
    """A teacher as eligibility sees them: full years of teaching (None: not entered) and tier on the first day."""

    id: int
    name: str
    years: int | None
    tier: Tier


@dataclass(frozen=True)
class Sitting:
    """A teacher's time on a seat of a live triad; `ends_on` is the day of the triad's end while nobody left earlier."""

    triad_id: int
    seat: Seat
    teacher_id: int
    starts_on: date
    ends_on: date

    def overlaps(self, first: date, last: date) -> bool:
        """Whether the time and the days have a day in common."""
        return self.starts_on <= last and first <= self.ends_on


def check_dates(starts_on: date, ends_on: date, *, first: date, last: date) -> None:
    """Raise `Refused` unless the period lies within the term."""
    if starts_on > ends_on:
        raise Refused("结束日期不能早于开始日期。", "ends_on")
    if starts_on < first or ends_on > last:
        raise Refused(f"起止日期应在学期之内（{first.isoformat()} 至 {last.isoformat()}）。", "starts_on")


def check_seats(seats: Mapping[Seat, Candidate], eligibility: Eligibility, extended: Collection[int] = ()) -> None:
    """Raise `Refused` unless the three seats are held by three people, each of whom may sit there.

    `extended` are the ids of apprentices who did not pass and go on: they sit on, however many years they have by now.
    """
    for seat in Seat:
        if seat not in seats:
            raise Refused(f"请选择{seat.label}。", seat.value)
    if len({one.id for one in seats.values()}) < len(Seat):
        raise Refused("一个三人行要有三位不同的教师。", "novice")
    for seat, candidate in seats.items():
        check_eligible(candidate, seat, eligibility, is_extended=candidate.id in extended)


def check_eligible(candidate: Candidate, seat: Seat, eligibility: Eligibility, *, is_extended: bool = False) -> None:
    """Raise `Refused` when a teacher's years or tier do not go with the seat; unknown years fit the novice's alone."""
    years = candidate.years
    if seat is Seat.CHIEF:
        if years is None or years < eligibility.chief_years:
            raise Refused(f"{candidate.name}任教不满 {eligibility.chief_years} 年，不能坐 1 号。", seat.value)
        if candidate.tier is Tier.LEARNING:
            raise Refused(f"{candidate.name}是{candidate.tier.label}，不能坐 1 号。", seat.value)
    if seat is Seat.MIDDLE and (years is None or years < eligibility.middle_years):
        raise Refused(f"{candidate.name}任教不满 {eligibility.middle_years} 年，不能坐 2 号。", seat.value)
    if seat is Seat.NOVICE and not is_extended and years is not None and years >= eligibility.novice_years:
        raise Refused(f"{candidate.name}任教已满 {eligibility.novice_years} 年，不用再坐 3 号。", seat.value)


def check_sitting(
    candidate: Candidate,
    seat: Seat,
    sittings: Iterable[Sitting],
    *,
    triad_id: int,
    first: date,
    last: date,
    eligibility: Eligibility,
) -> None:
    """Raise `Refused` when taking the seat from `first` to `last` breaks a rule on any day, over all triads.

    `sittings` are everybody's times, those on the triad's other seats too; what is on the seat itself gives way. Nobody sits
    twice in a triad; an apprentice has one master at a time; a chief leads at most `chief_places` triads; nobody is, over
    whatever chain of triads, master of their own master.
    """
    at_once = [one for one in sittings if one.overlaps(first, last) and (one.triad_id, one.seat) != (triad_id, seat)]
    for day in sorted({first, *(one.starts_on for one in at_once if one.starts_on > first)}):
        now = [one for one in at_once if one.starts_on <= day <= one.ends_on]
        mine = [one for one in now if one.teacher_id == candidate.id]
        if any(one.triad_id == triad_id for one in mine):
            raise Refused(f"{candidate.name}已经在这个三人行里。", seat.value)
        if seat in APPRENTICES and any(one.seat in APPRENTICES for one in mine):
            raise Refused(f"{candidate.name}同一时间已在另一个三人行里当徒弟，一人只能有一位师傅。", seat.value)
        if seat is Seat.CHIEF and sum(one.seat is Seat.CHIEF for one in mine) >= eligibility.chief_places:
            raise Refused(f"{candidate.name}已带 {eligibility.chief_places} 组，不能再带。", seat.value)
        taken = Sitting(triad_id, seat, candidate.id, first, last)
        if candidate.id in _above(candidate.id, masters_of([*now, taken])):
            raise Refused(f"{candidate.name}在别的三人行里正好是自己徒弟的徒弟，不能互为师傅。", seat.value)


def masters_of(sittings: Iterable[Sitting]) -> dict[int, set[int]]:
    """By teacher the ids of their masters: the chief of a middle, and both of a novice."""
    by_triad: dict[int, dict[Seat, set[int]]] = {}
    for one in sittings:
        by_triad.setdefault(one.triad_id, {}).setdefault(one.seat, set()).add(one.teacher_id)
    masters: dict[int, set[int]] = {}
    for seats in by_triad.values():
        for apprentice in seats.get(Seat.MIDDLE, ()):
            masters.setdefault(apprentice, set()).update(seats.get(Seat.CHIEF, ()))
        for apprentice in seats.get(Seat.NOVICE, ()):
            masters.setdefault(apprentice, set()).update(seats.get(Seat.MIDDLE, ()), seats.get(Seat.CHIEF, ()))
    return masters


def breaches(sittings: Collection[Sitting], eligibility: Eligibility) -> list[str]:
    """Sentences naming every rule a set of times breaks on any day; empty when all is well. For tests and the audit."""
    found = []
    days = sorted({day for one in sittings for day in (one.starts_on, one.ends_on)})
    for day in days:
        now = [one for one in sittings if one.starts_on <= day <= one.ends_on]
        for teacher in sorted({one.teacher_id for one in now}):
            mine = [one for one in now if one.teacher_id == teacher]
            if len({one.triad_id for one in mine}) < len(mine):
                found.append(f"{day}: {teacher} sits twice in one triad")
            if sum(one.seat in APPRENTICES for one in mine) > 1:
                found.append(f"{day}: {teacher} has two masters")
            if sum(one.seat is Seat.CHIEF for one in mine) > eligibility.chief_places:
                found.append(f"{day}: {teacher} leads too many")
            if teacher in _above(teacher, masters_of(now)):
                found.append(f"{day}: {teacher} is their own master")
        seats = [(one.triad_id, one.seat) for one in now]
        found += [f"{day}: seat {seat} of {triad} is held twice" for triad, seat in set(seats) if seats.count((triad, seat)) > 1]
    return found


def check_change(state: TriadState, on_day: date, reason: str, *, starts_on: date, ends_on: date) -> None:
    """Raise `Refused` for a change of members outside the triad's time, without a reason, or in one that is over.

    In a proposal nobody has sat yet, so a seat is simply filled anew, from the first day.
    """
    if state not in LIVE:
        raise Refused(f"这个三人行{state.label}，不能再换人。")
    if not reason:
        raise Refused("请写明换人的原因。", "reason")
    if state is TriadState.ACTIVE and not starts_on < on_day <= ends_on:
        raise Refused(f"换人日期应在 {(starts_on + timedelta(days=1)).isoformat()} 到 {ends_on.isoformat()} 之间。", "on_day")


def check_confirm(state: TriadState) -> None:
    """Raise `Refused` unless the triad is still a proposal."""
    if state is not TriadState.PROPOSED:
        raise Refused(f"这个三人行{state.label}，不用再确认。")


def check_discard(state: TriadState) -> None:
    """Raise `Refused` unless the triad is still a proposal, which may be thrown away."""
    if state is not TriadState.PROPOSED:
        raise Refused(f"这个三人行{state.label}，不能放弃。")


def check_dissolve(state: TriadState, reason: str) -> None:
    """Raise `Refused` without a reason, or when the triad is not active; a proposal is thrown away instead."""
    if state is not TriadState.ACTIVE:
        raise Refused(f"这个三人行{state.label}，不能解除。")
    if not reason:
        raise Refused("请写明解除的原因。", "reason")


@dataclass(frozen=True)
class Earlier:
    """A triad that ended: who sat where last, which apprentices did not pass, and whether another goes on from it."""

    triad_id: int
    subject_id: int
    ends_on: date
    seats: Mapping[Seat, int]
    extended: frozenset[int]
    is_continued: bool = False


def check_extension(earlier: Earlier, subject_id: int, seats: Mapping[Seat, int], starts_on: date) -> None:
    """Raise `Refused` unless a triad may go on from an earlier one: once, in the subject, later, with who did not pass."""
    if not earlier.extended:
        raise Refused("这个三人行没有延期的徒弟，不用续办。")
    if earlier.is_continued:
        raise Refused("这个三人行已经续办过了。")
    if subject_id != earlier.subject_id:
        raise Refused("续办的三人行要是同一学科。", "subject_id")
    if starts_on <= earlier.ends_on:
        raise Refused(f"续办要从上一期结束（{earlier.ends_on.isoformat()}）之后开始。", "starts_on")
    if not earlier.extended & {seats[one] for one in APPRENTICES if one in seats}:
        raise Refused("续办的三人行里要有上学期延期的徒弟。", "novice")


def _above(teacher: int, masters: Mapping[int, set[int]]) -> set[int]:
    """Everybody who is master of a teacher, directly or over others; the teacher too when the chain is a circle."""
    found: set[int] = set()
    left = list(masters.get(teacher, ()))
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += masters.get(one, ())
    return found
