"""The small school and the small selection for races."""

from tests.courses.conftest import cast
from tests.homework.conftest import as_user, school

__all__ = ["as_user", "cast", "school"]
