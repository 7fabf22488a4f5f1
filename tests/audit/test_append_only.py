"""The audit is append-only in the database itself, whoever asks."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from school.audit.models import AuditEntry
from school.audit.queries import AuditFilter, entries
from school.audit.service import COMMAND_LINE, record
from school.db import db, transaction


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET sentence = '什么也没有发生'",
        "UPDATE audit_entries SET happened_at = '2020-01-01'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_entries WHERE id = 1",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(app: Flask, statement: str) -> None:
    with transaction():
        record(COMMAND_LINE, "test", "做了一件事", subject_type="test")
    with pytest.raises(DBAPIError):
        db.session.execute(text(statement))
    db.session.rollback()
    assert [entry.sentence for entry in entries(AuditFilter(), offset=0, limit=9)] == ["做了一件事"]


def test_the_session_cannot_either(app: Flask) -> None:
    with transaction():
        record(COMMAND_LINE, "test", "做了一件事", subject_type="test")
    entry = db.session.query(AuditEntry).one()
    entry.sentence = "没做"
    with pytest.raises(DBAPIError):
        db.session.flush()
    db.session.rollback()


def half_an_act() -> None:
    """Something that breaks after it was recorded."""
    with transaction():
        record(COMMAND_LINE, "test", "做了一件事", subject_type="test")
        raise ZeroDivisionError


def test_an_act_that_fails_leaves_no_entry(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        half_an_act()
    assert entries(AuditFilter(), offset=0, limit=9) == []
