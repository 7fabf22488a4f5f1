"""What to do when a tool is absent, and where quick temporary files go."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

CANNOT_RUN = "Cannot run: "
ROOMY = 1024**3  # a container's /dev/shm is often 64 MB, too little for PostgreSQL


def is_ci() -> bool:
    """Whether a missing tool is a failure (CI=true) or only said aloud."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def missing(what: str) -> NoReturn:
    """Skip the test because `what` is absent, with a plain sentence; fail it where everything must be there."""
    if is_ci():
        pytest.fail(f"{CANNOT_RUN}{what}", pytrace=False)
    pytest.skip(f"{CANNOT_RUN}{what}")


def quick_directory(prefix: str) -> Path:
    """A new temporary directory, in memory where the system offers enough of it."""
    memory = Path("/dev/shm")
    is_roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOMY
    return Path(tempfile.mkdtemp(prefix=prefix, dir=memory if is_roomy else None))
