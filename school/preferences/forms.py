"""The one form of the school's settings, made from their declarations."""

import json
from collections.abc import Iterator
from dataclasses import Field, fields
from datetime import time
from enum import StrEnum
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired, Length, Optional

from school.law import NATIONAL_CAPS
from school.preferences.rules import BOUNDS, GRADES, TIMES, WEEKDAYS, Preferences, from_stored
from school.web.forms import NEEDED, SchoolForm, WholeNumberField, choices, choices_of, member_of, stripped

CAP_GRADES = [grade for grade, minutes in NATIONAL_CAPS.items() if minutes]


class SettingsForm(SchoolForm):
    """Every setting; `seen` holds what was set when the page was opened."""

    reason = StringField(
        "修改原因", description="写入操作记录；放行误报词句时必填。", filters=[stripped], validators=[Length(max=200)]
    )
    seen = HiddenField()

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """The bound fields by group, in the order of their declarations."""
        groups: dict[str, list[Any]] = {}
        for setting in fields(Preferences):
            bound = [self[name] for name in _names(setting.name) if name in self]
            groups.setdefault(setting.metadata["group"], []).extend(bound)
        return list(groups.items())

    def limit_grades(self, last_grade: int) -> None:
        """Leave out the caps of grades the school does not have."""
        for grade in CAP_GRADES:
            if grade > last_grade:
                del self[f"cap_{grade}"]

    def show(self, present: Preferences) -> None:
        """Fill the form with what is set now."""
        for setting in fields(Preferences):
            value = getattr(present, setting.name)
            if setting.name == "caps":
                for grade, bound in self._caps().items():
                    bound.data = present.school_caps.get(grade)
            elif setting.name in self:
                self[setting.name].data = _shown(setting.name, value, present)
        self.seen.data = json.dumps(_plain(present), ensure_ascii=False)

    def see_again(self, key: str | None, present: Preferences) -> None:
        """Take one setting as seen in its present state: the person has been told, and the next save is meant."""
        seen = json.loads(self.seen.data or "{}")
        if key in seen:
            self.seen.data = json.dumps(seen | {key: _plain(present)[key]}, ensure_ascii=False)

    def chosen(self) -> dict[str, Any]:
        """The values by key, in the types of `Preferences`."""
        caps = {str(grade): bound.data for grade, bound in self._caps().items() if bound.data is not None}
        values: dict[str, Any] = {"caps": caps}
        for setting in fields(Preferences):
            if setting.name in self:
                values[setting.name] = _chosen(setting.name, self[setting.name].data)
        return values

    def seen_values(self) -> dict[str, Any] | None:
        """What was set when the page was opened; None when the field is not ours."""
        try:
            seen = from_stored(json.loads(self.seen.data or ""))
        except (ValueError, TypeError, AttributeError):
            return None
        return {setting.name: getattr(seen, setting.name) for setting in fields(Preferences)}

    def _caps(self) -> dict[int, Any]:
        return {grade: self[f"cap_{grade}"] for grade in CAP_GRADES if f"cap_{grade}" in self}


def _names(key: str) -> list[str]:
    return [f"cap_{grade}" for grade in CAP_GRADES] if key == "caps" else [key]


def _shown(key: str, value: Any, present: Preferences) -> Any:
    if key in TIMES:
        return time.fromisoformat(value)
    if isinstance(value, tuple):
        return "\n".join(value)
    return value


def _chosen(key: str, value: Any) -> Any:
    default = getattr(Preferences(), key)
    if key in TIMES:
        return value.strftime("%H:%M")
    if isinstance(default, tuple):
        return tuple(dict.fromkeys(line.strip() for line in (value or "").splitlines() if line.strip()))
    return value


def _plain(present: Preferences) -> dict[str, Any]:
    values = {setting.name: getattr(present, setting.name) for setting in fields(Preferences)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def _described(setting: Field[Any]) -> str:
    rule = setting.metadata["rule"]
    return setting.metadata["meaning"] + (f"（规则 {rule}）" if rule else "")


def _fields_of(setting: Field[Any]) -> Iterator[tuple[str, UnboundField]]:
    """The form's fields of one setting: one, or one for each grade."""
    if setting.name == "caps":
        for grade in CAP_GRADES:
            hint = f"国家规定 {NATIONAL_CAPS[grade]} 分钟；学校可以更严，空着用国家规定。（规则 HW-0{2 if grade < 7 else 3}）"
            yield f"cap_{grade}", WholeNumberField(f"{GRADES[grade]}年级上限（分钟）", description=hint, validators=[Optional()])
        return
    label, hint = setting.metadata["label"], _described(setting)
    default = getattr(Preferences(), setting.name)
    yield setting.name, _field(setting.name, label, hint, default)


def _field(key: str, label: str, hint: str, default: Any) -> UnboundField:
    if key in TIMES:
        return TimeField(label, description=hint, validators=[InputRequired("请按 16:00 这样的格式填写时间。")])
    if key == "no_homework_weekday":
        days = [("0", "不设"), *((str(day), f"周{WEEKDAYS[day]}") for day in range(1, 6))]
        return SelectField(label, description=hint, choices=choices(days), coerce=int)
    if isinstance(default, StrEnum):
        return SelectField(label, description=hint, choices=choices_of(type(default)), coerce=member_of(type(default)))
    if isinstance(default, bool):
        return BooleanField(label, description=hint)
    if isinstance(default, int):
        low, high = BOUNDS[key]
        return WholeNumberField(label, description=f"{hint}（{low}—{high}）", validators=[NEEDED])
    if isinstance(default, tuple):
        return TextAreaField(label, description=hint, validators=[Length(max=5000)])
    return StringField(label, description=hint, filters=[stripped], validators=[Length(max=80, message="最多 80 个字。")])


for _setting in fields(Preferences):
    for _name, _unbound in _fields_of(_setting):
        setattr(SettingsForm, _name, _unbound)
