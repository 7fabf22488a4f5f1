"""The small school, and families with a session in it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from tests.homework.conftest import as_user, school
from tests.homework.small_school import AFTERNOON, SmallSchool
from tests.parentschool.office_school import OfficeSchool, build_office
from tests.parentschool.small_families import NOON, Families, build_families
from tests.parentschool.visit_school import VisitSchool, build_visits

__all__ = ["as_user", "school"]


@pytest.fixture
def families(app: Flask, school: SmallSchool, freeze: Callable[[datetime], None]) -> Families:
    """Wednesday noon: the sign-up is open."""
    freeze(NOON)
    return build_families(school)


@pytest.fixture
def visiting(app: Flask, freeze: Callable[[datetime], None]) -> VisitSchool:
    """Classes to visit, one Wednesday at 15:00."""
    freeze(AFTERNOON)
    return build_visits()


@pytest.fixture
def office(school: SmallSchool) -> OfficeSchool:
    """李主任 and three mentors, on Wednesday at 15:00."""
    return build_office(school)
