"""What changes rarely is kept in each worker for as long as its stamp in the database stays the same.

A model with `__stamp__ = "calendar"` gives that stamp a new value, in the same transaction, whenever one of its rows is
written through the session. Readers compare one short value instead of reading the rows again; every worker sees a change
with its next transaction, and a transaction that rolls back changes nobody's stamp.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import ColumnElement, String, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, SessionTransaction, UOWTransaction, mapped_column

from school.db import READ_IN_UNIT, db

Value = TypeVar("Value")

_kept: dict[str, tuple[str, Any]] = {}


class Stamp(db.Model):
    """The present value of one stamp."""

    __tablename__ = "stamps"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(32))


_ALL = select(Stamp.__table__)


def kept(name: str, read: Callable[[], Value]) -> Value:
    """What `read` answers, from this worker's memory while the stamp is what it was; without a stamp, always read."""
    value = _stamp(name)
    known = _kept.get(name)
    if value is not None and known is not None and known[0] == value:
        return known[1]
    fresh = read()
    if value is not None:
        _kept[name] = (value, fresh)
    return fresh


def forget_stamps() -> None:
    """Make the next reading of this transaction ask for the stamps again, after it waited for a lock."""
    db.session().info.pop(READ_IN_UNIT, None)


def stamp_column(name: str) -> ColumnElement[str]:
    """A stamp as an expression, for a statement that asks for more and saves `kept` asking for itself; see `note_stamp`."""
    return select(Stamp.__table__.c.value).where(Stamp.__table__.c.name == name).scalar_subquery()


def note_stamp(name: str, value: str | None) -> None:
    """Take note of a stamp that another statement of this transaction has just read."""
    _seen().values[name] = value


@dataclass
class _Seen:
    """The stamps read in a transaction: some by name, or all of them."""

    transaction: SessionTransaction | None
    values: dict[str, str | None] = field(default_factory=dict)
    is_whole: bool = False


def _stamp(name: str) -> str | None:
    """A stamp as this transaction sees it; unless it was noted, all of them are read, once."""
    seen = _seen()
    if name not in seen.values and not seen.is_whole:
        rows = db.session.execute(_ALL).all()
        seen = _seen()  # the statement may have begun the transaction
        seen.values, seen.is_whole = {row.name: row.value for row in rows}, True
    return seen.values.get(name)


def _seen() -> _Seen:
    session = db.session()
    transaction = session.get_transaction()
    seen = session.info.get(READ_IN_UNIT)
    if seen is None or transaction is None or seen.transaction is not transaction:
        seen = session.info[READ_IN_UNIT] = _Seen(transaction)
    return seen


@event.listens_for(Session, "after_flush")
def _restamp(session: Session, _flush: UOWTransaction) -> None:
    touched = (*session.new, *session.dirty, *session.deleted)
    names = {getattr(type(row), "__stamp__", None) for row in touched} - {None}
    if not names:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(Stamp.__table__).values([{"name": name, "value": uuid4().hex} for name in sorted(names)])
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
    session.execute(statement)
    session.info.pop(READ_IN_UNIT, None)
