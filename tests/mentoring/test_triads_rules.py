"""No history of proposing, changing and dissolving can break the rules of triads."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from school.errors import Refused
from school.mentoring.enums import Seat, Tier, TriadState
from school.mentoring.rules.proposing import Colleague, propose
from school.mentoring.rules.triads import (
    Candidate,
    Earlier,
    Eligibility,
    Sitting,
    breaches,
    check_change,
    check_dates,
    check_dissolve,
    check_eligible,
    check_extension,
    check_seats,
    check_sitting,
)

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
RULES = Eligibility(10, 3, 3, 2)
TIGHT = replace(RULES, chief_places=1)  # for histories of few people: with two places nobody could lead one too many
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
            planned = [Sitting(number, seat, one, first, last) for seat, one in seats.items()]
            for seat, one in seats.items():
                span = {"triad_id": number, "first": first, "last": last}
                check_sitting(person(one), seat, [*self.sittings, *planned], eligibility=TIGHT, **span)
        except Refused:
            return False
        self.made, self.ends[number] = number, last
        self.sittings += planned
        return True

    def change(self, triad: int, seat: Seat, teacher: int, day: date) -> bool:
        """Somebody else takes a seat from a day on."""
        of_seat = [one for one in self.sittings if (one.triad_id, one.seat) == (triad, seat)]
        leaving = max(of_seat, key=lambda one: one.starts_on, default=None) if triad in self.ends else None
        if leaving is None or not leaving.starts_on < day <= self.ends[triad] or leaving.teacher_id == teacher:
            return False
        try:
            span = {"triad_id": triad, "first": day, "last": self.ends[triad]}
            check_sitting(person(teacher), seat, self.sittings, eligibility=TIGHT, **span)
        except Refused:
            return False
        self.sittings.remove(leaving)
        self.sittings += [replace(leaving, ends_on=day - timedelta(1)), Sitting(triad, seat, teacher, day, self.ends[triad])]
        return True

    def dissolve(self, triad: int, day: date) -> None:
        """The seats are free from the day after; who was to come later never comes."""
        others = [one for one in self.sittings if one.triad_id != triad]
        held = [one for one in self.sittings if one.triad_id == triad and one.starts_on <= day]
        self.sittings = others + [replace(one, ends_on=min(one.ends_on, day)) for one in held]
        self.ends.pop(triad, None)


TRIOS = st.permutations(range(6)).map(lambda one: one[:3])
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("make"), TRIOS, st.tuples(DAYS, DAYS).map(sorted)),
        st.tuples(st.just("change"), st.integers(1, 3), st.sampled_from(list(Seat)), st.integers(0, 5), DAYS),
        st.tuples(st.just("dissolve"), st.integers(1, 3), DAYS),
    ),
    min_size=2,
    max_size=16,
)


@given(ACTS)
@settings(max_examples=1500)
def test_no_history_breaks_a_rule(acts: list[tuple]) -> None:
    triads = Triads()
    for kind, *values in acts:
        if kind == "make":
            people, (first, last) = values
            triads.make(dict(zip(Seat, people, strict=True)), first, last)
        elif kind == "change":
            triads.change(*values)
        else:
            triads.dissolve(*values)
        assert breaches(triads.sittings, TIGHT) == []


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
    assert "2号任教 8 年，与3号同年级，任课 2 个班次；1号任教 22 年，已带 0 组。" in found.suggestions[0].why
    assert "同教数学" in found.suggestions[0].why
    assert propose(staff[::-1], [], {}, RULES) == found


def test_of_equal_chiefs_the_one_with_fewer_triads_leads() -> None:
    masters = [colleague(1, 25, {3}), colleague(2, 24, {3}), colleague(3, 8, {3}), colleague(4, 8, {3})]
    novices = [colleague(number, 1, {3}, tier=Tier.LEARNING) for number in (5, 6)]
    found = propose([*masters, *novices], [], {}, RULES).suggestions
    assert [one.seats[CHIEF].id for one in found] == [1, 2]
    assert "已带 0 组" in found[1].why
    (busy, _other) = propose([*masters, *novices], [], {CHIEF: [1]}, RULES).suggestions
    assert busy.seats[CHIEF].id == 2


def test_who_has_a_seat_is_not_proposed_again_and_an_extended_triad_goes_on() -> None:
    staff = [colleague(1, 25, {3}), colleague(3, 8, {3}), colleague(4, 9, {3}), colleague(5, 1, {3}, tier=Tier.LEARNING)]
    busy = {CHIEF: [], MIDDLE: [3], NOVICE: []}
    (only,) = propose(staff, [], busy, RULES).suggestions
    assert only.seats[MIDDLE].id == 4
    assert propose(staff, [], {CHIEF: [1, 1]}, RULES).without[0][1] == "数学没有空闲的首席师傅。"
    (goes_on,) = propose(staff, [OLD], {}, RULES).suggestions
    assert (goes_on.goes_on_from, goes_on.seats[MIDDLE].id, goes_on.why) == (7, 3, "师5上学期验收延期，原班人马继续。")


OLD = Earlier(7, 1, FIRST - timedelta(30), {CHIEF: 1, MIDDLE: 3, NOVICE: 5}, frozenset({5}))


def test_an_extended_apprentice_goes_on_with_whoever_is_left() -> None:
    chief, middle, other = colleague(1, 25, {3}), colleague(3, 8, {3}), colleague(4, 9, {3})
    old_novice, new_novice = (colleague(number, years, {3}, tier=Tier.LEARNING) for number, years in ((5, 3), (6, 1)))

    def pairs(staff: list[Colleague], old: Earlier = OLD, **busy: list[int]) -> list[tuple[int | None, list[int]]]:
        found = propose(staff, [old], {Seat(seat): ids for seat, ids in busy.items()}, RULES)
        return [(one.goes_on_from, [one.seats[seat].id for seat in Seat]) for one in found.suggestions]

    assert pairs([chief, middle, other, old_novice]) == [(7, [1, 3, 5])]  # three years by now, and sits on all the same
    assert pairs([chief, other, old_novice]) == [(7, [1, 4, 5])]
    assert pairs([chief, middle, other, old_novice], middle=[3]) == [(7, [1, 4, 5])]
    assert pairs([chief, middle, other, old_novice], novice=[5]) == []
    another = Earlier(8, 1, OLD.ends_on, {CHIEF: 2, MIDDLE: 3, NOVICE: 6}, frozenset({3}))
    two = [chief, colleague(2, 24, {3}), middle, colleague(4, 9, {6}), old_novice, new_novice]
    both = propose(two, [replace(OLD, seats={**OLD.seats, MIDDLE: 99}), another], {}, RULES).suggestions
    assert [[one.seats[seat].id for seat in Seat] for one in both] == [[1, 4, 5], [2, 3, 6]]  # 3 is kept for their own triad
    middle_only = replace(OLD, extended=frozenset({3}))
    assert pairs([chief, middle, other, old_novice, new_novice], middle_only) == [(7, [1, 3, 6])]
    lonely = propose([chief, middle, other, old_novice], [middle_only], {}, RULES)
    assert [(one.id, why) for one, why in lonely.without] == [(3, "数学没有还没有师傅的新教师。")]
    assert pairs([chief, middle, other, old_novice], replace(OLD, is_continued=True)) == []


STAFF = st.lists(
    st.tuples(
        st.integers(0, 1), st.one_of(st.none(), st.integers(0, 25)), st.sets(st.integers(1, 6), max_size=2), st.integers(0, 6)
    ),
    max_size=14,
)


@given(STAFF, st.lists(st.tuples(st.permutations(range(8)).map(lambda one: one[:3]), st.integers(1, 3)), max_size=2))
@settings(max_examples=400)
def test_every_suggestion_can_be_taken(staff: list[tuple], before: list[tuple[list[int], int]]) -> None:
    """One after the other, whoever is there; and nobody who may be a novice is forgotten."""
    people = [
        person(n, years, Tier.LEARNING if (years or 0) < 5 else Tier.GUIDANCE) for n, (_s, years, _g, _c) in enumerate(staff)
    ]
    colleagues = [
        Colleague(one, subject, "数语"[subject], frozenset(grades), classes)
        for one, (subject, _years, grades, classes) in zip(people, staff, strict=True)
    ]
    earlier = [
        Earlier(9 + n, 0, FIRST - timedelta(9), dict(zip(Seat, who, strict=True)), frozenset(who[k] for k in (1, 2) if bits & k))
        for n, (who, bits) in enumerate(before)
    ]
    found = propose(colleagues, earlier, {}, RULES)
    taken: list[Sitting] = []
    for number, one in enumerate(found.suggestions):
        old = next((was for was in earlier if was.triad_id == one.goes_on_from), None)
        check_seats(one.seats, RULES, old.extended if old else ())
        if old:
            check_extension(old, one.subject_id, {seat: who.id for seat, who in one.seats.items()}, FIRST)
        planned = [Sitting(number, seat, who.id, FIRST, LAST) for seat, who in one.seats.items()]
        for seat, who in one.seats.items():
            check_sitting(who, seat, taken + planned, triad_id=number, first=FIRST, last=LAST, eligibility=RULES)
        taken += planned
    named = {one.teacher_id for one in taken} | {one.id for one, _why in found.without} | {one.id for one in found.unknown}
    assert {one.id for one in people if one.years is None or one.years < RULES.novice_years} <= named


def test_a_triad_goes_on_once_later_in_its_subject_with_who_did_not_pass() -> None:
    seats, later = dict(OLD.seats), OLD.ends_on + timedelta(1)
    check_extension(OLD, 1, seats, later)
    for old, subject, people, day in (
        (replace(OLD, extended=frozenset()), 1, seats, later),
        (replace(OLD, is_continued=True), 1, seats, later),
        (OLD, 2, seats, later),
        (OLD, 1, seats, OLD.ends_on),
        (OLD, 1, {**seats, NOVICE: 6}, later),
    ):
        with pytest.raises(Refused):
            check_extension(old, subject, people, day)


def test_a_circle_over_three_triads_is_refused() -> None:
    def sit(triad: int, seat: Seat, teacher: int, first: date = FIRST, last: date = LAST) -> Sitting:
        return Sitting(triad, seat, teacher, first, last)

    half = FIRST + timedelta(14)
    chain = [sit(1, CHIEF, 1), sit(1, MIDDLE, 2), sit(2, CHIEF, 2), sit(2, MIDDLE, 3)]
    with pytest.raises(Refused, match="已经在这个三人行里"):
        check_sitting(person(1), MIDDLE, chain, triad_id=1, first=FIRST, last=LAST, eligibility=RULES)
    span = {"triad_id": 3, "first": FIRST, "last": LAST, "eligibility": RULES}
    with pytest.raises(Refused, match="互为师傅"):
        check_sitting(person(1), MIDDLE, [*chain, sit(3, CHIEF, 3)], **span)
    check_sitting(person(1), MIDDLE, [*chain, sit(3, CHIEF, 4)], **span)
    apart = [*chain[:3], sit(2, MIDDLE, 3, FIRST, half), sit(3, CHIEF, 3, half + timedelta(1))]
    check_sitting(person(1), MIDDLE, apart, **{**span, "first": half + timedelta(1)})


def test_places_count_by_the_day() -> None:
    half = FIRST + timedelta(14)
    led = [Sitting(1, CHIEF, 1, FIRST, half), Sitting(2, CHIEF, 1, half + timedelta(1), LAST)]
    span = {"triad_id": 9, "first": FIRST, "last": LAST, "eligibility": RULES}
    check_sitting(person(1), CHIEF, led, **span)  # two triads, one after the other
    with pytest.raises(Refused, match="已带 2 组"):
        check_sitting(person(1), CHIEF, [*led, Sitting(3, CHIEF, 1, half, LAST)], **span)


def test_a_proposal_is_thrown_away_not_dissolved() -> None:
    check_dissolve(TriadState.ACTIVE, "调动")
    for state, reason in ((TriadState.PROPOSED, "调动"), (TriadState.COMPLETED, "调动"), (TriadState.ACTIVE, "")):
        with pytest.raises(Refused):
            check_dissolve(state, reason)
