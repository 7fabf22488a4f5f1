"""The small school on a Wednesday afternoon in November."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from school.accounts.models import User
from tests.accounts.cast import signed_in
from tests.homework.small_school import AFTERNOON, SmallSchool, build
from tests.support.client import SchoolClient


@pytest.fixture
def school(app: Flask, freeze: Callable[[datetime], None]) -> SmallSchool:
    """The small school, at 15:00."""
    freeze(AFTERNOON)
    return build()


@pytest.fixture
def as_user(app: Flask) -> Callable[[User], SchoolClient]:
    """A signed-in person's own device."""
    return lambda user: signed_in(app, user)
