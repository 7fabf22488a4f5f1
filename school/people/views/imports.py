"""Importing lists: upload, look at the dry run, correct the columns, apply or discard."""

from flask import current_app, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.people.enums import ImportKind, ImportState
from school.people.forms import ApplyForm, MappingForm, UploadForm, mapping_form
from school.people.loaders import get_import
from school.people.progress import Applying, progress_of
from school.people.queries.imports import imports_of_user
from school.people.service.importing import imports as service
from school.people.service.importing.reading import read_roster
from school.people.views import bp
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]
LINES_SHOWN = 200


@bp.get("/people/imports")
@requires(Permission.MANAGE_PEOPLE)
def imports() -> Page:
    """Upload a list, and one's last imports."""
    kind = request.args.get("kind", "")
    form = UploadForm(school_year=_year(), kind=ImportKind(kind) if kind in set(ImportKind) else ImportKind.PUPILS)
    return _imports_page(form, 200)


@bp.post("/people/imports")
@requires(Permission.MANAGE_PEOPLE)
def upload() -> Page:
    """Read a file and keep its rows for the dry run; reading holds no lock."""
    form = UploadForm()
    form.offer(_years())
    if not form.validate():
        return _imports_page(form, 422)
    file = form.file.data
    try:
        roster = read_roster(file.read(), file.filename or "", form.kind.data)
        with transaction():
            kept = service.keep(roster, form.kind.data, file.filename or "", school_year=form.school_year.data, actor=actor())
    except Refused as refused:
        refused.field = refused.field or "file"
        show_refusal(form, refused)
        return _imports_page(form, 422)
    return see_other(url_for("people.import_detail", import_id=kept.id))


@bp.get("/people/imports/<int:import_id>")
@requires(Permission.MANAGE_PEOPLE)
def import_detail(import_id: int) -> Page:
    """The dry run of an import, or what became of it."""
    return _detail_page(import_id, ApplyForm(), 200)


@bp.post("/people/imports/<int:import_id>/mapping")
@requires(Permission.MANAGE_PEOPLE)
def correct_mapping(import_id: int) -> Page:
    """Say which column is which, and check again."""
    kept = get_import(import_id)
    form = mapping_form(service.mapping_of(kept), kept.school_year_start, _years())
    if not form.validate():
        return _detail_page(import_id, ApplyForm(formdata=None), 422, mapping=form)
    try:
        with transaction():
            service.correct_mapping(get_import(import_id).id, form.chosen, form.school_year.data)
    except Refused as refused:
        show_refusal(form, refused)
        return _detail_page(import_id, ApplyForm(formdata=None), 422, mapping=form)
    flash("已按您的指定重新检查。", "success")
    return see_other(url_for("people.import_detail", import_id=import_id))


@bp.post("/people/imports/<int:import_id>/apply")
@requires(Permission.MANAGE_PEOPLE)
def apply_import(import_id: int) -> Page:
    """Write everything or nothing; a long list goes on aside while its page shows how far it is."""
    get_import(import_id)
    form = ApplyForm()
    if not form.validate():
        return _detail_page(import_id, form, 422)
    applying = Applying(current_app._get_current_object(), import_id)  # type: ignore[attr-defined]
    has_ended = applying.run(skip_wrong=form.skip_wrong.data, actor=actor())
    if has_ended and applying.refusal:
        show_refusal(form, Refused(applying.refusal))
        return _detail_page(import_id, form, 422)
    if has_ended:
        flash("名单已导入。", "success")
    return see_other(url_for("people.import_detail", import_id=import_id))


@bp.post("/people/imports/<int:import_id>/discard")
@requires(Permission.MANAGE_PEOPLE)
def discard_import(import_id: int) -> Page:
    """Throw an import away."""
    try:
        with transaction():
            service.discard(get_import(import_id).id, actor=actor())
    except Refused as refused:
        form = ApplyForm(formdata=None)
        show_refusal(form, refused)
        return _detail_page(import_id, form, 422)
    flash("已放弃这次导入，上传的内容已删除。", "success")
    return see_other(url_for("people.imports"))


def _imports_page(form: UploadForm, status: int) -> tuple[str, int]:
    form.offer(_years())
    rows = imports_of_user(the_person().user_id)
    return render_template("people/imports.html", form=form, rows=rows), status


def _detail_page(import_id: int, form: ApplyForm, status: int, *, mapping: MappingForm | None = None) -> tuple[str, int]:
    kept = get_import(import_id)
    progress = progress_of(current_app, import_id) if kept.state is ImportState.CHECKED else None  # type: ignore[arg-type]
    if progress and not progress.refusal and status == 200:
        return render_template("people/import_running.html", kept=kept, progress=progress), 200
    if kept.state is not ImportState.CHECKED:
        return render_template("people/import_result.html", kept=kept, form=form), status
    if progress and progress.refusal and status == 200:
        show_refusal(form, Refused(progress.refusal))
    return _check_page(kept.id, form, status, mapping)


def _check_page(import_id: int, form: ApplyForm, status: int, mapping: MappingForm | None) -> tuple[str, int]:
    kept = get_import(import_id)
    refusal, plan = "", None
    try:
        plan = service.check(kept)
    except Refused as refused:
        refusal = refused.message
    page = render_template(
        "people/import_check.html",
        kept=kept,
        form=form,
        plan=plan,
        refusal=refusal,
        mapping=mapping or mapping_form(service.mapping_of(kept), kept.school_year_start, _years()),
        is_mapping_open=bool(refusal or (mapping and mapping.errors)),
        lines_shown=LINES_SHOWN,
    )
    return page, status


def _year() -> int:
    return school_year_start(today())


def _years() -> list[tuple[int, str]]:
    return [(year, f"{year}–{year + 1} 学年") for year in (_year() + 1, _year(), _year() - 1)]
