"""The record of a home visit: written, opened after a look is on record, corrected, withdrawn, followed up (PR-06).

A GET shows a stored text only while the person's look lasts; the answer to a POST shows nothing but what was typed.
"""

from datetime import date, timedelta

from flask import render_template, request, url_for

from school.accounts.identity import actor, the_person
from school.calendar.rules import school_year_start
from school.clock import now, today
from school.db import transaction
from school.parentschool import policy
from school.parentschool.forms.visits import FollowUpForm, NewVisitForm, ResultForm, VisitForm, VisitReasonForm
from school.parentschool.loaders import OpenVisit, get_follow_up, get_visit, get_visit_pupil
from school.parentschool.queries.visits import (
    looks_of,
    readers_of,
    stays_of,
    teacher_names,
    teachers_of_class,
    user_name,
)
from school.parentschool.rules.visits import may_still_be_changed
from school.parentschool.service import visits as service
from school.parentschool.views import bp
from school.people.labels import class_name
from school.people.queries import find_teacher_of_user
from school.permissions import Permission
from school.web.forms import choices, revision_of
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page, small_form

FIRST_DUE_DAYS = 14


@bp.route("/visits/pupils/<int:pupil_id>/new", methods=["GET", "POST"])
@requires(Permission.HOME_VISITS)
def new_visit(pupil_id: int) -> Page:
    """Record a visit to a pupil."""
    pupil, person = get_visit_pupil(pupil_id, to_write=True), the_person()
    class_id = next(one.class_id for one in stays_of(pupil_id) if policy.may_write_visits_of(person, one.class_id))
    own = find_teacher_of_user(person.user_id)
    form = NewVisitForm(
        on_day=today(), teacher_ids=[own.id] if own else [], owner_id=person.user_id, due_on=today() + timedelta(FIRST_DUE_DAYS)
    )
    form.offer(teachers_of_class(class_id, today(), user_id=person.user_id))
    form.owner_id.choices = choices(readers_of([class_id], today()))
    back = url_for("parentschool.visit_class", class_id=class_id)
    return small_form(
        form,
        lambda: service.record_visit(
            pupil_id,
            form.values(),
            form.follow_up(),
            key=(form.submission_key.data or "")[:40],
            writes_in=policy.writes_visits_in(person),
            actor=actor(),
        ),
        title=f"登记家访：{pupil.name}",
        lead="只有班主任、德育处和校长看得到，每次查看都会留下痕迹。",
        back_url=back,
        next_url=back,
        done=f"已登记{pupil.name}的家访。",
        template="parentschool/visit_form.html",
    )


@bp.get("/visits/<int:visit_id>")
@requires(Permission.HOME_VISITS)
def visit(visit_id: int) -> str:
    """The record, when this person's look is on record; else the day, the class, the mode and the button that looks."""
    opened = get_visit(visit_id)
    if not opened.is_open:
        return render_template("parentschool/visit_closed.html", visit=opened.visit, name=_class_of(opened))
    return render_template("parentschool/visit.html", **_facts(opened))


@bp.post("/visits/<int:visit_id>/look")
@requires(Permission.HOME_VISITS)
def look_at_visit(visit_id: int) -> Page:
    """Put the look on record, then show the record."""
    get_visit(visit_id)
    with transaction():
        service.look(visit_id, actor=actor())
    return see_other(url_for("parentschool.visit", visit_id=visit_id))


@bp.get("/visits/<int:visit_id>/print")
@requires(Permission.HOME_VISITS)
def print_visit(visit_id: int) -> Page:
    """The record on one sheet."""
    opened = get_visit(visit_id)
    return render_template("parentschool/visit_print.html", **_facts(opened)) if opened.is_open else _to_gate(visit_id)


@bp.route("/visits/<int:visit_id>/edit", methods=["GET", "POST"])
@requires(Permission.HOME_VISITS)
def edit_visit(visit_id: int) -> Page:
    """Correct a record while it is young enough."""
    opened = get_visit(visit_id, to_write=True)
    found, person = opened.visit, the_person()
    if request.method == "GET" and not opened.is_open:
        return _to_gate(visit_id)
    form = VisitForm(obj=found) if request.method == "GET" else VisitForm()
    form.offer(teachers_of_class(found.class_id, found.on_day, found.teacher_ids, found.recorded_by))
    return small_form(
        form,
        lambda: service.correct_visit(
            visit_id,
            form.values(),
            revision=revision_of(form.revision.data),
            writes_in=policy.writes_visits_in(person),
            actor=actor(),
        ),
        title="修改家访记录",
        lead=f"{_class_of(opened)}，{found.on_day.isoformat()}，{found.mode.label}",
        back_url=_url(visit_id),
        next_url=_url(visit_id),
        done="已修改。",
        template="parentschool/visit_form.html",
    )


@bp.route("/visits/<int:visit_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.HOME_VISITS)
def withdraw_visit(visit_id: int) -> Page:
    """Take a record back with a reason."""
    opened, form = get_visit(visit_id, to_write=True), VisitReasonForm()
    return small_form(
        form,
        lambda: service.withdraw_visit(visit_id, form.reason.data or "", actor=actor()),
        title="撤回这条家访记录",
        lead=f"{_class_of(opened)}，{opened.visit.on_day.isoformat()}。撤回后不再计入覆盖率，记录仍然保留。",
        back_url=_url(visit_id),
        next_url=_url(visit_id),
        done="已撤回。",
        button="撤回",
    )


@bp.route("/visits/<int:visit_id>/follow-ups/new", methods=["GET", "POST"])
@requires(Permission.HOME_VISITS)
def new_follow_up(visit_id: int) -> Page:
    """Add what is to be done."""
    opened, user_id = get_visit(visit_id, to_write=True), the_person().user_id
    if request.method == "GET" and not opened.is_open:
        return _to_gate(visit_id)
    due_on = today() + timedelta(FIRST_DUE_DAYS)
    form = FollowUpForm(due_on=due_on, owner_id=user_id, revision=str(opened.visit.revision))
    _offer_owners(form, opened)
    return small_form(
        form,
        lambda: service.add_follow_up(visit_id, form.values(), revision=revision_of(form.revision.data), actor=actor()),
        title="安排跟进",
        lead=f"{_class_of(opened)}，{opened.visit.on_day.isoformat()}",
        back_url=_url(visit_id),
        next_url=_url(visit_id),
        done="已安排跟进。",
    )


@bp.route("/visits/<int:visit_id>/follow-ups/<int:follow_up_id>", methods=["GET", "POST"])
@requires(Permission.HOME_VISITS)
def change_follow_up(visit_id: int, follow_up_id: int) -> Page:
    """Change what is to be done, by whom or until when."""
    opened, found = get_follow_up(visit_id, follow_up_id, to_write=True)
    if request.method == "GET" and not opened.is_open:
        return _to_gate(visit_id)
    revision = str(opened.visit.revision)
    form = FollowUpForm(obj=found, revision=revision) if request.method == "GET" else FollowUpForm()
    _offer_owners(form, opened)
    return small_form(
        form,
        lambda: service.change_follow_up(
            visit_id, follow_up_id, form.values(), revision=revision_of(form.revision.data), actor=actor()
        ),
        title="调整跟进",
        lead=f"{_class_of(opened)}，{opened.visit.on_day.isoformat()}",
        back_url=_url(visit_id),
        next_url=_url(visit_id),
        done="已调整。",
    )


@bp.route("/visits/<int:visit_id>/follow-ups/<int:follow_up_id>/done", methods=["GET", "POST"])
@requires(Permission.HOME_VISITS)
def finish_follow_up(visit_id: int, follow_up_id: int) -> Page:
    """Say what came of a follow-up."""
    opened, found = get_follow_up(visit_id, follow_up_id)
    if request.method == "GET" and not opened.is_open:
        return _to_gate(visit_id)
    form = ResultForm()
    return small_form(
        form,
        lambda: service.finish_follow_up(visit_id, follow_up_id, form.result.data or "", actor=actor()),
        title="完成跟进",
        lead=found.what if opened.is_open else f"{found.owner.display_name}，期限 {found.due_on.isoformat()}",
        back_url=_url(visit_id),
        next_url=_url(visit_id),
        done="已完成这项跟进。",
        button="完成",
    )


def _facts(opened: OpenVisit) -> dict[str, object]:
    """What the page and the sheet of an opened visit show."""
    found, person = opened.visit, the_person()
    sees_lookers = policy.may_see_lookers(person, recorded_by=found.recorded_by)
    is_live = found.withdrawn_at is None
    return {
        "visit": found,
        "name": _class_of(opened),
        "teachers": teacher_names(found.teacher_ids),
        "recorder": user_name(found.recorded_by),
        "lookers": looks_of(found.id) if sees_lookers else None,
        "may_edit": opened.may_write and is_live and may_still_be_changed(found.recorded_at, now()),
        "may_write": opened.may_write and is_live,
        "user_id": person.user_id,
    }


def _class_of(opened: OpenVisit) -> str:
    """The name the class had on the day of the visit."""
    day: date = opened.visit.on_day
    school_class = opened.visit.school_class
    return class_name(school_class.entry_year, school_class.number, school_year_start(day))


def _offer_owners(form: FollowUpForm, opened: OpenVisit) -> None:
    classes = {opened.visit.class_id, opened.present_class_id or opened.visit.class_id}
    form.owner_id.choices = choices(readers_of(classes, today()))


def _url(visit_id: int) -> str:
    return url_for("parentschool.visit", visit_id=visit_id)


def _to_gate(visit_id: int) -> Page:
    """Back to where one's look is put on record."""
    return see_other(_url(visit_id))
