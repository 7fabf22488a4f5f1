"""What a role can be held for: classes, grades and subjects, with their names.

The roster knows them. `people` builds on accounts, but its queries and rules import nothing of ours, so these
pages may ask them without closing a circle of modules.
"""

from dataclasses import dataclass
from datetime import date

from school.accounts.forms import AppointForm, EndRoleForm
from school.accounts.models import RoleGrant
from school.accounts.scope import Scope
from school.calendar.rules import school_year_start
from school.clock import today
from school.people.queries import classes_of_grades, subjects
from school.people.rules import class_label, grade_label
from school.preferences.queries import get_preferences


@dataclass(frozen=True)
class Scopes:
    """Names of the classes, grades and subjects of this school year, by what a role's row holds."""

    classes: dict[int, str]
    grades: dict[int, str]
    subjects: dict[int, str]

    def offer(self, form: AppointForm) -> None:
        """Give the form's selects their choices."""
        form.offer(classes=self.classes, grades=self.grades, subjects=self.subjects)

    def label(self, scope: Scope) -> str:
        """A scope in words, "" for the whole school."""
        known = ((self.subjects, scope.subject_id), (self.grades, scope.entry_year), (self.classes, scope.class_id))
        return "".join(names.get(key, f"（{key}）") for names, key in known if key is not None)

    def titles(self, grants: list[RoleGrant], day: date) -> list[str]:
        """What somebody is on a day, e.g. “班主任(三年级2班)”."""
        held = [(grant.role.label, self.label(grant.scope)) for grant in grants if grant.is_current(day)]
        return list(dict.fromkeys(f"{role}（{scope}）" if scope else role for role, scope in held))


def read_scopes() -> Scopes:
    """The classes, grades and subjects of the present school year."""
    year, last_grade = school_year_start(today()), get_preferences().last_grade
    classes = classes_of_grades(year - last_grade + 1, year)
    return Scopes(
        {c.id: class_label(c.entry_year, c.number, year) for c in classes},
        {c.entry_year: grade_label(c.entry_year, year) for c in classes},
        {subject.id: subject.name for subject in subjects()},
    )


@dataclass(frozen=True)
class RoleRow:
    """A role as a row of somebody's page; `form` holds what was typed when ending it was refused."""

    grant: RoleGrant
    scope_label: str
    when: str
    may_end: bool
    form: EndRoleForm | None = None

    @property
    def typed(self) -> str:
        """The last day as it was typed."""
        return (self.form.last_day.raw_data or [""])[0] if self.form else ""

    @property
    def errors(self) -> list[str]:
        """Why the end was refused."""
        return [*self.form.last_day.errors, *self.form.form_errors] if self.form else []


def is_over(ends_on: date | None, day: date) -> bool:
    """Whether a time that ends on `ends_on` is over."""
    return ends_on is not None and ends_on < day


def when_of(starts_on: date, ends_on: date | None, day: date) -> str:
    """Whether a time lies ahead, is now, or is over."""
    if starts_on > day:
        return "尚未开始"
    return "已结束" if is_over(ends_on, day) else "在任"
