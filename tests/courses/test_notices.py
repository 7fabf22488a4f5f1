"""What families are told by the outbox: the draw once to everybody who wished, a seat or an offer to whom it came, no other."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from school.accounts.models import User
from school.clock import now
from school.courses.enums import Promotion
from school.courses.models import Application, Wish
from school.courses.queries.catalogue import get_catalogue
from school.courses.service import drawing as acts
from school.courses.service import seats
from school.courses.service.notices import tell_drawn
from school.db import db, transaction
from school.errors import Refused
from school.outbox.enums import NoticeKind
from school.outbox.models import Notice
from school.people.enums import Relation
from school.people.models import Guardian, Guardianship, Pupil
from tests.courses.acts import join, leave, take, withdraw
from tests.courses.small_courses import CLOSES, NOON, TESTER, SmallCourses, build
from tests.courses.test_rounds_draw import freeze_now, publish, wished


@pytest.fixture
def offering(app: Flask, freeze: Callable[[datetime], None]) -> SmallCourses:
    """The small selection where a seat is offered for a day before it passes on."""
    freeze(NOON)
    return build(promotion=Promotion.OFFER, offer_hours=24)


def guardians(*pupils: Pupil) -> set[int]:
    """The accounts of these children's guardians."""
    ids = [one.id for one in pupils]
    statement = select(Guardian.user_id).join(Guardianship, Guardianship.guardian_id == Guardian.id)
    return set(db.session.scalars(statement.where(Guardianship.pupil_id.in_(ids), Guardian.user_id.is_not(None))))


def told() -> dict[int, list[str]]:
    """What each account was told, in order."""
    found: dict[int, list[str]] = {}
    for notice in db.session.scalars(select(Notice).order_by(Notice.id)):
        found.setdefault(notice.user_id, []).append(notice.text)
    return found


def fill_paper(cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)


def test_whoever_is_promoted_is_told_and_nobody_else(cast: SmallCourses) -> None:
    fill_paper(cast)
    next_one, behind = cast.third[2:4]
    join(cast, next_one, cast.paper)
    join(cast, behind, cast.paper)
    assert told() == {}, "who joins a list reads where it stands"
    withdraw(cast, cast.third[0], cast.paper)
    assert set(told()) == guardians(next_one) != set()
    ((text,),) = set(map(tuple, told().values()))
    assert text == f"候补递补，孩子选上了“剪纸”，{_times(cast)}，{cast.paper.room}。"
    notice = db.session.scalars(select(Notice)).first()
    assert notice is not None
    assert (notice.kind, notice.link) == (NoticeKind.PLACE, f"/choose/{next_one.id}/{cast.paper.id}")


def test_both_guardians_are_told(cast: SmallCourses) -> None:
    father = User(login="13700000009", display_name="父亲", created_at=now())
    db.session.add(father)
    db.session.flush()
    row = Guardian(name="父亲", phone="13700000009", user_id=father.id)
    db.session.add(Guardianship(pupil=cast.third[2], guardian=row, relation=Relation.FATHER, position=2))
    db.session.commit()
    fill_paper(cast)
    join(cast, cast.third[2], cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    assert set(told()) == guardians(cast.third[2])
    assert father.id in told()


def test_a_tap_that_has_its_seat_at_once_tells_nobody(cast: SmallCourses) -> None:
    join(cast, cast.third[0], cast.paper)
    assert told() == {}


def test_a_seat_by_a_swap_says_what_was_left(cast: SmallCourses) -> None:
    fill_paper(cast)
    pupil = cast.third[2]
    take(cast, pupil, cast.football)
    join(cast, pupil, cast.paper, cast.football)
    withdraw(cast, cast.third[0], cast.paper)
    assert [text.endswith("同时退出了“足球”。") for texts in told().values() for text in texts] == [True] * len(guardians(pupil))


def test_an_offer_says_until_when(offering: SmallCourses) -> None:
    fill_paper(offering)
    pupil = offering.third[2]
    join(offering, pupil, offering.paper)
    withdraw(offering, offering.third[0], offering.paper)
    (texts,) = {tuple(one) for one in told().values()}
    facts = f"“剪纸”，{_times(offering)}，{offering.paper.room}"
    assert texts == (f"候补有名额了：{facts}。请在 11月26日（周四）12:00 前确认，逾期名额让给下一位。",)
    assert set(told()) == guardians(pupil)


def test_an_offer_that_passes_on_tells_the_next(offering: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    fill_paper(offering)
    first, second = offering.third[2:4]
    join(offering, first, offering.paper)
    join(offering, second, offering.paper)
    withdraw(offering, offering.third[0], offering.paper)
    freeze(NOON + timedelta(hours=24))
    with transaction():
        seats.settle(offering.selection.id, by=TESTER)
    assert set(told()) == guardians(first, second)
    with transaction():
        assert seats.settle(offering.selection.id, by=TESTER) == []
    assert all(len(texts) == 1 for texts in told().values())


def test_waiting_twice_is_told_twice(cast: SmallCourses) -> None:
    fill_paper(cast)
    pupil = cast.third[2]
    for _round in range(2):
        join(cast, pupil, cast.paper)
        withdraw(cast, cast.third[0], cast.paper)
        withdraw(cast, pupil, cast.paper)
        take(cast, cast.third[0], cast.paper)
    assert [len(texts) for texts in told().values()] == [2] * len(guardians(pupil))


def test_what_is_refused_tells_nobody(cast: SmallCourses) -> None:
    fill_paper(cast)
    join(cast, cast.third[2], cast.paper)

    def withdraws_and_fails() -> None:
        with transaction():
            seats.withdraw(cast.selection.id, cast.third[0].id, cast.paper.id, by=TESTER)
            assert told() != {}
            raise Refused("anything that comes after it")

    with pytest.raises(Refused):
        withdraws_and_fails()
    db.session.rollback()
    assert told() == {}
    leave(cast, cast.third[2], cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    assert told() == {}


def test_the_published_draw_is_told_once_to_all_who_wished(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(CLOSES)
    cast = wished()
    freeze_now(cast)
    wishing = guardians(*(row.pupil for row in db.session.scalars(select(Application))))
    without = Application(selection_id=cast.selection.id, pupil=cast.third[7], number="99999", created_at=now())
    db.session.add(without)
    db.session.commit()
    computed = publish(cast)
    assert guardians(cast.third[7])
    assert {user for user, texts in told().items() if "摇号结果公布了" in texts[0]} == wishing != set()
    first = told()
    with transaction():
        acts.publish(cast.selection.id, computed, by=TESTER)
        assert tell_drawn(cast.selection) == 0, "the same news twice"
    assert told() == first
    notice = db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.RESULT)).first()
    assert notice is not None
    assert notice.link == f"/choose?term={cast.selection.term_id}"


def test_two_thousand_five_hundred_families_are_told_in_few_statements(cast: SmallCourses) -> None:
    users = [User(login=f"u{number}", display_name="家长", created_at=now()) for number in range(2500)]
    pupils = [Pupil(name="孩子") for _user in users]
    db.session.add_all([*users, *pupils])
    db.session.flush()
    for user, pupil in zip(users, pupils, strict=True):
        row = Guardian(name="家长", phone=user.login, user_id=user.id)
        db.session.add(Guardianship(pupil=pupil, guardian=row, relation=Relation.MOTHER))
        application = Application(selection_id=cast.selection.id, pupil=pupil, number=user.login, created_at=now())
        application.wishes.append(Wish(course_id=cast.paper.id, rank=1))
        db.session.add(application)
    db.session.commit()
    sent: list[str] = []

    def executed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        with transaction():
            assert tell_drawn(cast.selection) >= 2500
    finally:
        event.remove(Engine, "before_cursor_execute", executed)
    assert len(sent) <= 15
    assert db.session.scalar(select(func.count(Notice.id))) >= 2500


def _times(cast: SmallCourses) -> str:
    return get_catalogue(cast.term.id).courses[cast.paper.id].times
