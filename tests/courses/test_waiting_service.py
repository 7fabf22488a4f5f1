"""Waiting lists through the service: order, passing over, swaps, siblings, offers, and courses called off."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from school.courses.enums import PlaceEnd, PlaceSource, Promotion
from school.courses.models import CourseConsent, Place, WaitingEntry
from school.courses.rules.seats import Clashes, HasSeatOrWaits, OverLimit, WrongGrade
from school.courses.service.places import ResultKind
from school.courses.service.waiting import OfferGone, settle
from school.db import db, transaction
from school.errors import Refused
from school.people.models import ClassMembership
from tests.courses.acts import accept, decline, holders, ids, join, join_together, leave, states, take, transfer, withdraw
from tests.courses.small_courses import NOON, TESTER, SmallCourses, build

HOUR = timedelta(hours=1)


@pytest.fixture
def offering(app: Flask, freeze: Callable[[datetime], None]) -> SmallCourses:
    """The small selection where a seat is offered for a day before it passes on."""
    freeze(NOON)
    return build(promotion=Promotion.OFFER, offer_hours=24)


def fill_paper(cast: SmallCourses) -> None:
    """third[0] and third[1] have the two seats of 剪纸."""
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)


def test_promotion_in_order(cast: SmallCourses) -> None:
    fill_paper(cast)
    positions = [join(cast, pupil, cast.paper).position for pupil in cast.third[2:5]]
    assert positions == [1, 2, 3]
    assert join(cast, cast.third[4], cast.paper).position == 3, "a second tap keeps the place"
    withdraw(cast, cast.third[1], cast.paper)
    assert holders(cast.paper) == ids(cast.third[0], cast.third[2])
    withdraw(cast, cast.third[0], cast.paper)
    assert holders(cast.paper) == ids(cast.third[2], cast.third[3])
    assert states(cast.paper) == ["placed", "placed", "waiting"]


def test_who_does_not_fit_is_passed_over_and_keeps_the_place(cast: SmallCourses) -> None:
    fill_paper(cast)
    first, second = cast.third[2:4]
    join(cast, first, cast.paper)
    join(cast, second, cast.paper)
    take(cast, first, cast.football)  # clashes with what it waits for
    withdraw(cast, cast.third[0], cast.paper)
    assert holders(cast.paper) == ids(cast.third[1], second)
    withdraw(cast, cast.third[1], cast.paper)
    assert states(cast.paper) == ["waiting", "placed"], "a seat stays free rather than break a rule"
    withdraw(cast, first, cast.football)
    assert holders(cast.paper) == ids(first, second), "leaving what was in the way brings the seat at once"


def test_joining_is_refused_when_a_seat_would_never_come(cast: SmallCourses) -> None:
    fill_paper(cast)
    pupil = cast.third[2]
    take(cast, pupil, cast.football)
    with pytest.raises(Clashes):
        join(cast, pupil, cast.paper)
    assert join(cast, pupil, cast.paper, cast.football).position == 1
    with pytest.raises(HasSeatOrWaits):
        take(cast, pupil, cast.paper)
    with pytest.raises(Clashes):
        join(cast, pupil, cast.paper)  # no longer giving up what is in the way
    take(cast, cast.fifth[0], cast.robots)
    with pytest.raises(WrongGrade):
        join(cast, pupil, cast.robots)


def test_the_swap_happens_in_the_moment_the_seat_comes_and_passes_on(cast: SmallCourses) -> None:
    fill_paper(cast)
    pupil, behind = cast.third[2], cast.third[6]
    for one in cast.third[2:5]:
        take(cast, one, cast.football)
    join(cast, pupil, cast.paper, cast.football)
    join(cast, behind, cast.football)
    withdraw(cast, cast.third[0], cast.paper)
    assert holders(cast.paper) == ids(cast.third[1], pupil)
    assert holders(cast.football) == ids(cast.third[3], cast.third[4], behind)
    swapped = db.session.query(Place).filter_by(pupil_id=pupil.id, course_id=cast.football.id).one()
    assert swapped.end_reason is PlaceEnd.SWAPPED


def test_two_who_wait_for_each_other_change_at_once(cast: SmallCourses) -> None:
    a, b = cast.third[0], cast.third[2]
    fill_paper(cast)
    for one in cast.third[2:5]:
        take(cast, one, cast.football)
    assert join(cast, a, cast.football, cast.paper).kind is ResultKind.WAITING
    assert join(cast, b, cast.paper, cast.football).kind is ResultKind.PLACED
    assert holders(cast.paper) == ids(b, cast.third[1])
    assert holders(cast.football) == ids(a, cast.third[3], cast.third[4])


def test_nobody_is_skipped_by_two_who_would_change(cast: SmallCourses) -> None:
    """Somebody stands before b: the seat a would give up is not b's."""
    a, b, before = cast.third[0], cast.third[2], cast.third[5]
    fill_paper(cast)
    for one in cast.third[2:5]:
        take(cast, one, cast.football)
    join(cast, before, cast.paper)
    join(cast, a, cast.football, cast.paper)
    assert join(cast, b, cast.paper, cast.football).position == 2
    leave(cast, before, cast.paper)
    assert holders(cast.paper) == ids(b, cast.third[1]), "first in line now, so they change"


def test_siblings_have_both_or_none(cast: SmallCourses) -> None:
    fill_paper(cast)
    siblings = [cast.third[7], cast.fifth[0]]
    behind = cast.third[4]
    results = join_together(cast, siblings, cast.paper)
    assert {one.kind for one in results.values()} == {ResultKind.WAITING}
    join(cast, behind, cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    assert holders(cast.paper) == ids(cast.third[1], behind), "one seat is not two, and does not stay empty for them"
    withdraw(cast, cast.third[1], cast.paper)
    assert holders(cast.paper) == ids(behind)
    withdraw(cast, behind, cast.paper)
    assert holders(cast.paper) == ids(*siblings)


def test_a_sibling_left_alone_waits_alone(cast: SmallCourses) -> None:
    fill_paper(cast)
    one, other = cast.third[7], cast.fifth[0]
    join_together(cast, [one, other], cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    assert holders(cast.paper) == ids(cast.third[1])
    leave(cast, other, cast.paper)
    assert holders(cast.paper) == ids(cast.third[1], one)


def test_joining_together_is_for_all_or_nobody(cast: SmallCourses) -> None:
    take(cast, cast.fifth[0], cast.football)
    with pytest.raises(Clashes):
        join_together(cast, [cast.third[7], cast.fifth[0]], cast.paper)
    assert states(cast.paper) == []
    with pytest.raises(Refused, match="容不下 3 个孩子"):
        join_together(cast, cast.third[:3], cast.paper)
    take(cast, cast.third[7], cast.chess)
    with pytest.raises(Refused, match="已经选上"):
        join_together(cast, [cast.third[7], cast.third[6]], cast.chess)


def test_nobody_is_promoted_without_consent_or_class(cast: SmallCourses) -> None:
    fill_paper(cast)
    first, second, third = cast.third[2:5]
    for pupil in (first, second, third):
        join(cast, pupil, cast.paper)
    db.session.query(CourseConsent).filter_by(pupil_id=first.id).update({"withdrawn_at": NOON})
    db.session.query(ClassMembership).filter_by(pupil_id=second.id).update({"ends_on": NOON.date()})
    db.session.commit()
    withdraw(cast, cast.third[0], cast.paper)
    assert holders(cast.paper) == ids(cast.third[1], third)
    assert states(cast.paper) == ["waiting", "unfit", "placed"]


def test_an_offer_holds_the_seat_until_it_is_answered(offering: SmallCourses) -> None:
    cast = offering
    fill_paper(cast)
    first, second = cast.third[2:4]
    join(cast, first, cast.paper)
    join(cast, second, cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    assert states(cast.paper) == ["offered", "waiting"]
    entry = db.session.query(WaitingEntry).filter_by(pupil_id=first.id).one()
    assert entry.offer_expires_at == NOON + 24 * HOUR
    assert take(cast, cast.third[5], cast.paper, waits=True).position == 2, "the offered seat is nobody else's"
    with pytest.raises(OfferGone, match="还没有轮到"):
        accept(cast, second, cast.paper)
    assert accept(cast, first, cast.paper).kind is ResultKind.PLACED
    assert accept(cast, first, cast.paper).kind is ResultKind.ALREADY
    assert holders(cast.paper) == ids(cast.third[1], first)
    place = db.session.query(Place).filter_by(pupil_id=first.id).one()
    assert (place.source, place.taken_by) == (PlaceSource.WAITING_LIST, cast.actor(first).user_id)


def test_a_declined_offer_passes_on(offering: SmallCourses) -> None:
    cast = offering
    fill_paper(cast)
    first, second = cast.third[2:4]
    join(cast, first, cast.paper)
    join(cast, second, cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    assert decline(cast, first, cast.paper).kind is ResultKind.LEFT
    assert decline(cast, first, cast.paper).kind is ResultKind.LEFT
    assert states(cast.paper) == ["declined", "offered"]
    with pytest.raises(OfferGone):
        accept(cast, first, cast.paper)
    leave(cast, second, cast.paper)
    assert states(cast.paper) == ["declined", "declined"], "leaving the list with an offer in hand declines it"


def test_an_offer_expires_by_time_and_passes_on(offering: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    cast = offering
    fill_paper(cast)
    first, second = cast.third[2:4]
    join(cast, first, cast.paper)
    join(cast, second, cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    freeze(NOON + 24 * HOUR - timedelta(seconds=1))
    with transaction():
        assert settle(cast.selection.id, by=TESTER) == []
    freeze(NOON + 24 * HOUR)
    with pytest.raises(OfferGone, match="确认时间 11月26日 12:00 已过"):
        accept(cast, first, cast.paper)
    assert states(cast.paper) == ["offered", "waiting"], "a refusal writes nothing"
    comer = take(cast, cast.third[5], cast.paper, waits=True)
    assert comer.kind is ResultKind.WAITING, "the seat goes to the next on the list, not to who comes by"
    assert states(cast.paper) == ["expired", "offered", "waiting"]


def test_the_last_offer_that_expires_frees_the_seat(offering: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    cast = offering
    fill_paper(cast)
    join(cast, cast.third[2], cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    freeze(NOON + 24 * HOUR)
    assert take(cast, cast.third[5], cast.paper).kind is ResultKind.PLACED
    assert states(cast.paper) == ["expired"]


def test_what_was_taken_meanwhile_is_in_the_way_of_accepting(offering: SmallCourses) -> None:
    cast = offering
    fill_paper(cast)
    pupil = cast.third[2]
    join(cast, pupil, cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    take(cast, pupil, cast.chess)
    take(cast, pupil, cast.choir)
    with pytest.raises(OverLimit, match="每周最多 2 门课"):
        accept(cast, pupil, cast.paper)
    withdraw(cast, pupil, cast.chess)
    assert take(cast, pupil, cast.paper).kind is ResultKind.PLACED, "taking an offered seat accepts it"


def test_an_accepted_swap_passes_the_other_seat_on(offering: SmallCourses) -> None:
    cast = offering
    fill_paper(cast)
    pupil, behind = cast.third[2], cast.third[6]
    for one in cast.third[2:5]:
        take(cast, one, cast.football)
    join(cast, pupil, cast.paper, cast.football)
    join(cast, behind, cast.football)
    withdraw(cast, cast.third[0], cast.paper)
    assert holders(cast.football) == ids(*cast.third[2:5])
    result = accept(cast, pupil, cast.paper)
    assert [one.name for one in result.given_up] == ["足球"]
    assert states(cast.football) == ["offered"]


def test_siblings_are_offered_and_answer_together(offering: SmallCourses) -> None:
    cast = offering
    fill_paper(cast)
    siblings = [cast.third[7], cast.fifth[0]]
    join_together(cast, siblings, cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    assert states(cast.paper) == ["waiting", "waiting"]
    withdraw(cast, cast.third[1], cast.paper)
    assert states(cast.paper) == ["offered", "offered"]
    take(cast, cast.fifth[0], cast.football)
    with pytest.raises(Clashes, match="一起候补的另一个孩子"):
        accept(cast, cast.third[7], cast.paper)
    withdraw(cast, cast.fifth[0], cast.football)
    accept(cast, cast.third[7], cast.paper)
    assert holders(cast.paper) == ids(*siblings)


def test_transfer_frees_for_the_next(cast: SmallCourses) -> None:
    fill_paper(cast)
    join(cast, cast.third[2], cast.paper)
    transfer(cast, cast.third[0], cast.paper, cast.football)
    assert holders(cast.paper) == ids(cast.third[1], cast.third[2])


def test_transfer_frees_the_child_itself_for_what_it_waits_for(cast: SmallCourses) -> None:
    pupil = cast.third[0]
    for one in cast.third[3:6]:
        take(cast, one, cast.football)
    join(cast, pupil, cast.football)
    take(cast, pupil, cast.paper)
    withdraw(cast, cast.third[3], cast.football)
    assert pupil.id not in holders(cast.football), "剪纸 is in the way"
    transfer(cast, pupil, cast.paper, cast.choir)
    assert pupil.id in holders(cast.football)


def test_taking_directly_what_one_waits_for(cast: SmallCourses) -> None:
    """It waited without giving anything up; a free seat is taken by leaving what is in the way."""
    fill_paper(cast)
    pupil = cast.third[2]
    join(cast, pupil, cast.paper)
    take(cast, pupil, cast.football)
    withdraw(cast, cast.third[0], cast.paper)
    transfer(cast, pupil, cast.football, cast.paper)
    assert holders(cast.paper) == ids(cast.third[1], pupil)
    assert states(cast.paper) == ["placed"]
