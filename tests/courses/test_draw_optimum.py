"""The optimum is as good as the best of all outcomes, by either objective, and keeps every limit."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings

from school.courses.optimum import OBJECTIVES, optimum
from school.courses.rules.draw import Outcome, draw, draw_order
from school.courses.rules.outcomes import breaches
from school.courses.rules.selection import Application, Course, Meeting, Selection, points_of
from tests.courses.draw_lists import selections


def all_outcomes(selection: Selection) -> Iterator[dict[str, tuple[str, ...]]]:
    """Every way to give every child some of its wishes, allowed or not."""
    choices = [
        [tuple(chosen) for size in range(len(one.wishes) + 1) for chosen in combinations(one.wishes, size)]
        for one in selection.applications
    ]
    for chosen in product(*choices):
        yield {one.id: courses for one, courses in zip(selection.applications, chosen, strict=True)}


def value(selection: Selection, assignments: dict[str, tuple[str, ...]], objective: str) -> tuple[float, ...]:
    """What an objective makes of an outcome, more is better."""
    points = points_of(selection)
    total = sum(points[child][course] for child, courses in assignments.items() for course in courses)
    content = sum(bool(assignments[one.id]) for one in selection.applications if not one.held)
    return (content, total) if objective == "nothing-first" else (total,)


def earliness(selection: Selection, assignments: dict[str, tuple[str, ...]]) -> int:
    """How much an outcome gives to the children early in the draw order: rank points times places from the end."""
    order = draw_order(selection.applications, "seed")
    longest = max((len(one.wishes) for one in order), default=0)
    return sum(
        (len(order) - place) * (longest - one.wishes.index(course))
        for place, one in enumerate(order)
        for course in assignments[one.id]
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(selection=selections(most_children=4))
@settings(max_examples=250)
def test_nothing_allowed_is_better(objective: str, selection: Selection) -> None:
    found = optimum(selection, "seed", objective=objective)
    assert found.is_proven
    assert found.gap == 0
    assert breaches(selection, found.outcome) == []
    allowed = [one for one in all_outcomes(selection) if not breaches(selection, Outcome(one, {}))]
    best = max(value(selection, one, objective) for one in allowed)
    assert value(selection, dict(found.outcome.assignments), objective) == pytest.approx(best)
    assert found.ties_proven
    equals = [one for one in allowed if value(selection, one, objective) == best]
    assert earliness(selection, dict(found.outcome.assignments)) == max(earliness(selection, one) for one in equals)


@given(selections())
@settings(max_examples=60)
def test_it_is_never_worse_than_the_draw_in_rounds(selection: Selection) -> None:
    found, rounds = optimum(selection, "seed"), draw(selection, "seed")
    values = [value(selection, dict(one.assignments), "nothing-first") for one in (found.outcome, rounds)]
    assert values[0] >= values[1]


def test_among_equals_the_first_in_draw_order_wins() -> None:
    children = tuple(Application(str(number), ("a",)) for number in range(9))
    for seed in ("s", "t", "u"):
        outcome = optimum(Selection((Course("a", 1),), children), seed).outcome
        order = [one.id for one in draw_order(children, seed)]
        assert [number for number, courses in outcome.assignments.items() if courses] == order[:1]
        assert list(outcome.waiting["a"]) == order[1:]


def test_the_order_of_the_file_does_not_matter() -> None:
    children = tuple(Application(f"{number:02}", ("a", "b", "c")[number % 2 :], 2) for number in range(12))
    selection = Selection((Course("a", 3), Course("b", 4, minimum=2), Course("c", 2)), children)
    one, other = optimum(selection, "s"), optimum(replace(selection, applications=children[::-1]), "s")
    assert one.ties_proven
    assert other.ties_proven
    assert dict(one.outcome.assignments) == dict(other.outcome.assignments)


def test_ratings_count_when_everybody_rates() -> None:
    rated = (
        Application("1", ("a", "b"), ratings={"a": 5, "b": 4}),
        Application("2", ("a", "b"), ratings={"a": 9, "b": 0}),
    )
    selection = Selection((Course("a", 1), Course("b", 1)), rated)
    assert optimum(selection, "s", objective="points").outcome.assignments == {"1": ("b",), "2": ("a",)}


def test_what_could_not_be_proven_in_time_is_said() -> None:
    children = tuple(Application(f"{n:03}", tuple(dict.fromkeys(f"c{(n * k) % 9}" for k in (1, 2, 4))), 2) for n in range(300))
    selection = Selection(tuple(Course(f"c{n}", 7, minimum=5) for n in range(9)), children)
    hasty = optimum(selection, "s", seconds=0.0)
    assert not hasty.is_proven
    assert hasty.gap > 0
    assert breaches(selection, hasty.outcome) == []
    assert hasty.outcome.assignments == draw(selection, "s").assignments


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(selection=selections())
@settings(max_examples=40)
def test_what_could_not_be_proven_is_no_worse_than_the_draw_in_rounds(objective: str, selection: Selection) -> None:
    found, rounds = optimum(selection, "seed", objective=objective, seconds=0.0), draw(selection, "seed")
    assert breaches(selection, found.outcome) == []
    values = [value(selection, dict(one.assignments), objective)[0] for one in (found.outcome, rounds)]
    assert values[0] >= values[1]
    assert not found.is_proven or found.gap == 0


def test_the_order_of_a_child_s_groups_does_not_matter() -> None:
    names = ("a", "b", "c")
    children = tuple(Application(str(n), names, 2, together={name: f"{name}{n // 2}" for name in names}) for n in range(8))
    turned = tuple(replace(one, together=dict(reversed(one.together.items()))) for one in children)
    courses = tuple(Course(name, 4) for name in names)
    one, other = (optimum(Selection(courses, these), "s").outcome for these in (children, turned))
    assert one.assignments == other.assignments


def test_large_ratings_with_fractions_are_proven_too() -> None:
    children = tuple(
        Application(f"{n:03}", ("a", "b"), ratings={"a": 999_999.1 - n / 7, "b": 888_888.8 + n / 3}) for n in range(200)
    )
    found = optimum(Selection((Course("a", 60), Course("b", 70)), children), "s")
    assert (found.is_proven, found.ties_proven) == (True, True)
    gained = [(999_999.1 - n / 7) for n in range(60)] + [888_888.8 + n / 3 for n in range(130, 200)]
    points = points_of(Selection((), children))
    got = [points[one][course] for one, held in found.outcome.assignments.items() for course in held]
    assert sum(got) == pytest.approx(sum(gained), rel=1e-11)


def on_monday(name: str, start: int, **more: Any) -> Course:
    """A course on Mondays that clashes with no other hour's."""
    return Course(name, 9, meetings=(Meeting("1", start, start + 30),), **more)


def test_the_limits_of_week_and_day_count_what_was_held_and_spare_the_exempt() -> None:
    courses = (on_monday("a", 900), on_monday("b", 1000), on_monday("c", 1100, is_exempt=True), Course("d", 9), Course("e", 9))
    child = Application("1", ("b", "c", "d", "e"), max_courses=2, max_per_day=1, held=("a",))
    assert optimum(Selection(courses, (child,)), "s").outcome.assignments["1"] == ("c", "d")
    more = replace(child, max_courses=3)
    assert optimum(Selection(courses, (more,)), "s").outcome.assignments["1"] == ("c", "d", "e")
    free = replace(child, held=(), wishes=("a", "b", "d"), max_courses=3)
    assert optimum(Selection(courses, (free,)), "s").outcome.assignments["1"] == ("a", "d")
    two = replace(free, max_per_day=2)
    assert optimum(Selection(courses, (two,)), "s").outcome.assignments["1"] == ("a", "b", "d")


@pytest.mark.parametrize("seats", [1, 2])
def test_siblings_get_both_or_none(seats: int) -> None:
    pair = {"swim": "family"}
    children = (
        Application("1", ("swim", "art"), together=pair),
        Application("2", ("swim", "art"), together=pair),
        Application("3", ("art",)),
    )
    outcome = optimum(Selection((Course("swim", seats), Course("art", 3)), children), "s").outcome
    wanted = ("swim",) if seats == 2 else ("art",)
    assert outcome.assignments == {"1": wanted, "2": wanted, "3": ("art",)}


def test_what_was_held_takes_room_of_its_day() -> None:
    courses = (on_monday("a", 900), on_monday("b", 1000), on_monday("c", 1100), Course("d", 9))
    child = Application("1", ("b", "c", "d"), max_courses=4, max_per_day=2, held=("a",))
    assert optimum(Selection(courses, (child,)), "s").outcome.assignments["1"] == ("b", "d")


@pytest.mark.parametrize("seed", "abcdefgh")
def test_among_equals_points_count_for_the_earlier_and_not_courses(seed: str) -> None:
    pair = {"both": "family"}
    one = Application("1", ("alone", "both"), together=pair)
    two = Application("2", ("nowhere", "other", "both"), 2, together=pair)
    courses = (Course("alone", 1), Course("both", 2), Course("other", 1), Course("nowhere", 0))
    outcome = optimum(Selection(courses, (one, two)), seed).outcome
    # Three and two points, or two and three: the earlier child has three.
    is_one_first = draw_order((one, two), seed)[0] is one
    apart, together = {"1": ("alone",), "2": ("other",)}, {"1": ("both",), "2": ("other", "both")}
    assert outcome.assignments == (apart if is_one_first else together)
