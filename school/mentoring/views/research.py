"""Research activities with their roll, and projects."""

import re
from collections.abc import Iterable

from flask import abort, render_template, request, url_for

from school.accounts.identity import actor, the_person
from school.calendar.queries import find_term_by_id
from school.calendar.rules import grade_of
from school.clock import today
from school.errors import Refused
from school.mentoring.asked import the_term
from school.mentoring.enums import Presence
from school.mentoring.forms.research import ActivityForm, ProjectForm, StepForm
from school.mentoring.queries.research import (
    activities_of,
    find_activity,
    find_project,
    lock_activity,
    lock_project,
    projects,
    teacher_names,
)
from school.mentoring.rules.research import NEXT_STAGES
from school.mentoring.rules.teams import grade_group_name
from school.mentoring.service import research as service
from school.mentoring.service.research import ActivityValues
from school.mentoring.views import bp
from school.people.queries import subjects
from school.people.queries.listing import teachers_listed
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import SchoolForm, choices_of, revision_of
from school.web.guard import requires
from school.web.small_form import Page, small_form

SEE = (Permission.OWN_GROWTH, Permission.SEE_MENTORING_REPORT)


@bp.get("/research")
@requires(*SEE)
def research() -> str:
    """A term's activities, and all projects."""
    term = the_term()
    start_year = term.school_year.start_year
    rows = [
        (one, grade_group_name(grade_of(one.entry_year, start_year)) if one.entry_year else "全校")
        for one in activities_of(term.id)
    ]
    return render_template(
        "mentoring/research.html",
        term=term,
        rows=rows,
        projects=projects(),
        may_record=the_person().may(Permission.LEAD_RESEARCH),
    )


@bp.route("/research/new", methods=["GET", "POST"])
@requires(Permission.LEAD_RESEARCH)
def new_activity() -> Page:
    """Record an activity."""
    term = the_term()
    form = ActivityForm(on_day=min(today(), term.ends_on), revision="0")
    _offer(form, term.school_year.start_year)
    return small_form(
        form,
        lambda: service.record_activity(term, _values(form), form.invited.data, actor=actor()),
        title="登记教研活动",
        lead="登记后默认全员出席，再到活动页点出请假和缺席的人。",
        back_url=url_for("mentoring.research"),
        next_url=url_for("mentoring.research"),
        done="已登记。",
        template="mentoring/activity_form.html",
    )


@bp.get("/research/<int:activity_id>")
@requires(*SEE)
def activity(activity_id: int) -> str:
    """One activity with who came."""
    found = find_activity(activity_id) or abort(404)
    return render_template(
        "mentoring/activity.html",
        activity=found,
        names=teacher_names([one.teacher_id for one in found.attendances] + [found.host_id]),
        presences=list(Presence),
        may_record=the_person().may(Permission.LEAD_RESEARCH),
        is_over=found.on_day <= today(),
    )


@bp.route("/research/<int:activity_id>/change", methods=["GET", "POST"])
@requires(Permission.LEAD_RESEARCH)
def change_activity(activity_id: int) -> Page:
    """Change the record of an activity."""
    found = find_activity(activity_id) or abort(404)
    term = find_term_by_id(found.term_id) or abort(404)
    present = {name: getattr(found, name) for name in ActivityValues.__annotations__}
    invited = [one.teacher_id for one in found.attendances]
    form = ActivityForm(**present, invited=invited, revision=str(found.revision))
    _offer(form, term.school_year.start_year)

    def write() -> None:
        locked = lock_activity(activity_id) or abort(404)
        revision = revision_of(form.revision.data)
        service.change_activity(locked, term, _values(form), form.invited.data, revision=revision, actor=actor())

    return small_form(
        form,
        write,
        title="修改教研活动",
        back_url=url_for("mentoring.activity", activity_id=activity_id),
        next_url=url_for("mentoring.activity", activity_id=activity_id),
        done="已修改。",
        template="mentoring/activity_form.html",
    )


@bp.post("/research/<int:activity_id>/roll")
@requires(Permission.LEAD_RESEARCH)
def call_roll(activity_id: int) -> Page:
    """Save who came."""
    known = {str(one.value): one for one in Presence}
    typed = {int(name[9:]): value for name, value in request.form.items() if re.fullmatch("presence-[0-9]{1,9}", name)}
    chosen = {teacher_id: known[value] for teacher_id, value in typed.items() if value in known}

    def write() -> None:
        if len(chosen) < len(typed):
            raise Refused("每个人请在出席、请假、缺席里选一个。")
        service.call_roll(lock_activity(activity_id) or abort(404), chosen, actor=actor())

    find_activity(activity_id) or abort(404)
    return small_form(
        SchoolForm(),
        write,
        title="登记出席",
        back_url=url_for("mentoring.activity", activity_id=activity_id),
        next_url=url_for("mentoring.activity", activity_id=activity_id),
        done="已登记出席。",
    )


@bp.route("/research/projects/new", methods=["GET", "POST"])
@requires(Permission.LEAD_RESEARCH)
def new_project() -> Page:
    """Register a project."""
    form = ProjectForm(opened_on=today())
    form.offer(_staff())
    return small_form(
        form,
        lambda: service.open_project(
            form.title.data, form.level.data or "", form.opened_on.data, form.leader_id.data, form.members.data, actor=actor()
        ),
        title="登记课题",
        back_url=url_for("mentoring.research"),
        next_url=url_for("mentoring.research"),
        done="已登记。",
    )


@bp.route("/research/projects/<int:project_id>", methods=["GET", "POST"])
@requires(*SEE)
def project(project_id: int) -> Page:
    """A project with its steps; who leads research takes it to the next stage."""
    found = find_project(project_id) or abort(404)
    may_record = the_person().may(Permission.LEAD_RESEARCH)
    if request.method == "POST" and not may_record:
        abort(403)
    form = StepForm(on_day=today())
    allowed = [stage for stage in type(found.stage) if stage in NEXT_STAGES[found.stage]]
    form.stage.choices = choices_of(type(found.stage), allowed) if allowed else []

    def write() -> None:
        locked = lock_project(project_id) or abort(404)
        step = (form.stage.data, form.on_day.data, form.outcome.data or "", form.product_link.data or "")
        service.advance_project(locked, *step, actor=actor())

    return small_form(
        form,
        write,
        title=found.title,
        lead=f"{found.level} · {found.stage.label}" if found.level else found.stage.label,
        back_url=url_for("mentoring.research"),
        next_url=url_for("mentoring.project", project_id=project_id),
        done="已登记。",
        template="mentoring/project.html",
        project=found,
        names=teacher_names([one.teacher_id for one in found.members]),
        may_record=may_record and bool(allowed),
    )


def _offer(form: ActivityForm, start_year: int) -> None:
    last = get_preferences().last_grade
    grades = [(str(start_year - grade + 1), grade_group_name(grade)) for grade in range(1, last + 1)]
    form.offer([(str(one.id), one.name) for one in subjects()], grades, _staff())


def _staff() -> Iterable[tuple[str, str]]:
    return [(str(one.id), one.name) for one in teachers_listed() if one.left_on is None]


def _values(form: ActivityForm) -> ActivityValues:
    return ActivityValues(
        kind=form.kind.data,
        stage=form.stage.data,
        theme=form.theme.data,
        on_day=form.on_day.data,
        place=form.place.data or "",
        subject_id=form.subject_id.data,
        entry_year=form.entry_year.data,
        host_id=form.host_id.data,
        summary=form.summary.data or "",
        product=form.product.data or "",
        product_link=form.product_link.data or "",
    )
