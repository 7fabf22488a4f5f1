"""Many rows at once, by INSERT with several rows of values; ids come back in the order of the rows."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import insert

from school.accounts.models import RoleGrant, User
from school.clock import now
from school.db import Base, db
from school.permissions import Role

Report = Callable[[str, int, int], None]
CHUNK = 500


def nothing(_what: str, _done: int, _total: int) -> None:
    """A report nobody reads."""


def insert_all(model: type[Base], rows: Sequence[dict[str, Any]], *, what: str = "", report: Report = nothing) -> list[int]:
    """Insert rows and answer their ids in order, telling `report` after every 500."""
    ids: list[int] = []
    for start in range(0, len(rows), CHUNK):
        statement = insert(model).returning(model.id, sort_by_parameter_order=True)  # type: ignore[attr-defined]
        ids += db.session.scalars(statement, list(rows[start : start + CHUNK]))
        if what:
            report(what, len(ids), len(rows))
    return ids


def add_users(names: Sequence[tuple[str, str]], *, report: Report = nothing) -> list[int]:
    """Accounts for (login, display name), without a one-time code; that is issued when it is printed."""
    moment = now()
    rows = [
        {
            "login": login,
            "display_name": name,
            "session_epoch": 1,
            "code_serial": 0,
            "is_active": True,
            "created_at": moment,
        }
        for login, name in names
    ]
    return insert_all(User, rows, what="建立账号", report=report)


def grant_all(user_ids: Sequence[int], role: Role, **columns: Any) -> None:
    """The same role, from the same day, for many users."""
    insert_all(RoleGrant, [{"user_id": user_id, "role": role, **columns} for user_id in user_ids])
