"""Loading what a guardian may touch: their own children in the selection that is public; anything else is 404."""

from flask import abort

from school.accounts.identity import the_person
from school.clock import now
from school.courses.enums import CourseState
from school.courses.queries.catalogue import Catalogue
from school.courses.queries.choosing import ChildBoard, boards_of_user
from school.courses.queries.family import OwnChild, find_own_child, hold_own_child, public_catalogues
from school.courses.rules.facts import CourseFacts
from school.web.values import id_argument


def own_child(pupil_id: int, course_id: int) -> OwnChild:
    """A child of the signed-in guardian and the selection the course belongs to, in one statement."""
    return find_own_child(the_person().user_id, pupil_id, course_id) or abort(404)


def own_child_held(pupil_id: int, course_id: int) -> OwnChild:
    """As `own_child`, and the selection is locked until the transaction ends."""
    return hold_own_child(the_person().user_id, pupil_id, course_id) or abort(404)


def asked_catalogue(course_id: int | None = None) -> Catalogue | None:
    """The term of a course, else the one the address names, else the one families choose for; None when none is public."""
    public = public_catalogues()
    wanted = id_argument("term")
    of_course = (one for one in public if course_id is not None and course_id in one.courses)
    return next(of_course, None) or next((one for one in public if one.term_id == wanted), public[0] if public else None)


def own_boards(course_id: int | None = None) -> list[ChildBoard]:
    """All children of the signed-in guardian in the asked term; none while no selection is public."""
    catalogue = asked_catalogue(course_id)
    return boards_of_user(the_person().user_id, catalogue, now()) if catalogue else []


def own_board(pupil_id: int, course_id: int | None = None) -> ChildBoard:
    """One child of the signed-in guardian, in the term of a course or the asked one."""
    return next((one for one in own_boards(course_id) if one.child.pupil_id == pupil_id), None) or abort(404)


def own_course(board: ChildBoard, course_id: int) -> CourseFacts:
    """A course of the child's selection that was ever public."""
    course = board.rulebook.courses.get(course_id)
    return course if course and course.state is not CourseState.DRAFT else abort(404)
