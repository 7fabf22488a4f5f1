"""Previewing both mechanisms with trial seeds, choosing one, publishing the draw."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, abort, current_app, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.checks import term_name
from school.calendar.queries import find_term_by_id
from school.courses import aside
from school.courses.drawing import preview
from school.courses.enums import Mechanism, SelectionState
from school.courses.forms.rounds import PublishForm, TrialForm
from school.courses.inputs import read_json
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.rounds import list_sha256_of
from school.courses.queries.selections import find_selection_of_term
from school.courses.service import drawing as acts
from school.courses.views import bp
from school.db import transaction
from school.permissions import Permission
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]
DRAWN = (SelectionState.DRAWN, SelectionState.FINISHED)


@dataclass(frozen=True)
class Frozen:
    """A frozen list as these pages need it; no secret among it."""

    selection_id: int
    term_id: int
    term: str
    list_sha256: str
    content: str
    public_source: str
    names: dict[str, str]  # of the courses, by code

    @property
    def preview_name(self) -> str:
        """The file of the preview's figures; another list has another."""
        return f"preview-{self.list_sha256}"

    @property
    def publish_name(self) -> str:
        """The file that says how far publishing is."""
        return f"publish-{self.list_sha256}"


@bp.route("/courses/selection/<int:term_id>/preview", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def preview_draw(term_id: int) -> Page:
    """Both mechanisms side by side over trial seeds; a POST begins the computing."""
    frozen = _frozen(term_id)
    if isinstance(frozen, Response):
        return frozen
    form = TrialForm()
    if form.validate_on_submit():
        content = frozen.content
        aside.start(_app(), frozen.preview_name, lambda report: preview(read_json(content.encode()), report))
        return see_other(url_for("courses.preview_draw", term_id=term_id))
    progress = aside.progress_of(_app(), frozen.preview_name)
    if progress and progress.is_running:
        return _running_page(frozen, progress, "正在试算", url_for("courses.preview_draw", term_id=term_id))
    html = render_template("courses/preview_draw.html", frozen=frozen, form=form, progress=progress, mechanisms=list(Mechanism))
    return html, 422 if form.errors else 200


@bp.route("/courses/selection/<int:term_id>/publish", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def publish_draw(term_id: int) -> Page:
    """Confirm a mechanism with its figures; a POST holds the draw with the real seed and publishes it."""
    frozen = _frozen(term_id)
    if isinstance(frozen, Response):
        return frozen
    trial = aside.progress_of(_app(), frozen.preview_name)
    if trial is None or not trial.result:
        return see_other(url_for("courses.preview_draw", term_id=term_id))
    form = PublishForm(mechanism=_asked_mechanism())
    if form.validate_on_submit():
        return _publish(frozen, form, trial.result)
    progress = aside.progress_of(_app(), frozen.publish_name)
    if progress and progress.is_running:
        return _running_page(frozen, progress, "正在摇号并公布", url_for("courses.publish_draw", term_id=term_id))
    if progress and progress.refusal:
        aside.forget(_app(), frozen.publish_name)
        flash(progress.refusal, "danger")
    return _publish_page(frozen, form, trial.result)


def _publish(frozen: Frozen, form: PublishForm, figures: dict[str, Any]) -> Page:
    selection_id, mechanism, value, by = frozen.selection_id, form.mechanism.data, form.public_value.data, actor()

    def work(_report: aside.Report) -> str:
        computed = acts.compute(selection_id, mechanism, value)
        with transaction():
            acts.publish(selection_id, computed, by=by)
        return computed.mechanism.label

    here = url_for("courses.publish_draw", term_id=frozen.term_id)
    if not aside.start(_app(), frozen.publish_name, work):
        return see_other(here)
    ended = aside.progress_of(_app(), frozen.publish_name)
    aside.forget(_app(), frozen.publish_name)
    if ended and ended.refusal:
        form.form_errors.append(ended.refusal)
        return _publish_page(frozen, form, figures)
    flash("摇号结果已公布，种子已公开，任何人都可以重新计算。", "success")
    return see_other(url_for("courses.selection", term=frozen.term_id))


def _publish_page(frozen: Frozen, form: PublishForm, figures: dict[str, Any]) -> tuple[str, int]:
    html = render_template("courses/publish_draw.html", frozen=frozen, form=form, figures=figures, mechanisms=list(Mechanism))
    return html, 422 if form.errors or form.form_errors else 200


def _running_page(frozen: Frozen, progress: aside.Progress, title: str, url: str) -> str:
    return render_template("courses/draw_running.html", frozen=frozen, progress=progress, running_title=title, url=url)


def _frozen(term_id: int) -> Frozen | Response:
    """The frozen list of a term; the way back to the selection when there is none to draw on."""
    term = find_term_by_id(term_id) or abort(404)
    selection = find_selection_of_term(term_id) or abort(404)
    catalogue = get_catalogue(term_id)
    back = url_for("courses.selection", term=term_id)
    if selection.state is not SelectionState.FROZEN:
        if selection.state not in DRAWN:
            flash("志愿名单还没有冻结，冻结后才能预演和摇号。", "warning")
        return cast(Response, see_other(back))
    if list_sha256_of(catalogue) != selection.list_sha256:
        flash("冻结以后有变动，请先重新冻结名单。", "warning")
        return cast(Response, see_other(back))
    return Frozen(
        selection_id=selection.id,
        term_id=term_id,
        term=term_name(term.school_year.start_year, term.number),
        list_sha256=selection.list_sha256,
        content=selection.frozen_list,
        public_source=selection.public_source,
        names={code: course.name for code, course in catalogue.by_code.items()},
    )


def _asked_mechanism() -> Mechanism | None:
    asked = request.args.get("mechanism", "")
    return Mechanism(asked) if asked in set(Mechanism) else None


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined]
