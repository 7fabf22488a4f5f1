"""The term a page of courses is about, and courses by id; what is not there is 404."""

from flask import abort

from school.calendar.models import Term
from school.calendar.queries import find_term_by_id, terms
from school.clock import today
from school.courses.enums import CourseState, SelectionState
from school.courses.models import Course
from school.courses.queries.catalogue import Catalogue, get_catalogue, get_catalogues
from school.courses.queries.family import current_catalogue
from school.courses.queries.manage import find_course
from school.courses.rules.facts import CourseFacts
from school.web.values import id_argument


def get_course(course_id: int) -> Course:
    """A course of any term, drafts too: for the office."""
    return find_course(course_id) or abort(404)


def get_public_course(course_id: int) -> tuple[CourseFacts, Catalogue]:
    """A course families may read, with its term's catalogue."""
    found = next((one for one in get_catalogues().values() if course_id in one.courses), None) or abort(404)
    course = found.courses[course_id]
    return (course, found) if course.state is not CourseState.DRAFT else abort(404)


def the_term() -> Term:
    """The term the address names; else the one being chosen for; else today's, the next one, or the last (the office)."""
    wanted = id_argument("term")
    if wanted is not None:
        return find_term_by_id(wanted) or abort(404)
    selections = [one.selection for one in get_catalogues().values() if one.selection]
    if under_way := [one for one in selections if one.state is not SelectionState.FINISHED]:
        newest = max(under_way, key=lambda one: (one.start_year, one.term_number))
        return find_term_by_id(newest.term_id) or abort(404)
    known = sorted(terms(), key=lambda one: one.starts_on)
    present = [one for one in known if one.ends_on >= today()]
    return present[0] if present else known[-1] if known else abort(404)


def the_catalogue() -> Catalogue:
    """The catalogue families read: the term in the address, the one being chosen for, else the latest with a listed course."""
    wanted = id_argument("term")
    if wanted is not None:
        found = get_catalogues().get(wanted)
        return found if found and found.listed else abort(404)
    chosen = current_catalogue()
    if chosen is not None and chosen.listed:
        return chosen
    listed = [one for one in get_catalogues().values() if one.listed]
    return max(listed, key=lambda one: max(course.last_on for course in one.listed), default=None) or get_catalogue(0)
