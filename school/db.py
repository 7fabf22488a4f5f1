"""The session, the unit of work, and what both databases must be told on connect."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic, sleep
from typing import Any, ClassVar
from weakref import WeakSet

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, TypeDecorator, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from school.clock import ZONE

PATIENCE_MS = 15_000  # how long a writer waits for another before it gives up

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


# An error names its statement, never what was written: the log is read by more people than some texts are (PR-06).
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, engine_options={"hide_parameters": True})

SECONDS_UNASKED = 1.0  # a pooled connection that rested no longer than this is taken to be alive
READ_IN_UNIT = "read in this unit of work"  # a key of `Session.info` for what must be read anew by the next

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def transaction() -> Iterator[None]:
    """One use case: commit at the end, roll back on any exception.

    The session goes on in the transaction in which it has read so far. On SQLite that read ends here and the write lock is
    taken at once. What was read stays as it was read; whatever the rules judge is read anew under its lock.
    """
    if not _writing.get():
        _end_reading()
    token = _writing.set(True)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)


def _end_reading() -> None:
    session = db.session()
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise RuntimeError("something was written before transaction() began")
    session.info.pop(READ_IN_UNIT, None)
    if session.in_transaction() and session.get_bind().dialect.name == "sqlite":
        connection = session.connection()
        connection.connection.dbapi_connection.execute("COMMIT")  # a read's snapshot cannot become a write
        _take_write_lock(connection)


def init_app(app: Flask) -> None:
    """Attach the session and the listeners of the engine."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _listen(db.engine, str(app.config["SQLITE_SYNCHRONOUS"]))
        else:
            _ask_rested_connections(db.engine)
            _commit_what_only_read(db.engine)


def _ask_rested_connections(engine: Engine) -> None:
    """Ask a pooled connection whether it still lives, but only one that has rested: the server may have started anew.

    Asking each time, as `pool_pre_ping` does, is one way to the server and back in every request.
    """

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, entry: ConnectionPoolEntry, _fairy: PoolProxiedConnection) -> None:
        if monotonic() - entry.info.get("rests_since", monotonic()) < SECONDS_UNASKED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError("a rested connection does not answer") from error


def _commit_what_only_read(engine: Engine) -> None:
    """End a transaction that sent nothing but SELECT with COMMIT, also where it is rolled back: it comes to the same.

    After ROLLBACK psycopg forgets every prepared statement, and PostgreSQL plans each anew: a page ends with ROLLBACK, a
    refusal too, and planning took four times as long as the statements themselves.
    """
    dialect = engine.dialect
    roll_back = dialect.do_rollback
    have_written: WeakSet[Any] = WeakSet()

    @event.listens_for(engine, "before_cursor_execute")
    def _note(connection: Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        is_select = context.compiled is not None and getattr(context.compiled.statement, "is_select", False)
        if not is_select:
            have_written.add(connection.connection.dbapi_connection)

    def _end(connection: PoolProxiedConnection) -> None:
        if connection.dbapi_connection in have_written:
            have_written.discard(connection.dbapi_connection)
            roll_back(connection)
        else:
            dialect.do_commit(connection)

    @event.listens_for(engine, "commit")
    def _forget(connection: Connection) -> None:
        have_written.discard(connection.connection.dbapi_connection)

    dialect.do_rollback = _end  # type: ignore[method-assign]


def _take_write_lock(connection: Connection) -> None:
    """BEGIN IMMEDIATE, asking every half millisecond while another process writes.

    SQLite's own waiting sleeps longer each time, up to a tenth of a second, though the lock is free after a few
    milliseconds: two workers that file homework would mostly sleep.
    """
    raw = connection.connection.dbapi_connection
    deadline = monotonic() + PATIENCE_MS / 1000
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while not _is_begun(raw) and monotonic() < deadline:
            sleep(0.0005)
    finally:
        raw.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    if not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _is_begun(raw: sqlite3.Connection) -> bool:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _listen(engine: Engine, synchronous: str) -> None:
    if synchronous not in {"FULL", "NORMAL"}:
        raise ValueError("SQLITE_SYNCHRONOUS must be FULL or NORMAL")

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # Python's driver would begin transactions by itself, and deferred ones at that.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if _writing.get():
            _take_write_lock(connection)
        else:
            connection.connection.dbapi_connection.execute("BEGIN")


def is_unique_violation(error: Any, constraint: str) -> bool:
    """Whether an IntegrityError came from the named unique constraint (SQLite names its columns instead)."""
    text = str(error.orig)
    if constraint in text:
        return True
    table_and_columns = constraint.removeprefix("uq_")
    return all(part.split(".", 1)[-1] in table_and_columns for part in text.rsplit(": ", 1)[-1].split(", "))
