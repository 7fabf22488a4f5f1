"""The session, the unit of work, and what both databases must be told on connect."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, TypeDecorator, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

from school.clock import ZONE

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A moment: UTC in the database, aware and in the school's zone in Python, on both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments, for nobody can say when they were."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back in the school's zone."""
        return value.replace(tzinfo=UTC).astimezone(ZONE) if value else None


def stored(vocabulary: type[StrEnum]) -> Enum:
    """A column type that keeps the members of `vocabulary` by value, checked by the database."""
    return Enum(
        vocabulary,
        native_enum=False,
        create_constraint=True,
        name=re.sub("(?<!^)(?=[A-Z])", "_", vocabulary.__name__).lower(),
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Base of all models; constraints are named by convention."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

_writing: ContextVar[bool] = ContextVar("writing", default=False)


def begin_writing() -> None:
    """Make the transactions of this request or command take SQLite's write lock at their first statement."""
    _writing.set(True)


def begin_reading() -> None:
    """Make the transactions of this request plain reads again."""
    _writing.set(False)


@contextmanager
def transaction() -> Iterator[None]:
    """One use case: commit at the end, roll back on any exception.

    A read that went before is ended first, so that SQLite takes the write lock with the first statement and
    what the rules see is what the write meets.
    """
    if not _writing.get():
        db.session.rollback()
    token = _writing.set(True)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)


def init_app(app: Flask) -> None:
    """Attach the session and the listeners of SQLite's engine."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _listen(db.engine, str(app.config["SQLITE_SYNCHRONOUS"]))


def _listen(engine: Engine, synchronous: str) -> None:
    if synchronous not in {"FULL", "NORMAL"}:
        raise ValueError("SQLITE_SYNCHRONOUS must be FULL or NORMAL")

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # Python's driver would begin transactions by itself, and deferred ones at that.
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 15000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def is_unique_violation(error: Any, constraint: str) -> bool:
    """Whether an IntegrityError came from the named unique constraint (SQLite names its columns instead)."""
    text = str(error.orig)
    if constraint in text:
        return True
    table_and_columns = constraint.removeprefix("uq_")
    return all(part.split(".", 1)[-1] in table_and_columns for part in text.rsplit(": ", 1)[-1].split(", "))
