"""The tests' own guards bite: writes left open, a GET that writes, HTML that is none, a warning."""

import warnings
from collections.abc import Callable, Iterator

import pytest
from flask import flash
from sqlalchemy import text

from school.calendar.models import SchoolYear
from school.db import db, transaction
from school.permissions import Permission
from school.web.guard import Access
from tests.support.client import SchoolClient
from tests.sweeps.town import Town

pytestmark = pytest.mark.sweep

Plant = Callable[[Callable[[], str]], SchoolClient]
GOOD = "<!doctype html><html lang='zh-CN'><head><title>好</title></head><body>%s</body></html>"


@pytest.fixture
def plant(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    """Put a view in place of the sign-out (POST) and the first page (GET), for everybody and without a token."""

    def plant(view: Callable[[], str]) -> SchoolClient:
        view.access = Access(frozenset(), is_public=True)  # type: ignore[attr-defined]
        monkeypatch.setattr("school.accounts.guard._check_token", lambda: None)
        for endpoint in ("home.index", "accounts.sign_out"):
            monkeypatch.setitem(town.app.view_functions, endpoint, view)
        client = town.client("anonymous")
        assert isinstance(client, SchoolClient)
        return client

    yield plant
    town.restore()


def adds() -> str:
    db.session.add(SchoolYear(start_year=2030))
    return GOOD % "加"


def flushes() -> str:
    db.session.add(SchoolYear(start_year=2030))
    db.session.flush()
    return GOOD % "加"


def changes() -> str:
    db.session.query(SchoolYear).first().start_year = 2031
    return GOOD % "改"


def executes() -> str:
    db.session.execute(text("DELETE FROM preferences"))
    return GOOD % "删"


def commits() -> str:
    with transaction():
        db.session.add(SchoolYear(start_year=2030))
    return GOOD % "加"


@pytest.mark.parametrize("view", [adds, flushes, changes, executes])
def test_writes_left_open_fail(plant: Plant, view: Callable[[], str]) -> None:
    with pytest.raises(AssertionError, match="left writes uncommitted"):
        plant(view).post("/sign-out")


def test_a_committed_write_passes_after_post_and_fails_after_get(plant: Plant) -> None:
    client = plant(commits)
    assert client.post("/sign-out").status_code == 200
    with pytest.raises(AssertionError, match="GET / wrote"):
        plant(lambda: commits_year(2040)).get("/")


def commits_year(year: int) -> str:
    with transaction():
        db.session.add(SchoolYear(start_year=year))
    return GOOD % "加"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<p>", None),
        ("<div>", "Expected closing tag|end tag"),
        ("<p><div></p></div>", "end tag|Unexpected"),
        ("<a id=x></a><a id=x></a>", "is there 2 times"),
        ("<label for=nobody>谁</label>", "refers to an id that is not on the page"),
        ("<p style='color: red'>红</p>", "inline style"),
        ("<script>alert(1)</script>", "<script> with its text inside"),
        ("<button onclick='x()'>按</button>", "listen in a file"),
        ("<img alt='' src='https://evil.example/x.png'>", "from outside"),
        ("&nosuch;", "entity"),
    ],
)
def test_a_page_that_is_not_valid_fails(plant: Plant, body: str, complaint: str | None) -> None:
    client = plant(lambda: GOOD % body)
    if complaint is None:
        assert client.get("/").status_code == 200
        return
    with pytest.raises(AssertionError, match=complaint):
        client.get("/")


def test_errors_are_pages_too(plant: Plant) -> None:
    with pytest.raises(AssertionError, match="is not valid HTML"):
        plant(lambda: (GOOD % "<div>", 422)).get("/")  # type: ignore[arg-type,return-value]


def test_messages_are_no_writes(plant: Plant) -> None:
    def says() -> str:
        flash("好")
        return GOOD % "说"

    assert plant(says).post("/sign-out").status_code == 200


def test_a_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="planted"):
        warnings.warn("planted", UserWarning, stacklevel=1)
    with pytest.raises(DeprecationWarning):
        warnings.warn("planted", DeprecationWarning, stacklevel=1)


def test_an_access_needs_a_permission() -> None:
    assert str(Access(frozenset({Permission.SEE_AUDIT}))) == "see_audit"
