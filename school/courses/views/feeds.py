"""The calendar a family's phone subscribes to, and the page that gives its address."""

from flask import Response, abort, flash, render_template, request, url_for

from school.accounts.identity import actor
from school.calendar.files import calendar_response
from school.calendar.queries import get_calendar
from school.calendar.rules import grade_of
from school.clock import at, today
from school.courses.enums import CourseState
from school.courses.feeds import calendar_of, feed_url, is_feed_key, subscribe_url
from school.courses.own import own_board
from school.courses.queries.calendars import find_entry_year
from school.courses.queries.catalogue import find_selection_facts, get_catalogue
from school.courses.queries.seats import seats_of_pupils
from school.courses.rules.facts import CourseFacts, SelectionFacts
from school.courses.service.calendars import renew_calendar
from school.courses.views import bp
from school.courses.views.family import Page, asked_filter
from school.db import transaction
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.guard import public, requires
from school.web.pages import see_other
from school.web.values import id_argument


@bp.get("/choose/<int:pupil_id>/calendar.ics")
@public
def child_calendar(pupil_id: int) -> Response:
    """The courses a child is in, for whoever holds the address; a wrong key is 404, as is a child who never was."""
    selection_id, key = id_argument("selection"), request.args.get("key", "")
    selection = find_selection_facts(selection_id) if selection_id is not None else None
    if selection is None or not is_feed_key(selection.id, pupil_id, key):
        abort(404)
    content = calendar_of(
        _courses(selection, pupil_id),
        get_calendar(),
        get_preferences().school_name,
        grade=_grade(selection, pupil_id),
        stamped_at=at(today()),
    )
    return calendar_response(content, "courses.ics")


@bp.route("/choose/<int:pupil_id>/calendar", methods=["GET", "POST"])
@requires(Permission.CHOOSE_COURSES)
def calendar_address(pupil_id: int) -> Page:
    """The address of a child's calendar, how a phone subscribes to it, and the button that gives it a new one."""
    board = own_board(pupil_id)
    if request.method == "POST":
        with transaction():
            renew_calendar(board.selection.id, pupil_id, by=actor())
        flash("已换成新地址，原来的地址不再有效。请在每部手机上重新订阅。", "success")
        return see_other(url_for("courses.calendar_address", pupil_id=pupil_id, **asked_filter().values))
    address = feed_url(board.selection.id, pupil_id)
    return render_template(
        "courses/calendar_address.html",
        board=board,
        address=address,
        subscribe=subscribe_url(address),
        filter=asked_filter(),
    )


def _courses(selection: SelectionFacts, pupil_id: int) -> list[CourseFacts]:
    """The courses the child has a live place in; one that was called off is gone."""
    courses = get_catalogue(selection.term_id).courses
    places = seats_of_pupils(selection.id, [pupil_id])[pupil_id].places
    mine = [courses[one.course_id] for one in places if one.course_id in courses]
    return sorted((one for one in mine if one.state is CourseState.LISTED), key=lambda one: one.code)


def _grade(selection: SelectionFacts, pupil_id: int) -> int | None:
    entry_year = find_entry_year(pupil_id)
    return None if entry_year is None else grade_of(entry_year, selection.start_year)
