"""Wishes and consents through the services, on both databases: idempotent acts, ranks 1 to n, siblings, withdrawal."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from school.audit.models import AuditEntry
from school.audit.service import Actor
from school.courses.enums import CourseState, Phase, PlaceEnd, SelectionState, WaitingState
from school.courses.models import Application, Course, CourseConsent, Place, Selection, WaitingEntry, Wish
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.family import consents_of
from school.courses.queries.freezing import read_list
from school.courses.rules.seats import ConsentMissing, NotListed, OverLimit, RoundClosed, SeatRefused, WrongGrade
from school.courses.service import consents, wishes
from school.courses.service.wishes import WishKind, WishResult
from school.db import db, transaction
from school.errors import Refused
from school.people.models import Pupil
from tests.courses.acts import faults, holders, join, states, take
from tests.courses.small_courses import CLOSES, NOON, OPENS, SmallCourses, add_window, build, fresh
from tests.races.test_class_day import at_once


@pytest.fixture
def town(app: Flask, freeze: Callable[[datetime], None]) -> SmallCourses:
    """The small selection in its wish round, three wishes at most."""
    freeze(NOON)
    return build(has_wishes=True, max_wishes=3)


def wish(town: SmallCourses, pupil: Pupil, course: Course) -> WishResult:
    """Add a wish."""
    with transaction():
        return wishes.add_wish(town.selection.id, pupil.id, course.id, by=town.actor(pupil))


def unwish(town: SmallCourses, pupil: Pupil, course: Course) -> WishResult:
    """Take a wish back."""
    with transaction():
        return wishes.remove_wish(town.selection.id, pupil.id, course.id, by=town.actor(pupil))


def move(town: SmallCourses, pupil: Pupil, course: Course, rank: int) -> WishResult:
    """Move a wish."""
    with transaction():
        return wishes.move_wish(town.selection.id, pupil.id, course.id, rank, by=town.actor(pupil))


def together(town: SmallCourses, pupil: Pupil, sibling: Pupil, course: Course) -> WishResult:
    """Tie a wish to a sibling's."""
    with transaction():
        return wishes.wish_together(town.selection.id, pupil.id, sibling.id, course.id, by=town.actor(pupil))


def alone(town: SmallCourses, pupil: Pupil, course: Course) -> WishResult:
    """Untie a wish."""
    with transaction():
        return wishes.wish_alone(town.selection.id, pupil.id, course.id, by=town.actor(pupil))


def ranked(pupil: Pupil) -> list[tuple[int, str]]:
    """A child's wishes as (rank, code)."""
    fresh()
    rows = db.session.query(Wish.rank, Course.code).join(Course, Course.id == Wish.course_id)
    rows = rows.join(Application, Application.id == Wish.application_id).filter(Application.pupil_id == pupil.id)
    return sorted((rank, code) for rank, code in rows)


def tied(course: Course) -> dict[int, str]:
    """The groups' names in a course by pupil; those who wish alone are absent."""
    fresh()
    rows = db.session.query(Application.pupil_id, Wish.together).join(Wish, Wish.application_id == Application.id)
    return {pupil_id: name for pupil_id, name in rows.filter(Wish.course_id == course.id) if name}


def numbers() -> dict[int, str]:
    """Application numbers by pupil."""
    return dict(db.session.query(Application.pupil_id, Application.number).all())


def test_wishes_rank_in_the_order_they_came_and_a_second_tap_changes_nothing(town: SmallCourses) -> None:
    pupil = town.third[0]
    first = wish(town, pupil, town.chess)
    assert (first.kind, first.rank, first.count) == (WishKind.ADDED, 1, 1)
    wish(town, pupil, town.paper)
    again = wish(town, pupil, town.chess)
    assert (again.kind, again.rank, again.count) == (WishKind.ALREADY, 1, 2)
    assert ranked(pupil) == [(1, "C03"), (2, "C01")]
    entries = db.session.query(AuditEntry).filter_by(action="courses.add_wish").order_by(AuditEntry.id).all()
    assert [entry.sentence for entry in entries] == ["把“国际象棋”填为第 1 志愿", "把“剪纸”填为第 2 志愿"]
    assert {entry.actor_id for entry in entries} == {town.guardians[pupil.id].id}


def test_the_number_is_random_eight_digits_and_stays(town: SmallCourses) -> None:
    for pupil in town.third[:3]:
        wish(town, pupil, town.choir)
    made = numbers()
    assert len(set(made.values())) == 3
    assert all(len(number) == 8 and number.isdigit() for number in made.values())
    unwish(town, town.third[0], town.choir)
    wish(town, town.third[0], town.paper)
    assert numbers() == made


def test_a_number_that_is_taken_is_not_given_again(town: SmallCourses, monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter(["11111111", "11111111", "22222222"])
    monkeypatch.setattr(wishes, "_new_number", lambda: next(given))
    wish(town, town.third[0], town.choir)
    wish(town, town.third[1], town.choir)
    assert set(numbers().values()) == {"11111111", "22222222"}


def test_one_more_than_allowed_is_refused(town: SmallCourses) -> None:
    pupil = town.third[0]
    for course in (town.paper, town.chess, town.choir):
        wish(town, pupil, course)
    with pytest.raises(OverLimit, match="最多填 3 个志愿"):
        wish(town, pupil, town.dance)
    assert wish(town, pupil, town.choir).kind is WishKind.ALREADY
    unwish(town, pupil, town.chess)
    assert wish(town, pupil, town.dance).rank == 3
    assert ranked(pupil) == [(1, "C01"), (2, "C05"), (3, "C04")]


@pytest.mark.parametrize(("course", "refusal"), [("robots", WrongGrade), ("draft", NotListed)], ids=["another grade", "a draft"])
def test_a_course_that_is_not_for_the_child_is_refused(town: SmallCourses, course: str, refusal: type[SeatRefused]) -> None:
    with pytest.raises(refusal):
        wish(town, town.third[0], getattr(town, course))
    assert ranked(town.third[0]) == []
    assert numbers() == {}


def test_without_consent_nothing_is_written(town: SmallCourses) -> None:
    db.session.query(CourseConsent).filter_by(pupil_id=town.third[0].id).delete()
    db.session.commit()
    with pytest.raises(ConsentMissing):
        wish(town, town.third[0], town.paper)
    assert numbers() == {}


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [(OPENS - timedelta(seconds=1), False), (OPENS, True), (CLOSES - timedelta(seconds=1), True), (CLOSES, False)],
)
def test_the_window_holds_to_the_second(
    town: SmallCourses, freeze: Callable[[datetime], None], moment: datetime, is_open: bool
) -> None:
    freeze(moment)
    if is_open:
        assert wish(town, town.third[0], town.paper).kind is WishKind.ADDED
    else:
        with pytest.raises(RoundClosed):
            wish(town, town.third[0], town.paper)


def test_a_grades_own_window_counts(town: SmallCourses) -> None:
    selection = db.session.get(Selection, town.selection.id)
    add_window(selection, Phase.WISH, CLOSES, CLOSES + timedelta(days=1), grade=5)
    db.session.commit()
    with pytest.raises(RoundClosed, match="11月27日 20:00 开始"):
        wish(town, town.fifth[0], town.paper)
    assert wish(town, town.third[0], town.paper).kind is WishKind.ADDED


@pytest.mark.parametrize("act", [unwish, alone, lambda town, pupil, course: move(town, pupil, course, 1)])
def test_nothing_changes_once_the_wishes_are_frozen(town: SmallCourses, act: Callable) -> None:
    pupil, sibling = town.third[0], town.fifth[0]
    wish(town, pupil, town.choir)
    together(town, pupil, sibling, town.paper)
    before = ranked(pupil)
    town.selection.state = SelectionState.FROZEN
    db.session.commit()
    with pytest.raises(RoundClosed, match="冻结"):
        act(town, pupil, town.paper)
    assert ranked(pupil) == before
    assert wish(town, pupil, town.paper).kind is WishKind.ALREADY  # a retry that comes late is told what it got


def test_a_wish_moves_to_a_rank_and_a_second_tap_leaves_it_there(town: SmallCourses) -> None:
    pupil = town.third[0]
    for course in (town.paper, town.chess, town.choir):
        wish(town, pupil, course)
    assert move(town, pupil, town.choir, 2).kind is WishKind.MOVED
    assert move(town, pupil, town.choir, 2).kind is WishKind.ALREADY
    assert ranked(pupil) == [(1, "C01"), (2, "C05"), (3, "C03")]
    assert move(town, pupil, town.paper, 99).rank == 3
    assert ranked(pupil) == [(1, "C05"), (2, "C03"), (3, "C01")]
    assert move(town, pupil, town.paper, -5).rank == 1
    with pytest.raises(Refused, match="不在志愿里"):
        move(town, pupil, town.dance, 1)


def test_taking_back_closes_the_gap_and_twice_changes_nothing(town: SmallCourses) -> None:
    pupil = town.third[0]
    for course in (town.paper, town.chess, town.choir):
        wish(town, pupil, course)
    assert unwish(town, pupil, town.paper).count == 2
    assert ranked(pupil) == [(1, "C03"), (2, "C05")]
    again = unwish(town, pupil, town.paper)
    assert (again.kind, again.count) == (WishKind.REMOVED, 2)
    assert db.session.query(AuditEntry).filter_by(action="courses.remove_wish").count() == 1


def test_siblings_wish_together_and_the_missing_wish_is_added(town: SmallCourses) -> None:
    pupil, sibling = town.third[0], town.fifth[0]
    wish(town, sibling, town.robots)
    wish(town, pupil, town.paper)
    assert together(town, pupil, sibling, town.paper).kind is WishKind.TOGETHER
    assert ranked(sibling) == [(1, "C06"), (2, "C01")]
    name = min(numbers()[pupil.id], numbers()[sibling.id])
    assert tied(town.paper) == {pupil.id: name, sibling.id: name}
    count = db.session.query(AuditEntry).count()
    together(town, pupil, sibling, town.paper)
    together(town, sibling, pupil, town.paper)
    assert db.session.query(AuditEntry).count() == count
    groups = [one.together for one in read_list(get_catalogue(town.term.id)).applications]
    assert groups == [{"C01": name}, {"C01": name}]


def test_untying_keeps_both_wishes(town: SmallCourses) -> None:
    pupil, sibling = town.third[0], town.fifth[0]
    together(town, pupil, sibling, town.paper)
    assert alone(town, sibling, town.paper).kind is WishKind.ALONE
    assert tied(town.paper) == {}
    assert (ranked(pupil), ranked(sibling)) == ([(1, "C01")], [(1, "C01")])
    alone(town, sibling, town.paper)
    assert db.session.query(AuditEntry).filter_by(action="courses.wish_alone").count() == 1


def test_when_a_tied_wish_goes_the_other_wishes_alone(town: SmallCourses) -> None:
    pupil, sibling = town.third[0], town.fifth[0]
    together(town, pupil, sibling, town.paper)
    unwish(town, pupil, town.paper)
    assert tied(town.paper) == {}
    assert ranked(sibling) == [(1, "C01")]


def test_three_siblings_are_one_group_under_one_name(town: SmallCourses) -> None:
    one, two, three = town.third[0], town.third[1], town.fifth[0]
    together(town, one, two, town.choir)
    together(town, two, three, town.choir)
    assert set(tied(town.choir)) == {one.id, two.id, three.id}
    assert set(tied(town.choir).values()) == {min(numbers().values())}
    alone(town, one, town.choir)
    assert set(tied(town.choir)) == {two.id, three.id}
    assert set(tied(town.choir).values()) == {min(numbers()[two.id], numbers()[three.id])}


@pytest.mark.parametrize("lacks", ["consent", "grade", "room", "window"])
def test_together_is_refused_as_a_whole_when_a_sibling_cannot(town: SmallCourses, lacks: str) -> None:
    pupil, sibling, course = town.fifth[0], town.third[0], town.paper
    if lacks == "consent":
        db.session.query(CourseConsent).filter_by(pupil_id=sibling.id).delete()
    if lacks == "grade":
        course = town.robots
        db.session.get(Course, course.id).capacity = 5
    if lacks == "room":
        for other in (town.chess, town.choir, town.dance):
            wish(town, sibling, other)
    if lacks == "window":
        add_window(db.session.get(Selection, town.selection.id), Phase.WISH, CLOSES, CLOSES + timedelta(days=1), grade=3)
    db.session.commit()
    with pytest.raises(Refused, match="另一个孩子"):
        together(town, pupil, sibling, course)
    assert ranked(pupil) == []
    assert tied(course) == {}


def test_two_wishes_are_not_tied_once_a_siblings_window_closed(town: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    pupil, sibling = town.third[0], town.fifth[0]
    wish(town, pupil, town.paper)
    wish(town, sibling, town.paper)
    selection = db.session.get(Selection, town.selection.id)
    add_window(selection, Phase.WISH, OPENS, NOON + timedelta(minutes=1), grade=5)
    db.session.commit()
    freeze(NOON + timedelta(minutes=1))
    with pytest.raises(Refused, match="另一个孩子：填志愿已于"):
        together(town, pupil, sibling, town.paper)
    assert tied(town.paper) == {}


def test_together_needs_as_many_seats(town: SmallCourses) -> None:
    db.session.get(Course, town.paper.id).capacity = 1
    db.session.commit()
    with pytest.raises(Refused, match="容不下 2 个孩子"):
        together(town, town.third[0], town.fifth[0], town.paper)


@pytest.mark.race
def test_two_guardians_at_once_leave_ranks_from_1_to_n(app: Flask, town: SmallCourses) -> None:
    pupil, ids = town.third[0], [town.paper.id, town.chess.id, town.choir.id, town.dance.id]
    selection_id, pupil_id = town.selection.id, pupil.id
    actors = [Actor(town.guardians[pupil.id].id, "甲"), Actor(town.second.id, "乙")]

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            wishes.add_wish(selection_id, pupil_id, ids[number % 4], by=actors[number % 2])

    outcomes = at_once(app, 8, act)
    assert [one for one in outcomes if one is not None and not isinstance(one, OverLimit)] == []
    assert [rank for rank, _code in ranked(pupil)] == [1, 2, 3]
    assert db.session.query(Application).count() == 1


def test_consent_is_given_once_with_its_version(town: SmallCourses) -> None:
    pupil = town.third[0]
    db.session.query(CourseConsent).delete()
    db.session.commit()
    with transaction():
        assert consents.give_consent(town.selection.id, pupil.id, 1, by=town.actor(pupil))
    with transaction():
        assert not consents.give_consent(town.selection.id, pupil.id, 1, by=Actor(town.second.id, "乙"))
    held = consents_of(town.selection.id, [pupil.id])[pupil.id]
    assert (held.version, held.given_at, held.given_by) == (1, NOON, "孟家长0")
    assert db.session.query(AuditEntry).filter_by(action="courses.give_consent").count() == 1


def test_another_text_than_the_one_read_is_not_agreed_to(town: SmallCourses) -> None:
    pupil = town.third[0]
    town.selection.consent_version = 2
    db.session.commit()
    with pytest.raises(Refused, match="重新阅读"), transaction():
        consents.give_consent(town.selection.id, pupil.id, 1, by=town.actor(pupil))
    with transaction():
        assert consents.give_consent(town.selection.id, pupil.id, 2, by=town.actor(pupil))
    fresh()
    rows = db.session.query(CourseConsent).filter_by(pupil_id=pupil.id).order_by(CourseConsent.id).all()
    assert [(row.version, row.withdrawn_at) for row in rows] == [(1, NOON), (2, None)]


def test_a_withdrawn_consent_ends_wishes_and_frees_the_sibling(town: SmallCourses) -> None:
    pupil, sibling = town.third[0], town.fifth[0]
    together(town, pupil, sibling, town.paper)
    with transaction():
        assert consents.withdraw_consent(town.selection.id, pupil.id, by=town.actor(pupil))
    with transaction():
        assert not consents.withdraw_consent(town.selection.id, pupil.id, by=town.actor(pupil))
    assert ranked(pupil) == []
    assert ranked(sibling) == [(1, "C01")]
    assert tied(town.paper) == {}
    with pytest.raises(ConsentMissing):
        wish(town, pupil, town.paper)
    with transaction():
        consents.give_consent(town.selection.id, pupil.id, 1, by=town.actor(pupil))
    assert wish(town, pupil, town.paper).kind is WishKind.ADDED


def test_a_withdrawn_consent_passes_places_on(cast: SmallCourses) -> None:
    leaving, next_one, other = cast.third[:3]
    take(cast, leaving, cast.paper)
    take(cast, other, cast.paper)
    join(cast, next_one, cast.paper)
    join(cast, cast.third[3], cast.paper)
    take(cast, leaving, cast.chess)
    with transaction():
        consents.withdraw_consent(cast.selection.id, leaving.id, by=cast.actor(leaving))
    assert holders(cast.paper) == sorted([next_one.id, other.id])
    assert holders(cast.chess) == []
    ended = db.session.query(Place).filter_by(pupil_id=leaving.id).all()
    assert {(row.end_reason, row.end_note) for row in ended} == {(PlaceEnd.WITHDRAWN, "撤回同意")}
    assert faults() == []


def test_a_withdrawn_consent_leaves_the_lists(cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    join(cast, cast.third[2], cast.paper)
    with transaction():
        consents.withdraw_consent(cast.selection.id, cast.third[2].id, by=cast.actor(cast.third[2]))
    assert states(cast.paper) == [WaitingState.LEFT.value]
    assert db.session.query(WaitingEntry).one().ended_at == NOON


def test_while_frozen_a_consent_stays(town: SmallCourses) -> None:
    town.selection.state = SelectionState.FROZEN
    db.session.commit()
    with pytest.raises(Refused, match="正在摇号"), transaction():
        consents.withdraw_consent(town.selection.id, town.third[0].id, by=town.actor(town.third[0]))
    assert town.third[0].id in consents_of(town.selection.id, [town.third[0].id])


def test_a_finished_selection_takes_no_consent(town: SmallCourses) -> None:
    town.selection.state = SelectionState.FINISHED
    db.session.commit()
    with pytest.raises(Refused, match="已经结束"), transaction():
        consents.give_consent(town.selection.id, town.third[0].id, 1, by=town.actor(town.third[0]))


def test_a_cancelled_course_cannot_be_wished_for(town: SmallCourses) -> None:
    db.session.get(Course, town.paper.id).state = CourseState.CANCELLED
    db.session.commit()
    with pytest.raises(NotListed, match="已停开"):
        wish(town, town.third[0], town.paper)
