"""Pages of families and lists in every state a selection can have for them, and what a refused tap shows."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from school.clock import now
from school.courses.enums import CourseState, Phase, PlaceSource, SelectionState, WaitingState
from school.courses.models import Course, CourseConsent, Place, Selection, WaitingEntry, Wish
from school.db import db
from tests.sweeps.town import Target, Town

CHILD_PAGES = ("choose", "choose_child", "choose_course", "choose_consent", "choose_history", "withdraw_consent")
LEAVING = ("withdraw_seat", "leave_list", "decline_offer")
STAFF_PAGES = {
    "homeroom_teacher": ("results", "class_results", "class_slips"),
    "subject_teacher": ("taught", "taught_course"),
}


def family_pages(town: Town) -> Iterator[tuple[str, str]]:
    """Where each was met, and its text; the town is as it was afterwards."""
    for who, endpoints in STAFF_PAGES.items():
        for endpoint in endpoints:
            target = town.targets(f"courses.{endpoint}")[0]
            yield f"{who} {endpoint}", town.ask(who, "GET", f"courses.{endpoint}", target, is_strict=True).text
    for state, change in STATES.items():
        with town.app.app_context():
            change(town)
            db.session.commit()
            db.session.remove()
        for endpoint in (*CHILD_PAGES, *LEAVING):
            yield f"{state}: {endpoint}", _read(town, endpoint)
        yield f"{state}: 足球", _read(town, "choose_course", _course(town, "足球"))
        tapped = town.ask("guardian", "POST", "courses.take_seat", _course(town), is_strict=True)
        yield f"{state}: a tap", tapped.text if tapped.status_code == 422 else _read(town, "choose_child")
        town.restore()


def _read(town: Town, endpoint: str, target: Target | None = None) -> str:
    usual = _course(town) if endpoint == "choose_course" else town.targets(f"courses.{endpoint}")[0]
    answer = town.ask("guardian", "GET", f"courses.{endpoint}", target or usual, is_strict=True)
    assert answer.status_code == 200, (endpoint, answer.status)
    return answer.text


def _course(town: Town, name: str = "合唱") -> Target:
    """合唱, which the town's child neither has nor waits for, or another course of this term."""
    target = town.targets("courses.choose_course")[0]
    with town.app.app_context():
        course_id = db.session.query(Course.id).filter_by(name=name).one()[0]
    return Target(name, {**target.values, "course_id": course_id})


def _selection() -> Selection:
    return db.session.query(Selection).filter_by(state=SelectionState.DRAWN).one()


def _without_consent(_town: Town) -> None:
    db.session.query(CourseConsent).delete()


def _wishing(_town: Town) -> None:
    selection = _selection()
    selection.state = SelectionState.ANNOUNCED
    for window in selection.windows:
        if window.phase is Phase.WISH:
            window.opens_at, window.closes_at = now() - timedelta(hours=1), now() + timedelta(hours=1)


def _offered(_town: Town) -> None:
    entry = db.session.query(WaitingEntry).filter_by(state=WaitingState.WAITING).one()
    entry.state, entry.offer_expires_at = WaitingState.OFFERED, now() + timedelta(hours=1)


def _room(_town: Town) -> Course:
    """合唱 is given again."""
    choir = db.session.query(Course).filter_by(name="合唱").one()
    choir.state, choir.capacity, choir.minimum = CourseState.LISTED, 1, 0
    return choir


def _full(_town: Town) -> None:
    """合唱 has one seat, which another child has."""
    choir, other = _room(_town), db.session.query(Place).filter_by(source=PlaceSource.OFFICE).one()
    ids = {"selection_id": other.selection_id, "course_id": choir.id, "pupil_id": other.pupil_id}
    db.session.add(Place(source=PlaceSource.DRAW, taken_at=now(), **ids))


def _only_for_another(town: Town) -> None:
    _room(town)
    _selection().max_courses = 1


def _nothing_wished(_town: Town) -> None:
    db.session.query(Wish).delete()


def _finished(_town: Town) -> None:
    for selection in db.session.query(Selection):
        selection.state = SelectionState.FINISHED


STATES: dict[str, Callable[[Town], object]] = {
    "as it is": lambda _town: None,
    "without consent": _without_consent,
    "wishing": _wishing,
    "an offer": _offered,
    "room": _room,
    "full": _full,
    "only for another": _only_for_another,
    "nothing wished": _nothing_wished,
    "finished": _finished,
}
