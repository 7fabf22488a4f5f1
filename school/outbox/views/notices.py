"""A person's own notices."""

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import the_person
from school.db import transaction
from school.outbox.loaders import get_own_notice
from school.outbox.queries.notices import count_notices, count_unread, notices_of
from school.outbox.service.reading import mark_all_read, mark_read
from school.outbox.views import bp
from school.permissions import Permission
from school.web.guard import requires
from school.web.pages import safe_next, see_other
from school.web.paging import page_of


@bp.get("/notices")
@requires(Permission.OWN_ACCOUNT)
def notices() -> str:
    """Own notices, unread ones first."""
    user_id = the_person().user_id
    page = page_of(count_notices(user_id))
    rows = notices_of(user_id, offset=page.offset, limit=page.size)
    may_manage = the_person().may(Permission.MANAGE_NOTICES)
    return render_template("outbox/notices.html", rows=rows, page=page, unread=count_unread(user_id), may_manage=may_manage)


@bp.post("/notices/<int:notice_id>/read")
@requires(Permission.OWN_ACCOUNT)
def read_notice(notice_id: int) -> Response:
    """Mark a notice as read and go where it points."""
    with transaction():
        notice = get_own_notice(notice_id)
        mark_read(notice)
    return see_other(safe_next(notice.link) or url_for("outbox.notices"))


@bp.post("/notices/read")
@requires(Permission.OWN_ACCOUNT)
def read_all_notices() -> Response:
    """Mark all own notices as read."""
    with transaction():
        mark_all_read(the_person().user_id)
    flash("全部标为已读。", "success")
    return see_other(url_for("outbox.notices"))
