"""Names of classes as this school says them: a class above its last grade has graduated."""

from school.people.rules import class_label
from school.preferences.queries import get_preferences


def class_name(entry_year: int, number: int, start_year: int) -> str:
    """“三年级2班” in the school year that begins in `start_year`, “2019级2班（已毕业）” above the school's last grade."""
    return class_label(entry_year, number, start_year, max_grade=get_preferences().last_grade)
