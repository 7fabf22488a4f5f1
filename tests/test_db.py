"""The pool of connections: one that died while it rested is replaced, one that was just used is not asked."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from school import db as school_db
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
