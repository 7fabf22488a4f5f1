"""The draw from the command line: our format, real lists, PrefLib files; and never a database."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from school.courses.commands.draw import draw_command
from school.courses.inputs import InputUnreadable, read_json, read_preflib
from tests.conftest import SHARED

ALLOCATION = SHARED / "allocation"
UMASS = ALLOCATION / "umass27_input.json"
SMALL = {
    "courses": [
        {"id": "a", "capacity": 1, "days": ["Mon"], "start": 900, "end": 960},
        {"id": "b", "capacity": 1, "meetings": [{"day": "Mon", "start": 950, "end": 1000, "weeks": "all"}]},
        {"id": "c", "capacity": 2, "grades": [3]},
    ],
    "pupils": [
        {"id": "x", "prefs": ["a", "b", "c"], "max_courses": 2, "grade": 3},
        {"id": "y", "prefs": ["a", "c"], "grade": 2},
    ],
}

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command as a program runs it, with a database that cannot be opened."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    return lambda *arguments: CliRunner().invoke(draw_command, [str(one) for one in arguments])


def document(result: Result) -> dict[str, Any]:
    """What the command printed, which is one JSON object and nothing else."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_it_prints_the_five_keys_and_nothing_else(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(SMALL), encoding="utf-8")
    for mechanism in ("rounds", "optimum"):
        found = document(run("--input", path, "--seed", "种子", "--mechanism", mechanism, "--json"))
        assert list(found) == ["assignments", "waiting", "metrics", "seed", "input_sha256"]
        assert found["seed"] == "种子"
        assert found["input_sha256"] == sha256(path.read_bytes()).hexdigest()
        assert set(found["assignments"]) == {"x", "y"}
        assert set(found["waiting"]) == {"a", "b", "c"}
        assert "c" not in found["assignments"]["y"]
    assert run("--input", path, "--seed", "s").output.startswith("报名人数：2\n")


def test_it_opens_no_database(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_arguments: object, **_more: object) -> None:
        raise AssertionError("the draw opened a database")

    monkeypatch.setattr("sqlalchemy.engine.base.Engine.connect", connect)
    path = tmp_path / "list.json"
    path.write_text(json.dumps(SMALL), encoding="utf-8")
    document(run("--input", path, "--seed", "s", "--json"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"courses": [], "pupils": [{}]}',
        b'{"courses": [{"id": "a", "capacity": "1"}], "pupils": []}',
        b'{"courses": [{"id": "a", "capacity": true}], "pupils": []}',
        b'{"courses": [{"id": "a", "capacity": 1, "first_on": "1 September"}], "pupils": []}',
        b'{"courses": [{"id": "a", "capacity": 1, "is_exempt": 1}], "pupils": []}',
        b'{"courses": [{"id": "a", "capacity": 1, "meetings": [{"day": "1", "start": 1, "end": 2, "weeks": 3}]}], "pupils": []}',
        b'{"courses": [], "pupils": [{"id": "x", "prefs": "abc"}]}',
        b'{"courses": [], "pupils": [], "buffer_minutes": 1.5}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_list_is_refused_in_words(run: Run, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputUnreadable):
        read_json(content)
    path = tmp_path / "list.json"
    path.write_bytes(content)
    result = run("--input", path, "--seed", "s", "--json")
    assert result.exit_code == 1
    assert "Error: " in result.stderr
    assert result.stdout == ""


def test_preflib_needs_capacities_and_refuses_ties(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.soi"
    path.write_text("# NUMBER ALTERNATIVES: 3\n# NUMBER VOTERS: 3\n2: 1,2\n1: 3,1\n", encoding="utf-8")
    assert run("--input", path, "--seed", "s").exit_code == 1
    assert run("--input", path, "--seed", "s", "--capacity", "many").exit_code == 1
    assert run("--input", path, "--seed", "s", "--capacity", "9=1").exit_code == 1
    found = document(run("--input", path, "--seed", "s", "--capacity", "1", "--capacity", "1=2", "--json"))
    assert found["assignments"] == {"1": ["1"], "2": ["1"], "3": ["3"]}
    with pytest.raises(InputUnreadable):
        read_preflib(b"# NUMBER ALTERNATIVES: 3\n1: 1,{2,3}\n", capacity=1)
    with pytest.raises(InputUnreadable):
        read_preflib(b"# NUMBER ALTERNATIVES: 3\n999999999: 1\n", capacity=1)


def test_preflib_of_before_2022_reads_the_same() -> None:
    old = "3\n1,Chess\n2,Art, and craft\n3,Football\n3,3,2\n2,1,2\n1,3,1\n"
    new = "# NUMBER ALTERNATIVES: 3\n# ALTERNATIVE NAME 1: Chess\n2: 1,2\n1: 3,1\n"
    for end in ("\n", "\r\n"):
        assert read_preflib(old.replace("\n", end).encode(), capacity=1) == read_preflib(new.encode(), capacity=1)
    for broken in (b"", b"chess\n", b"3\n1,Chess\n2,Art\n3,Golf\n1,1,1\n1,{1,2}\n", b"9999999\n"):
        with pytest.raises(InputUnreadable):
            read_preflib(broken, capacity=1)


def test_an_option_that_would_count_for_nothing_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(SMALL), encoding="utf-8")
    for option in ("--capacity", "--max-courses"):
        result = run("--input", path, "--seed", "s", option, "2")
        assert result.exit_code == 1
        assert option in result.stderr


def test_a_solver_without_time_says_that_nothing_is_proven(run: Run, tmp_path: Path) -> None:
    pupils = [{"id": str(n), "prefs": ["abcdefg"[(n * k) % 7] for k in (1, 2, 4)], "max_courses": 2} for n in range(1, 300)]
    pupils = [one | {"prefs": list(dict.fromkeys(one["prefs"]))} for one in pupils]
    courses = [{"id": name, "capacity": 9, "minimum": 4} for name in "abcdefg"]
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"courses": courses, "pupils": pupils}), encoding="utf-8")
    arguments = ("--input", path, "--seed", "s", "--mechanism", "optimum", "--json")
    hasty = document(run(*arguments, "--seconds", "0"))
    assert (hasty["metrics"]["status"], hasty["metrics"]["gap"] > 0) == ("not proven optimal", True)
    assert sum(map(len, hasty["assignments"].values())) == 63, "it is the draw in rounds at the least"
    assert document(run(*arguments))["metrics"]["status"] == "optimal"


def test_the_whole_program_draws_without_a_database(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(SMALL), encoding="utf-8")
    environment = os.environ | {"DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nowhere"}
    flask = [sys.executable, "-m", "flask", "--app", "app", "school", "draw", "--input", str(path), "--seed", "s"]
    for mechanism in ("rounds", "optimum"):
        told = subprocess.run(
            [*flask, "--mechanism", mechanism, "--json"],
            cwd=Path(__file__).parents[2],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr
        assert set(json.loads(told.stdout)) == {"assignments", "waiting", "metrics", "seed", "input_sha256"}


@pytest.fixture(scope="module")
def umass() -> dict[str, Any]:
    """The survey's list."""
    return json.loads(UMASS.read_text(encoding="utf-8"))


def check_umass(umass: dict[str, Any], found: dict[str, Any]) -> None:
    """No clash, no seat too many, no more than the pupil may have, and only what was wished; judged from the raw file."""
    courses = {one["id"]: one for one in umass["courses"]}
    pupils = {one["id"]: one for one in umass["pupils"]}
    assert set(found["assignments"]) == set(pupils)
    for pupil, held in found["assignments"].items():
        assert len(held) == len(set(held)) <= pupils[pupil]["max_courses"]
        assert set(held) <= set(pupils[pupil]["prefs"])
        for a, b in combinations((courses[one] for one in held), 2):
            assert a["course"] != b["course"]
            assert not (set(a["days"]) & set(b["days"]) and a["start"] < b["end"] and b["start"] < a["end"])
    counts = Counter(course for held in found["assignments"].values() for course in held)
    assert all(count <= courses[course]["capacity"] for course, count in counts.items())


@pytest.mark.external
@pytest.mark.parametrize("seed", ["2026", "秋季", "x"])
def test_umass_in_rounds_leaves_at_most_a_hundred_with_nothing(run: Run, umass: dict[str, Any], seed: str) -> None:
    found = document(run("--input", UMASS, "--seed", seed, "--json"))
    check_umass(umass, found)
    assert sum(not held for held in found["assignments"].values()) == found["metrics"]["with_nothing"] <= 100


@pytest.mark.external
@pytest.mark.parametrize(("objective", "with_nothing", "points"), [("nothing-first", 69, 4619), ("points", None, 4906)])
def test_umass_optimum_is_proven(run: Run, umass: dict[str, Any], objective: str, with_nothing: int | None, points: int) -> None:
    found = document(run("--input", UMASS, "--seed", "2026", "--mechanism", "optimum", "--objective", objective, "--json"))
    check_umass(umass, found)
    assert found["metrics"]["status"] == "optimal"
    assert found["metrics"]["gap"] == 0
    assert found["metrics"]["points"] == points
    assert with_nothing is None or found["metrics"]["with_nothing"] == with_nothing


@pytest.mark.external
def test_agh_ranks_all_nine_courses(run: Run) -> None:
    found = document(run("--input", ALLOCATION / "agh_2003.soc", "--seed", "s", "--capacity", "17", "--json"))
    assert len(found["assignments"]) == 146
    assert sum(map(len, found["assignments"].values())) == 146
    counts = Counter(course for held in found["assignments"].values() for course in held)
    assert max(counts.values()) <= 17
    best = document(
        run("--input", ALLOCATION / "agh_2003.soc", "--seed", "s", "--capacity", "17", "--mechanism", "optimum", "--json")
    )
    assert best["metrics"]["mean_rank"] <= found["metrics"]["mean_rank"]


@pytest.mark.external
def test_glasgow_projects_take_one_each(run: Run) -> None:
    arguments = ("--input", ALLOCATION / "glasgow_year1.soi", "--seed", "s", "--capacity", "1", "--json")
    rounds, best = document(run(*arguments)), document(run(*arguments, "--mechanism", "optimum"))
    for found in (rounds, best):
        given = [course for held in found["assignments"].values() for course in held]
        assert len(given) == len(set(given))
    assert best["metrics"]["with_nothing"] <= rounds["metrics"]["with_nothing"]
    assert best["metrics"]["status"] == "optimal"
