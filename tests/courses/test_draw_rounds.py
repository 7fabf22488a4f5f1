"""The draw in rounds: nobody gets what the list forbids, no seat idles, and chance is what it should be."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings

from bench.draw import a_school
from school.courses.rules.draw import Outcome, draw, draw_order
from school.courses.rules.limits import limits_of
from school.courses.rules.outcomes import breaches, metrics_of
from school.courses.rules.selection import Application, Course, Meeting, Selection, SelectionContradictory
from tests.courses.draw_lists import selections

# Upper 99.9 % points of the chi-square distribution by degrees of freedom.
CHI_SQUARE = dict(
    enumerate((10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32, 26.12, 27.88, 29.59, 31.26, 32.91, 34.53, 36.12, 37.70), 1)
)


def one_seat(*names: str) -> tuple[Course, ...]:
    """Courses of one seat that never clash."""
    return tuple(Course(name, 1) for name in names)


@given(selections())
@settings(max_examples=400)
def test_nobody_gets_what_the_list_forbids(selection: Selection) -> None:
    outcome = draw(selection, "seed")
    assert breaches(selection, outcome) == []
    assert set(outcome.assignments) == {one.id for one in selection.applications}
    assert set(outcome.waiting) == {course.id for course in selection.courses}


@given(selections())
@settings(max_examples=300)
def test_no_seat_idles_that_a_child_or_a_group_could_use(selection: Selection) -> None:
    outcome = draw(selection, "seed")
    limits = limits_of(selection)
    counts = Counter(course for held in outcome.assignments.values() for course in held)
    for one in selection.applications:
        for wish in one.wishes:
            group = limits.group_of(one, wish)
            is_free = wish not in outcome.closed and counts[wish] + len(group) <= limits.courses[wish].capacity
            could = limits.may_ever(one, wish) and all(
                limits.fits(member, wish, outcome.assignments[member.id]) for member in group
            )
            assert not (is_free and could), (one.id, wish)


@given(selections())
@settings(max_examples=200)
def test_the_order_of_the_file_does_not_matter(selection: Selection) -> None:
    shuffled = list(selection.applications)
    Random(7).shuffle(shuffled)
    other = replace(selection, applications=tuple(shuffled), courses=selection.courses[::-1])
    first, second = draw(selection, "seed"), draw(other, "seed")
    assert dict(first.assignments) == dict(second.assignments)
    assert dict(first.waiting) == dict(second.waiting)
    assert first.closed == second.closed


@given(selections())
@settings(max_examples=200)
def test_a_course_has_its_minimum_or_is_closed(selection: Selection) -> None:
    outcome = draw(selection, "seed")
    counts = Counter(course for held in outcome.assignments.values() for course in held)
    for course in selection.courses:
        assert counts[course.id] >= course.minimum or (course.id in outcome.closed and not counts[course.id])
        if course.id in outcome.closed:
            assert outcome.waiting[course.id] == ()


@given(selections())
@settings(max_examples=200)
def test_waiting_lists_are_in_draw_order_and_name_nobody_who_has_the_seat(selection: Selection) -> None:
    outcome = draw(selection, "seed")
    place = {one.id: number for number, one in enumerate(draw_order(selection.applications, "seed"))}
    for course, queue in outcome.waiting.items():
        assert list(queue) == sorted(queue, key=place.__getitem__)
        assert not any(course in outcome.assignments[number] for number in queue)


def test_one_course_a_child_a_round_and_the_order_turns() -> None:
    courses = (Course("a", 2), Course("b", 1), Course("c", 1))
    children = tuple(Application(name, ("b", "a", "c"), 2) for name in ("x", "y"))
    first, last = (one.id for one in draw_order(children, "s"))
    outcome = draw(Selection(courses, children), "s")
    # first takes b; last takes a; then the order turns: last takes c, first takes a.
    assert dict(outcome.assignments)[first] == ("b", "a")
    assert dict(outcome.assignments)[last] == ("a", "c")


def test_a_course_below_its_minimum_closes_and_its_children_get_their_next_wish() -> None:
    courses = (Course("lonely", 10, minimum=3), Course("full", 1), Course("open", 10, minimum=2))
    children = (
        Application("1", ("lonely", "open")),
        Application("2", ("lonely", "open")),
        Application("3", ("full",)),
    )
    outcome = draw(Selection(courses, children), "s")
    assert outcome.closed == ("lonely",)
    assert outcome.assignments == {"1": ("open",), "2": ("open",), "3": ("full",)}
    saved = draw(Selection((replace(courses[0], minimum=2), *courses[1:]), children), "s")
    assert saved.closed == ("open",)
    assert saved.assignments["1"] == saved.assignments["2"] == ("lonely",)


def test_the_children_of_a_closed_course_may_save_another() -> None:
    courses = (Course("a", 10, minimum=4), Course("b", 10, minimum=3))
    children = (
        Application("1", ("a", "b")),
        Application("2", ("a", "b")),
        Application("3", ("b", "a")),
    )
    outcome = draw(Selection(courses, children), "s")
    assert outcome.closed == ("a",)
    assert all(held == ("b",) for held in outcome.assignments.values())


def test_a_course_siblings_take_is_the_course_of_this_round_of_each_of_them() -> None:
    courses = (Course("art", 1), Course("swim", 2), Course("chess", 9))
    together = {"swim": "family"}
    eager = Application("1", ("art", "swim"), 2, together=together)
    other = Application("2", ("swim", "chess"), 1, together=together)
    seen = set()
    for seed in "stuvwxyz":
        outcome = draw(Selection(courses, (eager, other)), seed)
        is_eager_first = draw_order((eager, other), seed)[0] is eager
        # Who has had a course this round cannot have another, so the wish waits and the sibling takes its next one.
        wanted = {"1": ("art",), "2": ("chess",)} if is_eager_first else {"1": ("art", "swim"), "2": ("swim",)}
        assert outcome.assignments == wanted
        seen.add(is_eager_first)
    assert seen == {True, False}


def test_siblings_take_in_a_later_round_what_one_of_them_could_not_take_in_this() -> None:
    together = {"swim": "family"}
    children = (
        Application("1", ("art", "swim"), 2, together=together),
        Application("2", ("swim", "chess"), 2, together=together),
    )
    for seed in "stuvwxyz":
        outcome = draw(Selection((Course("art", 1), Course("swim", 2), Course("chess", 9)), children), seed)
        assert outcome.assignments == {"1": ("art", "swim"), "2": ("swim", "chess")}


def test_a_whole_school_is_drawn_in_a_moment() -> None:
    selection = a_school()
    before = process_time()
    outcome = draw(selection, "s")
    assert process_time() - before < 1
    assert breaches(selection, outcome) == []


@pytest.mark.parametrize("seats", [1, 2])
def test_siblings_get_both_or_none(seats: int) -> None:
    pair = {"swim": "family"}
    children = (
        Application("1", ("swim", "art"), together=pair),
        Application("2", ("swim", "art"), together=pair),
    )
    outcome = draw(Selection((Course("swim", seats), Course("art", 5)), children), "s")
    wanted = ("swim",) if seats == 2 else ("art",)
    assert outcome.assignments == {"1": wanted, "2": wanted}
    assert outcome.waiting["swim"] == (() if seats == 2 else tuple(one.id for one in draw_order(children, "s")))


def test_a_group_one_of_whom_may_not_come_is_given_nothing() -> None:
    children = (
        Application("1", ("swim",), grade=1, together={"swim": "family"}),
        Application("2", ("swim",), grade=5, together={"swim": "family"}),
    )
    outcome = draw(Selection((Course("swim", 5, grades=frozenset({1})),), children), "s")
    assert outcome.assignments == {"1": (), "2": ()}
    assert outcome.waiting["swim"] == ()


def test_limits_of_week_and_day_count_what_was_held_and_spare_the_exempt() -> None:
    def course(name: str, day: str, **more: object) -> Course:
        return Course(name, 9, meetings=(Meeting(day, 1000, 1080),), **more)

    courses = (
        course("mon", "1"),
        Course("mon-late", 9, meetings=(Meeting("1", 1100, 1150),)),
        course("tue", "2"),
        course("wed", "3"),
        course("choir", "4", is_exempt=True),
    )
    wishes = ("mon-late", "tue", "wed", "choir")
    child = Application("1", wishes, max_courses=2, max_per_day=1, held=("mon",))
    assert draw(Selection(courses, (child,)), "s").assignments["1"] == ("tue", "choir")
    free = replace(child, held=(), max_per_day=0)
    assert draw(Selection(courses, (free,)), "s").assignments["1"] == ("mon-late", "tue", "choir")
    assert draw(Selection(courses, (replace(child, max_courses=3),)), "s").assignments["1"] == ("tue", "wed", "choir")


def test_odd_and_even_weeks_and_halves_of_the_term_do_not_clash() -> None:
    def course(name: str, weeks: str = "all", first: str = "", last: str = "") -> Course:
        return Course(name, 1, meetings=(Meeting("1", 1000, 1080, weeks),), first_on=first, last_on=last)

    courses = (course("odd", "odd"), course("even", "even"), course("all"))
    child = Application("1", ("odd", "even", "all"), 3)
    assert draw(Selection(courses, (child,)), "s").assignments["1"] == ("odd", "even")
    halves = (course("first", last="2026-10-31"), course("second", first="2026-11-01"), course("late", first="2026-10-31"))
    child = Application("1", ("first", "late", "second"), 3)
    assert draw(Selection(halves, (child,)), "s").assignments["1"] == ("first", "second")


def test_nobody_is_in_two_sections_of_a_course() -> None:
    courses = (Course("mon", 1, number="art"), Course("tue", 1, number="art"), Course("wed", 1, number="chess"), Course("thu", 1))
    child = Application("1", ("mon", "tue", "wed", "thu"), 4)
    assert draw(Selection(courses, (child,)), "s").assignments["1"] == ("mon", "wed", "thu")
    assert draw(Selection(courses, (replace(child, wishes=("thu", "tue", "mon")),)), "s").assignments["1"] == ("thu", "tue")


def test_the_buffer_is_kept_to_the_minute() -> None:
    courses = (Course("a", 1, meetings=(Meeting("1", 960, 1000),)), Course("b", 1, meetings=(Meeting("1", 1010, 1050),)))
    for wishes in (("a", "b"), ("b", "a")):
        child = Application("1", wishes, 2)
        assert draw(Selection(courses, (child,), 10), "s").assignments["1"] == wishes
        assert draw(Selection(courses, (child,), 11), "s").assignments["1"] == wishes[:1]


def test_who_has_priority_is_drawn_first_in_either_direction() -> None:
    children = tuple(Application(str(number), ("a", "b"), 2, priority=number % 2) for number in range(20))
    for is_reversed in (False, True):
        order = draw_order(children, "s", is_reversed=is_reversed)
        assert [one.priority for one in order] == [1] * 10 + [0] * 10
    plain = [replace(one, priority=0) for one in children]
    assert [one.id for one in draw_order(plain, "s", is_reversed=True)] == [one.id for one in draw_order(plain, "s")][::-1]


@pytest.mark.parametrize(
    "selection",
    [
        Selection((Course("a", 1), Course("a", 1)), ()),
        Selection((Course("a", -1),), ()),
        Selection((Course("a", 1),), (Application("1", ("b",)),)),
        Selection((Course("a", 1),), (Application("1", ("a", "a")),)),
        Selection((Course("a", 1),), (Application("1", ("a",)), Application("1", ("a",)))),
        Selection((Course("a", 1),), (Application("1", (), together={"a": "x"}),)),
        Selection((Course("a", 1),), (Application("1", (), held=("b",)),)),
        Selection((Course("a", 1),), (Application("1", (), held=("a", "a")),)),
        Selection((Course("a", 1),), (Application("1", (), max_courses=-1),)),
        Selection((Course("a", 1),), (Application("1", (), max_per_day=-1),)),
        Selection((Course("a", 1, minimum=-1),), ()),
        Selection((Course("a", 1),), (), -1),
        Selection((Course("a", 1, meetings=(Meeting("1", 9, 9),)),), ()),
    ],
)
def test_a_contradictory_list_is_refused(selection: Selection) -> None:
    with pytest.raises(SelectionContradictory):
        draw(selection, "s")


def exact(selection: Selection) -> dict[tuple[tuple[str, ...], ...], Fraction]:
    """The probability of every outcome when all orders are equally likely, by holding the draw in each of them."""
    numbers = [one.id for one in selection.applications]
    orders = list(permutations(numbers))
    found: Counter[tuple[tuple[str, ...], ...]] = Counter()
    for order in orders:
        found[_key(_draw_in(selection, order), numbers)] += 1
    return {key: Fraction(count, len(orders)) for key, count in found.items()}


def _draw_in(selection: Selection, order: tuple[str, ...]) -> Outcome:
    """A draw in rounds written again, for an order that is given: children of distinct courses, one each, no groups."""
    seats = {course.id: course.capacity for course in selection.courses}
    held: dict[str, list[str]] = {number: [] for number in order}
    wishes = {one.id: one for one in selection.applications}
    turn = list(order)
    while True:
        before = sum(map(len, held.values()))
        for number in turn:
            one = wishes[number]
            for wish in one.wishes:
                if seats[wish] and wish not in held[number] and len(held[number]) < one.max_courses:
                    seats[wish] -= 1
                    held[number].append(wish)
                    break
        turn.reverse()
        if sum(map(len, held.values())) == before:
            return Outcome({number: tuple(sorted(names)) for number, names in held.items()}, {})


def _key(outcome: Outcome, numbers: list[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(sorted(outcome.assignments[number])) for number in numbers)


TEXTBOOK = {
    "three children, one seat": Selection(one_seat("a"), tuple(Application(n, ("a",)) for n in "xyz")),
    "two seats, opposite wishes": Selection(
        one_seat("a", "b"),
        tuple(Application(n, w) for n, w in (("w", ("a", "b")), ("x", ("a", "b")), ("y", ("b", "a")), ("z", ("b", "a")))),
    ),
    "two each of four": Selection(
        one_seat("a", "b", "c", "d"), tuple(Application(n, ("a", "b", "c", "d"), 2) for n in ("x", "y"))
    ),
    "three, two each of five": Selection(
        one_seat("a", "b", "c", "d", "e"), tuple(Application(n, ("a", "b", "c", "d", "e"), 2) for n in ("x", "y", "z"))
    ),
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_twenty_thousand_seeds_match_the_exact_probabilities(name: str) -> None:
    selection = TEXTBOOK[name]
    numbers = [one.id for one in selection.applications]
    expected = exact(selection)
    seen = Counter(_key(draw(selection, f"{name}{seed}"), numbers) for seed in range(20_000))
    assert set(seen) == set(expected)
    statistic = sum((seen[key] - 20_000 * float(p)) ** 2 / (20_000 * float(p)) for key, p in expected.items())
    assert statistic < CHI_SQUARE[len(expected) - 1], (statistic, seen)


def test_the_figures_of_an_outcome_are_counted_right() -> None:
    courses = (Course("a", 1), Course("b", 2, minimum=3))
    children = (
        Application("1", ("a", "b"), grade=1),
        Application("2", ("a", "b"), grade=2),
        Application("3", (), grade=2),
    )
    figures = metrics_of(Selection(courses, children), Outcome({"1": ("a",), "2": ("b",), "3": ()}, {"a": ("2",), "b": ()}, ()))
    shown = {
        key: figures[key] for key in ("pupils", "with_first_wish", "with_any_wish", "with_nothing", "mean_rank", "seats_filled")
    }
    assert shown == {
        "pupils": 3,
        "with_first_wish": 1,
        "with_any_wish": 2,
        "with_nothing": 1,
        "mean_rank": 1.5,
        "seats_filled": 2,
    }
    assert figures["by_grade"]["2"]["with_nothing"] == 1
    assert figures["waiting"] == 1
