"""Loading lists with names: classes by role, own courses of a teacher; anything else is 404 (PR-06)."""

from flask import abort

from school.accounts.identity import Person, the_person
from school.courses.enums import CourseState
from school.courses.queries.catalogue import Catalogue, get_catalogues
from school.courses.queries.family import current_catalogue
from school.courses.queries.results import courses_of_user
from school.courses.rules.facts import CourseFacts
from school.people.models import SchoolClass
from school.people.policy import may_see_class
from school.people.queries import classes_of_grades, find_class
from school.people.rules import LAST_GRADE
from school.permissions import Permission


def classes_with_results(catalogue: Catalogue) -> list[SchoolClass]:
    """The classes of the selection's school year whose results this person may see, youngest grade first."""
    year = catalogue.selection.start_year if catalogue.selection else 0
    return [one for one in classes_of_grades(year - LAST_GRADE + 1, year) if _may_see(the_person(), one)]


def class_with_results(class_id: int) -> tuple[Catalogue, SchoolClass]:
    """A class whose results this person may see, with the term families choose for."""
    catalogue, found = current_catalogue(), find_class(class_id)
    if catalogue is None or found is None or not _may_see(the_person(), found):
        abort(404)
    return catalogue, found


def courses_taught() -> list[tuple[Catalogue, CourseFacts]]:
    """This teacher's own courses, newest term first."""
    mine = courses_of_user(the_person().user_id)
    found = [(one, course) for one in get_catalogues().values() for course in one.courses.values() if course.id in mine]
    return sorted(found, key=lambda pair: (-pair[0].term_id, pair[1].code))


def course_to_list(course_id: int) -> tuple[Catalogue, CourseFacts]:
    """A course whose pupils this person may see: its teacher, and whoever manages courses."""
    person = the_person()
    if not person.may(Permission.MANAGE_COURSES) and course_id not in courses_of_user(person.user_id):
        abort(404)
    found = ((one, one.courses[course_id]) for one in get_catalogues().values() if course_id in one.courses)
    return next(((one, course) for one, course in found if course.state is not CourseState.DRAFT), None) or abort(404)


def _may_see(person: Person, school_class: SchoolClass) -> bool:
    return may_see_class(person, class_id=school_class.id, entry_year=school_class.entry_year)
