"""What changes rarely is kept in each worker for as long as its stamp in the database stays the same.

A model with `__stamp__ = "calendar"` gives that stamp a new value, in the same transaction, whenever one of its rows is
written through the session. Readers compare one short value instead of reading the rows again; every worker sees a change
with its next transaction, and a transaction that rolls back changes nobody's stamp.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import String, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column

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
    value = _stamps().get(name)
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


def _stamps() -> dict[str, str]:
    """All stamps, read once in a transaction."""
    session = db.session()
    transaction, stamps = session.info.get(READ_IN_UNIT, (None, {}))
    if transaction is None or transaction is not session.get_transaction():
        stamps = {name: value for name, value in session.execute(_ALL)}
        session.info[READ_IN_UNIT] = (session.get_transaction(), stamps)
    return stamps


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
