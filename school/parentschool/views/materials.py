"""Files of a session: add, hand out, delete."""

from flask import Response, flash, request, url_for

from school.accounts.identity import actor
from school.db import transaction
from school.errors import Refused
from school.parentschool.forms.sessions import MaterialsForm
from school.parentschool.loaders import get_material, get_session
from school.parentschool.service import materials as service
from school.parentschool.service.materials import Upload
from school.parentschool.views import bp
from school.parentschool.views.sessions import session_page
from school.permissions import Permission
from school.web.forms import SchoolForm, show_refusal
from school.web.guard import requires
from school.web.pages import download, see_other
from school.web.small_form import Page, small_form


@bp.post("/parent-school/sessions/<int:session_id>/materials")
@requires(Permission.MANAGE_PARENT_SCHOOL)
def add_materials(session_id: int) -> Page:
    """Keep the chosen files with a session."""
    get_session(session_id)
    form = MaterialsForm()
    uploads = [Upload(one.filename or "", one.read()) for one in request.files.getlist("files") if one.filename]
    try:
        with transaction():
            service.add_materials(session_id, uploads, actor=actor())
    except Refused as refused:
        if refused.field is None:  # of the session, which then shows no form for files
            return session_page(session_id, refused.message), 422
        show_refusal(form, refused)
        return session_page(session_id, materials_form=form), 422
    flash("已上传。", "success")
    return see_other(url_for("parentschool.session", session_id=session_id))


@bp.get("/parent-school/materials/<int:material_id>")
@requires(Permission.OWN_ACCOUNT)
def material(material_id: int) -> Response:
    """A file for the invited and the staff; always saved, never shown in the page."""
    found = get_material(material_id)
    return download(found.content, found.name, found.media_type)


@bp.route("/parent-school/materials/<int:material_id>/delete", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def delete_material(material_id: int) -> Page:
    """Delete a file for good."""
    found = get_material(material_id)
    back = url_for("parentschool.session", session_id=found.session_id)
    return small_form(
        SchoolForm(),
        lambda: service.drop_material(material_id, actor=actor()),
        title="删除资料",
        lead=f"“{found.name}”。删除后家长不能再下载，也不能恢复。",
        back_url=back,
        next_url=back,
        done="已删除。",
        button="删除",
    )
