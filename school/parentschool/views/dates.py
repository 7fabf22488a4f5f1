"""The dates of a session: one more, moved, called off."""

from flask import url_for

from school.accounts.identity import actor
from school.parentschool.enums import SessionState
from school.parentschool.forms.sessions import CancelForm, DateForm
from school.parentschool.loaders import get_date, get_session
from school.parentschool.queries.sessions import seated_adults
from school.parentschool.service import sessions as service
from school.parentschool.service.session_notices import when
from school.parentschool.views import bp
from school.permissions import Permission
from school.web.forms import revision_of
from school.web.guard import requires
from school.web.small_form import Page, small_form


@bp.route("/parent-school/sessions/<int:session_id>/dates/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def new_date(session_id: int) -> Page:
    """One more date of a topic; place and chairs are suggested like those of the last one."""
    found = get_session(session_id)
    like = found.dates[-1] if found.dates else None
    present = (
        {"starts": like.starts_at.time(), "ends": like.ends_at.time(), "place": like.place, "chairs": like.chairs} if like else {}
    )
    form = DateForm(**present, revision=str(found.revision))
    del form["reason"]
    back = url_for("parentschool.session", session_id=session_id)
    return small_form(
        form,
        lambda: service.add_date(session_id, form.date_values(), revision=revision_of(form.revision.data), actor=actor()),
        title="再加一场",
        lead=f"{found.kind.label}“{found.topic}”",
        back_url=back,
        next_url=back,
        done="已加一场。",
        template="parentschool/session_date.html",
    )


@bp.route("/parent-school/dates/<int:date_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def change_date(date_id: int) -> Page:
    """Move a date or change its chairs."""
    found = get_date(date_id)
    form = DateForm(
        on_day=found.starts_at.date(),
        starts=found.starts_at.time(),
        ends=found.ends_at.time(),
        place=found.place,
        online_link=found.online_link,
        chairs=found.chairs,
        revision=str(found.session.revision),
    )
    is_announced = found.session.state is SessionState.ANNOUNCED
    if not is_announced:
        del form["reason"]
    back = url_for("parentschool.session", session_id=found.session_id)

    def write() -> None:
        reason = form.reason.data or "" if is_announced else ""
        revision = revision_of(form.revision.data)
        service.change_date(date_id, form.date_values(), revision=revision, reason=reason, actor=actor())

    return small_form(
        form,
        write,
        title="修改这一场",
        lead=f"{found.session.kind.label}“{found.session.topic}”，现在是{when(found.starts_at)}",
        back_url=back,
        next_url=back,
        done="已修改。",
        template="parentschool/session_date.html",
        adults=seated_adults([date_id])[date_id],
    )


@bp.route("/parent-school/dates/<int:date_id>/cancel", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def cancel_date(date_id: int) -> Page:
    """Call one date off; a draft's date goes without a reason."""
    found = get_date(date_id)
    is_draft = found.session.state is SessionState.DRAFT
    form = CancelForm()
    if is_draft:
        del form["reason"]
    back = url_for("parentschool.session", session_id=found.session_id)
    return small_form(
        form,
        lambda: service.cancel_date(date_id, reason="" if is_draft else form.reason.data or "", actor=actor()),
        title="去掉这一场" if is_draft else "取消这一场",
        lead=f"“{found.session.topic}”{when(found.starts_at)}的一场。" + ("" if is_draft else "报了名的家长会收到通知。"),
        back_url=back,
        next_url=back,
        done="已去掉。" if is_draft else "已取消。",
        button="去掉" if is_draft else "取消这一场",
    )
