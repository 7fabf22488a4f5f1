"""The office's page of a term's selection: its timeline with the next step, its state, its setup."""

from datetime import date

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.checks import term_name
from school.calendar.queries import find_term_by_id, terms
from school.clock import now, today
from school.courses.forms.rounds import SetupForm, setup_form
from school.courses.loaders import the_term
from school.courses.queries.catalogue import get_catalogues
from school.courses.queries.rounds import Panel, grades_of, panel_of, setup_of
from school.courses.rules.rounds import Act, Setup
from school.courses.service import rounds as acts
from school.courses.views import bp
from school.db import transaction
from school.errors import Conflict, Refused
from school.permissions import Permission
from school.web.forms import revision_of, show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]

STEPS = {Act.ANNOUNCE: acts.announce, Act.FREEZE: acts.freeze, Act.FINISH: acts.finish}
DONE = {
    Act.ANNOUNCE: "已公布。家长现在就能看到课程、时间和规则。",
    Act.FREEZE: "志愿名单已冻结，校验值已公开。",
    Act.FINISH: "选课已结束，以后由教导处个别调整。",
}


@bp.route("/courses/selection", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def selection() -> Page:
    """The selection of a term on one page; a POST keeps its setup."""
    if not terms():
        return render_template("courses/selection_without_term.html")
    term_id = the_term().id
    panel = _panel(term_id)
    form = _form(panel)
    if not form.validate_on_submit():
        return _page(panel, form)
    try:
        with transaction():
            if panel.selection is None:
                acts.set_up(term_id, form.setup, by=actor())
            else:
                acts.change(panel.selection.id, form.setup, revision=revision_of(form.revision.data), by=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _page(_panel(term_id), form, is_conflict=isinstance(refused, Conflict))
    flash("选课设置已保存。", "success")
    return see_other(url_for("courses.selection", term=term_id))


@bp.post("/courses/selection/<int:term_id>/announce")
@requires(Permission.MANAGE_COURSES)
def announce_selection(term_id: int) -> Page:
    """Make a term's selection public (AS-06)."""
    return _take_step(term_id, Act.ANNOUNCE)


@bp.post("/courses/selection/<int:term_id>/freeze")
@requires(Permission.MANAGE_COURSES)
def freeze_selection(term_id: int) -> Page:
    """Freeze the wishes, or renew the list after a course changed."""
    return _take_step(term_id, Act.FREEZE)


@bp.post("/courses/selection/<int:term_id>/finish")
@requires(Permission.MANAGE_COURSES)
def finish_selection(term_id: int) -> Page:
    """End a term's selection."""
    return _take_step(term_id, Act.FINISH)


def _take_step(term_id: int, act: Act) -> Page:
    panel = _panel(term_id)
    if panel.selection is None:
        abort(404)
    try:
        with transaction():
            STEPS[act](panel.selection.id, by=actor())
    except Refused as refused:
        return _page(_panel(term_id), _form(panel, is_typed=False), refusal=refused.message)
    flash(DONE[act], "success")
    return see_other(url_for("courses.selection", term=term_id))


def _page(panel: Panel, form: SetupForm, *, refusal: str = "", is_conflict: bool = False) -> tuple[str, int]:
    stored = None
    if is_conflict and panel.selection is not None:
        stored = _form(panel, is_typed=False)
        form.revision.data = str(panel.selection.revision)
    offered = [one for one in terms() if _is_offered(one.id, one.ends_on)]
    html = render_template(
        "courses/selection.html",
        panel=panel,
        form=form,
        stored=stored,
        refusal=refusal,
        term=name_of_term(panel),
        terms=[(one.id, term_name(one.school_year.start_year, one.number)) for one in offered],
    )
    return html, 422 if form.errors or form.form_errors or refusal else 200


def name_of_term(panel: Panel) -> str:
    """The term as the office calls it."""
    return term_name(panel.term.school_year.start_year, panel.term.number)


def _form(panel: Panel, *, is_typed: bool = True) -> SetupForm:
    setup = setup_of(panel.selection) if panel.selection else Setup()
    revision = panel.selection.revision if panel.selection else 0
    return setup_form(grades_of(panel.catalogue), setup, revision, is_typed=is_typed)


def _panel(term_id: int) -> Panel:
    term = find_term_by_id(term_id) or abort(404)
    return panel_of(term, now())


def _is_offered(term_id: int, ends_on: date) -> bool:
    return ends_on >= today() or term_id in get_catalogues() or request.args.get("term") == str(term_id)
