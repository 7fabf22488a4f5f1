"""The real input beside the repository, for the tests marked external."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """../shared/data; its absence skips the test on a desk and fails it in CI."""
    if not SHARED.is_dir():
        sentence = f"{SHARED} is absent: the real rosters, names and payloads were not tried"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return SHARED
