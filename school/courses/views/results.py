"""Results for the school: classes in numbers, a class with its slips, a teacher's own courses, lists to take away."""

from flask import abort, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.accounts.slips import permit_printing, require_permit
from school.audit.service import record
from school.calendar.checks import term_name
from school.courses.lists import class_with_results, classes_with_results, course_to_list, courses_taught
from school.courses.queries.catalogue import Catalogue
from school.courses.queries.family import current_catalogue
from school.courses.queries.results import CoursePupil, PupilResult, class_counts, pupil_results, pupils_of_course
from school.courses.queries.seats import count_waiting, taken_by_course
from school.courses.views import bp
from school.db import transaction
from school.people.rules import class_label
from school.permissions import Permission
from school.sheets.writing import SheetOut, write_workbook
from school.web.guard import requires
from school.web.pages import XLSX, download, see_other


@bp.get("/courses/results")
@requires(Permission.SEE_COURSE_RESULTS)
def results() -> str:
    """The classes this person may see: who has a course, who only waits, who has nothing."""
    catalogue = current_catalogue()
    if catalogue is None or catalogue.selection is None:
        return render_template("courses/results.html", selection=None, rows=[])
    ids = [one.id for one in classes_with_results(catalogue)]
    rows = [(row, _label(catalogue, row.entry_year, row.number)) for row in class_counts(catalogue.selection.id, ids)]
    return render_template("courses/results.html", selection=catalogue.selection, term=_term(catalogue), rows=rows)


@bp.get("/courses/results/<int:class_id>")
@requires(Permission.SEE_COURSE_RESULTS)
def class_results(class_id: int) -> str:
    """The pupils of a class: who has what, who waits, who has nothing."""
    catalogue, found = class_with_results(class_id)
    return render_template(
        "courses/class_results.html",
        pupils=pupil_results(catalogue, [class_id]),
        label=_label(catalogue, found.entry_year, found.number),
        class_id=class_id,
        term=_term(catalogue),
        selection=catalogue.selection,
    )


@bp.get("/courses/results/<int:class_id>/slips")
@requires(Permission.SEE_COURSE_RESULTS)
def class_slips(class_id: int) -> str:
    """A slip for each pupil of a class, to print, cut and hand out."""
    catalogue, found = class_with_results(class_id)
    return render_template(
        "courses/class_slips.html",
        pupils=pupil_results(catalogue, [class_id]),
        label=_label(catalogue, found.entry_year, found.number),
        class_id=class_id,
        term=_term(catalogue),
    )


@bp.post("/courses/results.xlsx")
@requires(Permission.SEE_COURSE_RESULTS)
def export_results() -> Response:
    """Record that results with names are taken away, then give them (PR-06)."""
    catalogue = current_catalogue() or abort(404)
    count = len(classes_with_results(catalogue))
    with transaction():
        sentence = f"导出了{_term(catalogue)}的选课结果（{count} 个班，含姓名）"
        record(actor(), "courses.export_results", sentence, subject_type="term", subject_id=catalogue.term_id)
    permit_printing(("course results", catalogue.term_id))
    return see_other(url_for("courses.results_file"))


@bp.get("/courses/results.xlsx")
@requires(Permission.SEE_COURSE_RESULTS)
def results_file() -> Response:
    """The results of the classes this person may see as a workbook, after its button was pressed."""
    catalogue = current_catalogue() or abort(404)
    require_permit(("course results", catalogue.term_id))
    pupils = pupil_results(catalogue, [one.id for one in classes_with_results(catalogue)])
    sheets = [_pupil_sheet(catalogue, pupils), _course_sheet(catalogue, pupils)]
    return download(write_workbook(sheets), f"{_term(catalogue)}选课结果.xlsx", XLSX)


@bp.get("/courses/mine")
@requires(Permission.TEACH_COURSES)
def taught() -> str:
    """The courses this teacher gives, with how many children are in them."""
    rows = []
    for catalogue, course in courses_taught():
        selection = catalogue.selection
        rows.append((course, _term(catalogue) if selection else "", selection.id if selection else None))
    ids = {selection_id for _course, _name, selection_id in rows if selection_id is not None}
    taken = {course_id: count for one in sorted(ids) for course_id, count in taken_by_course(one).items()}
    waiting = {course_id: count for one in sorted(ids) for course_id, count in count_waiting(one).items()}
    return render_template("courses/taught.html", rows=rows, taken=taken, waiting=waiting)


@bp.get("/courses/mine/<int:course_id>")
@requires(Permission.TEACH_COURSES, Permission.MANAGE_COURSES)
def taught_course(course_id: int) -> str:
    """The children of a course, for its teacher: names and classes, to print."""
    catalogue, course = course_to_list(course_id)
    pupils = [(one, _label(catalogue, one.entry_year, one.class_number)) for one in pupils_of_course(course_id)]
    return render_template("courses/taught_course.html", course=course, pupils=pupils, term=_term(catalogue))


@bp.post("/courses/mine/<int:course_id>.xlsx")
@requires(Permission.TEACH_COURSES, Permission.MANAGE_COURSES)
def export_course(course_id: int) -> Response:
    """Record that a course's list is taken away, then give it (PR-06)."""
    _catalogue, course = course_to_list(course_id)
    with transaction():
        record(actor(), "courses.export_course", f"导出了课程“{course.name}”的名单", subject_type="course", subject_id=course_id)
    permit_printing(("course", course_id))
    return see_other(url_for("courses.course_file", course_id=course_id))


@bp.get("/courses/mine/<int:course_id>.xlsx")
@requires(Permission.TEACH_COURSES, Permission.MANAGE_COURSES)
def course_file(course_id: int) -> Response:
    """The list of a course as a workbook, after its button was pressed."""
    catalogue, course = course_to_list(course_id)
    require_permit(("course", course_id))
    rows = [_course_row(catalogue, one) for one in pupils_of_course(course_id)]
    sheet = SheetOut(course.name, ("班级", "班内学号", "姓名", "来源"), rows)
    return download(write_workbook([sheet]), f"{course.name}名单.xlsx", XLSX)


def _course_row(catalogue: Catalogue, one: CoursePupil) -> tuple[str, ...]:
    return _label(catalogue, one.entry_year, one.class_number), one.number_in_class, one.name, one.source.label


def _pupil_sheet(catalogue: Catalogue, pupils: list[PupilResult]) -> SheetOut:
    rows = [
        (
            _label(catalogue, one.entry_year, one.class_number),
            one.number_in_class,
            one.name,
            "、".join(course.name for course in one.courses),
            "；".join(f"{course.name} {course.times}" for course in one.courses),
            "、".join(f"{course.name}（{f'第 {position} 位' if position else '等确认'}）" for course, position in one.waiting),
        )
        for one in pupils
    ]
    return SheetOut("按学生", ("班级", "班内学号", "姓名", "课程", "时间", "候补"), rows)


def _course_sheet(catalogue: Catalogue, pupils: list[PupilResult]) -> SheetOut:
    places = sorted(((course, one) for one in pupils for course in one.courses), key=lambda pair: pair[0].code)
    rows = [
        (
            course.code,
            course.name,
            course.times,
            course.room,
            course.teacher,
            _label(catalogue, one.entry_year, one.class_number),
            one.number_in_class,
            one.name,
        )
        for course, one in places
    ]
    return SheetOut("按课程", ("编号", "课程", "时间", "地点", "教师", "班级", "班内学号", "姓名"), rows)


def _label(catalogue: Catalogue, entry_year: int, number: int) -> str:
    if catalogue.selection is None:
        return f"{entry_year}级{number}班"
    return class_label(entry_year, number, catalogue.selection.start_year)


def _term(catalogue: Catalogue) -> str:
    selection = catalogue.selection
    return term_name(selection.start_year, selection.term_number) if selection else ""
