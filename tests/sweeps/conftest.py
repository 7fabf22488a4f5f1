"""The town of the sweeps, on SQLite alone: what they ask of views does not depend on the database."""

from collections.abc import Iterator

import pytest

from school.clock import frozen
from tests.homework.small_school import AFTERNOON
from tests.support.databases import Databases
from tests.sweeps.town import Town


@pytest.fixture(scope="session")
def built_town(databases: Databases) -> Iterator[Town]:
    """The town, built once in this process."""
    with frozen(AFTERNOON):
        yield Town.build(databases.directory)


@pytest.fixture
def town(built_town: Town) -> Iterator[Town]:
    """The town as it was built, on Wednesday at 15:00."""
    with frozen(AFTERNOON):
        built_town.restore()
        yield built_town
