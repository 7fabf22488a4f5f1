"""Home visits of classes: coverage, pupils with their last visit, the plan. No page here shows a text of a visit (PR-06)."""

from typing import Any

from flask import abort, flash, render_template, request, url_for

from school.accounts.identity import actor, the_person
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.parentschool import policy
from school.parentschool.forms.visits import ChangePlanForm, PlanVisitsForm, VisitReasonForm
from school.parentschool.loaders import get_planned, get_visit_class, get_visit_pupil, the_year
from school.parentschool.queries.visits import (
    ListedFollowUp,
    open_follow_ups_of,
    open_follow_ups_of_class,
    present_class_id,
    visits_of_pupil,
)
from school.parentschool.queries.visits_frames import coverage
from school.parentschool.queries.visits_plan import PupilLine, counted_day, lines_of_class, school_years
from school.parentschool.rules.visits import coverage_percent, is_overdue
from school.parentschool.service import visits_plan as service
from school.parentschool.views import bp
from school.people.labels import class_name
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import choices, show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page, small_form


@bp.get("/visits")
@requires(Permission.HOME_VISITS)
def visits() -> str:
    """Coverage of one's classes, or of the whole school, and one's own open follow-ups."""
    year, person = the_year(), the_person()
    if year is None:
        return render_template("parentschool/visits_no_year.html")
    sees_all = policy.sees_all_visits(person)
    first = year.start_year - get_preferences().last_grade + 1
    rows = coverage(year, first, counted_day(year, today()), today(), None if sees_all else policy.visit_classes(person))
    visited, pupils = sum(one.visited for one in rows), sum(one.pupils for one in rows)
    return render_template(
        "parentschool/visits.html",
        year=year,
        years=school_years(),
        sees_all=sees_all,
        rows=[(one, class_name(one.entry_year, one.class_number, year.start_year)) for one in rows],
        visited=visited,
        pupils=pupils,
        percent=coverage_percent(visited, pupils),
        mine=_shown(open_follow_ups_of(person.user_id)),
    )


@bp.get("/visits/classes/<int:class_id>")
@requires(Permission.HOME_VISITS)
def visit_class(class_id: int) -> str:
    """The pupils of a class: last visit, planned day; the form that plans."""
    return _class_page(get_visit_class(class_id), _asked_year(), PlanVisitsForm(formdata=None))


@bp.post("/visits/classes/<int:class_id>/plan")
@requires(Permission.HOME_VISITS)
def plan_visits(class_id: int) -> Page:
    """Plan visits of the ticked pupils."""
    school_class, form = get_visit_class(class_id, to_write=True), PlanVisitsForm()
    year = _asked_year()
    form.pupil_ids.choices = choices((one.pupil_id, one.name) for one in _lines(school_class, year))
    if not form.validate():
        return _class_page(school_class, year, form), 422
    try:
        with transaction():
            ids = form.pupil_ids.data or []
            count = service.plan_visits(school_class, ids, form.planned_on.data, form.mode.data, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _class_page(school_class, year, form), 422
    flash(f"已为 {count} 名学生排好家访计划。", "success")
    return see_other(url_for("parentschool.visit_class", class_id=class_id))


@bp.route("/visits/planned/<int:planned_id>", methods=["GET", "POST"])
@requires(Permission.HOME_VISITS)
def change_planned_visit(planned_id: int) -> Page:
    """Another day or mode for a planned visit."""
    row = get_planned(planned_id)
    back = _back_to(row.pupil_id, row.class_id)
    form = ChangePlanForm(planned_on=row.planned_on, mode=row.mode)
    return small_form(
        form,
        lambda: service.change_plan(planned_id, form.planned_on.data, form.mode.data, actor=actor()),
        title=f"调整{row.pupil.name}的家访计划",
        lead=f"现在排在 {row.planned_on.isoformat()}，{row.mode.label}",
        back_url=back,
        next_url=back,
        done="已调整。",
    )


@bp.route("/visits/planned/<int:planned_id>/drop", methods=["GET", "POST"])
@requires(Permission.HOME_VISITS)
def drop_planned_visit(planned_id: int) -> Page:
    """Take a visit off the plan."""
    row, form = get_planned(planned_id), VisitReasonForm()
    back = _back_to(row.pupil_id, row.class_id)
    return small_form(
        form,
        lambda: service.drop_plan(planned_id, form.reason.data or "", actor=actor()),
        title=f"取消{row.pupil.name}的家访计划",
        lead=f"{row.planned_on.isoformat()}，{row.mode.label}",
        back_url=back,
        next_url=back,
        done="已取消这次计划。",
        button="取消计划",
    )


@bp.get("/visits/pupils/<int:pupil_id>")
@requires(Permission.HOME_VISITS)
def visits_of_child(pupil_id: int) -> str:
    """The visits to a pupil that this person may open, by day; no text."""
    pupil, person, present = get_visit_pupil(pupil_id), the_person(), present_class_id(pupil_id)
    seen = [
        one for one in visits_of_pupil(pupil_id) if policy.may_read_visit(person, class_id=one.class_id, present_class_id=present)
    ]
    year = school_year_start(today())
    is_at_home = present is not None and (policy.sees_all_visits(person) or present in policy.visit_classes(person))
    return render_template(
        "parentschool/visits_pupil.html",
        pupil=pupil,
        rows=[(one, class_name(one.entry_year, one.class_number, school_year_start(one.on_day))) for one in seen],
        back_url=url_for("parentschool.visit_class", class_id=present) if is_at_home else url_for("parentschool.visits"),
        may_record=present is not None and policy.may_write_visits_of(person, present),
        year=year,
    )


def _asked_year() -> Any:
    return the_year() or abort(404)


def _lines(school_class: Any, year: Any) -> list[PupilLine]:
    return lines_of_class(school_class.id, year.id, counted_day(year, today()))


def _class_page(school_class: Any, year: Any, form: PlanVisitsForm) -> str:
    """`only=unvisited` narrows to who was not visited yet; `tick=all` shows them ticked."""
    lines = _lines(school_class, year)
    only = request.args.get("only", "") if request.method == "GET" else ""
    shown = [one for one in lines if not (only == "unvisited" and one.visits)]
    ticked = set(form.pupil_ids.data or ())
    if request.args.get("tick") == "all" and only == "unvisited":
        ticked = {one.pupil_id for one in shown if one.planned_on is None}
    is_present = year.start_year == school_year_start(today())
    return render_template(
        "parentschool/visits_class.html",
        school_class=school_class,
        name=class_name(school_class.entry_year, school_class.number, year.start_year),
        year=year,
        years=school_years(),
        lines=shown,
        visited=sum(bool(one.visits) for one in lines),
        pupils=len(lines),
        percent=coverage_percent(sum(bool(one.visits) for one in lines), len(lines)),
        form=form,
        ticked=ticked,
        only=only,
        may_write=is_present and policy.may_write_visits_of(the_person(), school_class.id),
        follow_ups=_shown(open_follow_ups_of_class(school_class.id, year.id)),
    )


def _shown(rows: list[ListedFollowUp]) -> list[tuple[ListedFollowUp, str, bool]]:
    """Follow-ups of visits this person may open, with the class and whether they are late."""
    person, day = the_person(), today()
    return [
        (one, class_name(one.entry_year, one.class_number, school_year_start(day)), is_overdue(one.due_on, None, day))
        for one in rows
        if policy.may_read_visit(person, class_id=one.class_id, present_class_id=one.present_class_id)
    ]


def _back_to(pupil_id: int, class_id: int) -> str:
    """The class this person plans for: the child's present one, else the row's."""
    present = present_class_id(pupil_id)
    is_theirs = present is not None and policy.may_write_visits_of(the_person(), present)
    return url_for("parentschool.visit_class", class_id=present if is_theirs else class_id)
