"""The growth report: every figure recomputed in plain Python from the rows, on screen, in Excel, as JSON."""

import io
import json
from collections import Counter
from datetime import timedelta

import openpyxl
import pandas as pd
import pytest
from flask import Flask

from school.clock import frozen
from school.db import db
from school.mentoring.asked import tier_rule
from school.mentoring.enums import EntryKind, EntryState, Outcome, Seat, TeamKind, Tier
from school.mentoring.models import MentorEntry, TeamAppraisal
from school.mentoring.queries.frames import entries_behind
from school.mentoring.queries.growth import tiered_staff
from school.mentoring.reports import TEAM_TYPES, duties_done, growth_report, json_document, team_quartiles, workbook
from school.mentoring.rules.duties import default_duties
from school.mentoring.rules.entries import EntryValues
from school.mentoring.service import acceptance, entries, triads
from school.reporting.frames import frame_of, records
from tests.mentoring.small_staff import AFTER_TERM, LAST, NOON, SEPTEMBER, TESTER, SmallStaff


@pytest.fixture
def busy(staff: SmallStaff) -> SmallStaff:
    """Two triads of maths and Chinese; the novice of maths observed twice (one confirmed), the middle reviewed three plans."""
    for subject, seats in ((staff.maths, staff.seats()), (staff.chinese, staff.seats("feng", "chu", "wei"))):
        triad = triads.make_triad(staff.term, subject, seats, SEPTEMBER, LAST, actor=TESTER)
        triads.confirm_triad(triad.id, actor=TESTER)
        if subject is staff.maths:
            maths, ids = triad, seats
    plans = [(Seat.MIDDLE, EntryKind.PLAN_REVIEW, day, day < 3) for day in (1, 2, 3)]
    seen = [(Seat.NOVICE, EntryKind.OBSERVATION, 4, True), (Seat.NOVICE, EntryKind.OBSERVATION, 5, False)]
    for by, kind, ago, is_confirmed in [*plans, *seen]:
        other = Seat.NOVICE if by is Seat.MIDDLE else Seat.MIDDLE
        values = EntryValues(kind, NOON.date() - timedelta(days=ago), staff.third_1.id, "第1节", "倍的认识", 40, {}, "清楚")
        entry = entries.enter(maths.id, ids[by], ids[other], values, key=f"{kind}{ago}", actor=TESTER)
        if is_confirmed:
            entries.confirm(entry.id, ids[other], actor=TESTER)
    db.session.commit()
    return staff


def test_triads_are_counted_by_subject_with_a_total(busy: SmallStaff) -> None:
    rows = {row["subject"]: row for row in records(growth_report(busy.term, tier_rule()).subjects)}
    assert list(rows) == ["语文", "数学", "合计"]
    assert (rows["合计"]["triads"], rows["合计"]["active"], rows["合计"]["behind"], rows["合计"]["unsigned"]) == (2, 2, 2, 2)
    # Chinese has never entered anything: 85 days since 1 September; maths did four days ago.
    assert [rows[name]["lost"] for name in ("语文", "数学", "合计")] == [1, 0, 1]


def test_duties_are_those_of_the_rows(busy: SmallStaff) -> None:
    found = {(row["seat"], row["kind"]): row for row in records(growth_report(busy.term, tier_rule()).duties)}
    rows = db.session.query(MentorEntry).all()
    whole, passed = (LAST - SEPTEMBER).days + 1, (NOON.date() - SEPTEMBER).days + 1
    seats = {one: seat.value for seat, one in busy.seats().items()}
    for duty in default_duties():
        mine = [r.state for r in rows if r.kind is duty.kind and seats[r.credited_to_id] == duty.seat]
        row = found[duty.seat.value, duty.kind.value]
        assert row["owed"] == 2 * duty.count
        assert row["expected"] == 2 * (duty.count * passed // whole)
        assert row["done"] == mine.count(EntryState.CONFIRMED)
        assert row["waiting"] == mine.count(EntryState.ENTERED)
        assert row["share"] == pytest.approx(row["done"] / row["owed"])
    assert found["middle", "plan_review"]["done"] == 2
    assert found["novice", "observation"]["waiting"] == 1


def test_surplus_of_one_triad_does_not_make_up_for_another() -> None:
    columns = {"triad_id": "int64", "subject": "object", "seat": "object", "kind": "object"}
    columns |= dict.fromkeys(("owed", "expected", "done", "waiting"), "int64")
    frame = frame_of([(1, "数学", "chief", "talk", 4, 2, 9, 0), (2, "语文", "chief", "talk", 4, 2, 1, 0)], columns)
    (row,) = records(duties_done(frame))
    assert (row["owed"], row["done"], row["share"]) == (8, 10, 5 / 8)


def test_observations_and_tiers_count_every_teacher_once(busy: SmallStaff) -> None:
    report = growth_report(busy.term, tier_rule())
    observed = {row["teacher"]: row["observations"] for row in records(report.observations)}
    assert len(observed) == 9
    assert {name: count for name, count in observed.items() if count} == {"新郑": 1}
    staff = tiered_staff(NOON.date(), tier_rule())
    tiers = Counter(one.verdict.tier.value for one in staff)
    by_years = records(report.tiers_by_years)
    assert {tier.value: sum(row[tier.value] for row in by_years) for tier in Tier} == {t.value: tiers[t.value] for t in Tier}
    assert [row["years"] for row in by_years] == ["0—2", "6—9", "20以上"]
    maths = next(row for row in records(report.tiers_by_subject) if row["subject"] == "数学")
    assert maths["teachers"] == sum("数学" in one.subjects for one in staff) == 6


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([90, 80, 70, 60], {1: 1, 2: 1, 3: 1, 4: 1}),
        ([90, 80, 70, 60, 50, 40, 30, 20], {1: 2, 2: 2, 3: 2, 4: 2}),
        ([90, 90, 90, 90], {1: 4}),  # the same total is never apart
        ([88], {1: 1}),
        ([90, 80, 80, 60, 50], {1: 3, 3: 1, 4: 1}),
    ],
)
def test_teams_fall_into_quarters(totals: list[float], expected: dict[int, int]) -> None:
    frame = frame_of([("prep_group", f"第{n}组", float(total)) for n, total in enumerate(totals)], TEAM_TYPES)
    rows = records(team_quartiles(frame.sample(frac=1, random_state=3)))
    assert {row["quartile"]: row["teams"] for row in rows} == expected
    assert max(row["highest"] for row in rows) == max(totals)
    assert min(row["lowest"] for row in rows) == min(totals)


def test_no_team_and_no_member_is_named(busy: SmallStaff) -> None:
    for number, total in enumerate((61.0, 95.0)):
        name = f"弱队{number}"
        values = {"member_ids": [1], "weights": {}, "shares": {}, "judged_points": 60, "total": total, "decided_at": NOON}
        db.session.add(TeamAppraisal(term_id=busy.term.id, kind=TeamKind.PREP_GROUP, team_key=name, name=name, **values))
    db.session.commit()
    report = growth_report(busy.term, tier_rule())
    assert [row["quartile"] for row in records(report.teams)] == [1, 3]
    assert "弱队" not in json.dumps(json_document(report, "阳光小学"), ensure_ascii=False)
    book = openpyxl.load_workbook(io.BytesIO(workbook(report, "阳光小学")))
    assert not [cell for row in book["团队评价"].iter_rows(values_only=True) for cell in row if "弱队" in str(cell)]


def test_acceptances_by_seat(busy: SmallStaff) -> None:
    triad_id = db.session.query(MentorEntry).first().triad_id
    assessors = [busy.actor("zhao"), busy.actor("feng")]
    with frozen(AFTER_TERM):
        opened = acceptance.open_acceptances(triad_id, actor=TESTER)
        items = {row["key"]: row["points"] for row in opened[0].rubric}
        for actor in assessors:
            acceptance.score(opened[0].id, dict(items), "好", name=actor.label, actor=actor)
        acceptance.decide(opened[0].id, Outcome.PASSED, "出师", actor=TESTER)
        db.session.commit()
        rows = {row["seat"]: row for row in records(growth_report(busy.term, tier_rule()).acceptances)}
    assert rows["middle"] == {"seat": "middle", "opened": 1, "undecided": 0, "passed": 1, "extended": 0, "mean_points": 100.0}
    assert (rows["novice"]["undecided"], rows["novice"]["mean_points"]) == (1, None)


def test_a_figure_leads_to_as_many_rows(busy: SmallStaff) -> None:
    for row in records(growth_report(busy.term, tier_rule()).duties):
        for name, state in (("done", EntryState.CONFIRMED), ("waiting", EntryState.ENTERED)):
            values = {"kind": EntryKind(row["kind"]), "seat": Seat(row["seat"]), "state": state, "of_counted": True}
            assert len(entries_behind(busy.term.id, NOON.date(), **values)) == row[name]
    zheng = busy.teachers["zheng"].id
    found = entries_behind(busy.term.id, NOON.date(), kind=EntryKind.OBSERVATION, teacher_id=zheng)
    assert [(one.credited, one.other) for one in found] == [("新郑", "中周")] * 2


def test_a_term_without_anything(busy: SmallStaff) -> None:
    report = growth_report(busy.spring, tier_rule())
    assert report.through == busy.spring.starts_on
    for name in ("subjects", "duties", "teams", "acceptances"):
        assert isinstance(getattr(report, name), pd.DataFrame)
        assert getattr(report, name).empty, name
    assert workbook(report, "阳光小学")


def test_the_command_prints_one_object(app: Flask, busy: SmallStaff) -> None:
    run = app.test_cli_runner()
    result = run.invoke(args=["school", "report", "mentoring", "--term", "2026-1", "--json"])
    found = json.loads(result.output)
    assert (found["schema"], found["term"], found["through"]) == ("mentoring-report/1", "2026-1", "2026-11-25")
    assert found["subjects"][-1]["triads"] == 2
    assert "数学：三人行 1" in run.invoke(args=["school", "report", "mentoring", "--term", "2026-1"]).output
    for wrong in ("2031-1", "nonsense", "2026-"):
        refused = run.invoke(args=["school", "report", "mentoring", "--term", wrong])
        assert (refused.exit_code, "没有学期" in refused.output) == (1, True)
