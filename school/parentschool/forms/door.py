"""The form of a guardian at the door."""

from collections.abc import Iterable

from wtforms import RadioField, SelectField

from school.parentschool.rules.presence import MOST_ADULTS
from school.web.forms import SchoolForm, choices, maybe_number

ADULTS = [(number, f"{number} 位") for number in range(1, MOST_ADULTS + 1)]


class ArriveForm(SchoolForm):
    """For which child, and how many adults came."""

    pupil_id = RadioField("孩子", coerce=maybe_number)
    adults = SelectField("到场家长", choices=choices(ADULTS), coerce=maybe_number)

    def offer(self, children: Iterable[tuple[int, str]]) -> None:
        """Give the choice of children."""
        self.pupil_id.choices = choices(children)
