"""The agreement of a triad: read, sign, print, renew; the duties of a term that it names."""

from flask import abort, flash, render_template, url_for

from school.accounts.identity import actor, the_person
from school.db import transaction
from school.errors import Conflict, Refused
from school.mentoring.asked import the_term
from school.mentoring.enums import Seat, Signer
from school.mentoring.forms.triads import DutiesForm, SignForm
from school.mentoring.loaders import get_triad
from school.mentoring.queries.entries import duties_of
from school.mentoring.queries.tasks import agreements_in_force
from school.mentoring.queries.triads import agreement_in_force, agreements_of, triads_of_term
from school.mentoring.rules.agreements import missing_signers
from school.mentoring.service import agreements as service
from school.mentoring.service import triads as triads_service
from school.mentoring.views import bp
from school.mentoring.views.page import Page
from school.people.queries import find_teacher_of_user
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other

SEE = (Permission.OWN_GROWTH, Permission.MANAGE_MENTORING, Permission.SEE_MENTORING_REPORT)


@bp.route("/mentoring/triads/<int:triad_id>/agreement", methods=["GET", "POST"])
@requires(*SEE)
def agreement(triad_id: int) -> Page:
    """The text in force with its signatures; a POST signs exactly the text that was shown."""
    form, signer = SignForm(), _signer(triad_id)
    if not form.is_submitted():
        return _agreement_page(triad_id, form)
    if signer is None:
        abort(403)
    if not form.validate():
        return _agreement_page(triad_id, form), 422
    try:
        with transaction():
            service.sign(triad_id, signer, form.digest.data or "", name=the_person().display_name, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _agreement_page(triad_id, form), 422
    flash("已签署。", "success")
    return see_other(url_for("mentoring.agreement", triad_id=triad_id))


@bp.post("/mentoring/triads/<int:triad_id>/agreement/renew")
@requires(Permission.MANAGE_MENTORING)
def renew_agreement(triad_id: int) -> Page:
    """Take changed duties over into the text."""
    get_triad(triad_id)
    try:
        with transaction():
            made = service.renew_agreement(triad_id, actor=actor())
    except Refused as refused:
        form = SignForm(formdata=None)
        show_refusal(form, refused)
        return _agreement_page(triad_id, form), 422
    waits = missing_signers([one.signer for one in made.signatures])
    flash(f"现在是第 {made.version} 版。{'请各方签署。' if waits else ''}", "success")
    return see_other(url_for("mentoring.agreement", triad_id=triad_id))


@bp.route("/mentoring/duties", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def duties() -> Page:
    """How often each seat owes what in a term (MT-01)."""
    term, form = the_term(), DutiesForm()
    if not form.is_submitted():
        form.show(duties_of(term.id))
        return _duties_page(form)
    if not form.validate():
        return _duties_page(form), 422
    try:
        with transaction():
            triads_service.set_duties(term, form.chosen(), form.seen_duties(), actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        if isinstance(refused, Conflict):
            form.remember(duties_of(term.id))
        return _duties_page(form), 422
    flash("次数已保存。已经生成的责任书要更新后才会写上新的次数。", "success")
    return see_other(url_for("mentoring.duties", term=term.id))


@bp.post("/mentoring/duties/renew")
@requires(Permission.MANAGE_MENTORING)
def renew_all() -> Page:
    """Take changed duties over into all agreements of the term."""
    term = the_term()
    with transaction():
        changed = service.renew_all(term.id, actor=actor())
    flash(f"有 {changed} 份责任书内容变了，请各方重新签署。" if changed else "责任书都已经是现在的次数。", "success")
    return see_other(url_for("mentoring.duties", term=term.id))


def _signer(triad_id: int) -> Signer | None:
    triad, person = get_triad(triad_id), the_person()
    teacher = find_teacher_of_user(person.user_id)
    return service.signer_of(triad, teacher.id if teacher else None, is_office=person.may(Permission.MANAGE_MENTORING))


def _duties_page(form: DutiesForm) -> str:
    term = the_term()
    stored = {(one.seat, one.kind): one.count for one in duties_of(term.id)}
    return render_template(
        "mentoring/duties.html",
        term=term,
        form=form,
        stored=stored,
        seats=list(Seat),
        has_agreements=bool(agreements_in_force([one.id for one in triads_of_term(term.id)])),
    )


def _agreement_page(triad_id: int, form: SignForm) -> str:
    triad, signer = get_triad(triad_id), _signer(triad_id)
    found = agreement_in_force(triad.id) or abort(404)
    signed = [one.signer for one in found.signatures]
    form.digest.data = found.digest
    return render_template(
        "mentoring/agreement.html",
        triad=triad,
        agreement=found,
        versions=agreements_of(triad.id),
        missing=missing_signers(signed),
        signer=signer if signer is not None and signer not in signed else None,
        form=form,
        may_renew=the_person().may(Permission.MANAGE_MENTORING),
    )
