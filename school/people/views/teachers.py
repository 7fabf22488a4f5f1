"""Teachers, what they teach this term, and giving up a class, leaving, coming back."""

from collections.abc import Callable

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.calendar.queries import current_or_last_term
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.people.forms import ComeBackForm, EndForm
from school.people.labels import class_name
from school.people.loaders import get_assignment, get_teacher, get_teacher_locked
from school.people.queries.listing import ListedAssignment, assignments_by_teacher, teachers_listed
from school.people.rules import mask_phone
from school.people.service import staff as service
from school.people.views import bp
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]
Form = EndForm | ComeBackForm


@bp.get("/people/teachers")
@requires(Permission.SEE_PEOPLE)
def teachers() -> str:
    """All teachers with what they teach now."""
    now = {teacher_id: _lessons(rows) for teacher_id, rows in _assignments().items()}
    rows = [(teacher, now.get(teacher.id, "")) for teacher in teachers_listed()]
    return render_template("people/teachers.html", rows=rows, may_manage=the_person().may(Permission.MANAGE_PEOPLE))


@bp.get("/people/teachers/<int:teacher_id>")
@requires(Permission.SEE_PEOPLE)
def teacher(teacher_id: int) -> Page:
    """One teacher with the assignments of the term."""
    return _page(teacher_id, 200)


@bp.post("/people/teachers/<int:teacher_id>/assignments/<int:assignment_id>/end")
@requires(Permission.MANAGE_PEOPLE)
def end_assignment(teacher_id: int, assignment_id: int) -> Page:
    """A class given up."""
    form = EndForm()
    if not form.validate():
        return _page(teacher_id, 422, ending={assignment_id: form})

    def write() -> None:
        get_teacher_locked(teacher_id)
        found = get_assignment(teacher_id, assignment_id)
        service.end_assignment(found, last_day=form.last_day.data, reason=form.reason.data, actor=actor())

    return _do(teacher_id, form, write, lambda: _page(teacher_id, 422, ending={assignment_id: form}))


@bp.post("/people/teachers/<int:teacher_id>/leave")
@requires(Permission.MANAGE_PEOPLE)
def teacher_leaves(teacher_id: int) -> Page:
    """The teacher leaves the school."""
    form = EndForm()
    if not form.validate():
        return _page(teacher_id, 422, leave=form)

    def write() -> None:
        found = get_teacher_locked(teacher_id)
        service.leave(found, last_day=form.last_day.data, reason=form.reason.data, actor=actor())

    return _do(teacher_id, form, write, lambda: _page(teacher_id, 422, leave=form))


@bp.post("/people/teachers/<int:teacher_id>/come-back")
@requires(Permission.MANAGE_PEOPLE)
def teacher_comes_back(teacher_id: int) -> Page:
    """The teacher works here again."""
    form = ComeBackForm()
    if not form.validate():
        return _page(teacher_id, 422, back=form)

    def write() -> None:
        service.come_back(get_teacher_locked(teacher_id), reason=form.reason.data, actor=actor())

    return _do(teacher_id, form, write, lambda: _page(teacher_id, 422, back=form))


def _do(teacher_id: int, form: Form, write: Callable[[], None], refuse: Callable[[], Page]) -> Page:
    try:
        with transaction():
            write()
    except Refused as refused:
        show_refusal(form, refused)
        return refuse()
    flash("已办理。", "success")
    return see_other(url_for("people.teacher", teacher_id=teacher_id))


def _page(
    teacher_id: int,
    status: int,
    *,
    ending: dict[int, EndForm] | None = None,
    leave: EndForm | None = None,
    back: ComeBackForm | None = None,
) -> tuple[str, int]:
    found = get_teacher(teacher_id)
    year = school_year_start(today())
    rows = [
        (row, class_name(row.entry_year, row.class_number, year), _end_form(row, ending or {}), _is_live(row))
        for row in _assignments(teacher_id).get(teacher_id, [])
    ]
    page = render_template(
        "people/teacher.html",
        found=found,
        rows=rows,
        phone_shown=mask_phone(found.phone),
        leave=(leave or EndForm(formdata=None, last_day=today())).named("leave"),
        back=(back or ComeBackForm(formdata=None)).named("back"),
        may_manage=the_person().may(Permission.MANAGE_PEOPLE),
    )
    return page, status


def _end_form(row: ListedAssignment, ending: dict[int, EndForm]) -> EndForm:
    form = ending.get(row.id) or EndForm(formdata=None, last_day=max(today(), row.starts_on))
    return form.named(f"end-{row.id}")


def _assignments(teacher_id: int | None = None) -> dict[int, list[ListedAssignment]]:
    term = current_or_last_term(today())
    return assignments_by_teacher(term.id, teacher_id) if term else {}


def _is_live(row: ListedAssignment) -> bool:
    return row.ends_on is None or row.ends_on >= today()


def _lessons(rows: list[ListedAssignment]) -> str:
    """What is taught now: 语文 三年级2班、三年级3班;书法 三年级2班."""
    year = school_year_start(today())
    by_subject: dict[str, list[str]] = {}
    for row in filter(_is_live, rows):
        by_subject.setdefault(row.subject, []).append(class_name(row.entry_year, row.class_number, year))
    return ";".join(f"{subject} {'、'.join(labels)}" for subject, labels in by_subject.items())
