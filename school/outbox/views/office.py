"""The office's pages: robots of groups, and what was sent, failed, or cannot be known."""

from collections.abc import Callable

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.accounts.scopes import read_scopes
from school.db import transaction
from school.errors import Refused
from school.outbox.deployment import has_mail
from school.outbox.enums import MessageState
from school.outbox.forms import RobotForm
from school.outbox.labels import WHOLE_SCHOOL, recipient_of, scope_of
from school.outbox.loaders import get_message_locked, get_robot_locked
from school.outbox.queries.groups import robots as all_robots
from school.outbox.queries.messages import count_by_state, count_messages, messages_listed
from school.outbox.service import office as service
from school.outbox.service.office import RobotValues
from school.outbox.views import bp
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.paging import page_of

Page = str | Response | tuple[str, int]


@bp.get("/notices/outbox")
@requires(Permission.MANAGE_NOTICES)
def outbox() -> str:
    """Everything that leaves the school: what needs a decision first."""
    wanted = request.args.get("state", "")
    state = MessageState(wanted) if wanted in set(MessageState) else None
    page = page_of(count_messages(state))
    rows = [(one, recipient_of(one)) for one in messages_listed(state, offset=page.offset, limit=page.size)]
    counts = count_by_state()
    shown = {"states": list(MessageState), "counts": counts, "state": state, "has_mail": has_mail()}
    return render_template("outbox/outbox.html", rows=rows, page=page, **shown)


@bp.post("/notices/outbox/<int:message_id>/again")
@requires(Permission.MANAGE_NOTICES)
def send_again(message_id: int) -> Response:
    """Send once more what was not sent, or may not have been."""
    return _decided(lambda: service.send_again(get_message_locked(message_id), actor=actor()), "已排队，马上再发一次。")


@bp.post("/notices/outbox/<int:message_id>/leave")
@requires(Permission.MANAGE_NOTICES)
def leave_message(message_id: int) -> Response:
    """Do not send it again."""
    return _decided(lambda: service.leave_it(get_message_locked(message_id), actor=actor()), "已记下，不再发送。")


@bp.get("/notices/robots")
@requires(Permission.MANAGE_NOTICES)
def robots() -> Page:
    """The robots of groups, without address or secret."""
    scopes = read_scopes()
    return render_template(
        "outbox/robots.html", rows=[(one, scope_of(one, scopes.classes, scopes.grades)) for one in all_robots()]
    )


@bp.route("/notices/robots/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_NOTICES)
def new_robot() -> Page:
    """Add a robot."""
    form, scopes = RobotForm(), read_scopes()
    grades = {f"year-{year}": f"{name}（全年级）" for year, name in sorted(scopes.grades.items(), reverse=True)}
    form.offer({"school": WHOLE_SCHOOL} | grades | {f"class-{key}": name for key, name in scopes.classes.items()})
    if not form.is_submitted():
        return render_template("outbox/robot_form.html", form=form)
    if not form.validate():
        return render_template("outbox/robot_form.html", form=form), 422
    try:
        with transaction():
            service.add_robot(_values(form), actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return render_template("outbox/robot_form.html", form=form), 422
    flash("已添加。发一条测试消息，看看群里能不能收到。", "success")
    return see_other(url_for("outbox.robots"))


@bp.post("/notices/robots/<int:robot_id>/try")
@requires(Permission.MANAGE_NOTICES)
def try_robot(robot_id: int) -> Response:
    """Send a test message to a group."""
    return _decided(
        lambda: service.try_robot(get_robot_locked(robot_id), actor=actor()), "测试消息已排队，稍后看看群里。", "outbox.robots"
    )


@bp.post("/notices/robots/<int:robot_id>/stop")
@requires(Permission.MANAGE_NOTICES)
def stop_robot(robot_id: int) -> Response:
    """Stop using a robot."""
    return _switched(robot_id, False, "已停用，等待发到这个群的消息不再发送。")


@bp.post("/notices/robots/<int:robot_id>/resume")
@requires(Permission.MANAGE_NOTICES)
def resume_robot(robot_id: int) -> Response:
    """Use a robot again."""
    return _switched(robot_id, True, "已恢复使用。")


def _switched(robot_id: int, is_active: bool, done: str) -> Response:
    return _decided(lambda: service.switch_robot(get_robot_locked(robot_id), is_active, actor=actor()), done, "outbox.robots")


def _decided(act: Callable[[], object], done: str, endpoint: str = "outbox.outbox") -> Response:
    """One button: act, and back to the list with what came of it."""
    try:
        with transaction():
            act()
    except Refused as refused:
        flash(refused.message, "danger")
        return see_other(url_for(endpoint))
    flash(done, "success")
    return see_other(url_for(endpoint))


def _values(form: RobotForm) -> RobotValues:
    what, _dash, key = form.scope.data.partition("-")
    return RobotValues(
        name=form.name.data,
        kind=form.kind.data,
        url=form.url.data,
        secret=form.secret.data or "",
        entry_year=int(key) if what == "year" else None,
        class_id=int(key) if what == "class" else None,
    )
