"""Suggesting triads from the staff list: same subject, near grades, years and load; the office decides (S8)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from school.errors import Refused
from school.mentoring.enums import Seat
from school.mentoring.rules.triads import APPRENTICES, Candidate, Earlier, Eligibility, check_eligible

LACKING = {Seat.CHIEF: "空闲的首席师傅", Seat.MIDDLE: "空闲的2号中坚教师", Seat.NOVICE: "还没有师傅的新教师"}


@dataclass(frozen=True)
class Colleague:
    """A teacher of one subject: the grades they teach it in, and how many lessons (class and subject) they have in all."""

    candidate: Candidate
    subject_id: int
    subject: str
    grades: frozenset[int]
    classes: int


@dataclass(frozen=True)
class Suggestion:
    """Three colleagues of a subject, and why just these; `goes_on_from` is the triad of last term it continues."""

    subject_id: int
    subject: str
    seats: Mapping[Seat, Candidate]
    why: str
    goes_on_from: int | None = None


@dataclass(frozen=True)
class Proposal:
    """What the helper suggests, which apprentices stay without and why, and of whom the years are not known."""

    suggestions: tuple[Suggestion, ...]
    without: tuple[tuple[Candidate, str], ...]
    unknown: tuple[Candidate, ...]


@dataclass
class Places:
    """Who has a seat so far: apprentices by id, triads led by chief, and apprentices of last term kept for their own triad."""

    apprentices: set[int]
    led: Counter[int]
    kept: set[int] = field(default_factory=set)

    def take(self, made: Suggestion) -> None:
        """Seat the three of a suggestion."""
        self.apprentices.update(made.seats[seat].id for seat in APPRENTICES)
        self.led[made.seats[Seat.CHIEF].id] += 1

    def may(self, one: Colleague, seat: Seat, eligibility: Eligibility, *, is_extended: bool = False) -> bool:
        """Whether a colleague may be suggested for a seat: masters of others are no middles, apprentices no chiefs."""
        teacher = one.candidate.id
        if teacher in self.apprentices or not may_sit(one.candidate, seat, eligibility, is_extended=is_extended):
            return False
        return self.led[teacher] < eligibility.chief_places if seat is Seat.CHIEF else not self.led[teacher]


def may_sit(candidate: Candidate, seat: Seat, eligibility: Eligibility, *, is_extended: bool = False) -> bool:
    """Whether years and tier go with a seat."""
    try:
        check_eligible(candidate, seat, eligibility, is_extended=is_extended)
    except Refused:
        return False
    return True


def propose(
    colleagues: Iterable[Colleague], earlier: Sequence[Earlier], busy: Mapping[Seat, Collection[int]], eligibility: Eligibility
) -> Proposal:
    """Suggest a triad for every novice, subject by subject in the order they come; deterministic, and each can be taken.

    Apprentices who did not pass come first, with the people they had as far as these are free. Then each novice gets the
    middle teacher and the chief of the same subject whose grades are nearest, with the fewest triads and lessons; who could
    lead sits in the middle only when nobody else is left. `busy` are teachers who have a seat.
    """
    staff = list(colleagues)
    by_subject: dict[int, list[Colleague]] = {}
    for one in staff:
        by_subject.setdefault(one.subject_id, []).append(one)
    places = Places({*busy.get(Seat.MIDDLE, ()), *busy.get(Seat.NOVICE, ())}, Counter(busy.get(Seat.CHIEF, ())))
    going_on = [one for one in earlier if one.extended and not one.is_continued]
    here = {(one.subject_id, one.candidate.id) for one in staff}
    places.kept = {teacher for one in going_on for teacher in one.extended if (one.subject_id, teacher) in here}
    suggestions: list[Suggestion] = []
    without: dict[int, tuple[Candidate, str]] = {}
    for subject_id, unsorted in by_subject.items():
        of_subject = sorted(unsorted, key=lambda one: one.candidate.id)
        for made in _of_subject(of_subject, [one for one in going_on if one.subject_id == subject_id], places, eligibility):
            if isinstance(made, Suggestion):
                suggestions.append(made)
                places.take(made)
            else:
                without.setdefault(made[0].id, made)
    return Proposal(
        tuple(suggestions),
        tuple(one for teacher, one in without.items() if teacher not in places.apprentices),
        tuple({one.candidate.id: one.candidate for one in staff if one.candidate.years is None}.values()),
    )


def options(colleagues: Iterable[Colleague], subject_id: int, seat: Seat, eligibility: Eligibility) -> list[Colleague]:
    """Whom the office may pick for a seat of a subject: by years and tier, whoever they sit with already."""
    return [one for one in colleagues if one.subject_id == subject_id and may_sit(one.candidate, seat, eligibility)]


def _of_subject(
    staff: Sequence[Colleague], going_on: Iterable[Earlier], places: Places, eligibility: Eligibility
) -> Iterator[Suggestion | tuple[Candidate, str]]:
    """A suggestion for each apprentice of a subject, or why there is none."""
    for old in going_on:
        pinned = _still_there(old, {one.candidate.id: one for one in staff}, places, eligibility)
        places.kept -= old.extended - {one.candidate.id for one in pinned.values()}
        again = [pinned[seat] for seat in APPRENTICES if seat in pinned]
        apprentice = next((one for one in again if one.candidate.id in old.extended), None)
        if apprentice is not None:
            yield _best(apprentice, pinned, staff, places, eligibility, old)
    for novice in staff:
        if novice.candidate.years is not None and places.may(novice, Seat.NOVICE, eligibility):
            yield _best(novice, {Seat.NOVICE: novice}, staff, places, eligibility)


def _still_there(old: Earlier, known: Mapping[int, Colleague], places: Places, eligibility: Eligibility) -> dict[Seat, Colleague]:
    """Who of an earlier triad sits again: those who are here, free, and may still sit there or did not pass."""
    found = {}
    for seat, teacher in old.seats.items():
        one, is_extended = known.get(teacher), teacher in old.extended
        if one is None or (teacher in places.kept and not is_extended):
            continue
        if places.may(one, seat, eligibility, is_extended=is_extended):
            found[seat] = one
    return found


def _best(
    apprentice: Colleague,
    pinned: Mapping[Seat, Colleague],
    staff: Sequence[Colleague],
    places: Places,
    eligibility: Eligibility,
    old: Earlier | None = None,
) -> Suggestion | tuple[Candidate, str]:
    """The best people for the seats that are not pinned, or the apprentice with what is lacking."""
    offered = {seat: [pinned[seat]] if seat in pinned else _free(staff, seat, places, eligibility) for seat in Seat}
    trios = [
        trio
        for trio in product(*(offered[seat] for seat in Seat))
        if len({one.candidate.id for one in trio}) == len(Seat) and (old or _years(trio[1]) < _years(trio[0]))
    ]
    if not trios:
        lacking = next((LACKING[seat] for seat in Seat if not offered[seat]), "年限合适的 1 号和 2 号")
        return apprentice.candidate, f"{apprentice.subject}没有{lacking}。"
    led = places.led
    chief, middle, novice = min(
        trios,
        key=lambda trio: (
            may_sit(trio[1].candidate, Seat.CHIEF, eligibility),
            distance(trio[2], trio[1]),
            led[trio[0].candidate.id],
            distance(trio[1], trio[0]),
            trio[0].classes + trio[1].classes,
            _years(trio[1]),
            -_years(trio[0]),
            *(one.candidate.id for one in reversed(trio)),
        ),
    )
    seats = {Seat.CHIEF: chief.candidate, Seat.MIDDLE: middle.candidate, Seat.NOVICE: novice.candidate}
    apart = distance(novice, middle)
    why = (
        f"同教{apprentice.subject}；3号{_taught(novice)}；2号{_taught(middle)}，"
        f"与3号{f'相隔 {apart} 个年级' if apart else '同年级'}，任课 {middle.classes} 个班次；"
        f"1号{_taught(chief)}，已带 {led[chief.candidate.id]} 组。"
    )
    if old is not None:
        names = "、".join(seats[seat].name for seat in APPRENTICES if seats[seat].id in old.extended)
        same = all(seats[seat].id == old.seats.get(seat) for seat in Seat)
        why = f"{names}上学期验收延期，{'原班人马继续。' if same else '换下的人另选。' + why}"
    return Suggestion(apprentice.subject_id, apprentice.subject, seats, why, old.triad_id if old else None)


def _free(staff: Iterable[Colleague], seat: Seat, places: Places, eligibility: Eligibility) -> list[Colleague]:
    """Who may be suggested for a seat; apprentices of last term only for their own triad, novices only with known years."""
    return [
        one
        for one in staff
        if one.candidate.id not in places.kept
        and places.may(one, seat, eligibility)
        and (seat is not Seat.NOVICE or one.candidate.years is not None)
    ]


def distance(one: Colleague, other: Colleague) -> int:
    """How many grades two colleagues are apart; 0 when they share one, and when one of them has none."""
    return min((abs(a - b) for a in one.grades for b in other.grades), default=0)


def _years(one: Colleague) -> int:
    return one.candidate.years or 0


def _taught(one: Colleague) -> str:
    return f"任教 {one.candidate.years} 年" if one.candidate.years else "任教不满 1 年"
