"""The calendar a family's phone subscribes to."""

from flask import Response, abort, request

from school.calendar.queries import get_calendar
from school.clock import now
from school.courses.enums import CourseState
from school.courses.feeds import calendar_of, is_feed_key
from school.courses.queries.catalogue import get_catalogues
from school.courses.queries.seats import seats_of_pupils
from school.courses.views import bp
from school.preferences.queries import get_preferences
from school.web.guard import public
from school.web.values import id_argument


@bp.get("/choose/<int:pupil_id>/calendar.ics")
@public
def child_calendar(pupil_id: int) -> Response:
    """The courses a child is in, for whoever holds the address; a wrong key is 404, as is a child who never was."""
    selection_id, key = id_argument("selection"), request.args.get("key", "")
    if selection_id is None or not is_feed_key(selection_id, pupil_id, key):
        abort(404)
    found = next((one for one in get_catalogues().values() if one.selection and one.selection.id == selection_id), None)
    if found is None:
        abort(404)
    held = seats_of_pupils(selection_id, [pupil_id]).get(pupil_id)
    ids = [one.course_id for one in held.places] if held else []
    courses = [found.courses[one] for one in ids if one in found.courses and found.courses[one].state is CourseState.LISTED]
    content = calendar_of(courses, get_calendar(), get_preferences().school_name, now())
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="courses.ics"'
    return response
