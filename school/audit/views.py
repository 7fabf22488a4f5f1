"""The page where the principal reads who did what."""

from flask import Blueprint, render_template, request

from school.audit.queries import AuditFilter, count_entries, entries
from school.permissions import Permission
from school.web.guard import requires
from school.web.paging import page_of
from school.web.values import day_argument

bp = Blueprint("audit", __name__)


@bp.get("/audit")
@requires(Permission.SEE_AUDIT)
def index() -> str:
    """The audit, newest first, by words and days."""
    wanted = AuditFilter(request.args.get("words", "").strip(), day_argument("from"), day_argument("to"))
    page = page_of(count_entries(wanted))
    rows = entries(wanted, offset=page.offset, limit=page.size)
    return render_template("audit/index.html", rows=rows, page=page, wanted=wanted)
