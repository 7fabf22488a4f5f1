"""The second mechanism: the best outcome there is under the draw's limits, found and proven by an exact solver."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import isfinite

import highspy

from school.courses.rules.draw import Outcome, draw, draw_order, in_rank_order, waiting_lists
from school.courses.rules.limits import Limits, limits_of
from school.courses.rules.selection import Application, Selection, check_selection, points_of

SECONDS = 60.0
OBJECTIVES = ("nothing-first", "points")
OPTIONS = {"output_flag": False, "log_to_console": False, "threads": 1, "random_seed": 0, "mip_rel_gap": 0.0}


@dataclass(frozen=True)
class Optimum:
    """An outcome and what was proven of it.

    `is_proven` says that no outcome is better by the objective; else `gap` bounds the part that may be missing of the first
    of its aims that was not proven. `ties_proven` says that among equals this one favours the draw order most.
    """

    outcome: Outcome
    is_proven: bool
    gap: float
    ties_proven: bool


@dataclass
class _Model:
    solver: highspy.Highs
    seats: dict[tuple[str, str], int] = field(default_factory=dict)  # column of (application, course)
    placed: dict[str, int] = field(default_factory=dict)  # column that is 1 only if the child has something
    runs: dict[str, int] = field(default_factory=dict)  # column that is 1 only if a course with a minimum is held


def optimum(selection: Selection, seed: str, *, objective: str = "nothing-first", seconds: float = SECONDS) -> Optimum:
    """The outcome with the fewest children with nothing and of those the most points; or, for "points", the most points.

    Limits, sibling groups and points are those of `draw` and `points_of`. Among equals the outcome counts that gives most
    to the children early in the draw order: each wish weighs its rank points times the child's place from the end. Each of
    the stages may take `seconds`; what could not be proven in that time is said in the answer, never hidden, and only
    then may two runs differ. The search begins at the draw in rounds and no aim gives up what one before it reached, so
    that an unproven outcome too is no worse than that draw by the first aim. Raises `SelectionContradictory`.
    """
    check_selection(selection)
    model = _model_of(selection, seed)
    points = points_of(selection)
    worth = {column: points[child][course] for (child, course), column in model.seats.items()}
    aims = [worth, _early_first(selection, seed, model)]
    if objective == "nothing-first":
        aims.insert(0, dict.fromkeys(model.placed.values(), 1.0))
    values, bounds = _values_of(model, draw(selection, seed)), []
    for aim in aims:
        values, bound = _best(model, aim, seconds, values)
        bounds.append(bound)
    held: dict[str, set[str]] = {one.id: set() for one in selection.applications}
    for (child, course), column in model.seats.items():
        if values[column] > 0.5:
            held[child].add(course)
    outcome = _outcome(selection, seed, held)
    # Only now, of the outcome itself: an aim may reach its bound on the way to a later one.
    values = _values_of(model, outcome)
    gaps = [_gap(_worth(aim, values), bound) for aim, bound in zip(aims, bounds, strict=True)]
    gap = next((left for left in gaps[:-1] if left), 0.0)
    return Optimum(outcome, is_proven=not gap, gap=gap, ties_proven=not any(gaps))


def _outcome(selection: Selection, seed: str, held: Mapping[str, set[str]]) -> Outcome:
    taken = {course for courses in held.values() for course in courses}
    closed = tuple(course.id for course in selection.courses if course.minimum and course.id not in taken)
    assignments = in_rank_order(selection, held)
    return Outcome(assignments, waiting_lists(selection, assignments, seed, closed=closed), closed)


def _model_of(selection: Selection, seed: str) -> _Model:
    model = _Model(highspy.Highs())
    for option, value in OPTIONS.items():
        model.solver.setOptionValue(option, value)
    limits = limits_of(selection)
    # Columns in draw order, so that the file's order of applications cannot matter.
    order = draw_order(selection.applications, seed)
    for one in order:
        wishes = [wish for wish in one.wishes if limits.courses[wish].capacity and limits.may_ever(one, wish)]
        for wish in wishes:
            model.seats[one.id, wish] = _binary(model)
        if wishes:
            _add_child_rows(model, one, wishes, limits)
    for wish, name in sorted(limits.groups):
        _add_group_rows(model, wish, limits.groups[wish, name])
    for course in sorted(selection.courses, key=lambda course: course.id):
        _add_course_rows(model, course.id, course.capacity, course.minimum)
    return model


def _add_child_rows(model: _Model, one: Application, wishes: list[str], limits: Limits) -> None:
    columns = {wish: model.seats[one.id, wish] for wish in wishes}
    if not one.held:
        model.placed[one.id] = _binary(model)
        _row(model, 0, highspy.kHighsInf, {**dict.fromkeys(columns.values(), 1.0), model.placed[one.id]: -1.0})
    counted = [wish for wish in wishes if not limits.courses[wish].is_exempt]
    had = [limits.courses[course] for course in one.held if not limits.courses[course].is_exempt]
    if len(counted) + len(had) > one.max_courses:
        _row(model, 0, max(0, one.max_courses - len(had)), {columns[wish]: 1.0 for wish in counted})
    for day in sorted({day for wish in counted for day in limits.courses[wish].days}) if one.max_per_day else ():
        that_day = [wish for wish in counted if day in limits.courses[wish].days]
        room = one.max_per_day - sum(day in course.days for course in had)
        if len(that_day) > room:
            _row(model, 0, max(0, room), {columns[wish]: 1.0 for wish in that_day})
    for group in _groups(wishes, limits.clashes):
        _row(model, 0, 1, {columns[wish]: 1.0 for wish in group})


def _add_group_rows(model: _Model, wish: str, members: tuple[Application, ...]) -> None:
    """Siblings have the course all or none; where one of them cannot have it nobody has a column."""
    columns = [model.seats[one.id, wish] for one in members if (one.id, wish) in model.seats]
    for other in columns[1:]:
        _row(model, 0, 0, {columns[0]: 1.0, other: -1.0})


def _add_course_rows(model: _Model, course: str, capacity: int, minimum: int) -> None:
    seats = {column: 1.0 for (_child, wish), column in model.seats.items() if wish == course}
    if minimum:
        # Either nobody, or from the minimum to the capacity.
        runs = model.runs[course] = _binary(model)
        _row(model, 0, highspy.kHighsInf, {**seats, runs: -float(minimum)})
        _row(model, -highspy.kHighsInf, 0, {**seats, runs: -float(capacity)})
    elif len(seats) > capacity:
        _row(model, 0, capacity, seats)


def _groups(wishes: list[str], clashes: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Sets of mutually clashing wishes that cover every clashing pair; larger sets make the solver's bounds tight."""
    groups: list[list[str]] = []
    for a, b in combinations(wishes, 2):
        if b in clashes[a] and not any(a in group and b in group for group in groups):
            group = [a, b]
            for wish in wishes:
                if wish not in group and all(wish in clashes[member] for member in group):
                    group.append(wish)
            groups.append(group)
    return groups


def _early_first(selection: Selection, seed: str, model: _Model) -> dict[int, float]:
    order = draw_order(selection.applications, seed)
    longest = max((len(one.wishes) for one in order), default=0)
    weights = {}
    for place, one in enumerate(order):
        for rank, wish in enumerate(one.wishes):
            if (one.id, wish) in model.seats:
                weights[model.seats[one.id, wish]] = float((len(order) - place) * (longest - rank))
    return weights


def _values_of(model: _Model, outcome: Outcome) -> list[float]:
    """The columns' values that mean this outcome, which keeps to the limits."""
    ones = {column for (child, course), column in model.seats.items() if course in outcome.assignments[child]}
    ones |= {column for child, column in model.placed.items() if outcome.assignments[child]}
    taken = {course for courses in outcome.assignments.values() for course in courses}
    ones |= {column for course, column in model.runs.items() if course in taken}
    return [float(column in ones) for column in range(model.solver.getNumCol())]


def _best(model: _Model, aim: dict[int, float], seconds: float, start: list[float]) -> tuple[list[float], float]:
    """The best values by this aim and a bound no values are above; what it reached is kept in everything that follows.

    `start` keeps to the model; it is the answer when no better values were found in time.
    """
    solver, columns = model.solver, model.solver.getNumCol()
    if not columns:
        return start, 0.0
    for column in range(columns):
        solver.changeColCost(column, aim.get(column, 0.0))
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    solver.setOptionValue("time_limit", solver.getRunTime() + seconds)
    solution = highspy.HighsSolution()
    solution.col_value = start
    solver.setSolution(solution)
    solver.run()
    found = solver.getInfo()
    values = start
    if found.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = max(start, [float(round(value)) for value in solver.getSolution().col_value], key=lambda one: _worth(aim, one))
    reached = _worth(aim, values)
    slack = max(1e-6, 1e-12 * reached)  # of sums of ratings the last digits are noise
    _row(model, reached - slack, highspy.kHighsInf, {column: weight for column, weight in aim.items() if weight})
    return values, reached if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal else found.mip_dual_bound


def _gap(reached: float, bound: float) -> float:
    """The part of the bound that is missing, from 0.0 for proven to 1.0 for unknown."""
    missing = bound - reached
    if missing <= max(1e-6, 1e-12 * reached):
        return 0.0
    return missing / bound if isfinite(bound) else 1.0


def _worth(aim: Mapping[int, float], values: list[float]) -> float:
    return sum(weight * values[column] for column, weight in aim.items())


def _binary(model: _Model) -> int:
    model.solver.addVar(0.0, 1.0)
    column = model.solver.getNumCol() - 1
    model.solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    return column


def _row(model: _Model, least: float, most: float, weights: Mapping[int, float]) -> None:
    model.solver.addRow(least, most, len(weights), list(weights), list(weights.values()))
