"""Taps of the open round: each a small form, answered by a redirect to the child's page with one certain sentence.

`take` is the hot path: who asks, then the lock with whose child it is, one look, the seat, the audit. No page is rendered
when it succeeds and no cookie is signed: the page that follows says that the child has the seat, for as long as it has it.
"""

from collections.abc import Callable

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.courses.answers import seat_answer
from school.courses.own import own_board, own_child, own_child_held, own_course
from school.courses.queries.catalogue import find_selection_facts, get_course
from school.courses.queries.family import OwnChild
from school.courses.queries.seats import count_waiting
from school.courses.rules.seats import CourseFull
from school.courses.service import seats, waiting
from school.courses.service.places import Result, ResultKind
from school.courses.views import bp
from school.courses.views.family import Page, asked_filter, child_page, child_url, number_in
from school.db import transaction
from school.errors import Refused
from school.permissions import Permission
from school.web.guard import requires
from school.web.pages import see_other


@bp.post("/choose/<int:pupil_id>/<int:course_id>/take")
@requires(Permission.CHOOSE_COURSES)
def take_seat(pupil_id: int, course_id: int) -> Page:
    """Take a seat, leaving the own courses named in `gives_up`."""
    return _act(
        pupil_id, course_id, lambda own: seats.take(own.selection_id, pupil_id, course_id, by=actor(), gives_up=_gives_up())
    )


@bp.post("/choose/<int:pupil_id>/<int:course_id>/wait")
@requires(Permission.CHOOSE_COURSES)
def join_list(pupil_id: int, course_id: int) -> Page:
    """Join the waiting list, alone or with a sibling, or change which own courses are left when the seat comes."""
    sibling_id = number_in(request.form.get("sibling", ""))
    if sibling_id is not None:
        own_child(sibling_id, course_id)
        both = [pupil_id, sibling_id]
        return _act(
            pupil_id,
            course_id,
            lambda own: waiting.join_together(own.selection_id, both, course_id, by=actor())[pupil_id],
        )
    return _act(
        pupil_id,
        course_id,
        lambda own: waiting.join_list(own.selection_id, pupil_id, course_id, by=actor(), gives_up=_gives_up()),
    )


@bp.post("/choose/<int:pupil_id>/<int:course_id>/accept")
@requires(Permission.CHOOSE_COURSES)
def accept_offer(pupil_id: int, course_id: int) -> Page:
    """Accept an offered seat."""
    return _act(pupil_id, course_id, lambda own: waiting.accept_offer(own.selection_id, pupil_id, course_id, by=actor()))


@bp.post("/choose/<int:pupil_id>/transfer")
@requires(Permission.CHOOSE_COURSES)
def transfer_seat(pupil_id: int) -> Page:
    """Change one course for another in one act."""
    source_id, target_id = (number_in(request.form.get(name, "")) for name in ("from", "to"))
    if source_id is None or target_id is None:
        abort(400)
    return _act(pupil_id, target_id, lambda own: seats.transfer(own.selection_id, pupil_id, source_id, target_id, by=actor()))


@bp.route("/choose/<int:pupil_id>/<int:course_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.CHOOSE_COURSES)
def withdraw_seat(pupil_id: int, course_id: int) -> Page:
    """Leave a course, after a page that names what is lost."""
    if request.method == "GET":
        return _ask(pupil_id, course_id, "withdraw")
    return _act(pupil_id, course_id, lambda own: seats.withdraw(own.selection_id, pupil_id, course_id, by=actor()))


@bp.route("/choose/<int:pupil_id>/<int:course_id>/leave", methods=["GET", "POST"])
@requires(Permission.CHOOSE_COURSES)
def leave_list(pupil_id: int, course_id: int) -> Page:
    """Leave a waiting list, after a page that names what is lost."""
    if request.method == "GET":
        return _ask(pupil_id, course_id, "leave")
    return _act(pupil_id, course_id, lambda own: waiting.leave_list(own.selection_id, pupil_id, course_id, by=actor()))


@bp.route("/choose/<int:pupil_id>/<int:course_id>/decline", methods=["GET", "POST"])
@requires(Permission.CHOOSE_COURSES)
def decline_offer(pupil_id: int, course_id: int) -> Page:
    """Decline an offered seat, after a page that names what is lost."""
    if request.method == "GET":
        return _ask(pupil_id, course_id, "decline")
    return _act(pupil_id, course_id, lambda own: waiting.decline_offer(own.selection_id, pupil_id, course_id, by=actor()))


def _act(pupil_id: int, course_id: int, act: Callable[[OwnChild], Result]) -> Response | tuple[str, int]:
    try:
        with transaction():
            own = own_child_held(pupil_id, course_id)
            result = act(own)
    except CourseFull as refused:
        return _full_page(own, course_id, refused)
    except Refused as refused:
        return child_page(pupil_id, refused, course_id)
    if result.kind in (ResultKind.PLACED, ResultKind.ALREADY) and not result.given_up:
        return see_other(child_url(pupil_id, done=course_id))
    selection = find_selection_facts(own.selection_id) if result.position else None
    flash(seat_answer(own.name, result, selection), "success")
    return see_other(child_url(pupil_id))


def _full_page(own: OwnChild, course_id: int, refused: CourseFull) -> tuple[str, int]:
    """The answer when the last seat is gone, with what can be done now; small, for in a rush many get it."""
    html = render_template(
        "courses/course_full.html",
        name=own.name,
        course=get_course(course_id),
        sentence=refused.message,
        wait_url=url_for("courses.join_list", pupil_id=own.pupil_id, course_id=course_id, **asked_filter().values),
        back_url=child_url(own.pupil_id),
    )
    return html, 422


def _ask(pupil_id: int, course_id: int, what: str) -> str:
    """The page before an act that cannot be undone: what is lost, and whether anything is there to lose."""
    board = own_board(pupil_id, course_id)
    course = own_course(board, course_id)
    held = next((one for one in (*board.waiting, *board.offers) if one.course.id == course_id), None)
    is_there = course in board.places if what == "withdraw" else held is not None
    return render_template(
        "courses/leave_course.html",
        board=board,
        course=course,
        what=what,
        held=held,
        is_there=is_there,
        waiting=count_waiting(board.selection.id).get(course_id, 0),
        filter=asked_filter(),
    )


def _gives_up() -> list[int]:
    """The own courses to be left; a value may name several, joined by commas, and nonsense is nobody's course."""
    texts = ",".join(request.form.getlist("gives_up")).split(",")
    return [number if number is not None else 0 for number in (number_in(text) for text in texts if text.strip())]
