"""Acts on sessions and mentors at the same moment; the controls show that the locks are what keeps them apart."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

import pytest
from flask import Flask

from school.audit.service import Actor
from school.calendar.models import SchoolYear
from school.clock import frozen
from school.db import db, transaction
from school.errors import Refused
from school.parentschool.enums import MentorSource, SignUpState
from school.parentschool.models import FamilyMentor, ParentSession, PlanRow, SessionMaterial, SignUp
from school.parentschool.queries.corps import stays_of_members
from school.parentschool.rules.corps import MemberValues
from school.parentschool.service import corps, materials, plan, sessions, signups
from school.parentschool.service.corps import Person
from school.parentschool.service.materials import Upload
from school.people.models import Guardian
from tests.parentschool.office_school import (
    NOW,
    SATURDAY,
    OfficeSchool,
    date_values,
    member_values,
    planned,
    session_values,
)
from tests.parentschool.small_families import Family, build_family

Act = Callable[[], object]


def at_once(app: Flask, acts: Sequence[Act]) -> list[Exception]:
    """Each act in a thread of its own at the same moment; what went wrong in them."""
    barrier, failures = Barrier(len(acts)), []
    db.session.commit()

    def run(act: Act) -> None:
        with app.app_context(), frozen(NOW):
            barrier.wait()
            try:
                with transaction():
                    act()
            except Exception as error:  # the test judges them all
                failures.append(error)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    db.session.expire_all()
    return failures


def add_doctor(office: OfficeSchool, values: MemberValues) -> Act:
    """Take the same doctor in."""
    person, actor = Person(MentorSource.COMMUNITY, name="郑医生"), office.actor
    return lambda: corps.add_member(person, values, actor=actor)


def test_one_place_one_person_and_one_event_whoever_taps(app: Flask, office: OfficeSchool) -> None:
    actor = office.actor
    drafts = [
        lambda n=number: sessions.create_session(session_values(topic=f"第{n}个"), date_values(), actor=actor)
        for number in range(4)
    ]
    failures = at_once(app, drafts)
    assert ["多功能厅那时已安排" in str(one) for one in failures] == [True] * 3
    assert db.session.query(ParentSession).count() == 1
    failures = at_once(app, [add_doctor(office, member_values()) for _tap in range(4)])
    assert ["已在导师团里" in str(one) for one in failures] == [True] * 3
    failures = at_once(app, [lambda: plan.add_row(2026, planned(), actor=actor) for _tap in range(4)])
    assert ["的计划里已有" in str(one) for one in failures] == [True] * 3
    assert (db.session.query(FamilyMentor).filter_by(name="郑医生").count(), db.session.query(PlanRow).count()) == (1, 1)


def double(office: OfficeSchool, number: int) -> list[Act]:
    """刘老师 is asked for four sessions of one hour in four places; the answers."""
    actor, ids = office.actor, []
    for place in range(4):
        start = SATURDAY.replace(month=12, day=1 + number)
        values = session_values(topic=f"{number}-{place}")
        with transaction():
            session = sessions.create_session(values, date_values(start, place=f"教室{place}"), actor=actor)
        ids.append(office.ask(session, office.liu).id)
    return [lambda one=request_id: corps.answer(one, confirms=True, answer="", actor=actor) for request_id in ids]


def test_of_four_promises_for_one_hour_one_is_kept(app: Flask, office: OfficeSchool) -> None:
    failures = at_once(app, double(office, 1))
    assert ["那个时间已应允主讲" in str(one) for one in failures] == [True] * 3
    assert len(stays_of_members([office.liu.id])[office.liu.id]) == 1


def test_nobody_promises_and_leaves_at_once(app: Flask, office: OfficeSchool) -> None:
    actor, today, session_id = office.actor, NOW.date(), office.draft().id
    db.session.add(SchoolYear(start_year=2027))  # the newest year, which the corps locks, is not the session's
    db.session.commit()
    for number in range(8):
        with transaction():
            mentor = corps.add_member(Person(MentorSource.COMMUNITY, name=f"第{number}位"), member_values(), actor=actor)
        request_id, member_id = office.ask(db.session.get_one(ParentSession, session_id), mentor).id, mentor.id

        def answer(request_id: int = request_id) -> None:
            corps.write_answer(request_id, confirms=True, answer="电话答复", actor=actor)

        def leave(member_id: int = member_id) -> None:
            corps.end_member(member_id, on_day=today, reason="搬家", revision=1, actor=actor)

        failures = at_once(app, [answer, leave])
        assert [type(one) for one in failures] == [Refused], failures
        is_there = db.session.get_one(FamilyMentor, member_id).left_on is None
        assert is_there == bool(stays_of_members([member_id])[member_id]), "who left holds nothing, who holds something stays"


def test_control_without_the_lock_of_the_year_a_mentor_is_promised_twice(
    app: Flask, office: OfficeSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time is enough there")
    monkeypatch.setattr("school.parentschool.service.corps.lock_year", lambda _id: None)
    monkeypatch.setattr("school.parentschool.service.corps.lock_member", lambda one: db.session.get(FamilyMentor, one))
    for number in range(10):
        at_once(app, double(office, number))
        held = stays_of_members([office.liu.id])[office.liu.id]
        if len({one.starts_at for one in held}) < len(held):
            return
    pytest.fail("ten times nobody was promised twice: the test shows nothing")


def joins(families: list[Family], session_id: int, date_id: int) -> list[Act]:
    """Each family signs up for a date with one adult."""
    asked = [(one.mother.id, one.child.id, one.actor) for one in families]

    def join(guardian_id: int, pupil_id: int, actor: Actor) -> object:
        guardian = db.session.get_one(Guardian, guardian_id)
        return signups.sign_up(session_id, date_id, guardian, pupil_id, 1, by=actor)

    return [lambda who=who: join(*who) for who in asked]


def test_no_family_sits_at_a_date_that_was_called_off(app: Flask, office: OfficeSchool) -> None:
    families, actor = [build_family(number, office.school.third_2) for number in range(1, 5)], office.actor
    db.session.commit()
    for number in range(5):
        start = SATURDAY.replace(month=12, day=1 + number)
        session = office.announced(date_values(start, chairs=2), topic=f"第{number}个")
        date_id = office.second(session, date_values(start.replace(hour=14), chairs=2)).id

        def cancel(date_id: int = date_id) -> None:
            sessions.cancel_date(date_id, reason="停电", actor=actor)

        failures = at_once(app, [*joins(families, session.id, date_id), cancel])
        assert all(isinstance(one, Refused) for one in failures), failures
        states = {row.state for row in db.session.query(SignUp).filter_by(date_id=date_id)}
        assert states <= {SignUpState.CANCELLED}


def test_more_chairs_and_taps_at_once_leave_no_chair_empty_and_none_twice(app: Flask, office: OfficeSchool) -> None:
    families, actor = [build_family(number, office.school.third_2) for number in range(1, 5)], office.actor
    db.session.commit()
    session = office.announced(date_values(chairs=1))
    date_id, revision, more = session.dates[0].id, session.revision, date_values(chairs=3)

    def raise_chairs() -> None:
        sessions.change_date(date_id, more, revision=revision, actor=actor)

    assert at_once(app, [*joins(families, session.id, date_id), raise_chairs]) == []
    rows = db.session.query(SignUp).order_by(SignUp.id).all()
    assert [row.state.value for row in rows] == ["seated", "seated", "seated", "waiting"]


def test_ten_files_are_ten_whoever_sends_them(app: Flask, office: OfficeSchool) -> None:
    session_id, actor = office.draft().id, office.actor

    def send(number: int) -> object:
        files = [Upload(f"{number}{one}.pdf", f"%PDF-{number}{one}".encode()) for one in range(4)]
        return materials.add_materials(session_id, files, actor=actor)

    failures = at_once(app, [lambda n=number: send(n) for number in range(4)])
    assert ["最多 10 个文件" in str(one) for one in failures] == [True, True]
    assert db.session.query(SessionMaterial).count() == 8
