"""Connections: one that died while it rested is replaced; the end of a read keeps plans, the end of a write takes it back."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, insert, literal_column, select, table, text
from sqlalchemy.exc import DataError, OperationalError

from school import db as school_db
from school.accounts.models import User
from school.calendar.models import SchoolYear
from school.db import db


def end_the_rested_connection() -> None:
    """Let the server end the connection that rests in the pool, as a restart of the server does."""
    pid = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    db.session.remove()
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,)).fetchone() == (True,)


@pytest.fixture
def on_postgres(app: Flask) -> None:
    """Only where there is a server that can go away."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server that could go away")


@pytest.mark.usefixtures("on_postgres")
def test_a_connection_that_died_while_it_rested_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(school_db, "SECONDS_UNASKED", 0)
    end_the_rested_connection()
    assert db.session.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.usefixtures("on_postgres")
def test_a_connection_that_was_just_used_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(school_db, "SECONDS_UNASKED", 60)
    end_the_rested_connection()
    with pytest.raises(OperationalError):
        db.session.execute(text("SELECT 1"))
    db.session.rollback()
    assert db.session.execute(text("SELECT 1")).scalar_one() == 1, "the error did not clear the pool"


def prepared() -> int:
    """How many statements the server has prepared for this session's connection."""
    return db.session.execute(select(func.count()).select_from(table("pg_prepared_statements"))).scalar_one()


@pytest.mark.usefixtures("on_postgres")
def test_what_only_read_keeps_its_prepared_statements() -> None:
    for _time in range(8):
        db.session.execute(select(User.__table__.c.id).where(User.__table__.c.login == "nobody")).all()
        db.session.rollback()
    assert prepared() > 0
    db.session.remove()
    assert prepared() > 0, "the end of the request made the server forget"


@pytest.mark.usefixtures("app")
def test_a_write_is_rolled_back() -> None:
    """Also when a read came before and after it, by the session, by a plain connection and as plain SQL."""
    statement = insert(SchoolYear.__table__).values(start_year=2030)
    years = select(SchoolYear.__table__.c.start_year)
    assert db.session.scalars(years).all() == []
    db.session.execute(statement)
    assert db.session.scalars(years).all() == [2030]
    db.session.rollback()
    assert db.session.scalars(years).all() == []
    db.session.remove()
    with db.engine.connect() as connection:
        connection.execute(statement)
        assert connection.execute(years).scalars().all() == [2030]
    with db.engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO school_years (start_year) VALUES (2031)")
    assert db.session.scalars(years).all() == []


@pytest.mark.usefixtures("on_postgres")
def test_a_read_that_failed_leaves_a_session_that_works() -> None:
    zero = literal_column("0")
    with pytest.raises(DataError):
        db.session.execute(select(literal_column("1") / zero)).all()
    db.session.rollback()
    assert db.session.execute(text("SELECT 1")).scalar_one() == 1
