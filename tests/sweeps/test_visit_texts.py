"""A marked word stands in every text of every home visit; here everything the application tells is searched for it (PR-06).

Every view, as every role, for every row; every search a page offers; what every form answers; reports; and every column of
every table. It is found with those who may see visits, after their look, and nowhere else.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from school.cli import group
from school.clock import frozen
from school.db import db
from school.parentschool import loaders, policy
from school.parentschool.models import HomeVisit
from school.permissions import Role
from tests.homework.small_school import AFTERNOON, WEDNESDAY
from tests.support.html import parse
from tests.sweeps.target import Target
from tests.sweeps.town import COLUMNS, FILLED, Town, token_of
from tests.sweeps.visit_town import ASKED, KEPT, MARK, READERS, TEXTS

pytestmark = pytest.mark.sweep

Place = tuple[str, str, str]  # role, view, row
FOLLOW_UPS = ("change_follow_up", "finish_follow_up")
WRITERS = (Role.HOMEROOM_TEACHER, Role.MORAL_OFFICE)
OPENED = ("看过的家访", "撤回的家访")
OF_CLASS = (*OPENED, "没看过的家访")
ELSEWHERE = "一年级1班的家访"

# Where a text is read without any tap: by readers, of visits they have looked at.
READ = {
    *((role.value, view, row) for role in READERS for view in ("visit", "print_visit") for row in OPENED),
    *((role.value, "edit_visit", row) for role in WRITERS for row in OPENED),
    *((role.value, view, f"{row}的跟进") for role in WRITERS for view in FOLLOW_UPS for row in OPENED),
}
# What a tap answers with: the look itself, and a form that names what is to be done, to whoever has looked.
TAPPED = {
    *((role.value, "look_at_visit", row) for role in READERS for row in OF_CLASS),
    *((role.value, "look_at_visit", ELSEWHERE) for role in (Role.MORAL_OFFICE, Role.PRINCIPAL)),
    *((role.value, "finish_follow_up", f"{row}的跟进") for role in WRITERS for row in OPENED),
}
SPELLINGS = (
    KEPT.encode(),
    KEPT.encode("gb18030"),
    KEPT.encode("utf-16-le"),
    quote(KEPT).encode(),
    json.dumps(KEPT)[1:-1].encode(),
    KEPT.encode("ascii", "xmlcharrefreplace"),
)


def is_told(response: TestResponse) -> bool:
    """Whether an answer holds the mark: in its headers, its body, or in a file packed into it."""
    parts = [str(response.headers).encode(), response.data]
    if zipfile.is_zipfile(io.BytesIO(response.data)):
        with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
            parts += [packed.read(name) for name in packed.namelist()]
    return any(spelling in part for part in parts for spelling in SPELLINGS)


def rows(town: Town, method: str) -> Iterator[tuple[str, str, Target]]:
    """Every role with every view of this method and every row."""
    for verb, endpoint in town.views():
        if verb == method:
            yield from ((who, endpoint, target) for target in town.targets(endpoint) for who in COLUMNS)


def searches(page: TestResponse, address: str) -> Iterator[str]:
    """The addresses that the searches of a page lead to, asked for the beginning of the mark."""
    if page.mimetype != "text/html":
        return
    for form in parse(page.text).all("form"):
        kinds = {one.get("name"): (one.get("type") or "text").lower() for one in form.iter("input") if one.get("name")}
        asked = [name for name, kind in kinds.items() if kind in ("text", "search")]
        if (form.get("method") or "get").lower() == "get" and asked:
            target = urlsplit(urljoin(f"http://localhost{address}", form.get("action") or address))
            yield f"{target.path}?" + "&".join(f"{quote(str(name))}={quote(ASKED)}" for name in asked)


def name_of(endpoint: str) -> str:
    """A view of parent school by its own name, others with their package."""
    return endpoint.removeprefix("parentschool.")


def read_everything(town: Town, endpoints: frozenset[str] | None = None) -> tuple[set[Place], set[str]]:
    """Where the mark was read by opening pages and files, and by searching; the searches that were made."""
    found, asked = set(), set()
    for who, endpoint, target in rows(town, "GET"):
        if endpoints is not None and endpoint not in endpoints:
            continue
        client = town.client(who, target.permit, is_strict=False)
        address = town.url(endpoint, target)
        answers = [client.get(address)]
        for search in searches(answers[0], address):
            if (who, search) not in asked:
                asked.add((who, search))
                answers.append(client.get(search, follow_redirects=True))
        if any(is_told(one) for one in answers):
            found.add((who, name_of(endpoint), target.words))
    return found, {search for _who, search in asked}


def test_opening_and_searching_everything_tells_readers_only(town: Town) -> None:
    found, asked = read_everything(town)
    assert found == READ
    assert {urlsplit(search).path for search in asked} >= {"/audit", "/accounts/users"}


def test_no_answer_to_a_form_tells_anybody_else(town: Town) -> None:
    found = set()
    for who, endpoint, target in rows(town, "POST"):
        client = town.client(who, target.permit, is_strict=False)
        answer = _post(town, client, endpoint, target)
        if is_told(answer) or (answer.status_code == 303 and is_told(client.get(answer.headers["Location"]))):
            found.add((who, name_of(endpoint), target.words))
        if answer.status_code == 303:
            town.restore()
    assert found == TAPPED


def test_without_a_look_nobody_reads_anything(town: Town) -> None:
    views = frozenset(f"parentschool.{view}" for _who, view, _row in READ)
    with frozen(AFTERNOON + timedelta(minutes=30, seconds=1)):
        assert read_everything(town, views)[0] == set()
    with frozen(AFTERNOON + timedelta(minutes=30)):
        assert read_everything(town, views)[0] == READ


def test_a_forgotten_row_check_or_look_is_seen(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    views = frozenset({"parentschool.visit", "parentschool.print_visit"})
    with monkeypatch.context() as changed:
        changed.setattr(loaders, "has_looked", lambda _visit_id: True)
        found = read_everything(town, views)[0]
        assert ("homeroom_teacher", "print_visit", "没看过的家访") in found
        assert ("homeroom_teacher", "visit", ELSEWHERE) not in found
        changed.setattr(policy, "may_read_visit", lambda _person, **_classes: True)
        assert ("homeroom_teacher", "visit", ELSEWHERE) in read_everything(town, views)[0]


def test_no_report_tells_it(town: Town) -> None:
    report = group.commands["report"]
    values = {"term": "2026-1", "month": f"{WEDNESDAY:%Y-%m}", "as_json": None, "json": None}
    runner = town.app.test_cli_runner()
    told = {}
    for name, command in report.commands.items():  # type: ignore[attr-defined]
        arguments = []
        for option in command.params:
            if option.name in values:
                value = values[option.name]
                arguments += [option.opts[0]] if value is None else [option.opts[0], value]
        answer = runner.invoke(args=["school", "report", name, *arguments])
        told[name] = answer.output
        assert answer.exit_code == 0, (name, answer.output)
    assert told
    assert not [name for name, output in told.items() if KEPT in output or json.dumps(KEPT)[1:-1] in output]


def test_no_other_table_keeps_it(town: Town) -> None:
    with town.app.app_context():
        found = {
            f"{table.name}.{column.name}"
            for table in db.metadata.sorted_tables
            for column in table.columns
            if any(KEPT in str(value) for value in db.session.scalars(select(column)))
        }
    texts = {f"home_visits.{name}" for name in (*TEXTS, "withdrawn_reason")}
    assert found == texts | {
        "home_visit_follow_ups.what",
        "home_visit_follow_ups.result",
        "planned_home_visits.state_reason",
    }


def test_no_error_of_the_database_tells_it(town: Town) -> None:
    with town.app.app_context():
        columns = HomeVisit.__table__.columns
        row = dict(db.session.execute(select(*columns).where(HomeVisit.met.contains(KEPT))).mappings().first() or {})
        assert MARK in row["met"]
        row.pop("id")
        with pytest.raises(IntegrityError) as caught:
            db.session.execute(insert(HomeVisit).values(row))
        db.session.rollback()
    assert KEPT not in str(caught.value)
    assert "INSERT INTO home_visits" in str(caught.value)


def _post(town: Town, client: FlaskClient, endpoint: str, target: Target) -> TestResponse:
    form = {"csrf_token": token_of(town.app, client), **FILLED.get(endpoint, {})}
    return client.post(town.url(endpoint, target), data=form, headers={"Origin": "http://localhost"})
