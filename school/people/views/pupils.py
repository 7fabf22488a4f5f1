"""One pupil: classes, guardians, and moving, leaving, coming back."""

from collections.abc import Callable

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.people.forms import LeaveForm, MoveForm
from school.people.labels import class_name
from school.people.loaders import get_class, get_pupil, get_pupil_locked
from school.people.queries import classes_of_grades
from school.people.queries.listing import guardians_of_pupil
from school.people.service import pupils as service
from school.people.views import bp
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]


@bp.get("/people/pupils/<int:pupil_id>")
@requires(Permission.SEE_PEOPLE)
def pupil(pupil_id: int) -> Page:
    """One pupil."""
    return _page(pupil_id, 200)


@bp.post("/people/pupils/<int:pupil_id>/move")
@requires(Permission.MANAGE_PEOPLE)
def move_pupil(pupil_id: int) -> Page:
    """Another class, or a class again for who was away."""
    form = _move_form(fills=False)
    if not form.validate():
        return _page(pupil_id, 422, move=form)

    def write() -> None:
        found = get_pupil_locked(pupil_id)
        _person, stays = get_pupil(pupil_id)
        is_here = bool(stays and stays[0].ends_on is None)
        act = service.move_class if is_here else service.come_back
        act(
            found,
            get_class(form.class_id.data),
            on_day=form.on_day.data,
            number_in_class=form.number_in_class.data or None,
            reason=form.reason.data,
            actor=actor(),
        )

    return _do(pupil_id, form, write, lambda: _page(pupil_id, 422, move=form))


@bp.post("/people/pupils/<int:pupil_id>/leave")
@requires(Permission.MANAGE_PEOPLE)
def pupil_leaves(pupil_id: int) -> Page:
    """Transferred, suspended or gone."""
    form = LeaveForm()
    if not form.validate():
        return _page(pupil_id, 422, leave=form)

    def write() -> None:
        found = get_pupil_locked(pupil_id)
        service.leave(found, form.kind.data, last_day=form.last_day.data, reason=form.reason.data, actor=actor())

    return _do(pupil_id, form, write, lambda: _page(pupil_id, 422, leave=form))


def _do(pupil_id: int, form: MoveForm | LeaveForm, write: Callable[[], None], refuse: Callable[[], Page]) -> Page:
    try:
        with transaction():
            write()
    except Refused as refused:
        show_refusal(form, refused)
        return refuse()
    flash("已办理。", "success")
    return see_other(url_for("people.pupil", pupil_id=pupil_id))


def _page(pupil_id: int, status: int, *, move: MoveForm | None = None, leave: LeaveForm | None = None) -> tuple[str, int]:
    found, stays = get_pupil(pupil_id)
    year = school_year_start(today())
    page = render_template(
        "people/pupil.html",
        found=found,
        stays=[(stay, class_name(stay.entry_year, stay.class_number, year)) for stay in stays],
        is_here=bool(stays and stays[0].ends_on is None),
        guardians=guardians_of_pupil(pupil_id),
        move=(move or _move_form(fills=True)).named("move"),
        leave=(leave or LeaveForm(formdata=None, last_day=today())).named("leave"),
        may_manage=the_person().may(Permission.MANAGE_PEOPLE),
    )
    return page, status


def _move_form(*, fills: bool) -> MoveForm:
    form = MoveForm(formdata=None, on_day=today()) if fills else MoveForm()
    year = school_year_start(today())
    classes = classes_of_grades(year - get_preferences().last_grade + 1, year + 1)
    form.offer([(found.id, class_name(found.entry_year, found.number, year)) for found in classes])
    return form
