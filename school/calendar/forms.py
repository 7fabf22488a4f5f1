"""Forms of the calendar: a day, a term."""

from collections.abc import Iterable

from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from school.calendar.enums import DayKind
from school.web.forms import NEEDED, SchoolForm, choices, choices_of, member_of, stripped

WEEKDAYS = [(str(number), f"周{char}") for number, char in enumerate("一二三四五六日", start=1)]
DATE_NEEDED = InputRequired("请按 2026-09-01 这样的格式填写日期。")


def _number(value: str | int | None) -> int | None:
    """An empty choice is None; a select gives text, and the page's own value a number."""
    return int(value) if value not in (None, "") else None


class DayForm(SchoolForm):
    """What an entered day is. `seen` is how it was when the form was opened, to notice that somebody else changed it."""

    kind = SelectField("这一天是", choices=choices_of(DayKind), coerce=member_of(DayKind))
    name = StringField(
        "名称",
        description="例如：国庆节、运动会。",
        filters=[stripped],
        validators=[NEEDED, Length(max=60, message="最多 60 个字。")],
    )
    follows_weekday = SelectField(
        "上星期几的课", description="只有调休补班要选。", choices=choices([("", "（不选）"), *WEEKDAYS]), coerce=_number
    )
    seen = HiddenField()


class NewDayForm(DayForm):
    """One day or several that are not what their weekday says."""

    on_day = DateField("日期", validators=[DATE_NEEDED])
    until = DateField("到哪天为止", description="只有一天就不填。", validators=[Optional()])


class TermDatesForm(SchoolForm):
    """First and last day of a term."""

    starts_on = DateField("第一天", validators=[DATE_NEEDED])
    ends_on = DateField("最后一天", description="放假前的最后一个上课日。", validators=[DATE_NEEDED])
    seen = HiddenField()


class NewTermForm(TermDatesForm):
    """A new term of a school year."""

    start_year = SelectField("学年", coerce=int)
    number = SelectField("学期", choices=choices([("1", "第一学期（秋）"), ("2", "第二学期（春）")]), coerce=int)

    def offer_years(self, years: Iterable[int]) -> None:
        """Give the select of school years its choices."""
        self.start_year.choices = choices((str(year), f"{year}—{year + 1}学年") for year in years)
