"""The classes whose homework a person coordinates, approves or may report on."""

from datetime import date

from school.accounts.identity import Person
from school.calendar.rules import school_year_start
from school.people.models import SchoolClass
from school.people.queries import classes_of_grades
from school.permissions import Role
from school.preferences.queries import get_preferences

WHOLE_SCHOOL = frozenset({Role.TEACHING_OFFICE, Role.PRINCIPAL, Role.ADMINISTRATOR})


def classes_of_person(person: Person, on_day: date) -> list[SchoolClass]:
    """The present classes of the person's scope, youngest grade first: own class, own grade, or the whole school."""
    start_year = school_year_start(on_day)
    present = classes_of_grades(start_year - get_preferences().last_grade + 1, start_year)
    if person.roles & WHOLE_SCHOOL:
        return present
    return [one for one in present if one.id in person.homeroom_class_ids or one.entry_year in person.grade_entry_years]
