"""Forms of profiles, tiers, unified requirements and year plans."""

from collections.abc import Sequence

from wtforms import DateField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from school.mentoring.enums import AgeGroup, Tier, Title
from school.web.forms import NEEDED, SchoolForm, WholeNumberField, choices, choices_of, member_of, stripped

DATE_NEEDED = InputRequired("请按 2026-09-01 这样的格式填写日期。")
GOALS = 6


def short(label: str, most: int, *, is_needed: bool = True, hint: str = "") -> StringField:
    """A line of text up to `most` characters."""
    limits = [NEEDED if is_needed else Optional(), Length(max=most, message=f"最多 {most} 个字。")]
    return StringField(label, description=hint, filters=[stripped], validators=limits)


def long(label: str, *, is_needed: bool = False, hint: str = "", name_on_page: str | None = None) -> TextAreaField:
    """Some lines of text; `name_on_page` is the element's id where two forms of a page have a field of one name."""
    limits = [NEEDED if is_needed else Optional(), Length(max=2000, message="最多 2000 个字。")]
    return TextAreaField(label, description=hint, filters=[stripped], validators=limits, id=name_on_page)


class ProfileForm(SchoolForm):
    """What a teacher's tier is judged by."""

    title = SelectField("职称", choices=choices_of(Title), coerce=member_of(Title))
    age_group = SelectField(
        "年龄段",
        description="只记年龄段，不记出生日期。",
        choices=choices([("", "未登记"), *((one.value, one.label) for one in AgeGroup)]),
        coerce=lambda value: AgeGroup(value) if value in set(AgeGroup) else None,
    )
    teaching_since = WholeNumberField("任教年份", description="第一次上讲台的年份，例如 2019。", validators=[Optional()])
    revision = HiddenField()


class TierForm(SchoolForm):
    """The office's decision on a tier."""

    tier = SelectField(
        "认定为",
        choices=choices([*((one.value, one.label) for one in Tier), ("", "恢复按规则分层")]),
        coerce=lambda value: Tier(value) if value in set(Tier) else None,
    )
    starts_on = DateField("从哪天起", validators=[DATE_NEEDED])
    reason = short("理由", 200, hint="会写入操作记录，教师本人看得到。")


class RequirementForm(SchoolForm):
    """A unified requirement."""

    title = short("要求", 40, hint="例如：三笔字、读一本教育专著、学习课程标准。")
    detail = short("说明", 200, is_needed=False, hint="做到什么程度算完成。")


class MeetForm(SchoolForm):
    """That a teacher met a requirement."""

    done_on = DateField("完成日期", validators=[DATE_NEEDED])
    evidence = short("完成情况", 200, hint="一句话，例如：粉笔字作品 12 幅，已在三楼展出。")


class EvidenceForm(SchoolForm):
    """Something that shows that a goal was worked on."""

    goal = SelectField("目标", coerce=int)
    on_day = DateField("日期", validators=[DATE_NEEDED])
    text = short("做了什么", 300)

    def offer_goals(self, goals: Sequence[dict[str, str]]) -> None:
        """Give the select the plan's goals."""
        self.goal.choices = choices((str(number), f"{number + 1}. {goal['goal']}") for number, goal in enumerate(goals))


class HalfYearForm(SchoolForm):
    """The half-year look at somebody's plan."""

    look = long("半年小结", is_needed=True, hint="哪些目标有进展，下半年怎么做。")


class PlanForm(SchoolForm):
    """A year plan of up to six goals, each with the measure it is judged by; empty pairs are left out."""

    revision = HiddenField()

    @property
    def pairs(self) -> list[tuple[Field, Field]]:
        """The fields of goal and measure, in order."""
        return [(self[f"goal_{number}"], self[f"measure_{number}"]) for number in range(1, GOALS + 1)]

    def chosen(self) -> list[dict[str, str]]:
        """The goals that were written."""
        written = ({"goal": goal.data or "", "measure": measure.data or ""} for goal, measure in self.pairs)
        return [one for one in written if one["goal"] or one["measure"]]

    def show(self, goals: Sequence[dict[str, str]]) -> None:
        """Fill the form with goals."""
        for (goal, measure), one in zip(self.pairs, goals, strict=False):
            goal.data, measure.data = one["goal"], one["measure"]


for _number in range(1, GOALS + 1):
    setattr(PlanForm, f"goal_{_number}", short(f"目标 {_number}", 60, is_needed=False))
    setattr(PlanForm, f"measure_{_number}", short(f"衡量办法 {_number}", 120, is_needed=False, hint="到时候怎样算做到了。"))
