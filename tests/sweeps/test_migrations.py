"""The migrations make exactly what the models say, on both databases, and can be taken back; the records refuse change."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import DBAPIError

from school.db import db, transaction
from school.factory import create_app
from school.homework.models import PublicLogEntry
from tests.homework.small_school import AFTERNOON, WEDNESDAY, build
from tests.support.databases import SETTINGS, Database, dispose
from tests.support.postgres import ROOT

pytestmark = pytest.mark.sweep

FOLDER = str(ROOT / "migrations")
RECORDS = ("audit_entries", "public_log_entries")


@pytest.fixture
def empty_app(empty_database_url: str, tmp_path: object) -> Iterator[Flask]:
    """The application on a database without a single table."""
    app = create_app({**SETTINGS, "DATABASE_URL": empty_database_url, "INSTANCE_PATH": tmp_path})
    with app.app_context():
        yield app
        db.session.remove()
    dispose(app)


def differences() -> list[object]:
    """What Alembic would have to change to bring the database to the models."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, db.metadata))


def tables() -> set[str]:
    """Names of the tables, Alembic's own left out."""
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def checks() -> set[tuple[str, str]]:
    """Table and name of every CHECK in the database; Alembic does not compare them."""
    inspector = inspect(db.engine)
    return {(table, check["name"]) for table in tables() for check in inspector.get_check_constraints(table)}


def checks_of_models() -> set[tuple[str, str]]:
    """Table and name of every CHECK of the models."""
    constraints = ((table, one) for table in db.metadata.tables.values() for one in table.constraints)
    return {(table.name, str(one.name)) for table, one in constraints if isinstance(one, CheckConstraint)}


def test_the_migrations_make_what_the_models_say(app: Flask) -> None:
    found = differences()
    assert found == [], f"write a migration: flask db migrate -m '…'; missing:\n{found}"
    assert tables() == set(db.metadata.tables)


def test_every_check_of_the_models_is_in_the_database(app: Flask) -> None:
    assert len(checks_of_models()) > 20
    assert checks() == checks_of_models(), "Alembic does not compare CHECKs: write the migration by hand"


def test_a_planted_difference_is_seen(app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE planted (id INTEGER PRIMARY KEY)"))
        connection.execute(text("ALTER TABLE subjects ADD COLUMN planted INTEGER"))
    kinds = {str(entry[0]) for entry in differences()}
    assert kinds == {"remove_table", "remove_column"}


def test_migrations_go_down_to_nothing_and_up_again(empty_app: Flask) -> None:
    assert tables() == set()
    upgrade(directory=FOLDER)
    assert differences() == []
    downgrade(directory=FOLDER, revision="base")
    assert tables() == set()
    assert leftovers() == []
    upgrade(directory=FOLDER)
    assert differences() == []


def leftovers() -> list[str]:
    """Types, functions and triggers a downgrade forgot."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            return list(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
        own = "JOIN pg_namespace n ON n.oid = {0}namespace WHERE n.nspname = 'public'"
        functions = connection.scalars(text("SELECT proname FROM pg_proc " + own.format("pro")))
        types = connection.scalars(text("SELECT typname FROM pg_type " + own.format("typ") + " AND typtype = 'e'"))
        return [*functions, *types]


def test_one_migration_follows_another(app: Flask) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", FOLDER)
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


@pytest.fixture
def published(app: Flask) -> int:
    """The number of rows of the public log, one at least."""
    from school.clock import frozen
    from school.homework.service.publishing import Choice, publish_day
    from tests.homework.small_school import TESTER

    with frozen(AFTERNOON):
        school = build()
        with transaction():
            publish_day(school.third_2.id, WEDNESDAY, Choice(declares_none=True, goes_on_unfiled=True), actor=TESTER)
    return db.session.query(PublicLogEntry).count()


@pytest.mark.parametrize("table", RECORDS)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET reason = '改'", "DELETE FROM {0}", "DELETE FROM {0} WHERE id > 0"])
def test_a_record_refuses_change(app: Flask, published: int, table: str, statement: str) -> None:
    before = db.session.scalar(text(f"SELECT count(*) FROM {table}"))
    assert before
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement.format(table)))
    db.session.rollback()
    assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == before


@pytest.mark.parametrize("table", RECORDS)
def test_a_record_is_never_emptied_or_replaced(app: Flask, database: Database, published: int, table: str) -> None:
    statement = f"TRUNCATE {table}" if database.kind == "postgres" else f"REPLACE INTO {table} SELECT * FROM {table}"
    before = list(db.session.execute(text(f"SELECT * FROM {table} ORDER BY id")))
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert list(db.session.execute(text(f"SELECT * FROM {table} ORDER BY id"))) == before
