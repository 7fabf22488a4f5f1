"""Random histories of seats and lists: nothing oversold, nobody skipped, nobody stuck, every lost offer passes on.

In plain memory for volume, and through the service on both databases, which must agree with memory after every act.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from school.audit.service import Actor
from school.clock import frozen
from school.courses.enums import CourseState, Promotion
from school.courses.models import Course, Place, Selection, WaitingEntry
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.lines import load_line, rulebook_of
from school.courses.service import seats, waiting
from school.db import db, transaction
from school.errors import Refused
from school.waiting.rules import Entry
from tests.courses.acts import faults
from tests.courses.seat_model import NEVER, NOON, Model, course_facts, rulebook_for
from tests.courses.small_courses import SmallCourses, build, fresh

KINDS = ("take", "take", "withdraw", "withdraw", "join", "join", "swap", "swap", "swap", "together", "leave", "accept", "accept")
ACTS = st.tuples(
    st.sampled_from((*KINDS, "decline", "transfer", "expire", "office", "cancel")), st.integers(0, 29), st.integers(0, 29)
)
BY = Actor(None, "随机")
EXAMPLES = 60  # on each database


@dataclass(frozen=True)
class Act:
    """What is done, with ids: `second` is the place given up, `sibling` who joins too."""

    kind: str
    pupil: int
    sibling: int
    course: int
    second: int


def chosen(model: Model, drawn: tuple[str, int, int]) -> Act:
    """An act out of random numbers, where possible on something that is there: a place to leave, an offer to accept."""
    kind, who, what = drawn
    pupils, courses = sorted(model.grades), sorted(model.rulebook.courses)
    pupil, course = pupils[who % len(pupils)], courses[what % len(courses)]
    act = Act(kind, pupil, pupils[(who + 1) % len(pupils)], course, 0)
    offers = sorted((one.member_id, one.line_id) for one in model.entries if one.expires_at is not None)
    waiting = sorted((one.member_id, one.line_id) for one in model.entries)
    held = sorted(model.places)
    if kind in ("withdraw", "swap", "transfer") and held:
        owner, place = held[who % len(held)]
        return replace(act, pupil=owner, course=place) if kind == "withdraw" else replace(act, pupil=owner, second=place)
    there = {"accept": offers, "decline": offers, "leave": waiting}.get(kind)
    if there:
        owner, place = there[who % len(there)]
        return replace(act, pupil=owner, course=place)
    return replace(act, kind="expire") if kind == "cancel" and who else act


def attempt(model: Model, act: Act) -> bool:
    """One act in memory; a refused one leaves nothing behind."""
    before = set(model.places), list(model.entries)
    acts: dict[str, Callable[[], bool]] = {
        "take": lambda: model.take(act.pupil, act.course),
        "withdraw": lambda: model.withdraw(act.pupil, act.course),
        "join": lambda: model.join(act.pupil, act.course),
        "swap": lambda: act.second != act.course and model.join(act.pupil, act.course, (act.second,)),
        "together": lambda: model.join_together((act.pupil, act.sibling), act.course),
        "leave": lambda: model.leave(act.pupil, act.course),
        "accept": lambda: model.accept(act.pupil, act.course),
        "decline": lambda: model.decline(act.pupil, act.course),
        "transfer": lambda: model.transfer(act.pupil, act.second, act.course),
        "office": lambda: model.place_by_office(act.pupil, act.course),
        "cancel": lambda: model.cancel(act.course),
        "expire": lambda: model.wait(13),
    }
    is_allowed = acts[act.kind]()
    if not is_allowed:
        model.places, model.entries = before
    return is_allowed


@st.composite
def small_worlds(draw: st.DrawFn) -> Model:
    """Four courses with a seat or two, some at one time; five children."""
    starts = st.sampled_from([960, 990, 1080])
    courses = [
        course_facts(n, draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(starts), is_exempt=n == 4) for n in range(1, 5)
    ]
    promotion = draw(st.sampled_from(Promotion))
    limits = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    rulebook = rulebook_for(courses, promotion=promotion, max_courses=limits[0], max_per_day=limits[1])
    return Model(rulebook, dict.fromkeys(range(1, 6), 3))


@settings(max_examples=1000)
@given(small_worlds(), st.lists(ACTS, min_size=20, max_size=60))
def test_any_history_in_memory(model: Model, acts: list[tuple[str, int, int]]) -> None:
    for drawn in acts:
        attempt(model, chosen(model, drawn))
        model.check()
    model.wait(48)
    model.settle(model.rulebook.courses)
    model.check()
    overdue = [one for one in model.entries if one.expires_at is not None and one.expires_at <= model.now]
    assert not overdue, "a lost offer always passes on"


def test_any_history_through_the_service(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    cast = build(max_per_day=0)
    cast.selection.windows[0].closes_at = NEVER
    db.session.commit()

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(st.lists(ACTS, min_size=15, max_size=40), st.sampled_from(Promotion))
    def histories(acts: list[tuple[str, int, int]], promotion: Promotion) -> None:
        _clean(cast, promotion)
        children = (*cast.third[:3], *cast.fifth)
        grades = {pupil.id: 3 if pupil in cast.third else 5 for pupil in children}
        model = Model(rulebook_of(get_catalogue(cast.term.id)), grades)
        for drawn in acts:
            act = chosen(model, drawn)
            with frozen(model.now):
                is_allowed = attempt(model, act)
                is_served = _served(cast, act)
                assert is_served or not is_allowed, act
                _check_same(cast, model)  # so what memory refused changed nothing, be it refused or “done already”
                model.check()
        model.wait(48)
        with frozen(model.now):
            model.settle(model.rulebook.courses)
            with transaction():
                waiting.settle(cast.selection.id, by=BY)
            _check_same(cast, model)
            assert faults() == []

    histories()


def _served(cast: SmallCourses, act: Act) -> bool:
    """The same act through the service, in a transaction of its own."""
    kind, pupil, course, second = act.kind, act.pupil, act.course, act.second
    term, note = cast.selection.id, "母亲电话同意"
    acts: dict[str, Callable[[], object]] = {
        "take": lambda: seats.take(term, pupil, course, by=BY),
        "withdraw": lambda: seats.withdraw(term, pupil, course, by=BY),
        "join": lambda: waiting.join_list(term, pupil, course, by=BY),
        "swap": lambda: waiting.join_list(term, pupil, course, by=BY, gives_up=[second]),
        "together": lambda: waiting.join_together(term, [pupil, act.sibling], course, by=BY),
        "leave": lambda: waiting.leave_list(term, pupil, course, by=BY),
        "accept": lambda: waiting.accept_offer(term, pupil, course, by=BY),
        "decline": lambda: waiting.decline_offer(term, pupil, course, by=BY),
        "transfer": lambda: seats.transfer(term, pupil, second, course, by=BY),
        "office": lambda: seats.place_by_office(term, pupil, course, consent_note=note, by=BY),
        "cancel": lambda: seats.cancel_course(term, course, reason="老师生病", by=BY),
    }
    if kind == "expire" or (kind == "swap" and second == course):
        return kind == "expire"
    try:
        with transaction():
            acts[kind]()
    except Refused:
        return False
    return True


def _check_same(cast: SmallCourses, model: Model) -> None:
    """The database says what memory says: places, lists in their order, offers, and who goes with whom."""
    db.session.rollback()
    rows = db.session.execute(select(Place.pupil_id, Place.course_id).where(Place.ended_at.is_(None)))
    assert {tuple(row) for row in rows} == model.places
    rulebook = rulebook_of(get_catalogue(cast.term.id))
    for course in model.rulebook.courses:
        stored, _children = load_line(rulebook, course)
        assert _line(stored.entries) == _line(model.line(course).entries)


def _line(entries: list[Entry]) -> list[tuple]:
    groups = {one.together: sorted(two.member_id for two in entries if two.together == one.together) for one in entries}
    ordered = sorted(entries, key=lambda one: one.order)
    return [(one.member_id, one.expires_at, one.gives_up, one.together and groups[one.together]) for one in ordered]


def _clean(cast: SmallCourses, promotion: Promotion) -> None:
    fresh()
    for model in (Place, WaitingEntry):
        db.session.execute(delete(model))
    for course in db.session.scalars(select(Course)):
        course.state = CourseState.DRAFT if course.id == cast.draft.id else CourseState.LISTED
    db.session.get(Selection, cast.selection.id).promotion = promotion
    db.session.commit()
