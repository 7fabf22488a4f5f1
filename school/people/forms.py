"""Forms about lists, pupils and teachers."""

from collections.abc import Sequence
from typing import Any, Self

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from school.people.enums import ImportKind, MembershipEnd
from school.sheets.headers import Column, Mapping
from school.web.forms import NEEDED, SchoolForm, choices, choices_of, member_of, stripped

_DAY = InputRequired("请按 2026-09-01 这样的格式填写日期。")
_ABSENT = -1


class NamedForm(SchoolForm):
    """A form of which one page has several, so that each control's id is its own."""

    def named(self, prefix: str) -> Self:
        """Begin the ids of the controls with `prefix`; the names they are posted by stay."""
        for field in self:
            field.id = field.label.field_id = f"{prefix}-{field.name}"
        return self


class UploadForm(SchoolForm):
    """A list to import."""

    kind = SelectField("名单种类", choices=choices_of(ImportKind), coerce=member_of(ImportKind))
    file = FileField(
        "文件（.xlsx 或 .csv）",
        description="从学籍系统导出的表不用改，表头、列序、编码都会自动识别。不超过 10 MB。",
        validators=[FileRequired("请选择文件。")],
    )
    school_year = SelectField("班级名称所指的学年", coerce=int)

    def offer(self, years: Sequence[tuple[int, str]]) -> None:
        """Give the select its school years."""
        self.school_year.choices = choices(years)


class ApplyForm(SchoolForm):
    """Import what was checked."""

    skip_wrong = BooleanField("跳过有问题的行，导入其余的")


class MoveForm(NamedForm):
    """Another class from a day on; also coming back into one."""

    class_id = SelectField("班级", coerce=int)
    on_day = DateField("从哪天起", validators=[_DAY])
    number_in_class = StringField("班内学号", filters=[stripped], validators=[Length(max=10)], description="可以不填。")
    reason = StringField("原因", filters=[stripped], validators=[NEEDED, Length(max=200)])

    def offer(self, classes: Sequence[tuple[int, str]]) -> None:
        """Give the select its classes."""
        self.class_id.choices = choices(classes)


class LeaveForm(NamedForm):
    """A pupil leaves."""

    kind = SelectField(
        "办理什么",
        choices=choices_of(MembershipEnd, (MembershipEnd.TRANSFERRED, MembershipEnd.SUSPENDED, MembershipEnd.LEFT)),
        coerce=member_of(MembershipEnd),
    )
    last_day = DateField("在班里的最后一天", validators=[_DAY])
    reason = StringField("原因", filters=[stripped], validators=[NEEDED, Length(max=200)])


class EndForm(NamedForm):
    """Something of a teacher's ends after a day."""

    last_day = DateField("最后一天", validators=[_DAY])
    reason = StringField("原因", filters=[stripped], validators=[NEEDED, Length(max=200)])


class ComeBackForm(NamedForm):
    """A teacher comes back."""

    reason = StringField("说明", filters=[stripped], validators=[NEEDED, Length(max=200)])


class MappingForm(SchoolForm):
    """Which column of the file is which; a subclass has a select for each column."""

    school_year = SelectField("班级名称所指的学年", coerce=int)

    def fields(self) -> list[Any]:
        """The selects of columns, in the program's order."""
        return [field for name, field in self._fields.items() if name.startswith("column_")]

    @property
    def chosen(self) -> dict[str, int | None]:
        """Column index by key; None for "not in this file"."""
        found = {field.name.removeprefix("column_"): field.data for field in self.fields()}
        return {key: None if index == _ABSENT else index for key, index in found.items()}


def mapping_form(mapping: Mapping, school_year: int, years: Sequence[tuple[int, str]]) -> MappingForm:
    """The form for a file's columns, filled with the mapping as it is."""
    titles = [(_ABSENT, "（文件里没有）"), *enumerate(mapping.header)]
    selects = {f"column_{column.key}": _select(column, titles, mapping.index(column.key)) for column in mapping.columns}
    form = type("FilledMappingForm", (MappingForm,), selects)(school_year=school_year)
    form.school_year.choices = choices(years)
    return form


def _select(column: Column, titles: list[tuple[int, str]], index: int | None) -> SelectField:
    label = f"{column.label}（必有）" if column.required else column.label
    return SelectField(label, choices=choices(titles), coerce=int, default=_ABSENT if index is None else index)
