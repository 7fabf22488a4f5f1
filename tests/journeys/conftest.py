"""Servers that several walks share: a small school for bad moments, and the demo school for a look at every page."""

from collections.abc import Iterator

import pytest

from school.demo.commands import load_demo_school
from tests.journeys.desk import Desk, arrange
from tests.support.databases import Databases, sqlite_url
from tests.support.server import LiveServer, serving


@pytest.fixture(scope="session")
def desk(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server with one class, its maths teacher 陈老师 and nothing filed; each test files words of its own."""
    path = databases.new_sqlite_file("desk.db")
    with serving(sqlite_url(path), tmp_path_factory.mktemp("desk") / "server.log") as server:
        with server.app.app_context():
            desk = arrange(server)
        yield desk
        assert not server.complaints(), "\n".join(server.complaints())


@pytest.fixture(scope="session")
def demo_server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The demo school, served."""
    path = databases.new_sqlite_file("demo.db")
    with serving(sqlite_url(path), tmp_path_factory.mktemp("demo") / "server.log") as server:
        with server.app.app_context():
            load_demo_school(lambda _sentence: None)
        yield server
        assert not server.complaints(), "\n".join(server.complaints())
