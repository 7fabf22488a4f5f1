"""The form of a planned event."""

from collections.abc import Iterable
from datetime import date

from wtforms import HiddenField, SelectField

from school.parentschool.enums import EventKind
from school.parentschool.rules.plan import PlanValues, grades_in_words
from school.web.forms import BoxesField, SchoolForm, choices, choices_of, maybe_number, member_of, short


def maybe_month(value: date | str | None) -> date | None:
    """How a select reads the first day of a month."""
    try:
        return value if isinstance(value, date) else date.fromisoformat(value or "")
    except ValueError:
        return None


class PlanRowForm(SchoolForm):
    """What is planned for a month."""

    month = SelectField("月份", coerce=maybe_month)
    kind = SelectField("类型", choices=choices_of(EventKind), coerce=member_of(EventKind))
    topic = short("主题", 80, hint="例如：一年级入学适应，家长怎样陪伴。")
    grades = BoxesField("面向年级", coerce=int, description="一个都不选就是全校。")
    owner_id = SelectField("负责人", coerce=maybe_number)
    note = short("备注", 200, is_needed=False)
    revision = HiddenField()

    def offer(self, months: Iterable[date], last_grade: int, teachers: Iterable[tuple[str, str]]) -> None:
        """Give the selects what there is to choose from."""
        self.month.choices = choices((month, f"{month.year}年{month.month}月") for month in months)
        self.grades.choices = choices((grade, grades_in_words([grade])) for grade in range(1, last_grade + 1))
        self.owner_id.choices = choices([("", "还没有定"), *teachers])

    def values(self) -> PlanValues:
        """What was typed."""
        return PlanValues(
            month=self.month.data,
            kind=self.kind.data,
            topic=self.topic.data or "",
            grades=frozenset(self.grades.data or ()),
            owner_id=self.owner_id.data,
            note=self.note.data or "",
        )


class PlanDropForm(SchoolForm):
    """Only which version of the row was seen."""

    revision = HiddenField()
