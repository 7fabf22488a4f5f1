"""The screen at the door, the address in its code, and the page on which a guardian says that they are here."""

import segno
from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for

from school.accounts.identity import actor, current_person
from school.clock import now
from school.db import transaction
from school.errors import Refused
from school.parentschool.forms.door import ArriveForm
from school.parentschool.loaders import get_date_of_door, get_date_to_serve, my_comers
from school.parentschool.queries.families import families_of
from school.parentschool.queries.presence import Comer, count_present, find_sign_up, presences_of
from school.parentschool.rules.door import check_scan, check_scanned, is_open, opens_at, seconds_left, token_of
from school.parentschool.rules.feedback import may_answer
from school.parentschool.rules.presence import is_held
from school.parentschool.scans import keep_scan, scanned_at
from school.parentschool.service import presence as service
from school.parentschool.service.presence import NOT_HELD
from school.parentschool.views import bp
from school.people.labels import class_name
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import public, requires
from school.web.pages import see_other
from school.web.small_form import Page

FOR_GUARDIANS = "这个码给家长签到用，您现在登录的账号不是家长账号。老师登记到场请用“家长学校签到”里的名单。"


@bp.get("/parent-school/dates/<int:date_id>/door")
@requires(Permission.SERVE_FAMILIES)
def door(date_id: int) -> Response:
    """The screen at the door: a code that changes every minute, and how many families are there.

    The page is loaded anew by a header, not by a script or a tag, when the next code begins.
    """
    date, moment = get_date_to_serve(date_id), now()
    takes_place = is_held(date.session.state, date.cancelled_at)
    shows_code = takes_place and date.presence_closed_at is None and is_open(date.starts_at, date.ends_at, moment)
    families, adults = count_present(date_id)
    page = render_template(
        "parentschool/door.html",
        date=date,
        qr=_qr(date_id, token_of(date.door_secret, date_id, moment)) if shows_code else "",
        is_held=takes_place,
        is_over=moment > date.ends_at or date.presence_closed_at is not None,
        opens_at=opens_at(date.starts_at),
        families=families,
        adults=adults,
    )
    response = make_response(page)
    if takes_place and moment <= date.ends_at:
        response.headers["Refresh"] = str(seconds_left(moment) + 1)
    return response


@bp.get("/parent-school/here/<int:date_id>/<token:token>")
@public
def here(date_id: int, token: str) -> Page:
    """Where the code leads. The device keeps that it scanned in time; then come sign-in, if need be, and the button.

    Who is signed in and no guardian is told so, for the page with the button would only say that it is not for them.
    """
    date, moment, person = get_date_of_door(date_id), now(), current_person()
    if person and not person.may(Permission.JOIN_PARENT_SCHOOL):
        return render_template("parentschool/door_refused.html", date=date, sentence=FOR_GUARDIANS), 403
    try:
        if not is_held(date.session.state, date.cancelled_at):
            raise Refused(NOT_HELD)
        secret, times = date.door_secret, {"starts_at": date.starts_at, "ends_at": date.ends_at}
        check_scan(token, secret, date_id, **times, moment=moment)
    except Refused as refused:
        return render_template("parentschool/door_refused.html", date=date, sentence=refused.message), 422
    response = redirect(url_for("parentschool.arrive", date_id=date_id), code=303)
    keep_scan(response, date_id)
    return response


@bp.route("/parent-school/dates/<int:date_id>/arrive", methods=["GET", "POST"])
@requires(Permission.JOIN_PARENT_SCHOOL)
def arrive(date_id: int) -> Page:
    """The session, the child, how many adults, and one button."""
    date, comers = get_date_of_door(date_id), my_comers()
    families = families_of({one.pupil_id for one in comers})
    form = ArriveForm()
    form.offer((one.pupil_id, _child(one, date.session.school_year.start_year)) for one in _by_child(comers))
    if request.method == "POST":
        return _arrive(date_id, comers, form)
    if present := next(iter(presences_of(date_id, set(families.values()))), None):
        can_answer = may_answer(ends_at=date.ends_at, has_answered=present.has_answered, moment=now())
        return render_template("parentschool/door_present.html", date=date, present=present, can_answer=can_answer)
    try:
        check_scanned(scanned_at(date_id), now())
    except Refused as refused:
        return render_template("parentschool/door_refused.html", date=date, sentence=refused.message)
    _fill(form, date_id, comers, families)
    return render_template("parentschool/door_arrive.html", date=date, form=form)


def _arrive(date_id: int, comers: list[Comer], form: ArriveForm) -> Page:
    """Note the family; a scan that grew too old keeps what was chosen, so that after another scan one tap will do."""
    comer = next((one for one in comers if one.pupil_id == form.pupil_id.data), None)
    if not form.validate() or comer is None:
        return render_template("parentschool/door_arrive.html", date=get_date_of_door(date_id), form=form), 422
    try:
        with transaction():
            noted = service.arrive(date_id, comer, form.adults.data, scanned_at=scanned_at(date_id), actor=actor())
            is_new = noted.is_new
    except Refused as refused:
        show_refusal(form, refused)
        return render_template("parentschool/door_arrive.html", date=get_date_of_door(date_id), form=form), 422
    flash("签到成功，欢迎您！" if is_new else "您家已经签到过了，不用再签。", "success")
    return see_other(url_for("parentschool.arrive", date_id=date_id))


def _fill(form: ArriveForm, date_id: int, comers: list[Comer], families: dict[int, int]) -> None:
    """What the family signed up with, else the first child and one adult."""
    form.adults.data = 1
    form.pupil_id.data = comers[0].pupil_id if comers else None
    for comer in _by_child(comers):
        if sign_up := find_sign_up(date_id, families[comer.pupil_id], comer.pupil_id):
            form.adults.data, form.pupil_id.data = sign_up.adults, sign_up.pupil_id
            return


def _by_child(comers: list[Comer]) -> list[Comer]:
    return list({one.pupil_id: one for one in reversed(comers)}.values())[::-1]


def _child(comer: Comer, start_year: int) -> str:
    return f"{comer.pupil_name}（{class_name(comer.entry_year, comer.class_number, start_year)}）"


def _qr(date_id: int, token: str) -> str:
    site = str(current_app.config["PUBLIC_URL"]).rstrip("/") or request.url_root.rstrip("/")
    link = site + url_for("parentschool.here", date_id=date_id, token=token)
    return segno.make(link, error="m", boost_error=False).svg_data_uri(scale=8, border=2)
