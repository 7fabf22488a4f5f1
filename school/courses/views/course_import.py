"""Courses from a spreadsheet, into a spreadsheet, and out of an earlier term."""

from flask import Response as FlaskResponse
from flask import abort, current_app, flash, render_template, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.checks import term_name
from school.courses.forms.catalogue import CopyForm, ImportForm
from school.courses.loaders import the_term
from school.courses.queries.manage import courses_of_term, terms_with_courses
from school.courses.rules.rows import NEEDED, TITLES, titles
from school.courses.service.copying import copy_courses as copy_into
from school.courses.service.importing import DryRun, Effect, export_rows
from school.courses.service.importing import import_courses as write_rows
from school.courses.views import bp
from school.db import transaction
from school.errors import Refused
from school.permissions import Permission
from school.sheets.headers import Column, find_header, match_columns
from school.sheets.reading import read_sheet
from school.sheets.writing import SheetOut, write_workbook
from school.web.forms import choices, show_refusal
from school.web.guard import requires
from school.web.pages import download, see_other

Page = str | Response | tuple[str, int]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = tuple(Column(key, label, aliases, required=key in NEEDED) for key, (label, aliases) in TITLES.items())
MOST_ROWS = 300
SECONDS_TO_DECIDE = 3600


@bp.route("/courses/manage/import", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def import_courses() -> Page:
    """Choose a file; the answer is what it would change, row by row."""
    term, form = the_term(), ImportForm()
    shown = {"form": form, "term": term, "term_label": term_name(term.school_year.start_year, term.number)}
    if not form.is_submitted():
        return render_template("courses/import_courses.html", **shown)
    if not form.validate():
        return render_template("courses/import_courses.html", **shown), 422
    try:
        rows = _rows(form.file.data.read(), form.file.data.filename or "")
        with transaction():
            write_rows(term, rows, is_dry=True, actor=actor())
    except DryRun as tried:
        counts = [(effect, sum(line.effect is effect for line in tried.lines)) for effect in Effect]
        checked = _serializer().dumps([term.id, rows])
        return render_template("courses/import_check.html", lines=tried.lines, counts=counts, checked=checked, **shown)
    except Refused as refused:
        show_refusal(form, refused)
    return render_template("courses/import_courses.html", **shown), 422


@bp.post("/courses/manage/import/apply")
@requires(Permission.MANAGE_COURSES)
def apply_import() -> Page:
    """Write what was checked; rows with something wrong are left out."""
    try:
        term_id, rows = _serializer().loads(request.form.get("checked", ""), max_age=SECONDS_TO_DECIDE)
    except BadData:
        flash("这次核对已经过期，请重新选择文件。", "warning")
        return see_other(url_for("courses.import_courses"))
    term = the_term()
    if term.id != term_id:
        abort(404)
    with transaction():
        lines = write_rows(term, [(number, row) for number, row in rows], is_dry=False, actor=actor())
    counts = {effect: sum(line.effect is effect for line in lines) for effect in Effect}
    flash("，".join(f"{effect.label} {count} 门" for effect, count in counts.items()) + "。新增的是草稿，核对后上架。", "success")
    return see_other(url_for("courses.manage", term=term.id))


@bp.get("/courses/manage/export")
@requires(Permission.MANAGE_COURSES)
def export_courses() -> FlaskResponse:
    """The term's courses as a workbook that imports as it was."""
    term = the_term()
    label = term_name(term.school_year.start_year, term.number)
    content = write_workbook([SheetOut("课程", list(titles()), export_rows(term.id))])
    return download(content, f"课程-{label}.xlsx", XLSX)


@bp.route("/courses/manage/copy", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def copy_courses() -> Page:
    """Take over courses of an earlier term."""
    term, form = the_term(), CopyForm()
    earlier = [one for one in terms_with_courses() if one.starts_on < term.starts_on]
    source = next((one for one in earlier if str(one.id) == request.args.get("source", "")), earlier[0] if earlier else None)
    rows = courses_of_term(source.id) if source else []
    form.courses.choices = choices((str(one.id), f"{one.code} {one.name}") for one in rows)
    shown = {
        "form": form,
        "term": term,
        "term_label": term_name(term.school_year.start_year, term.number),
        "sources": [(one.id, term_name(one.school_year.start_year, one.number)) for one in earlier],
        "source": source,
        "results": [],
    }
    if not form.is_submitted():
        form.courses.data = [one.id for one in rows if one.state.value in ("listed", "closed")]
        return render_template("courses/copy_courses.html", **shown)
    if not form.validate() or not form.courses.data:
        form.form_errors = [*form.form_errors, *([] if form.courses.data else ["请选择要复制的课程。"])]
        return render_template("courses/copy_courses.html", **shown), 422
    with transaction():
        results = copy_into(term, form.courses.data, actor=actor())
    made = sum(one.is_made for one in results)
    for one in results:
        if one.sentence:
            flash(f"“{one.name}”：{one.sentence}。".replace("。。", "。"), "warning")
    flash(f"已复制 {made} 门，都是草稿。", "success")
    return see_other(url_for("courses.manage", term=term.id))


def _rows(content: bytes, filename: str) -> list[tuple[int, dict[str, str]]]:
    sheet = read_sheet(content, filename)
    header = find_header(sheet.rows, COLUMNS)
    matches = match_columns(sheet.rows[header], COLUMNS).matches
    if missing := [TITLES[key][0] for key in NEEDED if key not in matches]:
        raise Refused(f"没有找到列：{'、'.join(missing)}。请用导出的表头。", "file")
    rows = []
    for number, cells in enumerate(sheet.rows[header + 1 :], header + 2):
        row = {key: cells[match.index].strip() for key, match in matches.items()}
        if any(row.values()):
            rows.append((number, row))
    if not rows or len(rows) > MOST_ROWS:
        raise Refused(f"文件里有 {len(rows)} 行课程，应在 1 到 {MOST_ROWS} 之间。", "file")
    return rows


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="course-import")
