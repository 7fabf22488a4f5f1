"""The small staff on a fresh database, one Wednesday in November."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from tests.mentoring.small_staff import NOON, SmallStaff, build


@pytest.fixture
def staff(app: Flask, freeze: Callable[[datetime], None]) -> SmallStaff:
    """The small staff, at noon."""
    freeze(NOON)
    return build()
