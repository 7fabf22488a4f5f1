"""Whatever the day of loading: a weekend, a vacation, the first day of a term, a year whose holidays are 尚未公布."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from school.accounts.commands import create_administrator
from school.calendar.queries import get_calendar
from school.calendar.rules import is_provisional, is_school_day
from school.clock import ZONE, frozen
from school.db import Base, db
from school.demo.accounts import demo_logins
from school.demo.commands import load_demo, load_demo_school
from school.demo.terms import SCHOOL_DAYS_OF_HISTORY
from school.homework.models import HomeworkDay, HomeworkItem, HomeworkLayer
from school.people.models import Guardian, Pupil, Teacher, TeachingAssignment
from tests.demo import checks
from tests.support.databases import Database, Databases

WEDNESDAY = datetime(2026, 11, 25, 14, 30, tzinfo=ZONE)


@pytest.fixture
def sqlite(databases: Databases) -> Iterator[Database]:
    """A fresh database of the quick kind; that both kinds take the demo is test_loaded's concern."""
    database = databases.get("sqlite")
    database.reset()
    with database.app.app_context():
        yield database


@pytest.mark.parametrize(
    ("moment", "has_school"),
    [
        pytest.param("2026-11-25T00:03", True, id="just-after-midnight"),
        pytest.param("2026-11-27T20:30", True, id="friday-evening"),
        pytest.param("2026-11-28T10:00", False, id="saturday"),
        pytest.param("2026-09-01T07:00", True, id="first-day-of-the-year"),
        pytest.param("2026-08-05T12:00", False, id="summer-vacation"),
        pytest.param("2027-03-15T10:00", True, id="holidays-not-published"),
    ],
)
@pytest.mark.usefixtures("sqlite")
def test_it_can_be_loaded_on_any_day(moment: str, has_school: bool) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
    with frozen(now):
        load_demo_school(report=lambda _text: None)
        db.session.remove()
        checks.check_everything(now)
    days = set(db.session.scalars(select(HomeworkDay.on_day)))
    assert is_school_day(now.date(), get_calendar()) is has_school
    assert (now.date() in days) is has_school
    assert len(days - {now.date()}) == SCHOOL_DAYS_OF_HISTORY
    assert max(days) <= now.date()
    # 2027 is 尚未公布: nothing is guessed.
    assert is_provisional(now.date(), get_calendar()) is (now.year == 2027)


def test_the_same_moment_gives_the_same_school(sqlite: Database) -> None:
    first = _dump_after_loading(sqlite, WEDNESDAY)
    assert _dump_after_loading(sqlite, WEDNESDAY) == first


def test_another_day_changes_dates_only(sqlite: Database) -> None:
    first = _essence_after_loading(sqlite, WEDNESDAY)
    assert _essence_after_loading(sqlite, WEDNESDAY + timedelta(days=1)) == first
    # In another school year the people are the same, and each teaches what they taught.
    assert _essence_after_loading(sqlite, WEDNESDAY + timedelta(days=364))["people"] == first["people"]


def test_a_real_school_has_no_demo_logins(app: Flask) -> None:
    create_administrator()
    assert demo_logins() == []


def test_a_school_with_users_is_left_alone(app: Flask) -> None:
    create_administrator()
    result = app.test_cli_runner().invoke(load_demo)
    assert result.exit_code == 1
    assert "演示学校只能装入空的数据库" in result.output
    assert db.session.scalar(select(Pupil.id)) is None


def _dump_after_loading(database: Database, moment: datetime) -> dict[str, list[Any]]:
    """Every row of every table; only a password's salt and the stamps of what is read once are by chance."""
    _load(database, moment)
    tables = [table for table in Base.metadata.sorted_tables if table.name != "stamps"]
    columns = {table: [column for column in table.columns if column.name != "password_hash"] for table in tables}
    return {table.name: [tuple(row) for row in db.session.execute(select(*columns[table]))] for table in tables}


def _essence_after_loading(database: Database, moment: datetime) -> dict[str, Any]:
    """What does not depend on the day: people, who teaches what, and the minutes asked on the n-th day before."""
    _load(database, moment)
    people = [sorted(db.session.execute(select(model.id, model.name, model.phone)).all()) for model in (Guardian, Teacher)]
    people.append(sorted(db.session.execute(select(Pupil.id, Pupil.name)).all()))
    taught = select(TeachingAssignment.teacher_id, TeachingAssignment.class_id, TeachingAssignment.subject_id)
    people.append(sorted(set(db.session.execute(taught).all())))
    asked = (
        select(HomeworkDay.on_day, HomeworkDay.class_id, HomeworkItem.subject_id, HomeworkItem.form, HomeworkLayer.minutes)
        .join(HomeworkItem, HomeworkItem.day_id == HomeworkDay.id)
        .join(HomeworkLayer, HomeworkLayer.item_id == HomeworkItem.id)
        .where(HomeworkItem.book != "习作本")  # a composition is for weekends, wherever they fall
    )
    rows = db.session.execute(asked).all()
    days = sorted({row[0] for row in rows}, reverse=True)
    return {"people": people, "asked": sorted((days.index(row[0]), *row[1:]) for row in rows)}


def _load(database: Database, moment: datetime) -> None:
    db.session.remove()  # before the file under its connection is replaced
    database.reset()
    with frozen(moment):
        load_demo_school(report=lambda _text: None)
    db.session.remove()
    assert db.session.scalar(text("SELECT count(*) FROM users"))
