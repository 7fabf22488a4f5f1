"""Holding a draw by either mechanism and averaging trials; nothing here touches the database or knows the real seed."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from school.courses.enums import Mechanism
from school.courses.inputs import read_json
from school.courses.optimum import optimum
from school.courses.rules.draw import Outcome, draw
from school.courses.rules.outcomes import breaches, metrics_of
from school.courses.rules.selection import Selection

TRIALS = 3
OBJECTIVE = "nothing-first"
AVERAGED = ("with_first_wish", "with_any_wish", "with_nothing", "mean_rank", "seats_filled")


@dataclass(frozen=True)
class Held:
    """A draw that was held; `is_proven` says that no other outcome is better (the optimum), or is None (rounds)."""

    outcome: Outcome
    is_proven: bool | None = None


def hold(selection: Selection, mechanism: Mechanism, seed: str) -> Held:
    """Hold a draw; the same selection, mechanism and seed give the same outcome."""
    if mechanism is Mechanism.ROUNDS:
        return Held(draw(selection, seed))
    best = optimum(selection, seed, objective=OBJECTIVE)
    return Held(best.outcome, best.is_proven and best.ties_proven)


def trial_seeds(count: int = TRIALS) -> tuple[str, ...]:
    """Seeds that are nobody's: the same for every preview, so that nobody presses until a preview pleases."""
    return tuple(f"试算 {number}" for number in range(1, count + 1))


def preview(selection: Selection, report: Callable[[int, int], None]) -> dict[str, Any]:
    """The averaged figures of both mechanisms over the trial seeds, by mechanism, as JSON can keep them."""
    seeds = trial_seeds()
    steps = [(mechanism, seed) for mechanism in Mechanism for seed in seeds]
    found: dict[Mechanism, list[dict[str, Any]]] = {mechanism: [] for mechanism in Mechanism}
    proven = True
    for done, (mechanism, seed) in enumerate(steps):
        report(done, len(steps))
        held = hold(selection, mechanism, seed)
        proven = proven and held.is_proven is not False
        found[mechanism].append(metrics_of(selection, held.outcome))
    return {mechanism.value: averaged(metrics) for mechanism, metrics in found.items()} | {
        "trials": len(seeds),
        "is_proven": proven,
    }


def averaged(metrics: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The means of several outcomes of the same selection; `closed` counts by course id how often it was not held."""
    first = metrics[0]
    return {
        "pupils": first["pupils"],
        "seats": first["seats"],
        **{name: _mean([one[name] for one in metrics]) for name in AVERAGED},
        "closed": dict(Counter(course for one in metrics for course in one["courses_closed"])),
        "by_grade": {
            grade: {"pupils": first["by_grade"][grade]["pupils"]}
            | {name: _mean([one["by_grade"][grade][name] for one in metrics]) for name in AVERAGED[:4]}
            for grade in first["by_grade"]
        },
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def recheck(document: dict[str, Any], commitment: str) -> list[str]:
    """What of a published document does not hold, in words; empty when the draw held again is the same."""
    problems = []
    if sha256(document["secret"].encode()).hexdigest() != commitment:
        problems.append("种子与事先公布的承诺不符")
    if sha256(document["list"].encode()).hexdigest() != document["list_sha256"]:
        problems.append("名单与公布的校验值不符")
    selection = read_json(document["list"].encode())
    if set(document["assignments"]) != {one.id for one in selection.applications}:
        return [*problems, "结果里的报名编号与名单不符"]
    published = Outcome(document["assignments"], document["waiting"], tuple(document["closed"]))
    if breaches(selection, published):
        problems.append("公布的结果违反了限制")
    if document["is_proven"] is False:
        return problems  # another run of the solver may find another outcome that is as good
    held = hold(selection, Mechanism(document["mechanism"]), document["seed"])
    again = {"assignments": held.outcome.assignments, "waiting": held.outcome.waiting, "closed": held.outcome.closed}
    words = {"assignments": "录取结果", "waiting": "候补名单", "closed": "未开班课程"}
    return problems + [f"重新计算的{words[name]}与公布的不同" for name in again if _plain(again[name]) != document[name]]


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))
