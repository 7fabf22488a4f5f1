"""Teachers who file for one class at the same moment: the class-day's lock keeps them under the cap.

The control does what the service does, but looks and writes in two transactions; it must go over the cap, or these tests
would prove nothing.
"""

import threading
from collections.abc import Callable
from time import monotonic

import pytest
from flask import Flask

from school.clock import now
from school.db import db, transaction
from school.errors import Refused
from school.homework.enums import ItemState
from school.homework.models import HomeworkDay, HomeworkItem, HomeworkLayer, PublicLogEntry
from school.homework.service import publishing
from school.homework.service.days import lock
from school.homework.service.filing import Filing, file_item, put_values, touch
from school.homework.service.publishing import Choice
from school.people.queries import Lesson
from tests.homework.small_school import TESTER, WEDNESDAY, SmallSchool, day_of, values

pytestmark = pytest.mark.race

TEACHERS = 8
MINUTES = 25  # two fit under 60, a third does not


def at_once(app: Flask, count: int, act: Callable[[int, threading.Barrier], None]) -> list[BaseException | None]:
    """Run `act` in `count` threads that begin together; answer what each raised."""
    barrier = threading.Barrier(count, timeout=30)
    outcomes: list[BaseException | None] = [None] * count

    def run(number: int) -> None:
        with app.app_context():
            try:
                act(number, barrier)
            except BaseException as error:
                outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    deadline = monotonic() + 60
    for thread in threads:
        thread.join(timeout=max(0, deadline - monotonic()))
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def test_filing_together_stays_under_the_cap(app: Flask, school: SmallSchool) -> None:
    lesson = school.lesson(school.chen_teacher, school.third_2)

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            file_item(lesson, values(MINUTES), Filing(key=f"k{number}"), actor=TESTER)

    outcomes = at_once(app, TEACHERS, act)
    assert sum(outcome is None for outcome in outcomes) == 2
    assert all(outcome is None or isinstance(outcome, Refused) for outcome in outcomes), outcomes
    assert day_of(school.third_2).required_minutes == 2 * MINUTES


def test_control_without_the_lock_goes_over_the_cap(app: Flask, school: SmallSchool) -> None:
    lesson = school.lesson(school.chen_teacher, school.third_2)
    outcomes = at_once(app, TEACHERS, lambda number, barrier: _file_without_lock(lesson, f"k{number}", barrier))
    assert outcomes == [None] * TEACHERS
    assert _stored_minutes(school) > 60


def test_the_same_form_sent_by_eight_taps_makes_one_item(app: Flask, school: SmallSchool) -> None:
    lesson = school.lesson(school.chen_teacher, school.third_2)

    def act(_number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            file_item(lesson, values(10), Filing(key="one form"), actor=TESTER)

    assert at_once(app, TEACHERS, act) == [None] * TEACHERS
    db.session.rollback()
    assert db.session.query(HomeworkItem).count() == 1


def test_publishing_while_others_file_logs_exactly_what_is_published(app: Flask, school: SmallSchool) -> None:
    lesson = school.lesson(school.chen_teacher, school.third_2)
    school.file(20, key="first")

    def act(number: int, barrier: threading.Barrier) -> None:
        barrier.wait()
        with transaction():
            if number == 0:
                choice = Choice(confirms_standard=True, goes_on_unfiled=True)
                publishing.publish_day(school.third_2.id, WEDNESDAY, choice, actor=TESTER)
            else:
                file_item(lesson, values(20), Filing(key=f"k{number}"), actor=TESTER)

    outcomes = at_once(app, 4, act)
    assert sum(outcome is None for outcome in outcomes) == 3, outcomes
    day = day_of(school.third_2)
    published = [item for item in day.items if item.state is ItemState.PUBLISHED]
    assert day.required_minutes == 60
    assert {item.id for item in published} == _logged_items()


def _file_without_lock(lesson: Lesson, key: str, barrier: threading.Barrier) -> None:
    """Look at the total in one transaction, write in the next: what every naive system does."""
    with transaction():
        locked = lock(lesson.class_id, WEDNESDAY)
        total, day_id = locked.load.required, locked.day.id
    barrier.wait()
    if total + MINUTES > 60:
        return
    with transaction():
        item = HomeworkItem(
            day_id=day_id,
            subject_id=lesson.subject_id,
            teacher_id=lesson.teacher_id,
            submission_key=key,
            state=ItemState.SUBMITTED,
            created_at=now(),
        )
        put_values(item, values(MINUTES))
        touch(item, TESTER)
        db.session.add(item)


def _stored_minutes(school: SmallSchool) -> int:
    db.session.rollback()
    rows = db.session.query(HomeworkLayer.minutes).join(HomeworkItem).join(HomeworkDay)
    return sum(minutes for (minutes,) in rows.filter(HomeworkDay.class_id == school.third_2.id))


def _logged_items() -> set[int]:
    return {item_id for (item_id,) in db.session.query(PublicLogEntry.item_id)}
