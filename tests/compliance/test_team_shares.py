"""What the system itself counts for the appraisal of a grade group: parent school here, beside homework and courses."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from school.calendar.models import Term
from school.clock import today
from school.compliance.queries.teams import team_shares
from school.db import db
from school.mentoring.enums import Indicator, TeamKind
from school.mentoring.queries.teams import Team
from tests.homework.conftest import school
from tests.homework.small_school import SmallSchool
from tests.parentschool.attendance import DOOR_OPENS, ENDS, come
from tests.parentschool.small_families import NOON, Families, build_families

__all__ = ["school"]
Freeze = Callable[[datetime], None]


@pytest.fixture
def families(app: Flask, school: SmallSchool, freeze: Freeze) -> Families:
    """Wednesday noon: six families of 三年级2班, the first with a second child in 一年级1班."""
    freeze(NOON)
    return build_families(school)


def share_of(entry_year: int) -> float | None:
    """What parent school counts for the teachers of a grade today."""
    team = Team(TeamKind.GRADE_GROUP, str(entry_year), "组", (), (), entry_year=entry_year)
    term = db.session.query(Term).filter_by(number=1).one()
    return team_shares(term, [team], today())[f"grade_group:{entry_year}"].get(Indicator.FAMILIES)


def pupils_of(entry_year: int) -> int:
    """How many pupils the classes of a grade have."""
    statement = "SELECT count(*) FROM class_memberships m JOIN school_classes c ON c.id = m.class_id WHERE c.entry_year = :year"
    return db.session.execute(db.text(statement), {"year": entry_year}).scalar_one()


def test_a_grade_group_counts_the_pupils_whose_family_came(families: Families, freeze: Freeze) -> None:
    assert share_of(2024) is None
    freeze(DOOR_OPENS)
    come(families, 1, 2)
    assert share_of(2024) is None  # it is not over yet
    freeze(ENDS + timedelta(minutes=1))
    assert share_of(2024) == pytest.approx(2 / pupils_of(2024))
    assert share_of(2026) == pytest.approx(1 / pupils_of(2026))  # the sister of the first family's child
