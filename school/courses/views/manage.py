"""The office's catalogue: the list, a course's form, listing, calling off, its picture."""

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.checks import term_name
from school.courses.forms.catalogue import CancelForm
from school.courses.loaders import get_course, the_term
from school.courses.queries.catalogue import facts_of
from school.courses.queries.manage import courses_of_term, terms_with_courses
from school.courses.queries.seats import count_waiting, taken_by_course
from school.courses.queries.selections import find_selection_of_term
from school.courses.rules.catalogue import missing_for_families
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
    return _list_page("")


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
    return see_other(url_for("courses.manage_course", course_id=course_id))


def _list_page(refusal: str) -> str:
    term = the_term()
    selection = find_selection_of_term(term.id)
    rows = [(course, missing_for_families(facts_of(course))) for course in courses_of_term(term.id)]
    return render_template(
        "courses/manage.html",
        term=term,
        term_label=term_name(term.school_year.start_year, term.number),
        terms=[(one.id, term_name(one.school_year.start_year, one.number)) for one in terms_with_courses()],
        rows=rows,
        taken=taken_by_course(selection.id) if selection else {},
        waiting=count_waiting(selection.id) if selection else {},
        refusal=refusal,
    )


def _course_page(course_id: int, status: int, refusal: str = "") -> tuple[str, int]:
    course = get_course(course_id)
    selection = find_selection_of_term(course.term_id)
    facts = facts_of(course)
    page = render_template(
        "courses/manage_course.html",
        course=course,
        facts=facts,
        missing=missing_for_families(facts),
        taken=taken_by_course(selection.id).get(course_id, 0) if selection else 0,
        waiting=count_waiting(selection.id).get(course_id, 0) if selection else 0,
        refusal=refusal,
    )
    return page, status


def _cancel_page(course_id: int, form: CancelForm, status: int) -> tuple[str, int]:
    course = get_course(course_id)
    selection = find_selection_of_term(course.term_id)
    taken = taken_by_course(selection.id).get(course_id, 0) if selection else 0
    return render_template("courses/cancel_course.html", form=form, course=course, taken=taken), status
