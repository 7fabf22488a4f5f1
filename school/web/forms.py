"""What all forms share: carrying a refusal of the rules back to its field."""

from flask_wtf import FlaskForm

from school.errors import Refused


def show_refusal(form: FlaskForm, refused: Refused) -> None:
    """Put a refusal's sentence beside the field it names, or on top of the form."""
    field = form._fields.get(refused.field or "")
    if field is None:
        form.form_errors.append(refused.message)
    else:
        field.errors = [*field.errors, refused.message]
