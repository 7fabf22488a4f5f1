"""Forms of research activities, projects and team appraisal."""

from collections.abc import Iterable

from wtforms import DateField, HiddenField, SelectField, SelectMultipleField
from wtforms.validators import NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from school.mentoring.enums import ActivityKind, CycleStage, Indicator, ProjectStage
from school.mentoring.forms.growth import DATE_NEEDED, long, short
from school.web.forms import NEEDED, SchoolForm, WholeNumberField, choices, choices_of, member_of

Pairs = Iterable[tuple[str, str]]


def _maybe_number(value: str | int | None) -> int | None:
    return int(value) if value not in (None, "", "None") and str(value).isdecimal() else None


class PeopleField(SelectMultipleField):
    """Several teachers, each with a box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ActivityForm(SchoolForm):
    """A record of collective lesson preparation or a workshop."""

    kind = SelectField("类型", choices=choices_of(ActivityKind), coerce=member_of(ActivityKind))
    stage = SelectField(
        "环节（主题研修）",
        choices=choices([("", "（集体备课不选）"), *((one.value, one.label) for one in CycleStage)]),
        coerce=lambda value: CycleStage(value) if value in set(CycleStage) else None,
    )
    theme = short("主题", 80)
    on_day = DateField("日期", validators=[DATE_NEEDED])
    place = short("地点", 40, is_needed=False)
    subject_id = SelectField("学科", coerce=_maybe_number)
    entry_year = SelectField("年级", coerce=_maybe_number)
    host_id = SelectField("主持人", coerce=int)
    invited = PeopleField("参加的教师", coerce=int)
    summary = long("记录", hint="讨论了什么，形成了什么共识。")
    product = short("成果", 120, is_needed=False, hint="例如：三年级数学第五单元分层作业。")
    product_link = short("成果链接", 300, is_needed=False, hint="资源库里的地址，可以不填。")
    revision = HiddenField()

    def offer(self, subjects: Pairs, grades: Pairs, teachers: Pairs) -> None:
        """Give the selects what there is to choose from."""
        people = list(teachers)
        self.subject_id.choices = choices([("", "不限学科"), *subjects])
        self.entry_year.choices = choices([("", "全校"), *grades])
        self.host_id.choices = choices(people)
        self.invited.choices = choices(people)


class ProjectForm(SchoolForm):
    """A new project."""

    title = short("课题名称", 100)
    level = short("级别", 20, is_needed=False, hint="例如：校级、县级、市级。")
    opened_on = DateField("申报日期", validators=[DATE_NEEDED])
    leader_id = SelectField("主持人", coerce=int)
    members = PeopleField("成员", coerce=int)

    def offer(self, teachers: Pairs) -> None:
        """Give the selects the staff."""
        people = list(teachers)
        self.leader_id.choices = choices(people)
        self.members.choices = choices(people)


class StepForm(SchoolForm):
    """A project's next stage."""

    stage = SelectField("进入", choices=choices_of(ProjectStage), coerce=member_of(ProjectStage))
    on_day = DateField("日期", validators=[DATE_NEEDED])
    outcome = long("阶段成果", hint="结题或终止必填。")
    product_link = short("成果链接", 300, is_needed=False)


class AppraisalForm(SchoolForm):
    """The part of a team's appraisal that people judge."""

    judged_points = WholeNumberField(
        "集体评议（0—100 分）", validators=[NEEDED, NumberRange(0, 100, "请填 0 到 100 之间的整数。")]
    )
    comment = long("评语", hint="写团队做得好的和下一步，不点名个人。")


class WeightsForm(SchoolForm):
    """Weights of the indicators; only those of the team's kind are shown."""

    revision = HiddenField()

    def keep(self, indicators: Iterable[Indicator]) -> None:
        """Leave out the indicators this kind of team does not have."""
        kept = {indicator.value for indicator in indicators}
        for indicator in Indicator:
            if indicator.value not in kept:
                del self[indicator.value]

    def chosen(self) -> dict[Indicator, int]:
        """The weights by indicator."""
        return {indicator: self[indicator.value].data for indicator in Indicator if indicator.value in self}


for _indicator in Indicator:
    setattr(WeightsForm, _indicator.value, WholeNumberField(f"{_indicator.label}（%）", validators=[NEEDED, NumberRange(0, 100)]))
