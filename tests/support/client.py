"""A test client that fails the test when a request leaves writes uncommitted, a GET writes, or a page is not valid HTML."""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar, copy_context
from typing import Any

from flask import current_app, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from tests.support.html import hidden_fields, parse

WRITE = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE)\b|\s*WITH\b.*\b(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\S+\s+SET)\b",
    re.IGNORECASE | re.DOTALL,
)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Watch:
    """The writes of one request, by connection, and those that were committed."""

    def __init__(self) -> None:
        self.pending: dict[Connection, list[str]] = {}
        self.committed: list[str] = []


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@event.listens_for(Engine, "after_cursor_execute")
def _executed(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    watch = _watch.get()
    if watch and WRITE.match(statement):
        watch.pending.setdefault(connection, []).append(" ".join(statement.split())[:200])


@event.listens_for(Engine, "commit")
def _committed(connection: Connection) -> None:
    if watch := _watch.get():
        watch.committed += watch.pending.pop(connection, [])


@event.listens_for(Engine, "rollback")
def _rolled_back(connection: Connection) -> None:
    if watch := _watch.get():
        watch.pending.pop(connection, None)


class SchoolClient(FlaskClient):
    """Each request runs alone: a session, a `g` and context variables of its own, as on the server.

    What the test itself wrote is committed before, so that the request sees it; what the test holds is read
    again after, so that it sees what the request did.
    """

    def run_wsgi_app(self, environ: dict[str, Any], buffered: bool = False) -> tuple[Iterable[bytes], str, Headers]:
        """Run one request and check what it left."""
        _settle()
        return copy_context().run(self._run_alone, environ)

    def _run_alone(self, environ: dict[str, Any]) -> tuple[Iterable[bytes], str, Headers]:
        watch = Watch()
        _watch.set(watch)
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        with self.application.app_context():
            body, status, headers = super().run_wsgi_app(environ, buffered=True)
            _check_writes(request, watch)
        body = list(body)
        if environ["REQUEST_METHOD"] != "HEAD":
            _check_html(request, b"".join(body), status, headers)
        return body, status, headers

    def post_form(
        self, url: str, data: Mapping[str, Any] | None = None, *, page: str | None = None, **options: Any
    ) -> TestResponse:
        """Post as a browser does: open `page` (default: `url`), take its form's hidden fields and token, add `data`.

        `options` go to `post`: follow_redirects, headers … A value may be a list or a file as werkzeug takes it.
        """
        path = page or url
        opened = self.get(path, follow_redirects=True)
        assert opened.status_code == 200, f"GET {path} answered {opened.status}, so there is no form to fill in"
        hidden = hidden_fields(opened.text, url, opened.request.path)
        assert "csrf_token" in hidden, f"{path} has no form with a token that posts to {url}"
        headers = {"Origin": "http://localhost", "Referer": f"http://localhost{path}", **(options.pop("headers", None) or {})}
        return self.post(url, data={**hidden, **(data or {})}, headers=headers, **options)


def _settle() -> None:
    """Commit what the test's own session holds, and let it read everything anew."""
    from school.db import db

    if has_app_context() and "sqlalchemy" in current_app.extensions:
        db.session.commit()
        db.session.expire_all()


def _check_writes(request: str, watch: Watch) -> None:
    """Look at the request's session before the end of its context rolls it back."""
    from school.db import db

    session = db.session()
    left = [f"pending {thing!r}" for thing in (*session.new, *session.deleted)]
    left += [f"changed {thing!r}" for thing in session.dirty if session.is_modified(thing)]
    left += [statement for statements in watch.pending.values() for statement in statements]
    assert not left, f"{request} left writes uncommitted; wrap the use case in transaction():\n  " + "\n  ".join(left)
    if request.split()[0] in READING:
        assert not watch.committed, f"{request} wrote, and reading must not:\n  " + "\n  ".join(watch.committed)


def _check_html(request: str, body: bytes, status: str, headers: Headers) -> None:
    is_html = headers.get("Content-Type", "").startswith("text/html")
    if not is_html or status[0] == "3" or "Content-Encoding" in headers:
        return
    problems = parse(body.decode("utf-8")).problems
    assert not problems, f"{request} ({status}) is not valid HTML:\n  " + "\n  ".join(problems)
