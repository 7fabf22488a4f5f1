"""Forms of sign-in and accounts."""

from wtforms import DateField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from school.accounts.rules import ON_ROSTER_ONLY
from school.permissions import Role
from school.web.forms import NEEDED, SchoolForm, choices, choices_of, member_of, stripped

Names = dict[int, str]


def _number(value: str | int | None) -> int | None:
    """An empty choice is None; a select gives text, and the page's own value a number."""
    return int(value) if value not in (None, "") else None


class SignInForm(SchoolForm):
    """Login name and password."""

    login = StringField("登录名（手机号或工号）", filters=[stripped], validators=[NEEDED, Length(max=40)])
    password = PasswordField("密码", validators=[NEEDED, Length(max=200)])
    next = HiddenField()
    kept = HiddenField()


class ActivateForm(SchoolForm):
    """Redeem a printed one-time code."""

    login = StringField("登录名（手机号或工号）", filters=[stripped], validators=[NEEDED, Length(max=40)])
    code = StringField("一次性登录码", filters=[stripped], validators=[NEEDED, Length(max=20)])
    new_password = PasswordField("设置密码（至少 8 位）", validators=[NEEDED, Length(max=200)])
    new_password_again = PasswordField("再输一遍密码", validators=[NEEDED, EqualTo("new_password", "两次输入的密码不一样。")])


class ChangePasswordForm(SchoolForm):
    """Replace one's own password."""

    password = PasswordField("原密码", validators=[NEEDED, Length(max=200)])
    new_password = PasswordField("新密码（至少 8 位）", validators=[NEEDED, Length(max=200)])
    new_password_again = PasswordField("再输一遍新密码", validators=[NEEDED, EqualTo("new_password", "两次输入的密码不一样。")])


class AppointForm(SchoolForm):
    """Give a role; which of class, grade and subject is needed depends on the role."""

    role = SelectField(
        "职务", choices=choices_of(Role, [role for role in Role if role not in ON_ROSTER_ONLY]), coerce=member_of(Role)
    )
    class_id = SelectField("班级", description="班主任要选。", coerce=_number)
    entry_year = SelectField("年级", description="年级组长、备课组长要选。", coerce=_number)
    subject_id = SelectField("学科", description="备课组长要选。", coerce=_number)
    starts_on = DateField("从哪天起", validators=[InputRequired("请按 2026-09-01 这样的格式填写日期。")])
    ends_on = DateField("到哪天为止", description="不填表示没有期限。", validators=[Optional()])

    def offer(self, *, classes: Names, grades: Names, subjects: Names) -> None:
        """Give the selects their choices, each with an empty first one."""
        for field, names in ((self.class_id, classes), (self.entry_year, grades), (self.subject_id, subjects)):
            field.choices = choices([("", "（不选）"), *((str(key), name) for key, name in names.items())])


class EndRoleForm(SchoolForm):
    """The last day of a role; empty means at once."""

    last_day = DateField("最后一天", validators=[Optional()])
