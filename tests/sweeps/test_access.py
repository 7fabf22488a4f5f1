"""Role × view equals the committed table, and a view opened by mistake or a forgotten row check is seen."""

import pytest

from school.accounts.views import users
from school.homework import policy
from school.web.guard import Access
from tests.sweeps.access import committed, differences, table
from tests.sweeps.town import Town

pytestmark = pytest.mark.sweep


def test_every_role_gets_what_the_table_says(town: Town) -> None:
    found = differences(table(town), committed())
    assert not found, (
        "who gets what has changed. If it is meant: python -m tests.sweeps.access, and let a reviewer read the difference:\n  "
        + "\n  ".join(found)
    )


def test_the_table_has_no_row_twice() -> None:
    keys = [row[:3] for row in committed()]
    assert len(keys) == len(set(keys))


def test_a_view_opened_by_mistake_is_seen(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town.app.view_functions["accounts.permission_table"], "access", Access(frozenset(), is_public=True))
    assert users.permission_table.access.is_public  # type: ignore[attr-defined]
    found = differences(table(town, ["accounts.permission_table"]), _rows_of("accounts.permission_table"))
    assert "guardian gets ok from accounts.permission_table GET, the table says 403" in found


def test_a_forgotten_row_check_is_seen(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "may_see_board", lambda _person, _class: True)
    found = differences(table(town, ["homework.board"]), _rows_of("homework.board"))
    assert "homeroom_teacher gets ok from homework.board GET 一年级1班, the table says 404" in found


def test_a_new_and_a_lost_view_are_seen() -> None:
    rows = _rows_of("audit.index")
    assert differences(rows, []) == ["audit.index GET is not in access.csv"]
    assert differences([], rows) == ["audit.index GET is in access.csv, but there is no such view"]


def _rows_of(endpoint: str) -> list[tuple[str, ...]]:
    return [row for row in committed() if row[0] == endpoint]
