"""The office's catalogue: the list, a course's form, listing, calling off, its picture."""

from collections import Counter
from collections.abc import Collection
from datetime import date

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.checks import term_name
from school.clock import today
from school.courses.forms.catalogue import CancelForm, CourseForm, PictureForm
from school.courses.loaders import get_course, the_term
from school.courses.queries.catalogue import facts_of
from school.courses.queries.manage import count_chosen, courses_of_term, providers, teachers_to_choose, terms_with_courses
from school.courses.queries.seats import count_waiting, taken_by_course
from school.courses.queries.selections import find_selection_of_term
from school.courses.rules.catalogue import missing_for_families
from school.courses.rules.pictures import MOST_BYTES
from school.courses.service import catalogue as service
from school.courses.views import bp
from school.db import transaction
from school.errors import Refused
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import revision_of, show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]


@bp.get("/courses/manage")
@requires(Permission.MANAGE_COURSES)
def manage() -> str:
    """All courses of a term with their state, seats, and what families cannot read yet."""
    return _list_page("")


@bp.route("/courses/manage/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def new_course() -> Page:
    """A new course."""
    term = the_term()
    form = CourseForm(first_on=term.starts_on, last_on=term.ends_on, minimum=0, capacity=30)
    _offer(form, term.starts_on)
    shown = {"title": "新建课程", "back_url": url_for("courses.manage", term=term.id), "course": None, "chosen": 0}
    if not form.is_submitted():
        return _form_page(form, 200, **shown)
    if not form.validate():
        return _form_page(form, 422, **shown)
    try:
        with transaction():
            made = service.create_course(term, form.chosen(), reason=form.warning_reason.data or "", actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _form_page(form, 422, **shown)
    flash(f"已新建“{made.name}”，现在是草稿；核对后上架，家长才看得到。", "success")
    return see_other(url_for("courses.manage_course", course_id=made.id))


@bp.get("/courses/manage/<int:course_id>")
@requires(Permission.MANAGE_COURSES)
def manage_course(course_id: int) -> Page:
    """A course as the office sees it, with everything that can be done with it."""
    return _course_page(course_id, 200)


@bp.route("/courses/manage/<int:course_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def edit_course(course_id: int) -> Page:
    """Change a course."""
    course = get_course(course_id)
    form = CourseForm(revision=str(course.revision))
    _offer(form, course.term.starts_on, [one.teacher_id for one in course.teachings])
    back = url_for("courses.manage_course", course_id=course_id)
    shown = {"title": f"修改“{course.name}”", "back_url": back, "course": course, "chosen": count_chosen(course_id)}
    if not form.is_submitted():
        form.show(service.values_of(course), course.warning_reason)
        return _form_page(form, 200, **shown)
    if not form.validate():
        return _form_page(form, 422, **shown)
    try:
        with transaction():
            reasons = {"reason": form.warning_reason.data or "", "change_reason": form.change_reason.data or ""}
            revision = revision_of(form.revision.data)
            service.change_course(course_id, form.chosen(), revision=revision, **reasons, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _form_page(form, 422, **shown)
    flash("已保存。", "success")
    return see_other(back)


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


@bp.route("/courses/manage/<int:course_id>/picture", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def edit_picture(course_id: int) -> Page:
    """Give a course a picture, or take it away."""
    course, form = get_course(course_id), PictureForm()
    if not form.is_submitted():
        return render_template("courses/edit_picture.html", form=form, course=course)
    upload = request.files.get("picture")
    content = upload.read(MOST_BYTES + 1) if upload and upload.filename else None
    try:
        with transaction():
            service.set_picture(course_id, content, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return render_template("courses/edit_picture.html", form=form, course=course), 422
    flash("图片已更新。" if content else "图片已去掉。", "success")
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


def _form_page(form: CourseForm, status: int, **shown: object) -> tuple[str, int]:
    return render_template("courses/edit_course.html", form=form, **shown), status


def _offer(form: CourseForm, first_day: date, teacher_ids: Collection[int] = ()) -> None:
    """What the form's selects offer: who teaches here when the term goes on, and who teaches the course anyway."""
    teachers = teachers_to_choose(max(first_day, today()), teacher_ids)
    names = Counter(one.name for one in teachers)
    labels = [(str(one.id), one.name if names[one.name] == 1 else f"{one.name}（{one.staff_code}）") for one in teachers]
    form.offer(get_preferences().last_grade, labels, [(str(one.id), one.name) for one in providers()])
