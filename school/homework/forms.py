"""Forms of the daily path: an item with its layers, reasons, the board's trims."""

from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from school.homework.enums import Demand, Form, Kind, Stage
from school.web.forms import NEEDED, SchoolForm, WholeNumberField, choices, choices_of, stripped

LAYERS = ("all", "a", "b", "c")
LONGEST_MINUTES = 180


def _minutes(label: str) -> WholeNumberField:
    message = f"请填 0 到 {LONGEST_MINUTES} 之间的分钟数。"
    return WholeNumberField(label, validators=[Optional(), NumberRange(0, LONGEST_MINUTES, message)])


def _content(label: str) -> TextAreaField:
    return TextAreaField(label, filters=[stripped], validators=[Length(max=1000, message="最多 1000 个字。")])


class ItemForm(SchoolForm):
    """One item; fields of a layer are named `<layer>_content`, `<layer>_minutes`, `<layer>_in_school`."""

    layering = RadioField("分层", choices=choices([("whole", "全体一样"), ("layered", "分层 A/B/C")]), default="whole")
    all_content = _content("内容")
    all_minutes = _minutes("预计用时（分钟）")
    all_in_school = _minutes("其中在校完成（分钟）")
    a_content = _content("A 层内容")
    a_minutes = _minutes("A 层用时（分钟）")
    a_in_school = _minutes("A 层在校完成（分钟）")
    b_content = _content("B 层内容")
    b_minutes = _minutes("B 层用时（分钟）")
    b_in_school = _minutes("B 层在校完成（分钟）")
    c_content = _content("C 层内容")
    c_minutes = _minutes("C 层用时（分钟）")
    c_in_school = _minutes("C 层在校完成（分钟）")
    form = RadioField("形式", choices=choices_of(Form), default=Form.WRITTEN.value)
    demand = RadioField("要求", choices=choices_of(Demand), default=Demand.REQUIRED.value)
    kind = SelectField("类型", choices=choices_of(Kind), default=Kind.BASIC.value)
    stage = SelectField("环节", choices=choices_of(Stage), default=Stage.AFTER_CLASS.value)
    book = StringField("书名", filters=[stripped], validators=[Length(max=80)])
    pages = StringField("页码", filters=[stripped], validators=[Length(max=40)])
    questions = StringField("题号", filters=[stripped], validators=[Length(max=80)])
    quantity = StringField("数量", filters=[stripped], validators=[Length(max=40)])
    trial_minutes = _minutes("教师试做（分钟）")
    due_on = DateField("完成日期", validators=[InputRequired("请填写完成日期。")])
    warning_reason = TextAreaField("情况说明", filters=[stripped], validators=[Length(max=300)])
    also = SelectMultipleField(
        "同时布置给", coerce=int, choices=[], option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    submission_key = HiddenField(validators=[InputRequired("请从页面重新打开表单。"), Length(max=40)])
    revision = HiddenField()


class AmendForm(ItemForm):
    """A published item's new version: the same fields with a reason everybody will read."""

    amend_reason = StringField("更正原因（公开显示）", filters=[stripped], validators=[NEEDED, Length(max=200)])


class ReasonForm(SchoolForm):
    """One sentence why: returning, withdrawing, declining."""

    reason = StringField("原因", filters=[stripped], validators=[NEEDED, Length(max=200)])


class PublishForm(SchoolForm):
    """Publishing a class-day."""

    reason = StringField("情况说明", filters=[stripped], validators=[Length(max=200)])
    note = StringField("班主任备注（校内可见）", filters=[stripped], validators=[Length(max=200)])
    declares_none = BooleanField("今天没有作业（公示为「无」）")
    goes_on_unfiled = BooleanField("按未填报公示")
    confirms_standard = BooleanField("已确认不超课程标准")


class TrimForm(SchoolForm):
    """The homeroom teacher lowers an item's minutes, by layer."""

    all_minutes = _minutes("全体（分钟）")
    a_minutes = _minutes("A 层（分钟）")
    b_minutes = _minutes("B 层（分钟）")
    c_minutes = _minutes("C 层（分钟）")
    revision = HiddenField()
    reason = StringField("原因", filters=[stripped], validators=[NEEDED, Length(max=200)])


class CapRequestForm(SchoolForm):
    """Asking to go past the school's own cap."""

    minutes = WholeNumberField("需要放宽到（分钟）", validators=[NEEDED, NumberRange(1, 90, "请填 1 到 90。")])
    reason = StringField("原因", filters=[stripped], validators=[NEEDED, Length(max=200)])


class AnswerForm(SchoolForm):
    """The teaching office answers a request."""

    verdict = RadioField("答复", choices=choices([("yes", "同意"), ("no", "不同意")]), validators=[NEEDED])
    answer = StringField("答复理由", filters=[stripped], validators=[NEEDED, Length(max=200)])
