"""The demo school on an ordinary Wednesday: a believable school in which every rule holds and everything happens once."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from school.accounts.models import RoleGrant, User
from school.accounts.passwords import check_password
from school.accounts.queries import find_user_by_login
from school.audit.models import AuditEntry
from school.audit.service import Actor
from school.calendar.queries import get_calendar
from school.clock import ZONE, at, frozen
from school.db import db
from school.demo.accounts import DEMO_PASSWORD, DEMO_ROLES, demo_logins
from school.demo.commands import load_demo_school
from school.demo.scene import Diary, Scene
from school.demo.tasks import Lesson, main_task
from school.homework.enums import DayState, Demand, Form, ItemState, Kind, Layer, LogChange, Stage
from school.homework.models import HomeworkDay, HomeworkItem, HomeworkLayer, PublicLogEntry
from school.homework.queries.boards import Board, board_of
from school.homework.service import filing, publishing
from school.homework.service.days import LockedDay
from school.people.models import Guardian, Guardianship, Pupil, SchoolClass, Teacher
from school.people.queries import children_of_user, find_class_by_key, find_teacher_of_user, lessons_of_class, lessons_of_teacher
from school.people.rules import class_label
from school.permissions import Role
from school.preferences.queries import get_preferences
from tests.demo import checks
from tests.support.databases import KINDS, Databases

WEDNESDAY = datetime(2026, 11, 25, 14, 30, tzinfo=ZONE)
SECONDS_ALLOWED = 20


@pytest.fixture(scope="module", params=KINDS)
def loaded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[float]:
    """The demo on each database, loaded once for the tests of this file, which only read; how long it took."""
    chosen = request.config.getoption("--database")
    if chosen not in ("both", request.param):
        pytest.skip("another database was asked for")
    database = databases.get(request.param)
    database.reset()
    with database.app.app_context(), frozen(WEDNESDAY):
        before = time.perf_counter()
        load_demo_school(report=lambda _text: None)
        seconds = time.perf_counter() - before
        db.session.remove()
        yield seconds


@pytest.fixture(autouse=True)
def nothing_left_behind(loaded: float) -> Iterator[None]:
    """A test that fails must not fail the next one."""
    yield
    db.session.rollback()


def test_the_demo_is_loaded_in_time(loaded: float) -> None:
    assert loaded <= SECONDS_ALLOWED


def test_every_class_day_keeps_the_rules() -> None:
    checks.check_everything(WEDNESDAY)


def test_the_school_has_its_people() -> None:
    assert _count(SchoolClass) == 24
    assert _count(Pupil) == 720
    assert _count(Teacher) == 60
    children = select(func.count(Guardianship.id)).group_by(Guardianship.guardian_id)
    families = Counter(db.session.scalars(children))
    assert families.keys() == {1, 2}
    assert 90 <= families[2] <= 120  # sixty pairs with one or two guardians each
    phones = list(db.session.scalars(select(Guardian.phone))) + list(db.session.scalars(select(Teacher.phone)))
    assert len(set(phones)) == len(phones)


def test_names_are_of_many_kinds() -> None:
    names = set(db.session.scalars(select(Pupil.name)))
    assert {"阿依古丽·买买提", "李䶮", "陈𬱖"} <= names
    assert "乌云其木格" in set(db.session.scalars(select(Teacher.name)))
    assert 700 <= len(names) < 720  # a few pupils share a name, as in every school


def test_everything_that_can_happen_has_happened() -> None:
    days = checks.all_days()
    items = [item for day in days for item in day.items]
    assert {day.state for day in days} == set(DayState)
    assert {item.state for item in items} == set(ItemState)
    assert {item.form for item in items} == set(Form) - {Form.TEST_PAPER}
    assert {item.stage for item in items} == set(Stage)
    assert {item.demand for item in items} == set(Demand)
    assert {item.kind for item in items} == set(Kind)
    assert {layer.layer for item in items for layer in item.layers} == set(Layer)
    assert set(db.session.scalars(select(PublicLogEntry.change))) == set(LogChange)
    assert any(day.is_late for day in days)
    assert any(day.has_none for day in days)
    assert any(day.required_minutes > day.cap_minutes for day in days)
    assert any(day.state is DayState.OPEN and day.items and day.on_day < WEDNESDAY.date() for day in days)
    assert len(days) < 24 * 43  # some days nobody filed at all
    assert any(item.trial_minutes for item in items)


def test_the_lower_grades_take_nothing_written_home() -> None:
    lower = {one.id for one in db.session.scalars(select(SchoolClass).where(SchoolClass.entry_year >= 2025))}
    days = [day for day in checks.all_days() if day.class_id in lower]
    assert days
    assert {day.required_minutes for day in days} == {0}
    assert any(item.form is Form.WRITTEN for day in days for item in day.items)


def test_a_fifth_of_the_written_work_is_layered() -> None:
    written = [item for day in checks.all_days() for item in day.items if item.form is Form.WRITTEN]
    share = sum(len(item.layers) == 3 for item in written) / len(written)
    assert 0.14 <= share <= 0.26


def test_todays_boards_wait_for_somebody() -> None:
    assert _board(3, 2).unfiled == ["数学"]
    assert _board(3, 2).load.required == 30
    assert _items(3, 1, ItemState.DRAFT) == ["数学"]
    assert (_board(3, 3).unfiled, _board(3, 3).class_day.state) == ([], DayState.OPEN)
    assert _board(3, 4).class_day.state is DayState.PUBLISHED
    assert (len(_board(4, 1).waiting), _board(4, 1).over_by) == (1, 10)
    assert _board(4, 1).suggestions
    assert _items(4, 2, ItemState.RETURNED) == ["数学"]
    assert _board(5, 1).class_day.state is DayState.COORDINATED
    assert _items(5, 3, ItemState.WITHDRAWN) == ["语文"]
    assert _board(6, 2).class_day.day is None
    assert _board(6, 4).class_day.day.has_none


def test_every_role_has_an_easy_login() -> None:
    assert [(login, role) for login, role, _name in demo_logins()] == list(DEMO_ROLES.items())
    assert db.session.scalar(select(func.count()).where(User.activated_at.is_not(None))) == len(DEMO_ROLES)
    assert db.session.scalar(select(func.count()).where(User.code_serial > 0)) == 0
    for login in DEMO_ROLES:
        check_password(DEMO_PASSWORD, login=login)


def test_teacher_homeroom_and_parent_meet_in_one_class() -> None:
    shown = find_class_by_key(2024, 2)
    teacher = find_teacher_of_user(find_user_by_login("teacher").id)
    taught = {(one.class_id, one.subject) for one in lessons_of_teacher(teacher.id, WEDNESDAY.date())}
    assert (shown.id, "数学") in taught
    assert [grant.class_id for grant in find_user_by_login("homeroom").grants if grant.class_id] == [shown.id]
    children = children_of_user(find_user_by_login("parent").id)
    assert [class_label(one.entry_year, one.class_number, 2026) for one in children] == ["三年级2班", "一年级1班"]


def test_the_audit_tells_it_in_order() -> None:
    entries = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    moments = [entry.happened_at for entry in entries if entry.action.startswith("homework.")]
    assert moments == sorted(moments)
    published = db.session.scalar(select(func.count()).where(HomeworkDay.published_at.is_not(None)))
    assert Counter(entry.action for entry in entries)["homework.publish"] == published
    assert all(entry.subject_id for entry in entries if entry.action.startswith("homework."))


def test_a_scene_leaves_what_the_services_leave() -> None:
    """The same acts on one class-day, once through the services and once through the demo's short cut."""
    by_services = _after(_act_through_services)
    by_scene = _after(_act_through_scene)
    assert by_scene == by_services
    assert len(by_scene["public_log_entries"]) == 4


def _act_through_services(school_class: SchoolClass) -> None:
    lessons = {lesson.subject_code: lesson for lesson in lessons_of_class(school_class.id, WEDNESDAY.date())}
    actors = {code: _actor(lesson.teacher_id) for code, lesson in lessons.items()}
    homeroom = _homeroom(school_class)
    items = {}
    for code, hour in (("chinese", 9), ("maths", 10)):
        with frozen(_at(hour)):
            values = main_task(code, _lesson(), 20)
            items[code] = filing.file_item(lessons[code], values, filing.Filing(key=f"demo-{hour}"), actor=actors[code])
    with frozen(_at(11)):
        filing.declare_none(lessons["english"], WEDNESDAY.date(), actor=actors["english"])
    with frozen(_at(12)):
        choice = publishing.Choice(confirms_standard=True)
        day = publishing.publish_day(school_class.id, WEDNESDAY.date(), choice, actor=homeroom)
    with frozen(_at(13)):
        item, values = items["maths"], main_task("maths", _lesson(), 15)
        publishing.amend_item(item.id, day.id, values, why="减量", reason="", revision=item.revision, actor=homeroom)
    with frozen(_at(14)):
        publishing.retract_item(items["chinese"].id, day.id, why="重复", actor=homeroom)


def _act_through_scene(school_class: SchoolClass) -> None:
    on_day = WEDNESDAY.date()
    day = HomeworkDay(class_id=school_class.id, on_day=on_day, state=DayState.OPEN, has_none=False, note="", reason="")
    day.is_late = False
    locked = LockedDay(day, school_class, 6, get_calendar(), get_preferences())
    lessons = {lesson.subject_code: lesson for lesson in lessons_of_class(school_class.id, on_day)}
    teachers = {teacher.id: teacher for teacher in db.session.scalars(select(Teacher))}
    homeroom = next(one for one in teachers.values() if one.user_id == _homeroom(school_class).user_id)
    scene = Scene(locked, homeroom, lessons, teachers, Diary())
    chinese = scene.file("chinese", main_task("chinese", _lesson(), 20), _at(9))
    maths = scene.file("maths", main_task("maths", _lesson(), 20), _at(10))
    scene.declare_none("english", _at(11))
    scene.publish(_at(12))
    scene.amend(maths, main_task("maths", _lesson(), 15), _at(13), why="减量")
    scene.retract(chinese, _at(14), why="重复")
    scene.end()
    scene.diary.write()


def _after(act: Any) -> dict[str, list[dict[str, Any]]]:
    """The rows an act adds to a class nobody filed for today, without ids and keys; then all is undone."""
    school_class = find_class_by_key(2021, 2)
    last = {model: db.session.scalar(select(func.max(model.id))) for model in _MODELS}
    db.session.rollback()
    act(school_class)
    db.session.flush()
    rows = {model.__tablename__: _rows_after(model, last[model]) for model in _MODELS}
    db.session.rollback()
    return rows


_MODELS = (HomeworkDay, HomeworkItem, HomeworkLayer, PublicLogEntry, AuditEntry)
_OWN = {"id", "day_id", "item_id", "subject_id", "submission_key", "created_at"}


def _rows_after(model: Any, last_id: int) -> list[dict[str, Any]]:
    columns = [column for column in model.__table__.columns if column.name not in _OWN]
    statement = select(*columns).where(model.id > last_id)
    return sorted((dict(row._mapping) for row in db.session.execute(statement)), key=repr)


def _homeroom(school_class: SchoolClass) -> Actor:
    wanted = select(RoleGrant.user_id).where(RoleGrant.class_id == school_class.id, RoleGrant.role == Role.HOMEROOM_TEACHER)
    user_id = db.session.scalar(wanted)
    return _actor(db.session.scalar(select(Teacher.id).where(Teacher.user_id == user_id)))


def _actor(teacher_id: int) -> Actor:
    teacher = db.session.get_one(Teacher, teacher_id)
    return Actor(teacher.user_id, teacher.name)


def _lesson() -> Lesson:
    return Lesson(6, 1, 0.5, WEDNESDAY.date(), datetime(2026, 11, 26, tzinfo=ZONE).date())


def _at(hour: int) -> datetime:
    return at(WEDNESDAY.date(), hour)


def _board(grade: int, number: int) -> Board:
    return board_of(find_class_by_key(2027 - grade, number), WEDNESDAY.date())


def _items(grade: int, number: int, state: ItemState) -> list[str]:
    return [row.subject for row in _board(grade, number).rows for item in row.items if item.state is state]


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0
