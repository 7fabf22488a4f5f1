"""The form of a course, new or changed, and its picture."""

from datetime import date

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.clock import today
from school.courses.forms.catalogue import CourseForm, PictureForm
from school.courses.loaders import get_course, the_term
from school.courses.queries.manage import count_chosen, providers, teachers_by_words, teachers_named, words_for_teachers
from school.courses.rules.catalogue import CourseValues
from school.courses.rules.pictures import MOST_BYTES
from school.courses.rules.rows import differences, teacher_ids_of, words_in
from school.courses.service import catalogue as service
from school.courses.views import bp
from school.db import transaction
from school.errors import Conflict, Refused
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import revision_of, show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]


@bp.route("/courses/manage/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def new_course() -> Page:
    """A new course."""
    term = the_term()
    form = CourseForm(first_on=term.starts_on, last_on=term.ends_on, minimum=0, capacity=30)
    _offer(form)
    shown = {"title": "新建课程", "back_url": url_for("courses.manage", term=term.id), "chosen": 0, "conflict": None}
    if not form.is_submitted():
        return _form_page(form, 200, **shown)
    if not form.validate():
        return _form_page(form, 422, **shown)
    try:
        with transaction():
            made = service.create_course(term, _typed(form, term.starts_on), reason=form.warning_reason.data or "", actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _form_page(form, 422, **shown)
    flash(f"已新建“{made.name}”，现在是草稿；核对后上架，家长才看得到。", "success")
    return see_other(url_for("courses.manage_course", course_id=made.id))


@bp.route("/courses/manage/<int:course_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def edit_course(course_id: int) -> Page:
    """Change a course; whoever saves second is shown what has been saved meanwhile, and may save over it."""
    course = get_course(course_id)
    form = CourseForm(revision=str(course.revision))
    _offer(form)
    back = url_for("courses.manage_course", course_id=course_id)
    shown = {"title": f"修改“{course.name}”", "back_url": back, "chosen": count_chosen(course_id), "conflict": None}
    if not form.is_submitted():
        form.show(service.values_of(course), course.warning_reason, words_for_teachers(course, _on_day(course.term.starts_on)))
        return _form_page(form, 200, **shown)
    if not form.validate():
        return _form_page(form, 422, **shown)
    try:
        reasons = {"reason": form.warning_reason.data or "", "change_reason": form.change_reason.data or ""}
        with transaction():
            values, revision = _typed(form, course.term.starts_on), revision_of(form.revision.data)
            service.change_course(course_id, values, revision=revision, **reasons, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        if isinstance(refused, Conflict):
            shown["conflict"] = _conflict(form, course_id)
        return _form_page(form, 422, **shown)
    flash("已保存。", "success")
    return see_other(back)


@bp.route("/courses/manage/<int:course_id>/picture", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def edit_picture(course_id: int) -> Page:
    """Give a course a picture, or take it away."""
    course, form = get_course(course_id), PictureForm()
    if not form.is_submitted():
        return render_template("courses/edit_picture.html", form=form, course=course)
    upload = request.files.get("picture")
    content = upload.read(MOST_BYTES + 1) if upload and upload.filename and "remove" not in request.form else None
    try:
        if not content and "remove" not in request.form:
            raise Refused("请选择图片。", "picture")
        with transaction():
            service.set_picture(course_id, content, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return render_template("courses/edit_picture.html", form=form, course=course), 422
    flash("图片已更新。" if content else "图片已去掉。", "success")
    return see_other(url_for("courses.manage_course", course_id=course_id))


def _form_page(form: CourseForm, status: int, **shown: object) -> tuple[str, int]:
    return render_template("courses/edit_course.html", form=form, **shown), status


def _offer(form: CourseForm) -> None:
    form.offer(get_preferences().last_grade, [(str(one.id), one.name) for one in providers()])


def _on_day(first_day: date) -> date:
    """The day a teacher must still be here for to be known by name."""
    return max(first_day, today())


def _typed(form: CourseForm, first_day: date) -> CourseValues:
    """What was typed; raises `Refused` for a teacher nobody knows."""
    found = teachers_by_words(words_in(form.teachers.data or ""), _on_day(first_day))
    known = {word: tuple(one.id for one in rows) for word, rows in found.items()}
    return form.chosen(teacher_ids_of(form.teachers.data or "", known))


def _conflict(form: CourseForm, course_id: int) -> list[tuple[str, str, str]]:
    """What is stored now beside what was typed; the form goes on from the stored revision."""
    course = get_course(course_id)
    stored, typed = service.values_of(course), _typed(form, course.term.starts_on)
    form.revision.data = str(course.revision)
    teachers = {id_: one.name for id_, one in teachers_named({*stored.teacher_ids, *typed.teacher_ids}).items()}
    return differences(stored, typed, teachers, {one.id: one.name for one in providers()})
