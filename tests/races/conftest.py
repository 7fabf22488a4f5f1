"""The small school, the small selection and a term without courses for races."""

from tests.courses.conftest import cast, term
from tests.homework.conftest import as_user, school

__all__ = ["as_user", "cast", "school", "term"]
