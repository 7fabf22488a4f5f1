"""A form without our token, or with the token of another session, is refused everywhere and writes nothing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, event
from werkzeug.test import TestResponse

from school.accounts import guard
from tests.sweeps.access import committed
from tests.sweeps.town import ANONYMOUS, COLUMNS, Town, token_of

pytestmark = pytest.mark.sweep

REFUSED = 400


@pytest.fixture
def commits() -> Iterator[list[Connection]]:
    """Connections that committed something."""
    seen: list[Connection] = []

    def committed(connection: Connection) -> None:
        seen.append(connection)

    event.listen(Engine, "commit", committed)
    yield seen
    event.remove(Engine, "commit", committed)


def posts(town: Town) -> list[tuple[str, str, str]]:
    """Endpoint, row, and every role that may post there, as the table of access says."""
    rows = [row for row in committed() if row[1] != "GET"]
    may = [(row[0], row[2], who) for row in rows for who, cell in zip(COLUMNS, row[3:], strict=True) if cell == "ok"]
    return [(endpoint, words, who) for endpoint, words, who in may if who != ANONYMOUS or endpoint.startswith("accounts.")]


def post(town: Town, endpoint: str, words: str, who: str, token: str | None) -> TestResponse:
    """A form with this token (None: none) from this person's own device."""
    target = next(target for target in town.targets(endpoint) if target.words == words)
    client = town.client(who, target.permit, is_strict=False)
    token_of(town.app, client)  # the session has one of its own
    data = {} if token is None else {"csrf_token": token}
    return client.post(town.url(endpoint, target), data=data, headers={"Origin": "http://localhost"})


def strange_tokens(town: Town) -> dict[str, str | None]:
    """No token, one that is none, and one of somebody else's session."""
    other = town.client("guardian", is_strict=False)
    with other.session_transaction() as session:
        session["csrf_token"] = "f" * 40
    return {"none": None, "empty": "", "nonsense": "abc.def.ghi", "another session's": token_of(town.app, other)}


def test_every_post_refuses_a_form_without_the_sessions_token(town: Town, commits: list[Connection]) -> None:
    found = posts(town)
    assert len({endpoint for endpoint, _words, _who in found}) > 30
    tokens = strange_tokens(town)
    commits.clear()
    wrong = [
        f"POST {endpoint} {words} as {who} with token {name} answered {status}"
        for endpoint, words, who in found
        for name, token in tokens.items()
        if (status := post(town, endpoint, words, who, token).status_code) != REFUSED
    ]
    assert wrong == [], "leave the token to school/accounts/guard.py, which checks it for every view"
    assert commits == [], "something was written before the token was looked at"


def test_the_sweep_sees_a_view_that_escapes(town: Town, monkeypatch: pytest.MonkeyPatch, commits: list[Connection]) -> None:
    monkeypatch.setattr(guard, "_check_token", lambda: None)
    assert post(town, "accounts.close_account", "陈老师", "administrator", None).status_code == 303
    assert commits
    town.restore()


def test_the_sessions_own_token_is_taken(town: Town) -> None:
    target = town.targets("accounts.close_account")[0]
    assert town.ask("administrator", "POST", "accounts.close_account", target, is_strict=True).status_code == 303


def test_no_view_answers_to_other_writing_methods(town: Town) -> None:
    assert {method for method, _endpoint in town.views()} == {"GET", "POST"}
