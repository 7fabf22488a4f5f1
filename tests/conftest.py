"""Fixtures of all tests: a fresh database of each kind, a strict client, a frozen clock, a live server, a browser."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings

from school.clock import frozen
from school.settings import SETTINGS
from tests.support.client import SchoolClient
from tests.support.databases import KINDS, Database, Databases, opened, sqlite_url
from tests.support.server import LiveServer, serving
from tests.support.tools import CANNOT_RUN, is_ci, missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.browser import Size

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

for setting in SETTINGS:  # what a developer set for their own server is no business of the tests
    os.environ.pop(setting.key, None)

# Two processes on a small machine: time says nothing about a rule. In CI the same examples every time.
hypothesis_settings.register_profile("school", deadline=None, derandomize=is_ci())
hypothesis_settings.load_profile("school")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database` chooses on which databases the tests run."""
    parser.addoption("--database", choices=(*KINDS, "both"), default="both", help="run database tests on (default: both)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever needs a database runs once on each, and its name says on which."""
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        metafunc.parametrize("database", KINDS if chosen == "both" else (chosen,), indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser share one, so they stay in one worker; that worker begins with them."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests marked `external` read the shared data beside the repository."""
    if item.get_closest_marker("external") and not SHARED.is_dir():
        missing(f"tests on the shared data, which is not at {SHARED}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in plain sentences what was skipped because a tool is absent."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if CANNOT_RUN in reason:
            sentence = reason.split(CANNOT_RUN, 1)[1]
            reasons[sentence] = reasons.get(sentence, 0) + 1
    if reasons:
        terminalreporter.section("could not run")
        for sentence, count in reasons.items():
            terminalreporter.line(f"{count} skipped: {sentence}")


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """The databases of this worker."""
    with opened() as databases:
        yield databases


@pytest.fixture
def database(request: pytest.FixtureRequest, databases: Databases) -> Database:
    """A fresh, migrated database: `.kind`, `.url`, `.app`."""
    database = databases.get(request.param)
    database.reset()
    return database


@pytest.fixture
def empty_database_url(database: Database, databases: Databases) -> str:
    """Address of a database of the same kind without a single table, for tests of migrations."""
    return databases.new_url(database.kind)


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    """The application on a fresh database, inside its context, so that a test may call services and queries."""
    with database.app.app_context():
        yield database.app


@pytest.fixture
def client(app: Flask) -> SchoolClient:
    """Somebody who has not signed in. For several people: `app.test_client()` for each."""
    client = app.test_client()
    assert isinstance(client, SchoolClient)
    return client


@pytest.fixture
def freeze() -> Iterator[Callable[[datetime], None]]:
    """`freeze(moment)` holds the clock there until the end of the test; call it again to move on."""
    with ExitStack() as stack:
        yield lambda moment: stack.enter_context(frozen(moment))


@pytest.fixture
def live_server(databases: Databases, tmp_path: Path) -> Iterator[LiveServer]:
    """The product served as in production on a new SQLite database without a row."""
    path = databases.new_sqlite_file("live.db")
    with serving(sqlite_url(path), tmp_path / "server.log") as server:
        yield server
        assert not server.complaints(), "the server's log tells of errors:\n" + "\n".join(server.complaints())


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """The browser of this worker."""
    from tests.support.browser import find_browser, launched

    executable = find_browser()
    if not executable:
        missing("tests in a real browser; install Chromium, Chrome or Edge, or name one in CHROMIUM")
    with launched(executable) as browser:
        yield browser


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[Callable[..., "Page"]]:
    """`open_page(server, "phone" | "desktop", has_scripts=True)`: a new person's page; its faults fail the test."""
    from tests.support.browser import Faults, open_context_page

    faults = Faults()

    def open_page(server: LiveServer, size: "Size" = "phone", *, has_scripts: bool = True) -> "Page":
        return open_context_page(browser, size, server.url, faults, has_scripts=has_scripts)

    yield open_page
    for context in browser.contexts:
        context.close()
    assert not faults.found, "faults of the pages:\n" + "\n".join(dict.fromkeys(faults.found))


@pytest.fixture(params=["phone", "desktop"])
def page(request: pytest.FixtureRequest, live_server: LiveServer, open_page: Callable[..., "Page"]) -> "Page":
    """A page of the live server; the test runs at both sizes."""
    return open_page(live_server, request.param)
