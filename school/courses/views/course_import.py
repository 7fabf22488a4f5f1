"""Courses from a spreadsheet, into a spreadsheet, and out of an earlier term."""

from collections.abc import Sequence
from typing import Any

from flask import Response as FlaskResponse
from flask import abort, current_app, flash, render_template, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.checks import term_name
from school.courses.enums import CourseState
from school.courses.forms.catalogue import CopyForm, ImportForm
from school.courses.loaders import the_term
from school.courses.queries.manage import courses_of_term, state_of_catalogue, terms_with_courses
from school.courses.rules.rows import HOW_TO_WRITE, NEEDED, TITLES, titles
from school.courses.service.copying import copy_courses as copy_into
from school.courses.service.importing import DryRun, Effect, Line, Row, export_rows
from school.courses.service.importing import import_courses as write_rows
from school.courses.views import bp
from school.db import transaction
from school.errors import Conflict, Refused
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
MOST_ROWS = 200
MOST_NOTES = 6
SHOWN = (Effect.WRONG, Effect.NEW, Effect.CHANGED, Effect.SAME)
SECONDS_TO_DECIDE = 3600


@bp.route("/courses/manage/import", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def import_courses() -> Page:
    """Choose a file; the answer is what it would change, row by row."""
    term, form = the_term(), ImportForm()
    if not form.is_submitted():
        return _choose_page(term, form, 200)
    if not form.validate():
        return _choose_page(term, form, 422)
    try:
        rows, ignored = _rows(form.file.data.read(), form.file.data.filename or "")
    except Refused as refused:
        show_refusal(form, Refused(refused.message, "file"))
        return _choose_page(term, form, 422)
    return _check_page(term, rows, ignored, 200)


@bp.post("/courses/manage/import/apply")
@requires(Permission.MANAGE_COURSES)
def apply_import() -> Page:
    """Write what was checked, rows with something wrong left out; when the catalogue has changed since, check again."""
    try:
        term_id, state, ignored, rows = _serializer().loads(request.form.get("checked", ""), max_age=SECONDS_TO_DECIDE)
    except BadData:
        flash("这次核对已经过期，请重新选择文件。", "warning")
        return see_other(url_for("courses.import_courses"))
    term = the_term()
    if term.id != term_id:
        abort(404)
    try:
        with transaction():
            lines = write_rows(term, rows, is_dry=False, actor=actor(), expected=state)
    except Conflict as conflict:
        return _check_page(term, rows, ignored, 422, conflict.message)
    counts = ((effect, sum(line.effect is effect for line in lines)) for effect in Effect)
    flash("导入完成：" + "，".join(f"{effect.label} {count} 门" for effect, count in counts if count) + "。", "success")
    return see_other(url_for("courses.manage", term=term.id))


@bp.get("/courses/manage/template.xlsx")
@requires(Permission.MANAGE_COURSES)
def course_template() -> FlaskResponse:
    """An empty workbook with the columns of an import, and a second sheet that says how to fill them."""
    how = [[title, HOW_TO_WRITE[key], "、".join(aliases)] for key, (title, aliases) in TITLES.items()]
    sheets = [SheetOut("课程", titles(), []), SheetOut("填写说明", ["列", "怎么写", "也认得的列名"], how)]
    return download(write_workbook(sheets), "课程导入模板.xlsx", XLSX)


@bp.get("/courses/manage/export")
@requires(Permission.MANAGE_COURSES)
def export_courses() -> FlaskResponse:
    """The term's courses as a workbook that imports as it was."""
    term = the_term()
    label = term_name(term.school_year.start_year, term.number)
    content = write_workbook([SheetOut("课程", titles(), export_rows(term.id))])
    return download(content, f"课程-{label}.xlsx", XLSX)


@bp.route("/courses/manage/copy", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def copy_courses() -> Page:
    """Take over courses of an earlier term."""
    term, form = the_term(), CopyForm()
    earlier = [one for one in terms_with_courses() if one.starts_on < term.starts_on]
    source = next((one for one in earlier if str(one.id) == request.args.get("source", "")), earlier[0] if earlier else None)
    rows = courses_of_term(source.id) if source else []
    present = courses_of_term(term.id)
    there = {one.copied_from_id for one in present} | {old.id for old in rows for one in present if one.code == old.code}
    form.courses.choices = choices(
        (str(one.id), f"{one.code} {one.name}{'（本学期已有）' if one.id in there else ''}") for one in rows
    )
    shown = {
        "form": form,
        "term": term,
        "term_label": term_name(term.school_year.start_year, term.number),
        "sources": [(one.id, term_name(one.school_year.start_year, one.number)) for one in earlier],
        "source": source,
    }
    if not form.is_submitted():
        form.courses.data = [one.id for one in rows if one.id not in there and one.state is not CourseState.CANCELLED]
        return render_template("courses/copy_courses.html", **shown)
    if form.validate() and not form.courses.data:
        show_refusal(form, Refused("请选择要复制的课程。", "courses"))
    if form.errors:
        return render_template("courses/copy_courses.html", **shown), 422
    with transaction():
        results = copy_into(term, form.courses.data, actor=actor())
    made = sum(one.is_made for one in results)
    notes = [f"“{one.name}”{one.sentence}" for one in results if one.sentence]
    if notes:  # a message lies in the session's cookie, which has room for a few sentences
        more = f"；另有 {len(notes) - MOST_NOTES} 门有类似情况" if len(notes) > MOST_NOTES else ""
        flash(f"{'；'.join(notes[:MOST_NOTES])}{more}。", "warning")
    flash(f"已复制 {made} 门，都是草稿，核对后上架。" if made else "没有复制课程。", "success" if made else "warning")
    return see_other(url_for("courses.manage", term=term.id))


def _choose_page(term: Any, form: ImportForm, status: int) -> Page:
    label = term_name(term.school_year.start_year, term.number)
    columns = [(TITLES[key][0], how) for key, how in HOW_TO_WRITE.items()]
    page = render_template("courses/import_courses.html", form=form, term=term, term_label=label, columns=columns)
    return page, status


def _check_page(term: Any, rows: Sequence[tuple[int, Row]], ignored: Sequence[str], status: int, changed: str = "") -> Page:
    state, lines = state_of_catalogue(term.id), _tried(term, rows)
    page = render_template(
        "courses/import_check.html",
        term=term,
        term_label=term_name(term.school_year.start_year, term.number),
        groups=[(effect, [line for line in lines if line.effect is effect]) for effect in SHOWN],
        wrong=sum(line.effect is Effect.WRONG for line in lines),
        changes=sum(line.effect in (Effect.NEW, Effect.CHANGED) for line in lines),
        ignored=ignored,
        checked=_serializer().dumps([term.id, state, ignored, rows]),
        changed=changed,
    )
    return page, status


def _tried(term: Any, rows: Sequence[tuple[int, Row]]) -> Sequence[Line]:
    try:
        with transaction():
            return write_rows(term, rows, is_dry=True, actor=actor())
    except DryRun as tried:
        return tried.lines


def _rows(content: bytes, filename: str) -> tuple[list[tuple[int, Row]], list[str]]:
    """The rows with something in them, by number in the file, and the titles of columns that are not read."""
    sheet = read_sheet(content, filename)
    header = find_header(sheet.rows, COLUMNS)
    found = match_columns(sheet.rows[header], COLUMNS)
    if found.missing:
        raise Refused(f"没有找到列：{'、'.join(column.label for column in found.missing)}。请用模板或导出的表头。")
    rows = []
    for number, cells in enumerate(sheet.rows[header + 1 :], header + 2):
        row = {key: cells[match.index].strip() for key, match in found.matches.items()}
        if any(row.values()):
            rows.append((number, row))
    if not rows or len(rows) > MOST_ROWS:
        raise Refused(f"文件里有 {len(rows)} 行课程，应在 1 到 {MOST_ROWS} 之间。")
    return rows, [title for _index, title in found.unmatched]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="course-import")
