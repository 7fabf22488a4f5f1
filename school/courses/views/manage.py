"""The office's catalogue: the list, a course, listing and calling it off."""

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.checks import term_name
from school.calendar.queries import get_calendar
from school.clock import today
from school.courses.enums import Family, SelectionState, Tag
from school.courses.forms.catalogue import CancelForm
from school.courses.loaders import get_course, the_term
from school.courses.queries.manage import courses_of_term, managed_courses, terms_to_manage
from school.courses.queries.seats import taken_by_course
from school.courses.queries.selections import find_selection_of_term
from school.courses.rules.managing import Shown, by_family, summary_of
from school.courses.rules.seats import grades_in_words
from school.courses.rules.timetable import meetings_on_dates
from school.courses.service import catalogue as service
from school.courses.views import bp
from school.db import transaction
from school.errors import Refused
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]


@bp.get("/courses/manage")
@requires(Permission.MANAGE_COURSES)
def manage() -> str:
    """All courses of a term with their state, seats, and what families cannot read yet."""
    term = the_term()
    courses = managed_courses(term.id, courses_of_term(term.id))
    others = sorted(terms_to_manage(today()), key=lambda one: one.id != term.id)  # a phone shows the first one whole
    family = next((one for one in Family if one.value == request.args.get("family")), None)
    shown = next((one for one in Shown if one.value == request.args.get("show")), None)
    return render_template(
        "courses/manage.html",
        term=term,
        term_label=term_name(term.school_year.start_year, term.number),
        terms=[(one.id, term_name(one.school_year.start_year, one.number)) for one in others],
        summary=summary_of(courses),
        groups=by_family(courses, family, shown),
        count=len(courses),
        families=list(Family),
        kinds=[kind for kind in Shown if kind is shown or any(one.is_shown(kind) for one in courses)],
        family=family,
        shown=shown,
    )


@bp.get("/courses/manage/<int:course_id>")
@requires(Permission.MANAGE_COURSES)
def manage_course(course_id: int) -> Page:
    """A course as the office sees it, with everything that can be done with it."""
    return _course_page(course_id, 200)


@bp.post("/courses/manage/<int:course_id>/list")
@requires(Permission.MANAGE_COURSES)
def list_course(course_id: int) -> Page:
    """Show a draft to families."""
    get_course(course_id)
    try:
        with transaction():
            service.list_course(course_id, actor=actor())
    except Refused as refused:
        return _course_page(course_id, 422, refused.message)
    flash("已上架，家长在课程目录里看得到了。", "success")
    return see_other(url_for("courses.manage_course", course_id=course_id))


@bp.post("/courses/manage/<int:course_id>/unlist")
@requires(Permission.MANAGE_COURSES)
def unlist_course(course_id: int) -> Page:
    """Take a course off while nobody has chosen it."""
    get_course(course_id)
    try:
        with transaction():
            service.unlist_course(course_id, actor=actor())
    except Refused as refused:
        return _course_page(course_id, 422, refused.message)
    flash("已下架，回到草稿。", "success")
    return see_other(url_for("courses.manage_course", course_id=course_id))


@bp.post("/courses/manage/<int:course_id>/delete")
@requires(Permission.MANAGE_COURSES)
def delete_course(course_id: int) -> Page:
    """Delete a draft nobody chose."""
    term_id = get_course(course_id).term_id
    try:
        with transaction():
            service.delete_course(course_id, actor=actor())
    except Refused as refused:
        return _course_page(course_id, 422, refused.message)
    flash("已删除草稿。", "success")
    return see_other(url_for("courses.manage", term=term_id))


@bp.route("/courses/manage/<int:course_id>/cancel", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def cancel_course(course_id: int) -> Page:
    """Call a course off, with a reason."""
    course, form = get_course(course_id), CancelForm()
    if not form.is_submitted():
        return _cancel_page(course_id, form, 200)
    try:
        with transaction():
            lost = service.cancel_course(course_id, reason=form.reason.data or "", actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _cancel_page(course_id, form, 422)
    flash(f"已停开“{course.name}”" + (f"，{lost} 个孩子的名额已结束。" if lost else "。"), "success")
    selection = find_selection_of_term(course.term_id)
    if selection is not None and selection.state is SelectionState.FROZEN:
        flash("志愿名单是停开以前冻结的，请到“组织选课”重新冻结。", "warning")
    return see_other(url_for("courses.manage_course", course_id=course_id))


def _course_page(course_id: int, status: int, refusal: str = "") -> tuple[str, int]:
    course = get_course(course_id)
    managed = managed_courses(course.term_id, [course])[0]
    page = render_template(
        "courses/manage_course.html",
        course=course,
        managed=managed,
        grades=grades_in_words(managed.facts.grades),
        tags=[Tag(one).label for one in course.tags],
        dates=meetings_on_dates(managed.facts, get_calendar()),
        refusal=refusal,
    )
    return page, status


def _cancel_page(course_id: int, form: CancelForm, status: int) -> tuple[str, int]:
    course = get_course(course_id)
    selection = find_selection_of_term(course.term_id)
    taken = taken_by_course(selection.id).get(course_id, 0) if selection else 0
    return render_template("courses/cancel_course.html", form=form, course=course, taken=taken), status
