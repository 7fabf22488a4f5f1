"""The report on families of a term, on screen and as a workbook."""

from flask import Response, abort, render_template

from school.calendar.loaders import asked_term
from school.calendar.queries import terms
from school.clock import today
from school.parentschool.enums import EventKind, MentorSource
from school.parentschool.reports import CAME, VISITS, families_report, grade_label, workbook
from school.parentschool.rules.feedback import BATCH
from school.parentschool.rules.plan import LEAST_A_TERM
from school.parentschool.views import bp
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.reporting.frames import records
from school.web.guard import requires
from school.web.pages import XLSX, download


@bp.get("/parent-school/report")
@requires(Permission.SEE_FAMILIES_REPORT)
def report() -> str:
    """The report of a term; every figure leads to its rows."""
    term = asked_term()
    if term is None:
        return render_template("parentschool/report_empty.html")
    found = families_report(term)
    return render_template(
        "parentschool/report.html",
        term=term,
        terms=[one for one in terms() if one.starts_on <= today()],
        through=found.through,
        held=found.held,
        least=LEAST_A_TERM,
        empty_months=found.empty_months,
        months=records(found.months),
        dates=records(found.dates),
        grades=[(grade_label(row), row) for row in records(found.grades)],
        classes=records(found.classes),
        speakers=records(found.speakers),
        mentors=records(found.mentors),
        kinds={one.value: one.label for one in EventKind},
        sources={one.value: one.label for one in MentorSource},
        came=CAME,
        visits=VISITS,
        fewest=BATCH,
    )


@bp.get("/parent-school/report.xlsx")
@requires(Permission.SEE_FAMILIES_REPORT)
def report_xlsx() -> Response:
    """The report as a workbook."""
    term = asked_term() or abort(404)
    content = workbook(families_report(term), get_preferences().school_name)
    return download(content, f"家校共育报表{term.label}.xlsx", XLSX)
