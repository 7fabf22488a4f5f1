"""The growth report on screen and as a workbook, and the entries behind its figures."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import Response, abort, render_template, request, url_for

from school.calendar.queries import terms
from school.clock import today
from school.mentoring.asked import get_teacher, the_term, tier_rule
from school.mentoring.enums import EntryKind, EntryState, Seat, TeamKind
from school.mentoring.queries.frames import entries_behind
from school.mentoring.reports import (
    ACCEPTANCE_FIGURES,
    TIER_FIGURES,
    TOTAL,
    TRIAD_FIGURES,
    growth_report,
    workbook,
)
from school.mentoring.views import bp
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.reporting.frames import records
from school.web.guard import requires
from school.web.pages import XLSX, download
from school.web.paging import page_of
from school.web.values import id_argument

E = TypeVar("E", bound=StrEnum)
ONLY = ("on_track", "behind", "lost", "unsigned")


@bp.get("/growth/report")
@requires(Permission.SEE_MENTORING_REPORT)
def report() -> str:
    """The report of a term; every figure leads to its rows."""
    term = the_term()
    found = growth_report(term, tier_rule())
    return render_template(
        "mentoring/report.html",
        term=term,
        label=term.label,
        through=found.through,
        terms=[(one, one.label) for one in terms() if one.starts_on <= today()],
        subjects=[(row, lambda name, row=row: _triads_url(term.id, row, name)) for row in records(found.subjects)],
        duties=records(found.duties),
        observations=[row for row in records(found.observations) if row["observations"]],
        without=int((found.observations["observations"] == 0).sum()),
        tiers=[
            ("分层（按学科）", "学科", _scoped(records(found.tiers_by_subject), "subject")),
            ("分层（按任教年限）", "任教年限", _scoped(records(found.tiers_by_years), "years")),
        ],
        teams=records(found.teams),
        acceptances=records(found.acceptances),
        triad_figures=TRIAD_FIGURES,
        tier_figures=TIER_FIGURES,
        acceptance_figures=ACCEPTANCE_FIGURES,
        seats={one.value: one.label for one in Seat},
        kinds={one.value: one.label for one in EntryKind},
        team_kinds={one.value: one.label for one in TeamKind},
    )


@bp.get("/growth/report.xlsx")
@requires(Permission.SEE_MENTORING_REPORT)
def report_xlsx() -> Response:
    """The report as a workbook."""
    term = the_term()
    content = workbook(growth_report(term, tier_rule()), get_preferences().school_name)
    return download(content, f"教师成长报表{term.label}.xlsx", XLSX)


@bp.get("/growth/report/entries")
@requires(Permission.SEE_MENTORING_REPORT)
def report_entries() -> str:
    """The entries behind a figure, by kind, seat, teacher or state."""
    term = the_term()
    kind, seat, state = _member(EntryKind, "kind"), _member(Seat, "seat"), _member(EntryState, "state")
    teacher_id = id_argument("teacher")
    teacher = get_teacher(teacher_id) if teacher_id is not None else None
    day = min(today(), term.ends_on)
    wanted = {"kind": kind, "seat": seat, "state": state, "teacher_id": teacher_id, "of_counted": seat is not None}
    rows = entries_behind(term.id, day, **wanted)
    page = page_of(len(rows))
    words = [term.label, teacher.name if teacher else "", *(one.label for one in (seat, kind, state) if one)]
    return render_template(
        "mentoring/report_entries.html",
        rows=rows[page.offset : page.offset + page.size],
        page=page,
        words=" · ".join(one for one in words if one),
        back_url=url_for("mentoring.report", term=term.id),
    )


def _scoped(rows: list[dict[str, Any]], key: str) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
    """Each row with its name and the arguments that narrow the staff list to it."""
    return [(row[key], row, {key: row[key]}) for row in rows]


def _triads_url(term_id: int, row: Mapping[str, Any], name: str) -> str:
    """The triads behind a count."""
    arguments = {} if row["subject"] == TOTAL else {"subject": row["subject"]}
    if name in ONLY:
        arguments["only"] = name
    elif name != "triads":
        arguments["state"] = name
    return url_for("mentoring.triads", term=term_id, **arguments)


def _member(kind: type[E], name: str) -> E | None:
    wanted = request.args.get(name, "")
    if not wanted:
        return None
    return kind(wanted) if wanted in {one.value for one in kind} else abort(400)
