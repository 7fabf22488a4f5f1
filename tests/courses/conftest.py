"""The small selection on a Wednesday noon, with the open round open; a term without anything."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask import Flask

from school.accounts.models import User
from school.calendar.models import SchoolYear, Term
from school.db import db
from tests.accounts.cast import signed_in
from tests.courses.catalogue_acts import OCTOBER
from tests.courses.small_courses import NOON, SmallCourses, build
from tests.support.client import SchoolClient


@pytest.fixture
def cast(app: Flask, freeze: Callable[[datetime], None]) -> SmallCourses:
    """The small selection, at 12:00; for other settings freeze the clock at NOON and call `build(…)`."""
    freeze(NOON)
    return build()


@pytest.fixture
def as_user(app: Flask) -> Callable[[User], SchoolClient]:
    """A signed-in person's own device."""
    return lambda user: signed_in(app, user)


@pytest.fixture
def term(app: Flask, freeze: Callable[[datetime], None]) -> Term:
    """A term without a course or a selection."""
    freeze(OCTOBER)
    term = Term(school_year=SchoolYear(start_year=2026), number=1, starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 22))
    db.session.add(term)
    db.session.commit()
    return term
