"""Suggesting triads from the staff list: same subject, near grades, years and load; the office decides (S8)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from school.errors import Refused
from school.mentoring.enums import Seat
from school.mentoring.rules.triads import Candidate, Eligibility, check_eligible


@dataclass(frozen=True)
class Colleague:
    """A teacher of one subject with the grades and the number of classes they teach it in this term."""

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
    """What the helper suggests, and who of the novices stays without, with the reason."""

    suggestions: tuple[Suggestion, ...]
    without: tuple[tuple[Candidate, str], ...]


@dataclass(frozen=True)
class Earlier:
    """A triad of last term that was extended: the apprentice who goes on, with masters who may stay."""

    triad_id: int
    subject_id: int
    seats: Mapping[Seat, int]


def propose(
    colleagues: Iterable[Colleague], earlier: Sequence[Earlier], busy: Mapping[Seat, Collection[int]], eligibility: Eligibility
) -> Proposal:
    """Suggest a triad for every novice, subject by subject in the order they come; deterministic.

    Extended triads of last term come first with the people they had. Then each novice gets the middle teacher and the chief
    of the same subject whose grades are nearest, with the fewest triads and classes; `busy` are teachers who have a seat.
    """
    by_subject: dict[int, list[Colleague]] = {}
    for one in colleagues:
        by_subject.setdefault(one.subject_id, []).append(one)
    apprentices = {*busy.get(Seat.MIDDLE, ()), *busy.get(Seat.NOVICE, ())}
    led: Counter[int] = Counter(busy.get(Seat.CHIEF, ()))
    suggestions: list[Suggestion] = []
    without: list[tuple[Candidate, str]] = []
    for unsorted in by_subject.values():
        staff = sorted(unsorted, key=lambda one: one.candidate.id)
        known = {one.candidate.id: one for one in staff}
        for old in (one for one in earlier if one.subject_id == staff[0].subject_id):
            made = _go_on(old, known, apprentices, led, eligibility)
            if made is not None:
                suggestions.append(made)
                _seat(made, apprentices, led)
        for novice in [one for one in staff if _may(one, Seat.NOVICE, eligibility) and one.candidate.years is not None]:
            if novice.candidate.id in apprentices:
                continue
            found = _best(novice, staff, apprentices, led, eligibility)
            if isinstance(found, str):
                without.append((novice.candidate, found))
            else:
                suggestions.append(found)
                _seat(found, apprentices, led)
    return Proposal(tuple(suggestions), tuple(without))


def _go_on(
    old: Earlier, known: Mapping[int, Colleague], apprentices: set[int], led: Counter[int], eligibility: Eligibility
) -> Suggestion | None:
    """Last term's triad again, when all three are still here and may sit where they sat."""
    people = {seat: known.get(teacher_id) for seat, teacher_id in old.seats.items()}
    if len(people) < len(Seat) or any(one is None for one in people.values()):
        return None
    seats = {seat: one.candidate for seat, one in people.items() if one is not None}
    if {seats[Seat.MIDDLE].id, seats[Seat.NOVICE].id} & apprentices or led[seats[Seat.CHIEF].id] >= eligibility.chief_places:
        return None
    subject = next(one.subject for one in people.values() if one is not None)
    return Suggestion(old.subject_id, subject, seats, "上学期验收延期，原班人马继续。", old.triad_id)


def _best(
    novice: Colleague, staff: Sequence[Colleague], apprentices: set[int], led: Counter[int], eligibility: Eligibility
) -> Suggestion | str:
    """The best two masters for a novice, or why there are none."""
    free = [one for one in staff if one.candidate.id not in apprentices and not led[one.candidate.id]]
    middles = [one for one in free if _may(one, Seat.MIDDLE, eligibility)]
    chiefs = [one for one in staff if _may(one, Seat.CHIEF, eligibility) and led[one.candidate.id] < eligibility.chief_places]
    pairs = [
        (middle, chief)
        for middle in middles
        for chief in chiefs
        if len({novice.candidate.id, middle.candidate.id, chief.candidate.id}) == len(Seat)
        and (middle.candidate.years or 0) < (chief.candidate.years or 0)
    ]
    if not pairs:
        lacking = "首席师傅" if not chiefs else "2号中坚教师" if not middles else "年限合适的 1 号和 2 号"
        return f"{novice.subject}没有空闲的{lacking}。"
    middle, chief = min(
        pairs,
        key=lambda pair: (
            _distance(novice, pair[0]),
            led[pair[1].candidate.id],
            _distance(pair[0], pair[1]),
            pair[0].classes + pair[1].classes,
            pair[0].candidate.years or 0,
            -(pair[1].candidate.years or 0),
            pair[0].candidate.id,
            pair[1].candidate.id,
        ),
    )
    seats = {Seat.CHIEF: chief.candidate, Seat.MIDDLE: middle.candidate, Seat.NOVICE: novice.candidate}
    near = "同年级" if not _distance(novice, middle) else f"相隔{_distance(novice, middle)}个年级"
    why = (
        f"同教{novice.subject}；3号任教 {novice.candidate.years} 年，2号 {middle.candidate.years} 年（{near}），"
        f"1号 {chief.candidate.years} 年，现带 {led[chief.candidate.id]} 组。"
    )
    return Suggestion(novice.subject_id, novice.subject, seats, why)


def _seat(made: Suggestion, apprentices: set[int], led: Counter[int]) -> None:
    apprentices.update(made.seats[seat].id for seat in (Seat.MIDDLE, Seat.NOVICE))
    led[made.seats[Seat.CHIEF].id] += 1


def _may(one: Colleague, seat: Seat, eligibility: Eligibility) -> bool:
    try:
        check_eligible(one.candidate, seat, eligibility)
    except Refused:
        return False
    return True


def _distance(one: Colleague, other: Colleague) -> int:
    """How many grades two colleagues are apart; 0 when they share one, and when one of them has none."""
    return min((abs(a - b) for a in one.grades for b in other.grades), default=0)
