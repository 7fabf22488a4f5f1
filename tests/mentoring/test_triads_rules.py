"""No history of proposing, changing and dissolving can break the rules of triads."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from school.errors import Refused
from school.mentoring.enums import Seat, Tier, TriadState
from school.mentoring.rules.proposing import Colleague, Earlier, propose
from school.mentoring.rules.triads import (
    Candidate,
    Eligibility,
    Sitting,
    breaches,
    check_change,
    check_dates,
    check_eligible,
    check_seats,
    check_sitting,
)

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
RULES = Eligibility(10, 3, 3, 2)
CHIEF, MIDDLE, NOVICE = Seat
DAYS = st.integers(0, 29).map(lambda number: FIRST + timedelta(number))


def person(number: int, years: int | None = 20, tier: Tier = Tier.GUIDANCE) -> Candidate:
    """A teacher who may sit anywhere but the novice's seat."""
    return Candidate(number, f"师{number}", years, tier)


class Triads:
    """Triads as the services keep them, judged by the same rules, without a database."""

    def __init__(self) -> None:
        self.sittings: list[Sitting] = []
        self.ends: dict[int, date] = {}
        self.made = 0

    def make(self, seats: dict[Seat, int], first: date, last: date) -> bool:
        """Propose and confirm; whether it was allowed."""
        number = self.made + 1
        try:
            check_dates(first, last, first=FIRST, last=LAST)
            if len(set(seats.values())) < len(Seat):
                raise Refused("twice")
            for seat, one in seats.items():
                others = {other: who for other, who in seats.items() if other is not seat}
                span = {"triad_id": number, "first": first, "last": last}
                check_sitting(person(one), seat, others, self.sittings, eligibility=RULES, **span)
        except Refused:
            return False
        self.made, self.ends[number] = number, last
        self.sittings += [Sitting(number, seat, one, first, last) for seat, one in seats.items()]
        return True

    def change(self, triad: int, seat: Seat, teacher: int, day: date) -> bool:
        """Somebody else takes a seat from a day on."""
        live = self.ends.get(triad)
        present = {one.seat: one for one in self.sittings if one.triad_id == triad and one.ends_on == live}
        leaving = present.get(seat)
        if leaving is None or not leaving.starts_on < day <= self.ends[triad] or leaving.teacher_id == teacher:
            return False
        others = {other: one.teacher_id for other, one in present.items() if other is not seat}
        try:
            span = {"triad_id": triad, "first": day, "last": self.ends[triad]}
            check_sitting(person(teacher), seat, others, self.sittings, eligibility=RULES, **span)
        except Refused:
            return False
        self.sittings.remove(leaving)
        self.sittings += [replace(leaving, ends_on=day - timedelta(1)), Sitting(triad, seat, teacher, day, self.ends[triad])]
        return True

    def dissolve(self, triad: int, day: date) -> None:
        """The seats are free from the day after."""
        kept = []
        for one in self.sittings:
            if one.triad_id == triad and one.ends_on > day:
                one = replace(one, ends_on=max(day, one.starts_on))
            kept.append(one)
        self.sittings = kept
        self.ends.pop(triad, None)


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("make"), st.permutations(range(6)).map(lambda one: one[:3]), DAYS, DAYS),
        st.tuples(st.just("change"), st.integers(1, 5), st.sampled_from(list(Seat)), st.integers(0, 5), DAYS),
        st.tuples(st.just("dissolve"), st.integers(1, 5), DAYS),
    ),
    max_size=14,
)


@given(ACTS)
@settings(max_examples=500)
def test_no_history_breaks_a_rule(acts: list[tuple]) -> None:
    triads = Triads()
    for kind, *values in acts:
        if kind == "make":
            people, first, last = values
            triads.make(dict(zip(Seat, people, strict=True)), first, last)
        elif kind == "change":
            triads.change(*values)
        else:
            triads.dissolve(*values)
        assert breaches(triads.sittings, RULES) == []


def test_each_breach_is_seen() -> None:
    def sit(triad: int, seat: Seat, teacher: int) -> Sitting:
        return Sitting(triad, seat, teacher, FIRST, LAST)

    planted = {
        "sits twice": [sit(1, CHIEF, 1), sit(1, NOVICE, 1)],
        "two masters": [sit(1, MIDDLE, 1), sit(2, NOVICE, 1)],
        "leads too many": [sit(number, CHIEF, 1) for number in (1, 2, 3)],
        "own master": [sit(1, CHIEF, 1), sit(1, MIDDLE, 2), sit(2, CHIEF, 2), sit(2, MIDDLE, 1)],
        "held twice": [sit(1, CHIEF, 1), sit(1, CHIEF, 2)],
    }
    for words, sittings in planted.items():
        assert any(words in sentence for sentence in breaches(sittings, RULES)), words


@pytest.mark.parametrize(
    ("candidate", "seat", "may"),
    [
        (person(1, 10, Tier.RESEARCH), CHIEF, True),
        (person(1, 9, Tier.RESEARCH), CHIEF, False),
        (person(1, 12, Tier.LEARNING), CHIEF, False),
        (person(1, None, Tier.RESEARCH), CHIEF, False),
        (person(1, 3, Tier.LEARNING), MIDDLE, True),
        (person(1, 2, Tier.LEARNING), MIDDLE, False),
        (person(1, None, Tier.LEARNING), MIDDLE, False),
        (person(1, 2, Tier.LEARNING), NOVICE, True),
        (person(1, 3, Tier.LEARNING), NOVICE, False),
        (person(1, None, Tier.LEARNING), NOVICE, True),
    ],
)
def test_years_and_tier_decide_who_may_sit(candidate: Candidate, seat: Seat, may: bool) -> None:
    if may:
        check_eligible(candidate, seat, RULES)
    else:
        with pytest.raises(Refused):
            check_eligible(candidate, seat, RULES)


def test_three_different_people() -> None:
    novice = person(3, 1, Tier.LEARNING)
    check_seats({CHIEF: person(1), MIDDLE: person(2), NOVICE: novice}, RULES)
    for seats in ({CHIEF: person(1), MIDDLE: person(1), NOVICE: novice}, {CHIEF: person(1), NOVICE: novice}):
        with pytest.raises(Refused):
            check_seats(seats, RULES)


def test_dates_stay_in_the_term_and_changes_in_the_triad() -> None:
    check_dates(FIRST, LAST, first=FIRST, last=LAST)
    for first, last in ((FIRST - timedelta(1), LAST), (FIRST, LAST + timedelta(1)), (LAST, FIRST)):
        with pytest.raises(Refused):
            check_dates(first, last, first=FIRST, last=LAST)
    span = {"starts_on": FIRST, "ends_on": LAST}
    check_change(TriadState.ACTIVE, FIRST + timedelta(1), "调动", **span)
    for state, day, reason in (
        (TriadState.ACTIVE, FIRST, "调动"),
        (TriadState.ACTIVE, LAST + timedelta(1), "调动"),
        (TriadState.ACTIVE, LAST, ""),
        (TriadState.COMPLETED, LAST, "调动"),
    ):
        with pytest.raises(Refused):
            check_change(state, day, reason, **span)


def colleague(number: int, years: int, grades: set[int], *, classes: int = 2, tier: Tier = Tier.GUIDANCE) -> Colleague:
    """A teacher of maths."""
    return Colleague(person(number, years, tier), 1, "数学", frozenset(grades), classes)


def test_the_proposal_pairs_near_grades_and_shares_the_chiefs() -> None:
    staff = [
        colleague(1, 25, {5}),
        colleague(2, 22, {3}),
        colleague(3, 8, {3}),
        colleague(4, 6, {5}),
        colleague(5, 1, {3}, tier=Tier.LEARNING),
        colleague(6, 0, {5}, tier=Tier.LEARNING),
        colleague(7, 2, {6}, tier=Tier.LEARNING),
    ]
    found = propose(staff, [], {}, RULES)
    triples = [[one.seats[seat].id for seat in Seat] for one in found.suggestions]
    assert triples == [[2, 3, 5], [1, 4, 6]]
    assert [(one.id, why) for one, why in found.without] == [(7, "数学没有空闲的2号中坚教师。")]
    assert "同教数学" in found.suggestions[0].why
    assert propose(staff[::-1], [], {}, RULES) == found


def test_who_has_a_seat_is_not_proposed_again_and_an_extended_triad_goes_on() -> None:
    staff = [colleague(1, 25, {3}), colleague(3, 8, {3}), colleague(4, 9, {3}), colleague(5, 1, {3}, tier=Tier.LEARNING)]
    busy = {CHIEF: [], MIDDLE: [3], NOVICE: []}
    (only,) = propose(staff, [], busy, RULES).suggestions
    assert only.seats[MIDDLE].id == 4
    assert propose(staff, [], {CHIEF: [1, 1]}, RULES).without[0][1] == "数学没有空闲的首席师傅。"
    old = Earlier(7, 1, {CHIEF: 1, MIDDLE: 3, NOVICE: 5})
    (goes_on,) = propose(staff, [old], {}, RULES).suggestions
    assert (goes_on.goes_on_from, goes_on.seats[MIDDLE].id) == (7, 3)
