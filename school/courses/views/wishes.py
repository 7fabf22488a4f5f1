"""Taps of the wish round: each a small form, answered by a redirect to the child's page with one certain sentence."""

from collections.abc import Callable

from flask import abort, flash, request
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.courses.answers import wish_answer
from school.courses.own import own_child
from school.courses.queries.family import OwnChild, find_own_child
from school.courses.service import wishes
from school.courses.service.wishes import WishResult
from school.courses.views import bp
from school.courses.views.family import Page, child_page, child_url, number_in
from school.db import transaction
from school.errors import Refused
from school.permissions import Permission
from school.web.guard import requires
from school.web.pages import see_other


@bp.post("/choose/<int:pupil_id>/<int:course_id>/wish")
@requires(Permission.CHOOSE_COURSES)
def add_wish(pupil_id: int, course_id: int) -> Page:
    """Wish for a course, behind the other wishes."""
    return _act(pupil_id, course_id, lambda own: wishes.add_wish(own.selection_id, pupil_id, course_id, by=actor()))


@bp.post("/choose/<int:pupil_id>/<int:course_id>/unwish")
@requires(Permission.CHOOSE_COURSES)
def remove_wish(pupil_id: int, course_id: int) -> Page:
    """Take a wish back."""
    return _act(pupil_id, course_id, lambda own: wishes.remove_wish(own.selection_id, pupil_id, course_id, by=actor()))


@bp.post("/choose/<int:pupil_id>/<int:course_id>/<any(up, down):direction>")
@requires(Permission.CHOOSE_COURSES)
def move_wish(pupil_id: int, course_id: int, direction: str) -> Page:
    """Move a wish to the rank the button names, so that a second tap does not move it again."""
    rank = number_in(request.form.get("rank", "")) or abort(400)
    return _act(pupil_id, course_id, lambda own: wishes.move_wish(own.selection_id, pupil_id, course_id, rank, by=actor()))


@bp.post("/choose/<int:pupil_id>/<int:course_id>/together")
@requires(Permission.CHOOSE_COURSES)
def tie_wish(pupil_id: int, course_id: int) -> Page:
    """Tie a wish to a sibling's, both or none; without `sibling` untie it."""
    sibling_id = number_in(request.form.get("sibling", ""))
    if sibling_id is None:
        return _act(pupil_id, course_id, lambda own: wishes.wish_alone(own.selection_id, pupil_id, course_id, by=actor()))
    sibling = find_own_child(the_person().user_id, sibling_id, course_id)
    if sibling is None or sibling_id == pupil_id:
        abort(404)
    return _act(
        pupil_id,
        course_id,
        lambda own: wishes.wish_together(own.selection_id, pupil_id, sibling_id, course_id, by=actor()),
        siblings=sibling.name,
    )


def _act(
    pupil_id: int, course_id: int, act: Callable[[OwnChild], WishResult], *, siblings: str = ""
) -> Response | tuple[str, int]:
    own = own_child(pupil_id, course_id)
    try:
        with transaction():
            result = act(own)
    except Refused as refused:
        return child_page(pupil_id, refused, course_id)
    flash(wish_answer(own.name, result, siblings), "success")
    return see_other(child_url(pupil_id))
