"""The agreement of a triad: read, sign, print, renew."""

from flask import abort, flash, render_template, url_for

from school.accounts.identity import actor, the_person
from school.db import transaction
from school.errors import Refused
from school.mentoring.forms.triads import SignForm
from school.mentoring.loaders import get_triad
from school.mentoring.queries.triads import agreement_in_force, agreements_of
from school.mentoring.rules.agreements import missing_signers
from school.mentoring.service import agreements as service
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
    triad, person = get_triad(triad_id), the_person()
    teacher = find_teacher_of_user(person.user_id)
    signer = service.signer_of(triad, teacher.id if teacher else None, is_office=person.may(Permission.MANAGE_MENTORING))
    form = SignForm()
    status = 200
    if form.is_submitted():
        if signer is None:
            abort(403)
        if form.validate():
            try:
                with transaction():
                    name = person.display_name
                    service.sign(triad_id, signer, form.digest.data or "", name=name, actor=actor())
            except Refused as refused:
                show_refusal(form, refused)
            else:
                flash("已签署。", "success")
                return see_other(url_for("mentoring.agreement", triad_id=triad_id))
        status = 422
    found = agreement_in_force(triad_id) or abort(404)
    signed = [one.signer for one in found.signatures]
    form.digest.data = found.digest
    page = render_template(
        "mentoring/agreement.html",
        triad=triad,
        agreement=found,
        versions=agreements_of(triad_id),
        missing=missing_signers(signed),
        signer=signer if signer is not None and signer not in signed else None,
        form=form,
        may_renew=person.may(Permission.MANAGE_MENTORING),
    )
    return page, status


@bp.post("/mentoring/triads/<int:triad_id>/agreement/renew")
@requires(Permission.MANAGE_MENTORING)
def renew_agreement(triad_id: int) -> Page:
    """Take changed duties over into the text."""
    get_triad(triad_id)
    try:
        with transaction():
            made = service.renew_agreement(triad_id, actor=actor())
    except Refused as refused:
        flash(refused.message, "danger")
    else:
        flash(
            f"现在是第 {made.version} 版。" + ("请各方签署。" if missing_signers([s.signer for s in made.signatures]) else ""),
            "success",
        )
    return see_other(url_for("mentoring.agreement", triad_id=triad_id))
