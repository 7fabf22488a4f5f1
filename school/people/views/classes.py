"""Classes and their pupils, and lists to take away."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.accounts.slips import permit_printing, require_permit
from school.audit.service import record
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import transaction
from school.people.enums import ImportKind
from school.people.labels import class_name
from school.people.loaders import get_class, get_class_to_export
from school.people.policy import may_export_class, may_see_class, sees_whole_school
from school.people.queries.listing import ListedClass, classes_listed, homeroom_teachers, pupils_of_class
from school.people.rules import LAST_GRADE, grade_label
from school.people.service import exporting
from school.people.views import bp
from school.permissions import Permission
from school.web.guard import requires
from school.web.pages import XLSX, download, see_other

TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
HOLDS = {"pupils": "（含监护人电话）", "teachers": "（含电话）"}


@bp.get("/people/classes")
@requires(Permission.SEE_PEOPLE)
def classes() -> str:
    """The classes of the school year this person may see, by grade."""
    year, person = school_year_start(today()), the_person()
    grades: dict[str, list[tuple[ListedClass, str]]] = {}
    for row in classes_listed(year - LAST_GRADE + 1, year + 1, today()):
        if may_see_class(person, class_id=row.id, entry_year=row.entry_year):
            label = class_name(row.entry_year, row.number, year)
            grades.setdefault(grade_label(row.entry_year, year), []).append((row, label))
    total = sum(row.pupils for rows in grades.values() for row, _label in rows)
    return render_template(
        "people/classes.html",
        grades=grades,
        total=total,
        year=year,
        sees_all=sees_whole_school(person),
        may_manage=person.may(Permission.MANAGE_PEOPLE),
    )


@bp.get("/people/classes/<int:class_id>")
@requires(Permission.SEE_PEOPLE)
def show_class(class_id: int) -> str:
    """The pupils of a class with their guardians."""
    found = get_class(class_id)
    return render_template(
        "people/class.html",
        found=found,
        label=_label(found.entry_year, found.number),
        pupils=pupils_of_class(class_id),
        homeroom="、".join(homeroom_teachers(today()).get(class_id, [])),
        may_export=may_export_class(the_person(), class_id=class_id),
        may_manage=the_person().may(Permission.MANAGE_PEOPLE),
    )


@bp.post("/people/classes/<int:class_id>/pupils.<any(xlsx, csv):file_type>")
@requires(Permission.SEE_PEOPLE)
def export_class(class_id: int, file_type: str) -> Response:
    """Record that a class's list is taken away, then give it."""
    found = get_class_to_export(class_id)
    label = _label(found.entry_year, found.number)
    with transaction():
        sentence = f"导出了{label}的学生名单（含监护人电话）"
        record(actor(), "class.export", sentence, subject_type="class", subject_id=class_id)
    permit_printing(("pupils", class_id))
    return see_other(url_for("people.class_file", class_id=class_id, file_type=file_type))


@bp.get("/people/classes/<int:class_id>/pupils.<any(xlsx, csv):file_type>")
@requires(Permission.SEE_PEOPLE)
def class_file(class_id: int, file_type: str) -> Response:
    """The list of a class as a file, after its button was pressed."""
    found = get_class_to_export(class_id)
    require_permit(("pupils", class_id))
    year = school_year_start(today())
    content = exporting.export_class(class_id, file_type, school_year=year)
    return download(content, f"{_label(found.entry_year, found.number)}学生名单.{file_type}", TYPES[file_type])


@bp.post("/people/<any(pupils, teachers, assignments):kind>.<any(xlsx, csv):file_type>")
@requires(Permission.MANAGE_PEOPLE)
def export_school(kind: str, file_type: str) -> Response:
    """Record that the whole school's list of a kind is taken away, then give it."""
    with transaction():
        sentence = f"导出了全校{ImportKind(kind).label}{HOLDS.get(kind, '')}"
        record(actor(), "school.export", sentence, subject_type="school")
    permit_printing((kind, "all"))
    return see_other(url_for("people.school_file", kind=kind, file_type=file_type))


@bp.get("/people/<any(pupils, teachers, assignments):kind>.<any(xlsx, csv):file_type>")
@requires(Permission.MANAGE_PEOPLE)
def school_file(kind: str, file_type: str) -> Response:
    """The whole school's list of a kind as a file, after its button was pressed."""
    require_permit((kind, "all"))
    content, _count = exporting.export_roster(ImportKind(kind), file_type, school_year=school_year_start(today()))
    return download(content, f"全校{ImportKind(kind).label}.{file_type}", TYPES[file_type])


def _label(entry_year: int, number: int) -> str:
    return class_name(entry_year, number, school_year_start(today()))
