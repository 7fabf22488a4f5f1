"""The small school for races."""

from tests.homework.conftest import as_user, school

__all__ = ["as_user", "school"]
