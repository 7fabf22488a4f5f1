"""A guardian's learning record, the certificate, and the office's list of certificates."""

from flask import abort, flash, render_template, url_for

from school.accounts.identity import actor, the_person
from school.clock import now
from school.db import transaction
from school.errors import Refused
from school.parentschool.forms.learning import CertificateForm
from school.parentschool.loaders import get_certificate, my_attendances, the_year
from school.parentschool.queries.learning import (
    attended_by,
    certificates_of,
    certificates_of_year,
    find_year,
    guardians_of_user,
)
from school.parentschool.queries.visits_plan import school_years
from school.parentschool.rules.feedback import may_answer
from school.parentschool.rules.learning import by_year, figures, hours_in_words, still_wanted
from school.parentschool.service import learning as service
from school.parentschool.views import bp
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page


@bp.get("/families/learning")
@requires(Permission.JOIN_PARENT_SCHOOL)
def learning() -> Page:
    """What a guardian attended, by school year, and how far the certificate is."""
    return _record_page(CertificateForm(formdata=None), 200)


@bp.post("/families/certificates")
@requires(Permission.JOIN_PARENT_SCHOOL)
def issue_certificate() -> Page:
    """Issue the certificate of a school year to the signed-in guardian."""
    form = CertificateForm()
    guardian_id, school_year_id = form.ids
    mine = {one.id for one in guardians_of_user(the_person().user_id)}
    try:
        if guardian_id not in mine:
            raise Refused("没有这个学年的学习记录。")
        with transaction():
            certificate_id = service.issue_certificate(guardian_id, school_year_id, actor=actor()).id
    except Refused as refused:
        show_refusal(form, refused)
        return _record_page(form, 422)
    flash("证书已生成，可以打印。", "success")
    return see_other(url_for("parentschool.certificate", certificate_id=certificate_id))


@bp.get("/parent-school/certificates/<int:certificate_id>")
@requires(Permission.JOIN_PARENT_SCHOOL, Permission.MANAGE_PARENT_SCHOOL)
def certificate(certificate_id: int) -> str:
    """A certificate, to print on A4 landscape."""
    found = get_certificate(certificate_id)
    year = find_year(found.school_year_id) or abort(404)
    is_office = the_person().may(Permission.MANAGE_PARENT_SCHOOL)
    office_url = url_for("parentschool.certificates", year=year.start_year)
    return render_template(
        "parentschool/certificate.html",
        found=found,
        year=year,
        hours=hours_in_words(found.minutes),
        school_name=get_preferences().school_name,
        back_url=office_url if is_office else url_for("parentschool.learning"),
    )


@bp.get("/parent-school/certificates")
@requires(Permission.MANAGE_PARENT_SCHOOL)
def certificates() -> str:
    """The certificates of a school year."""
    year = the_year()
    rows = certificates_of_year(year.id) if year else []
    return render_template(
        "parentschool/certificates.html",
        year=year,
        years=school_years(),
        rows=[(one, hours_in_words(one.minutes)) for one in rows],
        wanted=get_preferences().parent_certificate_sessions,
    )


def _record_page(form: CertificateForm, status: int) -> tuple[str, int]:
    guardians, moment = guardians_of_user(the_person().user_id), now()
    ids = [one.id for one in guardians]
    attended, wanted = attended_by(ids, moment), get_preferences().parent_certificate_sessions
    issued = {(one.guardian_id, one.school_year_id): one for one in certificates_of(ids)}
    open_answers = [
        one for one in my_attendances() if may_answer(ends_at=one.ends_at, has_answered=one.has_answered, moment=moment)
    ]
    records = []
    for guardian in guardians:
        for year, rows in by_year(attended[guardian.id]):
            counted = figures(rows)
            held = issued.get((guardian.id, rows[0].school_year_id))
            missing = still_wanted(counted.sessions, wanted)
            records.append((guardian, year, rows, counted, hours_in_words(counted.minutes), held, missing))
    page = render_template(
        "parentschool/learning.html",
        form=form,
        records=records,
        has_several=len(guardians) > 1,
        open_answers=open_answers,
        wanted=wanted,
    )
    return page, status
