"""The form of a family's answer: its fields follow the session's speakers."""

from collections.abc import Iterable, Mapping

from wtforms import RadioField, TextAreaField
from wtforms.validators import Length, Optional

from school.parentschool.rules.feedback import LONGEST_TEXT, STARS
from school.web.forms import SchoolForm, choices, maybe_number, stripped

WORDS = {5: "非常满意", 4: "满意", 3: "一般", 2: "不太满意", 1: "不满意"}


def _stars(label: str) -> RadioField:
    pairs = [(number, f"{number} 星 {WORDS[number]}") for number in reversed(STARS)]
    return RadioField(label, choices=choices(pairs), coerce=maybe_number, validators=[Optional()])


class AnswerForm(SchoolForm):
    """Stars for the session, for each speaker, and some words."""

    stars = _stars("这次活动")
    text = TextAreaField(
        "想说的话（选填）",
        description=f"最多 {LONGEST_TEXT} 个字。请不要写姓名，否则别人会知道是谁写的。",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT, message=f"最多 {LONGEST_TEXT} 个字。")],
    )

    @classmethod
    def of(cls, speakers: Iterable[tuple[int, str]]) -> "AnswerForm":
        """The form for a session held by these speakers, by mentor id and name."""
        fields = {f"speaker_{mentor_id}": _stars(f"主讲人 {name}") for mentor_id, name in speakers}
        return type("ShapedAnswerForm", (cls,), fields)()

    @property
    def speaker_fields(self) -> list[RadioField]:
        """The fields of the speakers."""
        return [field for field in self if field.name.startswith("speaker_")]

    def speaker_stars(self) -> Mapping[str, int | None]:
        """Stars by mentor id."""
        return {field.name.removeprefix("speaker_"): field.data for field in self.speaker_fields}
