"""The calendar as the features ask for it."""

from datetime import date

from flask import Flask
from sqlalchemy import event

from school.audit.service import COMMAND_LINE
from school.calendar.enums import DayKind
from school.calendar.queries import current_or_last_term, find_term, get_calendar
from school.calendar.rules import TermDates, is_school_day
from school.calendar.service import add_term, enter_days
from school.db import db, transaction

AUTUMN = TermDates(2026, 1, date(2026, 9, 1), date(2027, 1, 22))
SPRING = TermDates(2026, 2, date(2027, 3, 1), date(2027, 7, 9))


def test_terms_by_day(app: Flask) -> None:
    assert current_or_last_term(date(2026, 9, 1)) is None
    with transaction():
        first, second = (add_term(term, actor=COMMAND_LINE) for term in (AUTUMN, SPRING))
    assert find_term(date(2026, 8, 31)) is None
    assert find_term(date(2026, 9, 1)) is first
    assert find_term(date(2027, 1, 22)) is first
    assert find_term(date(2027, 1, 23)) is None
    assert current_or_last_term(date(2026, 8, 1)) is first, "before the first term, the first"
    assert current_or_last_term(date(2027, 2, 10)) is first, "in the winter vacation, the term before"
    assert current_or_last_term(date(2028, 1, 1)) is second


def test_the_calendar_is_read_again_only_after_a_change(app: Flask) -> None:
    with transaction():
        add_term(AUTUMN, actor=COMMAND_LINE)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert get_calendar() is get_calendar()
    assert sum(statement.startswith("SELECT") for statement in statements) == 4, "the stamps, terms, days and years"
    db.session.rollback()
    statements.clear()
    get_calendar()
    assert [statement.split() for statement in statements if "FROM" in statement and "stamps" not in statement] == [], (
        "the stamp is what it was"
    )
    day = date(2026, 10, 30)
    assert is_school_day(day, get_calendar())
    with transaction():
        enter_days(day, day, DayKind.CLOSURE, "运动会", actor=COMMAND_LINE)
        assert not is_school_day(day, get_calendar()), "what was just written is seen"
    assert not is_school_day(day, get_calendar())
