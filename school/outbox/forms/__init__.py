"""Forms of the outbox."""

from collections.abc import Mapping

from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from school.outbox.enums import RobotKind
from school.web.forms import NEEDED, SchoolForm, choices, choices_of, member_of, stripped


class AddressForm(SchoolForm):
    """An e-mail address."""

    address = StringField(
        "邮箱", description="例如 name@qq.com。会发一封带验证码的邮件。", filters=[stripped], validators=[NEEDED, Length(max=254)]
    )


class CodeForm(SchoolForm):
    """The code that came by e-mail."""

    code = StringField("邮件里的 6 位验证码", filters=[stripped], validators=[NEEDED, Length(max=20)])


class RobotForm(SchoolForm):
    """A group's robot."""

    name = StringField("名称", description="例如“三年级1班家长群”。", filters=[stripped], validators=[NEEDED, Length(max=40)])
    kind = SelectField("类型", choices=choices_of(RobotKind), coerce=member_of(RobotKind))
    scope = SelectField("群里是谁", validators=[InputRequired("请选择群里是谁。")])
    url = StringField(
        "机器人网址（Webhook）",
        description="从群机器人的设置里复制。保存后不再显示。",
        filters=[stripped],
        validators=[NEEDED, Length(max=300)],
    )
    secret = PasswordField(
        "加签密钥",
        description="只有钉钉机器人需要，安全设置选“加签”时以 SEC 开头的那一串。保存后不再显示。",
        filters=[stripped],
        validators=[Optional(), Length(max=120)],
    )

    def offer(self, scopes: Mapping[str, str]) -> None:
        """Give the scope its choices: by key such as "school", "year-2024" or "class-7", in words."""
        self.scope.choices = choices(scopes.items())
