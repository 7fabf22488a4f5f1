"""The form by which a guardian agrees; taps on courses carry no fields that a person types."""

from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from school.web.forms import SchoolForm, revision_of


class GiveConsentForm(SchoolForm):
    """Agreeing to the notice whose version the page showed."""

    version = HiddenField()
    agrees = BooleanField("我是孩子的监护人，已经阅读并同意。", validators=[InputRequired("请先阅读，勾选同意后再提交。")])

    @property
    def read_version(self) -> int:
        """The version that was read; 0 for nonsense, which no notice has."""
        return revision_of(self.version.data)
