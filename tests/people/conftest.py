"""The little school on a Wednesday in November."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from school.clock import ZONE
from tests.people.cast import little_school

MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=ZONE)


@pytest.fixture
def today_is(app: Flask, freeze: Callable[[datetime], None]) -> Callable[[datetime], None]:
    """An empty school on 25 November 2026; call it to move on."""
    freeze(MORNING)
    return freeze


@pytest.fixture
def school(today_is: Callable[[datetime], None]) -> Callable[[datetime], None]:
    """The little school."""
    little_school()
    return today_is
