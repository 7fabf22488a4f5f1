"""Forms of the list at the door: ticks, families that came without signing up, corrections."""

import re
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField
from wtforms.validators import Optional

from school.parentschool.forms.door import ADULTS
from school.parentschool.rules.presence import Tick
from school.web.forms import SchoolForm, choices, maybe_number, short

MOST_TICKS = 2000


class TickForm(SchoolForm):
    """Which families are there, a box and a number of adults for each sign-up; the boxes are read by `ticks_of`."""


class WalkInForm(SchoolForm):
    """A family that came without having signed up."""

    comer = SelectField("孩子和家长", validators=[Optional()])
    adults = SelectField("到场家长", choices=choices(ADULTS), coerce=maybe_number)

    def offer(self, comers: Iterable[tuple[str, str]]) -> None:
        """Give the choice of children with their guardians, as `pupil-guardian`."""
        self.comer.choices = choices([("", "请选择"), *comers])

    @property
    def pair(self) -> tuple[int, int] | None:
        """Pupil and guardian, or None when none was chosen."""
        parts = re.fullmatch("([0-9]{1,9})-([0-9]{1,9})", self.comer.data or "")
        return (int(parts[1]), int(parts[2])) if parts else None


class CorrectForm(SchoolForm):
    """What was wrong with a presence."""

    what = RadioField("更正什么", choices=choices([("adults", "到场人数"), ("absent", "其实没有来，删去签到")]), default="adults")
    adults = SelectField("到场家长", choices=choices(ADULTS), coerce=maybe_number)
    reason = short("原因", 200, is_needed=False, hint="会写进操作记录。")


def ticks_of(sent: MultiDict[str, str]) -> list[Tick]:
    """The families ticked on the page; the number beside a box is None when it is no number."""
    ids = [int(one) for one in sent.getlist("here")[:MOST_TICKS] if re.fullmatch("[0-9]{1,9}", one)]
    return [Tick(one, _number(sent.get(f"adults_{one}", ""))) for one in dict.fromkeys(ids)]


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,3}", text) else None
