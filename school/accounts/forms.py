"""Forms of sign-in and accounts."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

NEEDED = InputRequired("请填写这一项。")


def _strip(text: str | None) -> str:
    return (text or "").strip()


class SignInForm(FlaskForm):
    """Login name and password."""

    login = StringField("登录名(手机号或工号)", filters=[_strip], validators=[NEEDED, Length(max=40)])
    password = PasswordField("密码", validators=[NEEDED, Length(max=200)])
    next = HiddenField()
    kept = HiddenField()


class ActivateForm(FlaskForm):
    """Redeem a printed one-time code."""

    login = StringField("登录名(手机号或工号)", filters=[_strip], validators=[NEEDED, Length(max=40)])
    code = StringField("一次性登录码", filters=[_strip], validators=[NEEDED, Length(max=20)])
    new_password = PasswordField("设置密码(至少 8 位)", validators=[NEEDED, Length(max=200)])
    new_password_again = PasswordField(
        "再输一遍密码", validators=[NEEDED, EqualTo("new_password", "两次输入的密码不一样。")]
    )


class ChangePasswordForm(FlaskForm):
    """Replace one's own password."""

    password = PasswordField("原密码", validators=[NEEDED, Length(max=200)])
    new_password = PasswordField("新密码(至少 8 位)", validators=[NEEDED, Length(max=200)])
    new_password_again = PasswordField(
        "再输一遍新密码", validators=[NEEDED, EqualTo("new_password", "两次输入的密码不一样。")]
    )
