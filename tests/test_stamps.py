"""What a worker keeps in memory follows its stamp: a change shows in the next transaction, a rollback shows nowhere."""

from flask import Flask

from school.audit.service import COMMAND_LINE
from school.db import db, transaction
from school.preferences.queries import get_preferences
from school.preferences.service import change
from school.stamps import Stamp


def stamp() -> str:
    """The present stamp of the settings."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(Stamp, "preferences").value


def test_a_change_is_seen_by_the_next_transaction(app: Flask) -> None:
    assert get_preferences().school_name == "示范小学"
    with transaction():
        change({"school_name": "阳光小学"}, actor=COMMAND_LINE)
    assert get_preferences().school_name == "阳光小学"


def test_a_change_that_rolls_back_is_seen_by_nobody(app: Flask) -> None:
    before = stamp()
    db.session.rollback()
    change({"school_name": "没有保存"}, actor=COMMAND_LINE)
    assert get_preferences().school_name == "没有保存", "its own transaction sees what it wrote"
    db.session.rollback()
    assert stamp() == before
    assert get_preferences().school_name == "示范小学"


def test_another_worker_s_change_is_seen(app: Flask) -> None:
    get_preferences()
    db.session.rollback()
    with db.engine.begin() as elsewhere:
        elsewhere.exec_driver_sql(
            "INSERT INTO preferences (key, value, changed_at) VALUES ('near_percent', '70', '2026-11-25 00:00:00')"
        )
        elsewhere.exec_driver_sql("UPDATE stamps SET value = 'from another worker' WHERE name = 'preferences'")
    assert get_preferences().near_percent == 70
