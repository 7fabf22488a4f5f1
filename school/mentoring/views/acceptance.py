"""Acceptance at the end of a term: rubric, evidence, assessors, decision, certificate."""

from flask import abort, flash, render_template, request, url_for

from school.accounts.identity import actor, the_person
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.mentoring.asked import the_term
from school.mentoring.enums import EntryKind, Outcome
from school.mentoring.forms.work import DecisionForm, RubricForm, ScoreForm
from school.mentoring.loaders import get_acceptance, get_triad
from school.mentoring.queries.acceptance import acceptances_of_term, item_of, rubric_of
from school.mentoring.queries.entries import seating_on
from school.mentoring.queries.research import teacher_names
from school.mentoring.service import acceptance as service
from school.mentoring.views import bp
from school.mentoring.views.page import Page, small_form
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import revision_of, show_refusal
from school.web.guard import requires
from school.web.pages import see_other

KINDS = {kind.value: kind.label for kind in EntryKind}


@bp.get("/mentoring/acceptances")
@requires(Permission.ASSESS_MENTORING, Permission.SEE_MENTORING_REPORT)
def acceptances() -> str:
    """A term's acceptances, undecided ones first."""
    term = the_term()
    rows = acceptances_of_term(term.id)
    names = teacher_names([one.teacher_id for one, _triad in rows])
    may_manage = the_person().may(Permission.MANAGE_MENTORING)
    return render_template("mentoring/acceptances.html", rows=rows, names=names, term=term, may_manage=may_manage)


@bp.route("/mentoring/rubric", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def rubric() -> Page:
    """The rubric of a term's acceptances."""
    term = the_term()
    items, revision = rubric_of(term.id)
    form = RubricForm(revision=str(revision))
    if not form.is_submitted():
        form.show(items)
    return small_form(
        form,
        lambda: service.set_rubric(term, form.chosen(items), revision=revision_of(form.revision.data), actor=actor()),
        title="验收评价表",
        lead="合计 100 分；不用考试成绩。已经开始的验收保留当时的评价表。",
        back_url=url_for("mentoring.acceptances", term=term.id),
        next_url=url_for("mentoring.acceptances", term=term.id),
        done="评价表已保存。",
        template="mentoring/rubric.html",
    )


@bp.post("/mentoring/triads/<int:triad_id>/acceptances")
@requires(Permission.MANAGE_MENTORING)
def open_acceptances(triad_id: int) -> Page:
    """Open the acceptances of a triad whose period has ended."""
    triad = get_triad(triad_id)
    try:
        with transaction():
            service.open_acceptances(triad_id, actor=actor())
    except Refused as refused:
        flash(refused.message, "danger")
        return see_other(url_for("mentoring.triad", triad_id=triad_id))
    flash("已开始验收，请评委打分。", "success")
    return see_other(url_for("mentoring.acceptances", term=triad.term_id))


@bp.get("/mentoring/acceptances/<int:acceptance_id>")
@requires(Permission.OWN_GROWTH, Permission.ASSESS_MENTORING, Permission.SEE_MENTORING_REPORT)
def acceptance(acceptance_id: int) -> Page:
    """An acceptance with its evidence, points and decision."""
    return _page(acceptance_id, 200)


@bp.post("/mentoring/acceptances/<int:acceptance_id>/score")
@requires(Permission.ASSESS_MENTORING)
def score_acceptance(acceptance_id: int) -> Page:
    """One assessor's points."""
    found = get_acceptance(acceptance_id)
    items = [item_of(one) for one in found.rubric]
    form = ScoreForm.of(items, {}, "", reads_typed=True)
    if not form.validate():
        return _page(acceptance_id, 422, scoring=form)
    try:
        with transaction():
            name = the_person().display_name
            service.score(acceptance_id, form.points(items), form.comment.data or "", name=name, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _page(acceptance_id, 422, scoring=form)
    flash("已打分；验收前可以再改。", "success")
    return see_other(url_for("mentoring.acceptance", acceptance_id=acceptance_id))


@bp.post("/mentoring/acceptances/<int:acceptance_id>/decide")
@requires(Permission.MANAGE_MENTORING)
def decide_acceptance(acceptance_id: int) -> Page:
    """Pass or extend."""
    get_acceptance(acceptance_id)
    form = DecisionForm()
    if not form.validate():
        return _page(acceptance_id, 422, deciding=form)
    try:
        with transaction():
            service.decide(acceptance_id, form.outcome.data, form.comment.data or "", actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _page(acceptance_id, 422, deciding=form)
    flash("已验收。", "success")
    return see_other(url_for("mentoring.acceptance", acceptance_id=acceptance_id))


@bp.get("/mentoring/acceptances/<int:acceptance_id>/certificate")
@requires(Permission.OWN_GROWTH, Permission.ASSESS_MENTORING, Permission.SEE_MENTORING_REPORT)
def certificate(acceptance_id: int) -> str:
    """The certificate to print, once passed."""
    found = get_acceptance(acceptance_id)
    if found.outcome is not Outcome.PASSED:
        abort(404)
    triad = get_triad(found.triad_id)
    seating = seating_on(triad, triad.ends_on)
    return render_template(
        "mentoring/certificate.html",
        found=found,
        triad=triad,
        name=teacher_names([found.teacher_id])[found.teacher_id],
        masters=[name for seat, name in seating.names.items() if seat is not found.seat and seat.value != "novice"],
        school_name=get_preferences().school_name,
    )


def _page(
    acceptance_id: int, status: int, *, scoring: ScoreForm | None = None, deciding: DecisionForm | None = None
) -> tuple[str, int]:
    found, person = get_acceptance(acceptance_id), the_person()
    triad = get_triad(found.triad_id)
    items = [item_of(one) for one in found.rubric]
    mine = next((one for one in found.scores if one.user_id == person.user_id), None)
    given = (mine.points, mine.comment) if mine else ({}, "")
    is_open = found.decided_at is None
    name = teacher_names([found.teacher_id])[found.teacher_id]
    may_score = is_open and person.may(Permission.ASSESS_MENTORING)
    page = render_template(
        "mentoring/acceptance.html",
        found=found,
        triad=triad,
        name=name,
        items=items,
        kinds=KINDS,
        scoring=scoring or (ScoreForm.of(items, *given) if may_score else None),
        deciding=(deciding or DecisionForm(formdata=None)) if is_open and person.may(Permission.MANAGE_MENTORING) else None,
        shows_scores=mine is not None or person.may(Permission.SEE_MENTORING_REPORT) or not is_open,
        today=today(),
        back_url=url_for("mentoring.triad", triad_id=triad.id)
        if request.args.get("from") == "triad" or not person.may(Permission.ASSESS_MENTORING)
        else url_for("mentoring.acceptances", term=triad.term_id),
    )
    return page, status
