"""The list at the door: who is expected, who is there, families without sign-up, corrections, the printed list."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import flash, render_template, request, url_for

from school.accounts.identity import actor, the_person
from school.calendar.rules import grade_of
from school.clock import now
from school.db import transaction
from school.errors import Refused
from school.parentschool import policy
from school.parentschool.forms.presence import CorrectForm, TickForm, WalkInForm, ticks_of
from school.parentschool.loaders import get_class_to_serve, get_comer_to_serve, get_date_to_serve, get_presence, my_dates
from school.parentschool.queries.presence import Line, comers_of_class, lines_of
from school.parentschool.rules.door import is_open, opens_at
from school.parentschool.rules.presence import MOST_ADULTS, TYPED_UNTIL, Tick, is_held, is_settled, typing_ends_at
from school.parentschool.rules.sessions import invites
from school.parentschool.service import presence as service
from school.parentschool.views import bp
from school.people.labels import class_name
from school.people.queries import classes_of_grades
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page, small_form
from school.web.values import id_argument

WALK_IN_LINES = 6  # empty lines at the end of the printed list
COMING = timedelta(weeks=4)  # how far ahead dates are listed


@bp.get("/parent-school/dates")
@requires(Permission.SERVE_FAMILIES)
def presence_dates() -> str:
    """The dates whose lists this person may tick, type in or look at: from what may still be typed in to the coming weeks."""
    moment = now()
    dates = my_dates(moment - TYPED_UNTIL, moment + COMING)
    coming = [one for one in dates if one.ends_at >= moment]
    return render_template(
        "parentschool/presence_dates.html",
        groups=[("今天和以后", coming), ("已结束，可以补录", [one for one in dates if one.ends_at < moment][::-1])],
        open_ids={one.id for one in coming if is_open(one.starts_at, one.ends_at, moment)},
        weeks=COMING.days // 7,
    )


@bp.get("/parent-school/dates/<int:date_id>/presence")
@requires(Permission.SERVE_FAMILIES)
def presence(date_id: int) -> Page:
    """The families of a date: to tick, there, and after closing who did not come."""
    return _list_page(date_id, TickForm(formdata=None), 200)


@bp.post("/parent-school/dates/<int:date_id>/presence")
@requires(Permission.SERVE_FAMILIES)
def tick_presence(date_id: int) -> Page:
    """Note the ticked families of the classes this person serves."""
    get_date_to_serve(date_id)
    form, ticks = TickForm(), ticks_of(request.form)
    mine = {line.sign_up_id for line in _served(lines_of(date_id))}
    try:
        with transaction():
            count = service.tick(date_id, [one for one in ticks if one.sign_up_id in mine], actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _list_page(date_id, form, 422, ticks={one.sign_up_id: one for one in ticks})
    others = f"另有 {len(ticks) - count} 家已经签到过，或者刚刚退出了报名。" if count < len(ticks) else ""
    flash(f"已登记 {count} 家到场。{others}", "success")
    return see_other(url_for("parentschool.presence", date_id=date_id, q=request.args.get("q") or None))


@bp.get("/parent-school/dates/<int:date_id>/presence/print")
@requires(Permission.SERVE_FAMILIES)
def presence_sheet(date_id: int) -> str:
    """The list on paper: by class, with empty boxes and lines for families without sign-up."""
    date = get_date_to_serve(date_id)
    lines = [line for line in _served(lines_of(date_id)) if line.sign_up_id]
    classes = [(label, list(group)) for label, group in groupby(_labelled(date, lines), key=lambda one: one[1])]
    return render_template("parentschool/presence_sheet.html", date=date, classes=classes, empty_lines=range(WALK_IN_LINES))


@bp.route("/parent-school/dates/<int:date_id>/walk-in", methods=["GET", "POST"])
@requires(Permission.SERVE_FAMILIES)
def walk_in(date_id: int) -> Page:
    """Add a family that came without having signed up: choose the class, then the child with the guardian."""
    date, wanted = get_date_to_serve(date_id), id_argument("class")
    start = date.session.school_year.start_year
    classes = [one for one in _classes(start) if policy.may_serve_class(the_person(), class_id=one[0], entry_year=one[1])]
    chosen_id = classes[0][0] if wanted is None and len(classes) == 1 else wanted
    chosen = get_class_to_serve(chosen_id) if chosen_id is not None else None
    form = WalkInForm(adults=1)
    comers = comers_of_class(chosen.id) if chosen else []
    form.offer((f"{c.pupil_id}-{c.guardian_id}", f"{c.pupil_name} · {c.guardian_name}（{c.relation.label}）") for c in comers)
    is_invited = chosen is None or invites(date.session, grade_of(chosen.entry_year, start), chosen.id)
    back = url_for("parentschool.presence", date_id=date_id)

    def write() -> None:
        pair = form.pair
        comer = get_comer_to_serve(*pair) if pair else None
        if comer is None:
            raise Refused("请选择孩子和家长。", "comer")
        noted = service.add_walk_in(date_id, comer, form.adults.data, actor=actor())
        if not noted.is_new:
            raise Refused(f"{comer.pupil_name}家已经签到过了。", "comer")

    return small_form(
        form,
        write,
        title="补登到场的家庭",
        lead=f"{date.session.topic}，{_when(date)}",
        back_url=back,
        next_url=back,
        done="已登记到场。",
        template="parentschool/presence_walk_in.html",
        classes=[(one[0], one[2]) for one in classes],
        chosen=chosen,
        is_invited=is_invited,
        date=date,
    )


@bp.route("/parent-school/presences/<int:presence_id>", methods=["GET", "POST"])
@requires(Permission.SERVE_FAMILIES)
def correct_presence(presence_id: int) -> Page:
    """Correct how many came, or that they did not come at all, with a reason."""
    found = get_presence(presence_id)
    form = CorrectForm(adults=found.adults)
    is_office = policy.serves_all(the_person())
    back = url_for("parentschool.presence", date_id=found.date_id)

    def write() -> None:
        facts: dict[str, Any] = {"reason": form.reason.data or "", "is_office": is_office, "actor": actor()}
        if form.what.data == "absent":
            service.remove(presence_id, **facts)
        else:
            service.correct_adults(presence_id, form.adults.data, **facts)

    return small_form(
        form,
        write,
        title=f"更正{found.pupil.name}家的签到",
        lead=f"{found.date.session.topic}，{_when(found.date)}，{found.guardian.name}，{found.method.label}",
        back_url=back,
        next_url=back,
        done="已更正。",
        button="更正",
    )


@bp.post("/parent-school/dates/<int:date_id>/close-presence")
@requires(Permission.MANAGE_PARENT_SCHOOL)
def close_presence(date_id: int) -> Page:
    """Settle who came."""
    get_date_to_serve(date_id)
    form = TickForm(formdata=None)
    try:
        with transaction():
            service.close(date_id, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _list_page(date_id, form, 422)
    flash("签到登记已结束，可以看报名未到和未报名到场的家庭。", "success")
    return see_other(url_for("parentschool.presence", date_id=date_id))


def _list_page(date_id: int, form: TickForm, status: int, *, ticks: dict[int, Tick] | None = None) -> tuple[str, int]:
    date, moment, words = get_date_to_serve(date_id), now(), request.args.get("q", "").strip()
    everybody = _served(lines_of(date_id))
    rows = [one for one in _labelled(date, everybody) if _matches(one, words)]
    takes_place = is_held(date.session.state, date.cancelled_at)
    settled = is_settled(ends_at=date.ends_at, closed_at=date.presence_closed_at, moment=moment)
    page = render_template(
        "parentschool/presence.html",
        date=date,
        form=form,
        words=words,
        ticks=ticks or {},
        absent=[one for one in rows if one[0].came is None],
        present=[one for one in rows if one[0].came],
        families=len([one for one in everybody if one.came]),
        adults=sum(one.came.adults for one in everybody if one.came),
        expected=len([one for one in everybody if one.sign_up_id]),
        may_note=takes_place and moment >= opens_at(date.starts_at) and not settled,
        shows_door=takes_place and date.presence_closed_at is None and is_open(date.starts_at, date.ends_at, moment),
        opens_at=opens_at(date.starts_at),
        typing_ends_at=typing_ends_at(date.ends_at),
        is_held=takes_place,
        is_settled=settled,
        may_close=takes_place and not settled and moment >= date.ends_at and policy.serves_all(the_person()),
        may_correct=takes_place
        and moment <= typing_ends_at(date.ends_at)
        and (date.presence_closed_at is None or policy.serves_all(the_person())),
        most_adults=range(1, MOST_ADULTS + 1),
    )
    return page, status


def _served(lines: Iterable[Line]) -> list[Line]:
    """The lines of the classes this person serves (PR-06)."""
    person = the_person()
    return [one for one in lines if policy.may_serve_class(person, class_id=one.class_id, entry_year=one.entry_year)]


def _labelled(date: Any, lines: Iterable[Line]) -> list[tuple[Line, str, bool]]:
    """Each line with the name of its class, and whether that class is invited."""
    start = date.session.school_year.start_year
    return [(one, _label(one, start), _is_invited(date, one, start)) for one in lines]


def _label(line: Line, start_year: int) -> str:
    if line.entry_year is None or line.class_number is None:
        return "不在班"
    return class_name(line.entry_year, line.class_number, start_year)


def _is_invited(date: Any, line: Line, start_year: int) -> bool:
    if line.entry_year is None or line.class_id is None:
        return False
    return invites(date.session, grade_of(line.entry_year, start_year), line.class_id)


def _matches(row: tuple[Line, str, bool], words: str) -> bool:
    line, label, _is_invited_too = row
    return not words or any(words in one for one in (line.pupil_name, line.guardian_name, label))


def _classes(start_year: int) -> list[tuple[int, int, str]]:
    first = start_year - get_preferences().last_grade + 1
    found = classes_of_grades(first, start_year)
    return [(one.id, one.entry_year, class_name(one.entry_year, one.number, start_year)) for one in found]


def _when(date: Any) -> str:
    return f"{date.starts_at:%Y-%m-%d %H:%M}"
