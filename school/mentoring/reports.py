"""The growth report of a term: frames in, frames out, a workbook and JSON.

JSON, schema `mentoring-report/1`::

    {"schema": "mentoring-report/1", "school": "…", "term": "2026-1", "through": "2026-11-25",
     "subjects": [{"subject": "数学", TRIADS}],                                # 合计 last
     "duties": [{"seat": "chief", "kind": "observation", "owed": 84, "expected": 50, "done": 52, "waiting": 1, "share": 0.619}],
     "observations": [{"staff_code": "T004", "teacher": "…", "observations": 9}],   # by staff code, no ranking
     "tiers_by_subject": [{"subject": "数学", TIERS}], "tiers_by_years": [{"years": "3—5", TIERS}],
     "teams": [{"kind": "grade_group", "quartile": 1, "teams": 2, "lowest": 90.1, "highest": 94.9}],   # no names
     "acceptances": [{"seat": "novice", "opened": 2, "undecided": 0, "passed": 1, "extended": 1, "mean_points": 73.5}]}

TRIADS are counts of triads: triads, proposed, active, completed, dissolved, and of the active ones on_track, behind, lost
(nothing entered for too long), unsigned. TIERS are counts of teachers: teachers, learning, research, guidance. `share` is
`done`, each counted up to what is owed, of `owed` (0 to 1, or null).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from school.calendar.models import Term
from school.clock import today
from school.mentoring.enums import EntryKind, Outcome, Seat, TeamKind, Tier, TriadState
from school.mentoring.queries.frames import (
    DUTY_COLUMNS,
    TRIAD_COLUMNS,
    acceptance_rows,
    appraisal_rows,
    observation_counts,
    triad_and_duty_rows,
)
from school.mentoring.queries.growth import TieredTeacher, tiered_staff
from school.mentoring.rules.tiers import TierRule, years_band
from school.people.queries import subjects
from school.reporting.excel import Column, Mark, ReportSheet, write_report
from school.reporting.frames import frame_of, records, share, sums_by

SCHEMA = "mentoring-report/1"
TOTAL = "合计"
TRIAD_TYPES = dict(zip(TRIAD_COLUMNS, ("int64", "object", "object", "bool", "object", "bool"), strict=True))
DUTY_TYPES = dict(zip(DUTY_COLUMNS, ("int64", "object", "object", "object", "int64", "int64", "int64", "int64"), strict=True))
TEAM_TYPES = {"kind": "object", "name": "object", "total": "float64"}
ACCEPTANCE_TYPES = {"seat": "object", "outcome": "object", "grade": "object", "points": "float64"}
TRIAD_FIGURES = {
    "triads": "三人行",
    "proposed": "拟定",
    "active": "进行中",
    "on_track": "跟得上",
    "behind": "落后",
    "lost": "失去联系",
    "unsigned": "未签齐",
    "completed": "已验收",
    "dissolved": "已解除",
}
TIER_FIGURES = {"teachers": "教师", **{tier.value: tier.label for tier in Tier}}


@dataclass(frozen=True)
class Report:
    """The frames of a report; `through` is the last day counted. See `JSON` above for their columns."""

    term: Term
    through: date
    subjects: pd.DataFrame
    duties: pd.DataFrame
    observations: pd.DataFrame
    tiers_by_subject: pd.DataFrame
    tiers_by_years: pd.DataFrame
    teams: pd.DataFrame
    acceptances: pd.DataFrame


def growth_report(term: Term, rule: TierRule) -> Report:
    """The report of a term up to today."""
    through = max(min(today(), term.ends_on), term.starts_on)
    triads, duties = triad_and_duty_rows(term, through)
    staff = tiered_staff(through, rule)
    observed = observation_counts(term.id, through)
    return Report(
        term,
        through,
        triads_by_subject(frame_of(triads, TRIAD_TYPES)),
        duties_done(frame_of(duties, DUTY_TYPES)),
        frame_of([(one.id, one.staff_code, one.name, observed.get(one.id, 0)) for one in staff], _OBSERVATION_TYPES),
        tiers_by(_by_subject(staff), "subject"),
        tiers_by(_by_years(staff), "years"),
        team_quartiles(frame_of(appraisal_rows(term.id), TEAM_TYPES)),
        acceptance_results(frame_of(acceptance_rows(term.id), ACCEPTANCE_TYPES)),
    )


def triads_by_subject(triads: pd.DataFrame) -> pd.DataFrame:
    """Counts of triads (columns `TRIAD_FIGURES`) for each subject, the whole school last; no rows when there are none."""
    active = triads["state"] == TriadState.ACTIVE.value
    lost = active & (triads["signal"] == "overdue")
    flags = {
        "triads": triads["triad_id"].notna(),
        **{state.value: triads["state"] == state.value for state in TriadState},
        "on_track": active & triads["is_on_track"],
        "behind": active & ~triads["is_on_track"],
        "lost": lost,
        "unsigned": active & triads["is_unsigned"],
    }
    counted = triads.assign(**{name: flag.astype("int64") for name, flag in flags.items()})
    return _with_total(sums_by(counted, ["subject"], list(TRIAD_FIGURES)), counted, "subject", list(TRIAD_FIGURES))


def duties_done(duties: pd.DataFrame) -> pd.DataFrame:
    """Owed, due by now, confirmed and waiting for each seat and kind; nobody's surplus makes up for what another lacks."""
    capped = duties.assign(capped=duties[["done", "owed"]].min(axis=1).astype("int64"))
    summary = sums_by(capped, ["seat", "kind"], ["owed", "expected", "done", "waiting", "capped"])
    summary["share"] = share(summary["capped"], summary["owed"])
    return summary.drop(columns="capped")


def tiers_by(staff: pd.DataFrame, by: str) -> pd.DataFrame:
    """Teachers of each tier for each value of `by`, in the order in which the values first appear."""
    flags = {"teachers": staff["tier"].notna(), **{tier.value: staff["tier"] == tier.value for tier in Tier}}
    counted = staff.assign(**{name: flag.astype("int64") for name, flag in flags.items()})
    return sums_by(counted, [by], list(TIER_FIGURES))


def team_quartiles(teams: pd.DataFrame) -> pd.DataFrame:
    """For each kind of team how many are in each quarter by total (1: the highest), with lowest and highest total.

    Teams of the same total are in the same quarter. No names: a triad's and a small group's name would point at persons.
    """
    rank = teams.groupby("kind", sort=False)["total"].rank(method="min", ascending=False)
    size = teams.groupby("kind", sort=False)["total"].transform("size")
    placed = teams.assign(quartile=((rank - 1) * 4 // size + 1).astype("int64"))
    grouped = placed.groupby(["kind", "quartile"], sort=True)["total"]
    summary = grouped.agg(teams="size", lowest="min", highest="max").reset_index()
    order = {kind.value: number for number, kind in enumerate(TeamKind)}
    return summary.sort_values(["kind", "quartile"], key=lambda column: column.map(order) if column.name == "kind" else column)


def acceptance_results(acceptances: pd.DataFrame) -> pd.DataFrame:
    """For each apprentice's seat how many acceptances are open, undecided, passed, extended; the mean of decided points."""
    flags = {
        "opened": acceptances["seat"].notna(),
        "undecided": acceptances["outcome"] == "",
        **{outcome.value: acceptances["outcome"] == outcome.value for outcome in Outcome},
    }
    counted = acceptances.assign(**{name: flag.astype("int64") for name, flag in flags.items()})
    summary = sums_by(counted, ["seat"], list(flags))
    means = acceptances.groupby("seat", sort=False)["points"].mean()
    return summary.assign(mean_points=summary["seat"].map(means).astype("float64"))


def json_document(report: Report, school_name: str) -> dict[str, Any]:
    """The report in the schema of this module."""
    parts = ("subjects", "duties", "observations", "tiers_by_subject", "tiers_by_years", "teams", "acceptances")
    return {
        "schema": SCHEMA,
        "school": school_name,
        "term": report.term.code,
        "through": report.through.isoformat(),
        **{name: [_rounded(row) for row in records(getattr(report, name))] for name in parts},
    }


def workbook(report: Report, school_name: str) -> bytes:
    """The report as .xlsx: triads, duties, observations, tiers by subject and years, teams, acceptances."""
    note = f"{school_name} 教师成长报表 {report.term.label}（截至 {report.through.isoformat()}）"
    seats, kinds = {seat.value: seat.label for seat in Seat}, {kind.value: kind.label for kind in EntryKind}
    duties = report.duties.assign(seat=report.duties["seat"].map(seats), kind=report.duties["kind"].map(kinds))
    names = {kind.value: kind.label for kind in TeamKind}
    teams = report.teams.assign(kind=report.teams["kind"].map(names))
    acceptances = report.acceptances.assign(seat=report.acceptances["seat"].map(seats))
    tiers = tuple(Column(key, title) for key, title in TIER_FIGURES.items())
    marks = (Mark(("behind",), ">", 0, "warn"), Mark(("lost",), ">", 0, "bad"), Mark(("unsigned",), ">", 0, "warn"))
    counts = (Column("owed", "责任书次数"), Column("expected", "到今天应完成"), Column("done", "已确认"), *_REST)
    return write_report(
        [
            ReportSheet("三人行", report.subjects, (_text("subject", "学科"), *_columns(TRIAD_FIGURES)), marks, note),
            ReportSheet(
                "责任书完成",
                duties,
                (_text("seat", "位置"), _text("kind", "内容"), *counts),
                (),
                note,
                2,
            ),
            ReportSheet("听课", report.observations, (*_WHO, _OBSERVED), (), note, 2),
            ReportSheet("分层·按学科", report.tiers_by_subject, (_text("subject", "学科"), *tiers), (), note),
            ReportSheet("分层·按年限", report.tiers_by_years, (_text("years", "任教年限"), *tiers), (), note),
            ReportSheet(
                "团队评价",
                teams,
                (_text("kind", "团队"), Column("quartile", "第几档"), Column("teams", "团队数"), *_TOTALS),
                (),
                f"{note}。分四档，不列名次、不列个人。",
            ),
            ReportSheet("验收", acceptances, (_text("seat", "位置"), *_columns(ACCEPTANCE_FIGURES), _MEAN), (), note),
        ]
    )


def _with_total(summary: pd.DataFrame, counted: pd.DataFrame, by: str, columns: Sequence[str]) -> pd.DataFrame:
    if summary.empty:
        return summary
    total = counted[list(columns)].sum().to_frame().T.assign(**{by: TOTAL})
    return pd.concat([summary, total[[by, *columns]]], ignore_index=True)


def _by_subject(staff: Iterable[TieredTeacher]) -> pd.DataFrame:
    """A row for each teacher and subject they teach, in the school's order of subjects; who teaches two counts in both."""
    order = {one.name: number for number, one in enumerate(subjects())}
    rows = sorted(((name, one.verdict.tier.value) for one in staff for name in one.subjects), key=lambda row: order[row[0]])
    return frame_of(rows, {"subject": "object", "tier": "object"})


def _by_years(staff: Sequence[TieredTeacher]) -> pd.DataFrame:
    """A row for each teacher with their band of years, the youngest first."""
    rows = sorted((-1 if one.years is None else one.years, years_band(one.years), one.verdict.tier.value) for one in staff)
    return frame_of([row[1:] for row in rows], _YEARS_TYPES)


def _columns(figures: dict[str, str]) -> tuple[Column, ...]:
    return tuple(Column(key, title) for key, title in figures.items())


def _text(key: str, title: str) -> Column:
    return Column(key, title, "text")


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items() if key != "teacher_id"}


ACCEPTANCE_FIGURES = {"opened": "验收", "undecided": "未定", **{outcome.value: outcome.label for outcome in Outcome}}
_OBSERVATION_TYPES = {"teacher_id": "int64", "staff_code": "object", "teacher": "object", "observations": "int64"}
_YEARS_TYPES = {"years": "object", "tier": "object"}
_REST = (Column("waiting", "待确认"), Column("share", "完成", "share"))
_WHO = (Column("staff_code", "工号", "text"), Column("teacher", "教师", "text"))
_OBSERVED = Column("observations", "已确认听课")
_TOTALS = (Column("lowest", "最低分", "number"), Column("highest", "最高分", "number"))
_MEAN = Column("mean_points", "平均分", "number")
