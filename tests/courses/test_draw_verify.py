"""A published draw can be checked by anybody: by our command, and by a script that needs Python alone."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from school.courses import verify_draw as script
from school.courses.commands.draw import verify_draw
from school.courses.drawing import OBJECTIVE, hold
from school.courses.enums import Mechanism
from school.courses.rules.freezing import frozen_json
from school.courses.rules.selection import Application, Course, Meeting, Selection
from tests.courses.draw_lists import selections

SECRET = "5e" * 32
SCRIPT = Path(script.__file__)


def published(selection: Selection, mechanism: Mechanism = Mechanism.ROUNDS, public_value: str = "") -> dict[str, Any]:
    """A document as the page of a draw offers it."""
    seed = f"{SECRET}:{public_value}" if public_value else SECRET
    outcome, text = hold(selection, mechanism, seed).outcome, frozen_json(selection)
    document = {
        "schema": "course-draw/1",
        "mechanism": mechanism.value,
        "objective": OBJECTIVE if mechanism is Mechanism.OPTIMUM else "",
        "seed": seed,
        "secret": SECRET,
        "commitment": sha256(SECRET.encode()).hexdigest(),
        "public_source": "双色球" if public_value else "",
        "public_value": public_value,
        "list_sha256": sha256(text.encode()).hexdigest(),
        "list": text,
        "assignments": outcome.assignments,
        "waiting": outcome.waiting,
        "closed": outcome.closed,
        "is_proven": True if mechanism is Mechanism.OPTIMUM else None,
    }
    return json.loads(json.dumps(document))


def a_term() -> Selection:
    """Eighty children and six courses with clashes, minimums, siblings and limits."""
    courses = tuple(
        Course(f"C{n}", 9 + n, meetings=(Meeting(str(1 + n % 3), 1000, 1080),), minimum=5, grades=frozenset({1, 2, 3} - {n}))
        for n in range(6)
    )
    children = tuple(
        Application(
            f"{10_000_000 + 7919 * n}",
            tuple(f"C{(n * k + n // 6) % 6}" for k in ((1, 5) if n % 3 else (0, 1))) if n % 6 not in (0, 3) else ("C1", "C4"),
            2,
            1 + n % 3,
            max_per_day=1,
            together={"C4": f"g{n // 2}"} if n % 6 in (2, 3) and n % 6 == 3 else {},
        )
        for n in range(80)
    )
    return Selection(courses, children, 10)


@pytest.mark.parametrize(
    ("mechanism", "value"), [(Mechanism.ROUNDS, ""), (Mechanism.ROUNDS, "07 11 19"), (Mechanism.OPTIMUM, "")]
)
def test_what_was_published_agrees(mechanism: Mechanism, value: str, tmp_path: Path) -> None:
    path = tmp_path / "draw.json"
    path.write_text(json.dumps(published(a_term(), mechanism, value), ensure_ascii=False), encoding="utf-8")
    result = CliRunner().invoke(verify_draw, ["--input", str(path), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["agrees"]
    alone = subprocess.run([sys.executable, "-I", "-S", SCRIPT, path], capture_output=True, text=True, check=False)
    assert alone.returncode == 0, alone.stdout + alone.stderr
    assert alone.stdout.endswith("全部一致。\n")
    piped = subprocess.run([sys.executable, "-I", "-S", SCRIPT, "-"], input=path.read_bytes(), capture_output=True, check=False)
    assert piped.returncode == 0


@given(selections())
@settings(max_examples=200)
def test_the_script_and_the_school_agree_on_any_list(selection: Selection) -> None:
    courses = tuple(replace(course, number="") for course in selection.courses)  # a school's courses have no sections
    complaints, notes = script.check(published(replace(selection, courses=courses)))
    assert complaints == []
    assert notes


def swap_two(document: dict[str, Any]) -> None:
    """Two children's results are exchanged."""
    given = document["assignments"]
    one, other = next((a, b) for a in given for b in given if given[a] != given[b])
    given[one], given[other] = given[other], given[one]


def favour(document: dict[str, Any]) -> None:
    """A child on a waiting list is moved to its front."""
    queue = next(queue for queue in document["waiting"].values() if len(queue) > 1)
    queue.insert(0, queue.pop())


def other_list(document: dict[str, Any]) -> None:
    """One capacity is changed, and the hash made to fit."""
    rows = json.loads(document["list"])
    rows["courses"][0]["capacity"] += 1
    document["list"] = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    document["list_sha256"] = sha256(document["list"].encode()).hexdigest()


def other_list_old_hash(document: dict[str, Any]) -> None:
    """One capacity is changed."""
    rows = json.loads(document["list"])
    rows["courses"][0]["capacity"] += 1
    document["list"] = json.dumps(rows)


def other_secret(document: dict[str, Any]) -> None:
    """The seed is another one than was committed to."""
    document["secret"] = document["seed"] = "6e" * 32


def other_seed(document: dict[str, Any]) -> None:
    """The seed is not made of the secret."""
    document["seed"] += ":1"


def unannounced(document: dict[str, Any]) -> None:
    """A public value nobody announced is mixed in."""
    document["public_value"], document["seed"] = "1", f"{SECRET}:1"


def lost(document: dict[str, Any]) -> None:
    """A child is left out."""
    document["assignments"].popitem()


def stranger(document: dict[str, Any]) -> None:
    """Somebody gets a course without having applied."""
    document["assignments"]["99999999"] = ["C1"]


def not_closed(document: dict[str, Any]) -> None:
    """A course is said to have been closed."""
    document["closed"].append("C1")


TAMPERED = (swap_two, favour, other_list, other_list_old_hash, other_secret, other_seed, unannounced, lost, stranger, not_closed)


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__)
def test_whatever_was_changed_is_found(tamper: Callable[[dict[str, Any]], None], tmp_path: Path) -> None:
    document = published(a_term())
    tamper(document)
    complaints, _notes = script.check(document)
    assert complaints
    path = tmp_path / "draw.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert CliRunner().invoke(verify_draw, ["--input", str(path)]).exit_code == 1


def test_an_outcome_that_is_not_the_best_is_found_by_the_solver(tmp_path: Path) -> None:
    selection = Selection((Course("a", 1), Course("b", 1)), (Application("1", ("a", "b")), Application("2", ("b",))))
    document = published(selection, Mechanism.OPTIMUM)
    document["assignments"], document["waiting"] = {"1": ["b"], "2": []}, {"a": ["1"], "b": ["2"]}
    path = tmp_path / "draw.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    result = CliRunner().invoke(verify_draw, ["--input", str(path)])
    assert result.exit_code == 1
    assert "重新计算的录取结果与公布的不同" in result.output


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "course-draw/2"}', '{"schema": "course-draw/1"}'])
def test_what_is_no_published_draw_is_said(content: str, tmp_path: Path) -> None:
    path = tmp_path / "draw.json"
    path.write_text(content, encoding="utf-8")
    assert script.main([str(path)]) == 2
    assert CliRunner().invoke(verify_draw, ["--input", str(path)]).exit_code == 1
    assert script.main([]) == 2
