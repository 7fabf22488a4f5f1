"""One's own e-mail address for notices."""

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.db import transaction
from school.errors import Refused
from school.outbox.deployment import has_mail
from school.outbox.forms import AddressForm, CodeForm
from school.outbox.queries.notices import find_address
from school.outbox.service import addresses
from school.outbox.views import bp
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]


@bp.route("/account/email", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def email() -> Page:
    """The address, how far it is, and a form to enter another; a POST enters one."""
    form = AddressForm()
    if not form.is_submitted():
        return _page(form, CodeForm(formdata=None), 200)
    if not form.validate():
        return _page(form, CodeForm(formdata=None), 422)
    try:
        if not has_mail():
            raise Refused("学校还没有设置邮件服务器，暂时不能用邮箱收通知。", "address")
        with transaction():
            addresses.enter_address(the_person().user_id, form.address.data, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _page(form, CodeForm(formdata=None), 422)
    flash("验证码邮件正在发出，一两分钟内会到，请在下面填写。", "success")
    return see_other(url_for("outbox.email"))


@bp.post("/account/email/confirm")
@requires(Permission.OWN_ACCOUNT)
def confirm_email() -> Page:
    """Confirm the address with the code; a wrong guess is counted."""
    form = CodeForm()
    if not form.validate():
        return _page(AddressForm(formdata=None), form, 422)
    try:
        with transaction():
            why_not = addresses.try_code(the_person().user_id, form.code.data, actor=actor())
        if why_not:
            raise Refused(why_not, "code")
    except Refused as refused:
        show_refusal(form, refused)
        return _page(AddressForm(formdata=None), form, 422)
    flash("邮箱已验证，以后的通知会同时发到这里。", "success")
    return see_other(url_for("outbox.email"))


@bp.post("/account/email/remove")
@requires(Permission.OWN_ACCOUNT)
def remove_email() -> Page:
    """Forget the address."""
    try:
        with transaction():
            addresses.remove_address(the_person().user_id, actor=actor())
    except Refused as refused:
        form = AddressForm(formdata=None)
        show_refusal(form, refused)
        return _page(form, CodeForm(formdata=None), 422)
    flash("邮箱已移除，通知只在网站上显示。", "success")
    return see_other(url_for("outbox.email"))


def _page(form: AddressForm, code_form: CodeForm, status: int) -> tuple[str, int]:
    found = find_address(the_person().user_id)
    own = found if found and found.address else None
    page = render_template("outbox/email.html", form=form, code_form=code_form, own=own, has_mail=has_mail())
    return page, status
