"""Forms of home visits: the plan, the record, follow-ups, reasons."""

from collections.abc import Iterable
from uuid import uuid4

from wtforms import DateField, HiddenField, RadioField, SelectField, TimeField
from wtforms.validators import InputRequired, NumberRange, Optional

from school.parentschool.enums import VisitMode
from school.parentschool.rules.visits import LONGEST_MINUTES, FollowUpValues, VisitValues
from school.web.forms import (
    DATE_NEEDED,
    NEEDED,
    BoxesField,
    SchoolForm,
    WholeNumberField,
    choices,
    choices_of,
    long,
    maybe_number,
    member_of,
    short,
)

Pairs = Iterable[tuple[int, str]]
NO_ADDRESS = "不写门牌住址、电话和证件号，例如“家中”“小区门口”。"
MINUTES = NumberRange(1, LONGEST_MINUTES, f"请填 1 到 {LONGEST_MINUTES} 之间的分钟数。")


class PlanVisitsForm(SchoolForm):
    """Visits of several pupils on one day."""

    pupil_ids = BoxesField("学生", coerce=int)
    planned_on = DateField("计划日期", validators=[DATE_NEEDED])
    mode = SelectField("方式", choices=choices_of(VisitMode), coerce=member_of(VisitMode), default=VisitMode.HOME)


class ChangePlanForm(SchoolForm):
    """Another day or mode."""

    planned_on = DateField("计划日期", validators=[DATE_NEEDED])
    mode = RadioField("方式", choices=choices_of(VisitMode), coerce=member_of(VisitMode))


class VisitForm(SchoolForm):
    """The record of a visit, typed on a phone in two minutes."""

    on_day = DateField("日期", validators=[DATE_NEEDED])
    began_at = TimeField("开始时间", validators=[InputRequired("请按 18:30 这样的格式填写时间。")])
    minutes = WholeNumberField("用时（分钟）", validators=[NEEDED, MINUTES])
    mode = RadioField("方式", choices=choices_of(VisitMode), coerce=member_of(VisitMode))
    teacher_ids = BoxesField("家访的老师", coerce=int)
    met = short("见到了谁", 60, hint="例如：母亲、奶奶和孩子。")
    place = short("地点", 40, is_needed=False, hint=NO_ADDRESS)
    purpose = short("家访目的", 200, hint="例如：了解居家学习习惯。")
    at_school = long("在校情况", hint="下面四项至少写一项，写事实，不贴标签。")
    at_home = long("在家情况")
    wishes = long("家长的想法和希望")
    measures = long("商定的措施")
    submission_key = HiddenField()
    revision = HiddenField()

    def offer(self, teachers: Pairs) -> None:
        """Give the boxes their teachers, and an empty form its key."""
        self.teacher_ids.choices = choices(teachers)
        if not self.submission_key.data:
            self.submission_key.data = uuid4().hex

    def values(self) -> VisitValues:
        """What was typed."""
        texts = ("place", "met", "purpose", "at_school", "at_home", "wishes", "measures")
        return VisitValues(
            on_day=self.on_day.data,
            began_at=self.began_at.data,
            minutes=self.minutes.data,
            mode=self.mode.data,
            teacher_ids=tuple(self.teacher_ids.data or ()),
            **{name: self[name].data or "" for name in texts},
        )


class NewVisitForm(VisitForm):
    """A record with its first follow-up, if there is one."""

    what = short("要跟进什么", 200, is_needed=False, hint="没有就空着；以后还可以再加。")
    owner_id = SelectField("负责人", coerce=maybe_number)
    due_on = DateField("跟进期限", validators=[Optional()])

    def follow_up(self) -> FollowUpValues | None:
        """What is to be done, when something was written."""
        if not self.what.data:
            return None
        return FollowUpValues(self.what.data, self.owner_id.data or 0, self.due_on.data)

    def validate(self, extra_validators: object = None) -> bool:
        """A follow-up needs a day."""
        is_valid = super().validate(extra_validators)
        if self.what.data and not self.due_on.data and not self.due_on.errors:
            self.due_on.errors = ["请填跟进期限，或者把“要跟进什么”空着。"]
            return False
        return is_valid


class FollowUpForm(SchoolForm):
    """What is to be done after a visit."""

    what = short("要跟进什么", 200)
    owner_id = SelectField("负责人", coerce=int, description="只列出看得到这条记录的人。")
    due_on = DateField("跟进期限", validators=[DATE_NEEDED])
    revision = HiddenField()

    def values(self) -> FollowUpValues:
        """What was typed."""
        return FollowUpValues(self.what.data, self.owner_id.data, self.due_on.data)


class ResultForm(SchoolForm):
    """What came of a follow-up."""

    result = short("结果", 200, hint="一句话：做了什么，孩子怎么样了。")


class VisitReasonForm(SchoolForm):
    """Why a visit is taken off the plan, or its record back."""

    reason = short("原因", 200)
