"""The office's adjustments: find a child, see everything, place, remove or move it with the consent on record."""

from dataclasses import dataclass

from flask import abort, flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.checks import term_name
from school.calendar.queries import find_term_by_id
from school.calendar.rules import grade_of
from school.clock import now
from school.courses.enums import SelectionState
from school.courses.forms.rounds import ConsentForm, PlaceForm, RemoveForm, TransferForm
from school.courses.queries.adjusting import Adjusted, find_adjusted
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.seats import seats_of_pupils
from school.courses.rules.facts import CourseFacts
from school.courses.service import adjusting as acts
from school.courses.views import bp
from school.db import transaction
from school.errors import Refused
from school.people.queries import classes_of_grades, find_class
from school.people.queries.listing import find_pupil, guardians_of_pupil, open_membership, pupils_of_class
from school.people.rules import class_label
from school.permissions import Permission
from school.web.forms import choices, show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.values import id_argument

Page = str | Response | tuple[str, int]
GRADES = 9


@dataclass(frozen=True)
class Here:
    """The term and selection of the page."""

    term_id: int
    term: str
    start_year: int
    selection_id: int


@dataclass(frozen=True)
class ChildHere:
    """The child of the page, in the class it is in now, with its guardians' names."""

    pupil_id: int
    name: str
    class_id: int | None
    class_name: str
    guardians: tuple[str, ...]
    seen: Adjusted

    def place(self, course_id: int) -> CourseFacts:
        """A course the child has a place in; 404 for any other."""
        return next((one for one in self.seen.places if one.id == course_id), None) or abort(404)


@bp.get("/courses/selection/<int:term_id>/adjust")
@requires(Permission.MANAGE_COURSES)
def adjust(term_id: int) -> Page:
    """Choose a class, then a child."""
    here = _here(term_id)
    classes = [
        (one.id, class_label(one.entry_year, one.number, here.start_year))
        for one in classes_of_grades(here.start_year - GRADES + 1, here.start_year)
    ]
    class_id = id_argument("class")
    pupils = pupils_of_class(class_id) if class_id and find_class(class_id) else []
    seats = seats_of_pupils(here.selection_id, [one.id for one in pupils])
    courses = get_catalogue(term_id).courses
    rows = [(one, [courses[place.course_id].name for place in seats[one.id].places], seats[one.id].entries) for one in pupils]
    return render_template("courses/adjust.html", here=here, classes=classes, class_id=class_id, rows=rows)


@bp.route("/courses/selection/<int:term_id>/adjust/<int:pupil_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def adjust_child(term_id: int, pupil_id: int) -> Page:
    """Everything of a child; a POST places it in a course."""
    here, child = _here(term_id), _child(term_id, pupil_id)
    form = PlaceForm()
    form.course_id.choices = _rooms(child)
    form.offer_people(child.guardians)
    if not form.validate_on_submit():
        return _child_page(here, child, form)
    try:
        with transaction():
            agreed = form.agreed(now())
            result = acts.place(here.selection_id, pupil_id, form.course_id.data, agreed=agreed, by=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _child_page(here, _child(term_id, pupil_id), form)
    flash(f"已把{child.name}安排到“{result.course.name}”。", "success")
    return see_other(url_for("courses.adjust_child", term_id=term_id, pupil_id=pupil_id))


@bp.route("/courses/selection/<int:term_id>/adjust/<int:pupil_id>/<int:course_id>/remove", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def remove_from_course(term_id: int, pupil_id: int, course_id: int) -> Page:
    """Take a child out of a course on its family's word."""
    here, child = _here(term_id), _child(term_id, pupil_id)
    course = child.place(course_id)
    form = RemoveForm()
    form.offer_people(child.guardians)
    if form.validate_on_submit():
        try:
            with transaction():
                acts.remove(here.selection_id, pupil_id, course_id, agreed=form.agreed(now()), by=actor())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            flash(f"已把{child.name}移出“{course.name}”，名额按候补顺序递补。", "success")
            return see_other(url_for("courses.adjust_child", term_id=term_id, pupil_id=pupil_id))
    return _act_page(here, child, form, f"移出“{course.name}”", "名额随即按顺序给候补的孩子。", "移出课程")


@bp.route("/courses/selection/<int:term_id>/adjust/<int:pupil_id>/<int:course_id>/move", methods=["GET", "POST"])
@requires(Permission.MANAGE_COURSES)
def move_to_course(term_id: int, pupil_id: int, course_id: int) -> Page:
    """Move a child from one course to another; both happen or neither."""
    here, child = _here(term_id), _child(term_id, pupil_id)
    course = child.place(course_id)
    form = TransferForm()
    form.course_id.choices = _rooms(child)
    form.offer_people(child.guardians)
    if form.validate_on_submit():
        try:
            with transaction():
                agreed = form.agreed(now())
                result = acts.move(here.selection_id, pupil_id, course_id, form.course_id.data, agreed=agreed, by=actor())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            flash(f"已把{child.name}从“{course.name}”转到“{result.course.name}”。", "success")
            return see_other(url_for("courses.adjust_child", term_id=term_id, pupil_id=pupil_id))
    return _act_page(here, child, form, f"从“{course.name}”转课", "转入和转出同时生效；转不进去时，原来的名额不变。", "转课")


def _child_page(here: Here, child: ChildHere, form: PlaceForm) -> tuple[str, int]:
    html = render_template("courses/adjust_child.html", here=here, child=child, seen=child.seen, form=form)
    return html, 422 if form.errors or form.form_errors else 200


def _act_page(here: Here, child: ChildHere, form: ConsentForm, title: str, lead: str, button: str) -> tuple[str, int]:
    values = {"here": here, "child": child, "form": form, "act_title": title, "lead": lead, "button": button}
    return render_template("courses/adjust_place.html", **values), 422 if form.errors or form.form_errors else 200


def _rooms(child: ChildHere) -> list:
    """The courses of the child's grade, those with room first."""
    rooms = sorted(child.seen.rooms, key=lambda room: room[1] == 0)
    return choices((one.id, f"{one.name}（{one.times}）{f'剩 {left} 个名额' if left else '已满'}") for one, left in rooms)


def _here(term_id: int) -> Here:
    term = find_term_by_id(term_id) or abort(404)
    selection = get_catalogue(term_id).selection
    if selection is None or selection.state is SelectionState.DRAFT:
        abort(404)
    return Here(term_id, term_name(term.school_year.start_year, term.number), term.school_year.start_year, selection.id)


def _child(term_id: int, pupil_id: int) -> ChildHere:
    here = _here(term_id)
    pupil = find_pupil(pupil_id) or abort(404)
    stay = open_membership(pupil_id)
    school_class = find_class(stay.class_id) if stay else None
    grade = grade_of(school_class.entry_year, here.start_year) if school_class else 0
    words = class_label(school_class.entry_year, school_class.number, here.start_year) if school_class else "已不在任何班级"
    return ChildHere(
        pupil_id=pupil_id,
        name=pupil.name,
        class_id=school_class.id if school_class else None,
        class_name=words,
        guardians=tuple(dict.fromkeys(one.name for one in guardians_of_pupil(pupil_id))),
        seen=find_adjusted(get_catalogue(term_id), here.selection_id, pupil_id, grade),
    )
