"""The draw from the command line, on a list in a file, and checking a published one; neither touches the database."""

import json
from hashlib import sha256
from pathlib import Path

import click

from school.courses.inputs import InputUnreadable, read_json, read_preflib
from school.courses.rules.draw import Outcome, draw
from school.courses.rules.outcomes import metrics_of
from school.courses.rules.selection import Selection
from school.errors import Refused

PREFLIB = (".soc", ".soi")
LABELS = {
    "pupils": "报名人数",
    "with_first_wish": "得到第一志愿",
    "with_any_wish": "得到任一志愿",
    "with_nothing": "一门都没有",
    "mean_rank": "平均志愿名次",
    "seats": "名额",
    "seats_filled": "已用名额",
}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("draw")
@click.option("--input", "path", type=FILE, required=True, help="The list: our JSON, or PrefLib .soc and .soi.")
@click.option("--seed", required=True, help="Text; with the list it decides everything.")
@click.option("--mechanism", type=click.Choice(["rounds", "optimum"]), default="rounds", show_default=True)
@click.option(
    "--objective",
    type=click.Choice(["nothing-first", "points"]),
    default="nothing-first",
    show_default=True,
    help="Of the optimum: first the fewest children with nothing, or the most points alone.",
)
@click.option("--capacity", multiple=True, help="For PrefLib: seats of every course, or COURSE=SEATS; may be repeated.")
@click.option("--max-courses", type=click.IntRange(0), help="For PrefLib: courses a child may have, 1 if not given.")
@click.option("--seconds", type=click.FloatRange(0), help="Of the optimum: the most the solver may take for each of its aims.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def draw_command(
    path: Path,
    seed: str,
    mechanism: str,
    objective: str,
    capacity: tuple[str, ...],
    max_courses: int | None,
    seconds: float | None,
    *,
    as_json: bool,
) -> None:
    """Give out the seats of a list in a file (JSON, or PrefLib .soc and .soi), without touching the database."""
    content = path.read_bytes()
    try:
        selection = _selection(path, content, capacity, max_courses)
        outcome, proof = _held(selection, seed, mechanism, objective, seconds)
    except Refused as refused:
        raise click.ClickException(refused.message) from None
    metrics = {"mechanism": mechanism, **proof, **metrics_of(selection, outcome)}
    if not as_json:
        click.echo("\n".join(f"{label}：{metrics[name]}" for name, label in LABELS.items()))
        return
    document = {
        "assignments": outcome.assignments,
        "waiting": outcome.waiting,
        "metrics": metrics,
        "seed": seed,
        "input_sha256": sha256(content).hexdigest(),
    }
    click.echo(json.dumps(document, ensure_ascii=False))


@click.command("verify-draw")
@click.option("--input", "path", type=FILE, required=True, help="The JSON document from the page of the draw.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def verify_draw(context: click.Context, path: Path, *, as_json: bool) -> None:
    """Hold a published draw again, the optimum with its solver; exit code 1 when anything does not agree."""
    # The solver brings numpy along, which no other command needs.
    from school.courses.drawing import recheck
    from school.courses.verify_draw import check

    try:
        document = json.loads(path.read_bytes())
        complaints, notes = check(document)
        complaints += [one for one in recheck(document, document["commitment"]) if one not in complaints]
    except Refused as refused:
        raise click.ClickException(refused.message) from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise click.ClickException(f"不是公布的摇号文件：{type(error).__name__} {error}") from None
    if as_json:
        click.echo(json.dumps({"agrees": not complaints, "complaints": complaints, "checked": notes}, ensure_ascii=False))
    else:
        click.echo("\n".join([*notes, *complaints, f"不一致：共 {len(complaints)} 处。" if complaints else "全部一致。"]))
    context.exit(1 if complaints else 0)


def _selection(path: Path, content: bytes, capacity: tuple[str, ...], max_courses: int | None) -> Selection:
    if path.suffix.lower() not in PREFLIB:
        if capacity or max_courses is not None:
            raise InputUnreadable("JSON 文件里已有名额和门数，不能再给 --capacity 或 --max-courses。", "capacity")
        return read_json(content)
    if not capacity:
        raise InputUnreadable("PrefLib 文件里没有名额，请用 --capacity 给出每门课的名额。", "capacity")
    if not all(seats.isdecimal() for one in capacity for seats in one.rsplit("=", 1)[-1:]):
        raise InputUnreadable("名额应为整数，例如 --capacity 20 或 --capacity 9=5。", "capacity")
    named = {course: int(seats) for course, _, seats in (one.rpartition("=") for one in capacity)}
    return read_preflib(content, capacity=named.pop("", 0), capacities=named, limit=1 if max_courses is None else max_courses)


def _held(
    selection: Selection, seed: str, mechanism: str, objective: str, seconds: float | None
) -> tuple[Outcome, dict[str, object]]:
    if mechanism == "rounds":
        return draw(selection, seed), {}
    from school.courses.optimum import SECONDS, optimum  # the solver brings numpy along, which no other command needs

    found = optimum(selection, seed, objective=objective, seconds=SECONDS if seconds is None else seconds)
    status = "optimal" if found.is_proven else "not proven optimal"
    return found.outcome, {"objective": objective, "status": status, "gap": found.gap, "ties_proven": found.ties_proven}
