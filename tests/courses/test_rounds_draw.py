"""Previewing, publishing and checking a draw: no trace before, the same bytes after, and never the secret too early."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from flask import Flask

from school.audit.models import AuditEntry
from school.audit.service import record
from school.courses import aside, drawing
from school.courses.enums import CourseState, Mechanism, PlaceSource, SelectionState
from school.courses.inputs import read_json
from school.courses.models import Place, WaitingEntry
from school.courses.queries.draws import find_public_draw
from school.courses.queries.selections import lock_selection
from school.courses.rules.rounds import StepRefused
from school.courses.service import drawing as acts
from school.courses.service import rounds, seats, wishes
from school.db import db, transaction
from school.errors import Refused
from tests.courses.acts import faults
from tests.courses.small_courses import CLOSES, OPENS, TESTER, SmallCourses, add_application, build, fresh
from tests.races.test_class_day import at_once

Freeze = Callable[[datetime], None]
MOMENT = CLOSES.replace(hour=19, minute=59)


def wished(**changes: Any) -> SmallCourses:
    """剪纸 and 国际象棋 (two seats each) are wanted by five, 足球 needs two and is wanted by one."""
    cast = build(has_wishes=True, **changes)
    for child in cast.third[:5]:
        add_application(cast.selection, child, cast.paper, cast.chess)
    add_application(cast.selection, cast.third[5], cast.football, cast.choir)
    for child in cast.fifth:
        add_application(cast.selection, child, cast.robots, cast.dance, together="家")
    db.session.commit()
    return cast


@pytest.fixture
def frozen_list(app: Flask, freeze: Freeze) -> SmallCourses:
    """Wishes are in, every window has closed, the list is frozen."""
    freeze(CLOSES)
    cast = wished()
    freeze_now(cast)
    return cast


def freeze_now(cast: SmallCourses) -> None:
    with transaction():
        rounds.freeze(cast.selection.id, by=TESTER)
    fresh()


def publish(cast: SmallCourses, mechanism: Mechanism = Mechanism.ROUNDS, value: str = "") -> acts.Computed:
    computed = acts.compute(cast.selection.id, mechanism, value)
    with transaction():
        acts.publish(cast.selection.id, computed, by=TESTER)
    fresh()
    return computed


def dump() -> str:
    """Every row of every table as text."""
    fresh()
    tables = db.metadata.sorted_tables
    return "\n".join(f"{table.name} {sorted(map(repr, db.session.execute(table.select())))}" for table in tables)


def places(cast: SmallCourses) -> dict[int, set[str]]:
    fresh()
    names = {course.id: course.code for course in cast.courses}
    found: dict[int, set[str]] = {}
    for place in db.session.query(Place).filter_by(ended_at=None):
        found.setdefault(place.pupil_id, set()).add(names[place.course_id])
    return found


@pytest.mark.parametrize("mechanism", Mechanism)
def test_what_is_published_is_what_families_have(frozen_list: SmallCourses, mechanism: Mechanism) -> None:
    cast = frozen_list
    publish(cast, mechanism)
    selection = cast.selection
    document = json.loads(selection.outcome)
    numbers = {str(10_000_000 + child.id): child.id for child in cast.pupils}
    given = {numbers[number]: set(codes) for number, codes in document["assignments"].items() if codes}
    assert places(cast) == given
    assert {place.source for place in db.session.query(Place)} == {PlaceSource.DRAW}
    assert cast.football.state is CourseState.CLOSED, "one child is not enough"
    assert given[cast.third[5].id] == {"C05"}, "the next wish is honoured"
    assert given.get(cast.fifth[0].id) == given.get(cast.fifth[1].id) == {"C04"}, "one seat is not both, so both have the next"
    paper = sorted((row.draw_rank, row.pupil_id) for row in db.session.query(WaitingEntry).filter_by(course_id=cast.paper.id))
    assert [pupil for _rank, pupil in paper] == [numbers[number] for number in document["waiting"]["C01"]]
    assert (selection.state, selection.mechanism, selection.drawn_at) == (SelectionState.DRAWN, mechanism, CLOSES)
    assert faults() == []


@pytest.mark.parametrize("mechanism", Mechanism)
def test_holding_it_again_gives_the_same_bytes(frozen_list: SmallCourses, mechanism: Mechanism) -> None:
    first, second = (acts.compute(frozen_list.selection.id, mechanism, "") for _ in range(2))
    assert first.document.encode() == second.document.encode()
    publish(frozen_list, mechanism)
    selection = frozen_list.selection
    assert selection.outcome == first.document
    assert selection.outcome_sha256 == sha256(first.document.encode()).hexdigest()
    assert drawing.recheck(json.loads(selection.outcome), selection.seed_commitment) == []


def test_the_seed_is_the_secret_committed_to_and_what_was_announced(app: Flask, freeze: Freeze) -> None:
    freeze(CLOSES)
    cast = wished(public_source="2026年11月29日双色球")
    freeze_now(cast)
    with pytest.raises(Refused, match="双色球"):
        acts.compute(cast.selection.id, Mechanism.ROUNDS, "  ")
    publish(cast, value=" 03 08 17 ")
    document = json.loads(cast.selection.outcome)
    assert document["seed"] == "a secret of the tests:03 08 17"
    assert sha256(document["secret"].encode()).hexdigest() == cast.selection.seed_commitment == document["commitment"]
    assert cast.selection.public_value == "03 08 17"


def test_the_script_agrees_with_nothing_but_python(frozen_list: SmallCourses, tmp_path: Path) -> None:
    publish(frozen_list)
    file = tmp_path / "draw.json"
    file.write_text(frozen_list.selection.outcome, encoding="utf-8")
    script = Path(drawing.__file__).with_name("verify_draw.py")
    run = [sys.executable, "-I", "-S", str(script), str(file)]
    assert subprocess.run(run, capture_output=True, check=False).returncode == 0
    file.write_text(frozen_list.selection.outcome.replace('"C05"', '"C04"', 1), encoding="utf-8")
    assert subprocess.run(run, capture_output=True, check=False).returncode == 1


def test_a_published_document_that_was_changed_is_found(frozen_list: SmallCourses) -> None:
    publish(frozen_list)
    document = json.loads(frozen_list.selection.outcome)
    commitment = frozen_list.selection.seed_commitment
    loser = next(number for number, codes in document["assignments"].items() if not codes)
    winner = next(number for number, codes in document["assignments"].items() if "C01" in codes)
    bribed = document["assignments"] | {loser: ["C01"], winner: []}
    assert "重新计算的录取结果与公布的不同" in drawing.recheck(document | {"assignments": bribed}, commitment)
    crowded = {number: ["C01"] for number in document["assignments"]}
    assert "公布的结果违反了限制" in drawing.recheck(document | {"assignments": crowded, "is_proven": False}, commitment)
    fewer = {number: codes for number, codes in document["assignments"].items() if number != loser}
    assert drawing.recheck(document | {"assignments": fewer}, commitment) == ["结果里的报名编号与名单不符"]
    assert drawing.recheck(document, "0" * 64) == ["种子与事先公布的承诺不符"]
    assert "名单与公布的校验值不符" in drawing.recheck(document | {"list_sha256": "0" * 64}, commitment)


def test_publishing_twice_changes_nothing(frozen_list: SmallCourses) -> None:
    computed = publish(frozen_list)
    before = dump()
    with transaction():
        acts.publish(frozen_list.selection.id, computed, by=TESTER)
    assert dump() == before
    with pytest.raises(StepRefused, match="已经公布"):
        acts.compute(frozen_list.selection.id, Mechanism.OPTIMUM, "")
    assert dump() == before


def test_another_mechanism_computed_before_comes_too_late(frozen_list: SmallCourses) -> None:
    other = acts.compute(frozen_list.selection.id, Mechanism.OPTIMUM, "")
    publish(frozen_list)
    before = dump()
    with pytest.raises(StepRefused, match="已经公布"), transaction():
        acts.publish(frozen_list.selection.id, other, by=TESTER)
    assert dump() == before


def test_what_changed_since_the_freezing_stops_the_draw(frozen_list: SmallCourses) -> None:
    computed = acts.compute(frozen_list.selection.id, Mechanism.ROUNDS, "")
    with transaction():
        seats.place_by_office(
            frozen_list.selection.id, frozen_list.first[0].id, frozen_list.paper.id, consent_note="母亲电话", by=TESTER
        )
    with pytest.raises(StepRefused, match="重新冻结"), transaction():
        acts.publish(frozen_list.selection.id, computed, by=TESTER)
    freeze_now(frozen_list)
    with pytest.raises(StepRefused, match="重新冻结"), transaction():
        acts.publish(frozen_list.selection.id, computed, by=TESTER)
    publish(frozen_list)
    assert faults() == []


def test_nothing_is_drawn_before_the_list_is_frozen(app: Flask, freeze: Freeze) -> None:
    freeze(CLOSES)
    cast = wished()
    with pytest.raises(StepRefused):
        acts.compute(cast.selection.id, Mechanism.ROUNDS, "")


def test_a_preview_leaves_the_database_as_it_was_and_knows_no_secret(
    frozen_list: SmallCourses, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[str] = []
    real = drawing.hold
    monkeypatch.setattr(drawing, "hold", lambda one, mechanism, seed: seeds.append(seed) or real(one, mechanism, seed))
    before = dump()
    steps: list[tuple[int, int]] = []
    figures = drawing.preview(read_json(frozen_list.selection.frozen_list.encode()), lambda *done: steps.append(done))
    assert dump() == before
    assert set(seeds) == {"试算 1", "试算 2", "试算 3"}
    assert steps == [(n, 6) for n in range(6)]
    assert not any(frozen_list.selection.seed_secret in seed for seed in seeds)
    best, plain = figures["optimum"], figures["rounds"]
    assert best["with_nothing"] <= plain["with_nothing"] == 1
    assert plain["closed"] == {"C02": 3}
    assert (plain["pupils"], figures["is_proven"], set(plain["by_grade"])) == (8, True, {"3", "5"})


def test_nobody_waits_while_a_draw_is_computed(app: Flask, frozen_list: SmallCourses, monkeypatch: pytest.MonkeyPatch) -> None:
    term, waited = frozen_list.selection.id, []
    real = acts.hold

    def write() -> None:
        with app.app_context(), transaction():
            lock_selection(term)
            record(TESTER, "test", "改了别的", subject_type="selection")

    def hold(*asked: Any) -> drawing.Held:
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(5)
        waited.append(writer.is_alive())
        return real(*asked)

    monkeypatch.setattr(acts, "hold", hold)
    acts.compute(term, Mechanism.ROUNDS, "")
    assert waited == [False]


def test_figures_are_means_of_the_trials() -> None:
    one = {"pupils": 4, "seats": 6, "seats_filled": 3, "with_first_wish": 1, "with_any_wish": 2, "with_nothing": 2}
    one |= {"mean_rank": None, "courses_closed": ["A"], "by_grade": {}}
    other = one | {"seats_filled": 4, "with_nothing": 1, "mean_rank": 1.5, "courses_closed": ["A", "B"]}
    found = drawing.averaged([one, other])
    assert (found["seats_filled"], found["with_nothing"], found["mean_rank"]) == (3.5, 1.5, 1.5)
    assert found["closed"] == {"A": 2, "B": 1}


def test_the_public_reads_no_secret_before_the_outcome(frozen_list: SmallCourses) -> None:
    secret = frozen_list.selection.seed_secret
    found = find_public_draw(frozen_list.term.id)
    assert found is not None
    assert secret not in repr(found)
    publish(frozen_list)
    assert secret in repr(find_public_draw(frozen_list.term.id))
    assert not any(secret in entry.sentence + entry.reason for entry in db.session.query(AuditEntry))


def test_a_wish_after_the_freezing_is_refused(app: Flask, freeze: Freeze) -> None:
    freeze(CLOSES)
    cast = wished()
    freeze_now(cast)
    freeze(OPENS)
    with pytest.raises(Refused), transaction():
        wishes.add_wish(cast.selection.id, cast.third[0].id, cast.choir.id, by=cast.actor(cast.third[0]))


def test_work_aside_tells_how_far_it_is_and_what_came_of_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "PATIENCE_SECONDS", 0.05)
    goes_on = threading.Event()

    def slow(report: aside.Report) -> list[int]:
        report(1, 2)
        goes_on.wait(10)
        return [7]

    assert not aside.start(app, "slow", slow)
    assert aside.progress_of(app, "slow") == aside.Progress(1, 2)
    assert not aside.start(app, "slow", slow), "the second press waits for the first"
    goes_on.set()
    for thread in threading.enumerate():
        if thread.daemon and thread is not threading.current_thread():
            thread.join(1)
    ended = aside.progress_of(app, "slow")
    assert ended is not None
    assert (ended.has_ended, ended.result) == (True, [7])
    aside.forget(app, "slow")
    assert aside.progress_of(app, "slow") is None


def test_work_that_is_refused_or_breaks_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_report: aside.Report) -> None:
        raise Refused("不行。")

    def fail(_report: aside.Report) -> None:
        raise ZeroDivisionError

    assert aside.start(app, "refused", refuse)
    assert (aside.progress_of(app, "refused") or aside.Progress()).refusal == "不行。"
    assert aside.start(app, "broken", fail)
    assert (aside.progress_of(app, "broken") or aside.Progress()).refusal.startswith("系统出了问题")
    monkeypatch.setattr(aside, "STALE_SECONDS", -1.0)
    aside._store(aside._path(app, "dead"), aside.Progress(1, 2))
    assert aside.progress_of(app, "dead") is None, "its process died"


@pytest.mark.race
def test_publishing_twice_at_once_enters_one_outcome(app: Flask, frozen_list: SmallCourses) -> None:
    term, before = frozen_list.selection.id, db.session.query(AuditEntry).count()
    db.session.commit()

    def act(number: int, barrier: threading.Barrier) -> None:
        computed = acts.compute(term, list(Mechanism)[number % 2], "")
        db.session.rollback()
        barrier.wait()
        with transaction():
            acts.publish(term, computed, by=TESTER)

    outcomes = at_once(app, 4, act)
    assert all(one is None or isinstance(one, StepRefused) for one in outcomes), outcomes
    assert sum(one is None for one in outcomes) >= 1
    fresh()
    assert db.session.query(AuditEntry).filter_by(action="courses.publish_draw").count() == 1
    assert db.session.query(AuditEntry).count() == before + 2
    assert faults() == []


@pytest.mark.race
def test_every_wish_acknowledged_before_the_freezing_is_in_the_list(app: Flask, freeze: Freeze) -> None:
    freeze(MOMENT)
    cast = wished()
    term = cast.selection.id
    tries = [(child.id, course.id, cast.actor(child)) for child in cast.third[:6] for course in (cast.dance, cast.tutoring)]
    db.session.commit()
    done: list[tuple[int, int]] = []

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        if number == 0:
            while len(done) < 3:
                sleep(0.001)
            freeze(CLOSES)
            with transaction():
                rounds.freeze(term, by=TESTER)
            return
        for pupil_id, course_id, by in tries[number - 1 :: 3]:
            with transaction():
                wishes.add_wish(term, pupil_id, course_id, by=by)
            done.append((pupil_id, course_id))

    outcomes = at_once(app, 4, act)
    assert all(one is None or isinstance(one, Refused) for one in outcomes), outcomes
    fresh()
    rows = {row["id"]: row["prefs"] for row in json.loads(cast.selection.frozen_list)["pupils"]}
    codes = {course.id: course.code for course in cast.courses}
    assert len(done) >= 3
    assert [one for one in done if codes[one[1]] not in rows[str(10_000_000 + one[0])]] == []
    with transaction():
        assert rounds.freeze(term, by=TESTER).list_sha256 == cast.selection.list_sha256


@pytest.mark.race
def test_the_freezing_waits_for_a_wish_on_its_way(app: Flask, freeze: Freeze) -> None:
    freeze(MOMENT)
    cast = wished()
    child, term, by = cast.third[6], cast.selection.id, cast.actor(cast.third[6])
    pupil_id, course_id = child.id, cast.dance.id
    db.session.commit()
    has_wished = threading.Event()

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        if number == 0:
            with transaction():
                wishes.add_wish(term, pupil_id, course_id, by=by)
                freeze(CLOSES)
                has_wished.set()
                sleep(0.3)
            return
        has_wished.wait(20)
        with transaction():
            rounds.freeze(term, by=TESTER)

    assert at_once(app, 2, act) == [None, None]
    fresh()
    assert ["C04"] in [row["prefs"] for row in json.loads(cast.selection.frozen_list)["pupils"]]
