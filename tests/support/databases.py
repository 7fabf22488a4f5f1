"""One application per kind of database, and a fresh, fully migrated database for every test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from tests.support.client import SchoolClient
from tests.support.postgres import ROOT, PostgresMissing, Server
from tests.support.tools import missing, quick_directory

KINDS = ("sqlite", "postgres")
SETTINGS = {"TESTING": True, "SECRET_KEY": "only for the tests", "SQLITE_SYNCHRONOUS": "NORMAL", "DEMO": False}


@dataclass(frozen=True)
class Database:
    """A kind of database, where it is, and the application bound to it."""

    kind: str
    url: str
    app: Flask
    reset: Callable[[], None]


class Databases:
    """The databases of one test process, each made when a test first asks for it."""

    def __init__(self) -> None:
        self.directory = quick_directory("school-tests-")
        self._made: dict[str, Database] = {}
        self._server: Server | None = None
        self._count = 0

    def get(self, kind: str) -> Database:
        """The database of this kind, as the previous test left it; `reset` makes it new."""
        if kind not in self._made:
            self._made[kind] = self._make_sqlite() if kind == "sqlite" else self._make_postgres()
        return self._made[kind]

    def new_url(self, kind: str) -> str:
        """Address of a new database without a single table."""
        self._count += 1
        if kind == "sqlite":
            return sqlite_url(self.directory / f"empty-{self._count}.db")
        self.server.create(f"empty_{self._count}")
        return self.server.url(f"empty_{self._count}")

    def new_sqlite_file(self, name: str) -> Path:
        """A new SQLite file with all tables, for a server of its own."""
        self.get("sqlite")
        path = self.directory / name
        copy_sqlite(self.directory / "template.db", path)
        return path

    @property
    def server(self) -> Server:
        """The PostgreSQL server, started when first needed."""
        if self._server is None:
            try:
                self._server = Server()
            except PostgresMissing as problem:
                missing(f"the tests on PostgreSQL; {problem}")
        return self._server

    def close(self) -> None:
        """Close every connection, end the server, remove the files."""
        for database in self._made.values():
            dispose(database.app)
        if self._server:
            self._server.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _make_sqlite(self) -> Database:
        path, template = self.directory / "school.db", self.directory / "template.db"
        app = migrated_app(sqlite_url(path), INSTANCE_PATH=self.directory / "instance")
        copy_sqlite(path, template)
        return Database("sqlite", sqlite_url(path), app, lambda: reset_sqlite(app, template, path))

    def _make_postgres(self) -> Database:
        server = self.server
        server.create("school")
        app = migrated_app(server.url("school"), INSTANCE_PATH=self.directory / "instance")
        server.create("template", template="school")

        def reset() -> None:
            dispose(app)
            server.create("school", template="template")

        return Database("postgres", server.url("school"), app, reset)


def migrated_app(url: str, **settings: Any) -> Flask:
    """An application whose database has been brought up by the real migrations."""
    from flask_migrate import upgrade

    from school.factory import create_app

    app = create_app({**SETTINGS, **settings, "DATABASE_URL": url})
    app.test_client_class = SchoolClient
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
    dispose(app)
    return app


def dispose(app: Flask) -> None:
    """Close the pooled connections of an application."""
    from school.db import db

    with app.app_context():
        db.engine.dispose()


def sqlite_url(path: Path) -> str:
    """Address of an SQLite file, as DATABASE_URL takes it."""
    return f"sqlite:///{path.as_posix()}"


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that nobody has open over another; the journal of what was there before must go too."""
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(source, target)


def reset_sqlite(app: Flask, template: Path, path: Path) -> None:
    """Make the application's database new."""
    dispose(app)
    copy_sqlite(template, path)


@contextmanager
def opened() -> Iterator[Databases]:
    """The databases of this process, closed at the end."""
    databases = Databases()
    try:
        yield databases
    finally:
        databases.close()
