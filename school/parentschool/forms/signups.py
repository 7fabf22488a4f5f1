"""How a family signs up for a date, and changes how many adults come."""

from collections.abc import Iterable

from wtforms import BooleanField, HiddenField, SelectField

from school.parentschool.rules.families import Choice
from school.web.forms import SchoolForm, choices, maybe_number


class SignUpForm(SchoolForm):
    """Adults, the child, whether to wait, and which date is left for it; what may be chosen is for the rules to judge."""

    adults = SelectField("来几位家长", coerce=maybe_number, validate_choice=False)
    pupil_id = SelectField("为哪个孩子报名", coerce=maybe_number, validate_choice=False)
    waits = BooleanField("座位不够时排候补", default=True)
    gives_up = HiddenField()

    def offer(self, choice: Choice, children: Iterable[tuple[int, str]], family: int) -> "SignUpForm":
        """Offer the adults of a date and the children; the controls' ids are of date and family, for a page has several."""
        self.adults.choices = choices((str(one), words) for one, words in choice.adults)
        self.pupil_id.choices = choices((str(one), words) for one, words in children)
        for field in (self.adults, self.pupil_id, self.waits):
            field.id = f"{field.name}-{choice.date.id}-{family}"
            field.label.field_id = field.id
        return self

    @property
    def wanted(self) -> tuple[int, int, int | None]:
        """Adults, pupil and the date to leave; 0 for nonsense, which is nobody and no number anybody may ask for."""
        return self.adults.data or 0, self.pupil_id.data or 0, maybe_number(self.gives_up.data)


class WithdrawForm(SchoolForm):
    """The button by which a family leaves a date or its list."""
