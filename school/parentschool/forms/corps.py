"""Forms of the mentor corps."""

from collections.abc import Iterable

from wtforms import DateField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Length

from school.parentschool.enums import MentorSource
from school.parentschool.rules.corps import MemberValues
from school.web.forms import DATE_NEEDED, SchoolForm, choices, long, maybe_number, short, stripped

Pairs = Iterable[tuple[str, str]]


class MemberForm(SchoolForm):
    """What the corps says about a member."""

    work = short("单位和职务", 80, is_needed=False, hint="例如：县妇联 家庭教育讲师。")
    field = short("专长领域", 80, hint="例如：亲子沟通、习惯养成、阅读。")
    introduction = long("简介", hint="擅长什么、办过哪些讲座，请人主讲时好参考。")
    phone = short("联系电话", 20, is_needed=False, hint="只有德育处和教导处看得到。")
    consented_on = DateField("同意日期", validators=[DATE_NEEDED], description="本人同意进导师团、在邀请里写出姓名的那天。")
    consent_how = short("怎样同意的", 80, hint="例如：当面签了同意书、短信答复。")
    serves_from = DateField("任期开始", validators=[DATE_NEEDED])
    serves_until = DateField("任期结束", validators=[DATE_NEEDED])
    revision = HiddenField()

    def values(self) -> MemberValues:
        """What was typed."""
        return MemberValues(
            work=(self.work.data or "") if "work" in self else "",  # the school knows where its own people work
            field=self.field.data or "",
            introduction=self.introduction.data or "",
            phone=self.phone.data or "",
            consented_on=self.consented_on.data,
            consent_how=self.consent_how.data or "",
            serves_from=self.serves_from.data,
            serves_until=self.serves_until.data,
        )


class NewMemberForm(MemberForm):
    """A new member; of the fields that say who it is only the source's own stays."""

    name = short("姓名", 50)
    teacher_id = SelectField("教师", coerce=maybe_number)
    guardian_id = RadioField("家长", coerce=maybe_number)

    def keep(self, source: MentorSource, people: Pairs) -> None:
        """Leave out the fields of other sources and give the one that stays its people."""
        kept = {MentorSource.COMMUNITY: "name", MentorSource.TEACHER: "teacher_id", MentorSource.PARENT: "guardian_id"}[source]
        for name in ("name", "teacher_id", "guardian_id"):
            if name != kept:
                del self[name]
        if source is not MentorSource.COMMUNITY:
            del self["work"]
            self[kept].choices = choices(people)

    def chosen(self, name: str) -> int | None:
        """The id chosen in a field that may have been left out."""
        return self[name].data if name in self else None


class EndForm(SchoolForm):
    """A member leaves."""

    on_day = DateField("退出日期", validators=[DATE_NEEDED])
    reason = short("原因", 200)
    revision = HiddenField()


class AskForm(SchoolForm):
    """A member is asked for a session."""

    member_id = SelectField("导师", coerce=maybe_number)
    message = short("想对导师说的话", 200, is_needed=False, hint="例如：请结合一年级新生家长的问题，讲四十分钟。")

    def offer(self, members: Pairs) -> None:
        """Give the select the members in office."""
        self.member_id.choices = choices(members)


class AnswerForm(SchoolForm):
    """An answer to a request; a member's own may be without words."""

    answer = StringField("答复", filters=[stripped], validators=[Length(max=200, message="最多 200 个字。")])


class WithdrawRequestForm(SchoolForm):
    """Why a request is taken back."""

    reason = short("撤回的原因", 200, hint="对方会看到。")
