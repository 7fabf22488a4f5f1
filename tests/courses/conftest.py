"""The small selection on a Wednesday noon, with the open round open."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from school.accounts.models import User
from tests.accounts.cast import signed_in
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
