"""What all forms share: choices of vocabularies, whole numbers, and carrying a refusal back to its field."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from school.errors import Refused

NEEDED = InputRequired("请填写这一项。")
DATE_NEEDED = InputRequired("请按 2026-09-01 这样的格式填写日期。")


class SchoolForm(FlaskForm):
    """A form whose built-in messages are Chinese, and whose texts PostgreSQL can keep."""

    class Meta(FlaskForm.Meta):
        """Flask-WTF asks Flask-Babel for translations, which we do not have; WTForms brings its own."""

        def get_translations(self, form: Any) -> Any:
            """The Chinese sentences WTForms comes with."""
            return get_translations(["zh"])

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What a page sent, without the NUL characters that no PostgreSQL text holds; JSON is from no page of ours."""
            sent = super().wrap_formdata(form, None if request.is_json else formdata)
            pairs = list(sent.items(multi=True)) if sent else []
            if not any("\0" in value for _name, value in pairs if isinstance(value, str)):
                return sent
            return ImmutableMultiDict((n, v.replace("\0", "") if isinstance(v, str) else v) for n, v in pairs)


class WholeNumberField(IntegerField):
    """A whole number typed by a person; anything else gets a Chinese sentence and stays as typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ASCII and full-width digits."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = int(valuelist[0].strip())
        except ValueError:
            self.data = None
            raise ValueError("请填整数。") from None


class BoxesField(SelectMultipleField):
    """Several of a list, each with a box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """WTForms has no Chinese sentence for a box that was not offered."""
        try:
            super().pre_validate(form)
        except ValidationError:
            raise ValidationError("选项里没有这一项，请重新选择。") from None


def short(label: str, most: int, *, is_needed: bool = True, hint: str = "") -> StringField:
    """A line of text up to `most` characters."""
    limits = [NEEDED if is_needed else Optional(), Length(max=most, message=f"最多 {most} 个字。")]
    return StringField(label, description=hint, filters=[stripped], validators=limits)


def long(label: str, *, is_needed: bool = False, hint: str = "", name_on_page: str | None = None) -> TextAreaField:
    """Some lines of text; `name_on_page` is the element's id where two forms of a page have a field of one name."""
    limits = [NEEDED if is_needed else Optional(), Length(max=2000, message="最多 2000 个字。")]
    return TextAreaField(label, description=hint, filters=[stripped], validators=limits, id=name_on_page)


def minutes_field(label: str, *, most: int, is_needed: bool = False) -> WholeNumberField:
    """A field for minutes from 0 to `most`."""
    needed = NEEDED if is_needed else Optional()
    return WholeNumberField(label, validators=[needed, NumberRange(0, most, f"请填 0 到 {most} 之间的分钟数。")])


def choices(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """What a select offers, from (value, label)."""
    return [SelectChoice(value, label) for value, label in pairs]


def choices_of(vocabulary: type[StrEnum], members: Iterable[Any] | None = None) -> list[SelectChoice]:
    """Value and Chinese label of a vocabulary or of some of its members."""
    return choices((member.value, member.label) for member in (members or vocabulary))


def member_of(vocabulary: type[StrEnum]) -> Callable[[Any], StrEnum | None]:
    """How a select reads a member; a value that is none is None, which the field then refuses in Chinese."""
    return lambda value: vocabulary(value) if value in set(vocabulary) else None


def maybe_number(value: str | int | None) -> int | None:
    """How a select reads an id that may be left open."""
    return int(value) if value not in (None, "", "None") and str(value).isdecimal() else None


def revision_of(text: str | None) -> int:
    """The revision a hidden field carries; anything else is one that no row has."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text or "") else 0


def stripped(text: str | None) -> str:
    """A filter for text fields: without surrounding white space."""
    return (text or "").strip()


def show_refusal(form: FlaskForm, refused: Refused) -> None:
    """Put a refusal's sentence beside the field it names, or on top of the form."""
    field = form._fields.get(refused.field or "")
    if field is None:
        form.form_errors.append(refused.message)
    else:
        field.errors = [*field.errors, refused.message]
