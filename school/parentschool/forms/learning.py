"""The form that issues a certificate: whose, and of which school year."""

from wtforms import HiddenField

from school.web.forms import SchoolForm, revision_of


class CertificateForm(SchoolForm):
    """One button; guardian and school year are hidden."""

    guardian_id = HiddenField()
    school_year_id = HiddenField()

    @property
    def ids(self) -> tuple[int, int]:
        """Guardian and school year; what is no number is nobody's."""
        return revision_of(self.guardian_id.data), revision_of(self.school_year_id.data)
