"""What waits for the teaching office or the grade leader: publications to approve, caps to lift."""

from flask import abort, flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.db import transaction
from school.errors import Refused
from school.homework import policy
from school.homework.forms import AnswerForm
from school.homework.loaders import class_to_approve
from school.homework.queries.approvals import described, waiting_days, waiting_requests
from school.homework.queries.days import find_request
from school.homework.service import board as acts
from school.homework.service import publishing
from school.homework.views import bp
from school.homework.views.asking import ask_reason
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]


@bp.get("/homework/approvals")
@requires(Permission.APPROVE_HOMEWORK)
def approvals() -> str:
    """Everything that waits for this person's answer."""
    person = the_person()
    requests = waiting_requests() if policy.may_lift_cap(person) else []
    return render_template("homework/approvals.html", days=waiting_days(person), requests=requests)


@bp.route("/homework/approvals/<int:request_id>", methods=["GET", "POST"])
@requires(Permission.APPROVE_HOMEWORK)
def answer_request(request_id: int) -> Page:
    """Approve or decline going past the school's own cap."""
    request = find_request(request_id)
    if request is None or not policy.may_lift_cap(the_person()):
        abort(404)
    form = AnswerForm()
    if form.validate_on_submit():
        is_approved = form.verdict.data == "yes"
        try:
            with transaction():
                acts.answer_request(request.id, is_approved=is_approved, answer=form.answer.data, actor=actor())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            flash("已答复。", "success")
            return see_other(url_for("homework.approvals"))
    html = render_template("homework/answer.html", form=form, waiting=described(request))
    return html, 422 if form.errors or form.form_errors else 200


@bp.post("/homework/approvals/days/<int:class_id>/<int:day_id>/publish")
@requires(Permission.APPROVE_HOMEWORK)
def approve_day(class_id: int, day_id: int) -> Response:
    """Approve and publish a coordinated class-day."""
    class_to_approve(class_id)
    try:
        with transaction():
            publishing.approve_day(_day_of(class_id, day_id), actor=actor())
    except Refused as refused:
        flash(refused.message, "danger")
    else:
        flash("已审核公示。", "success")
    return see_other(url_for("homework.approvals"))


@bp.route("/homework/approvals/days/<int:class_id>/<int:day_id>/reopen", methods=["GET", "POST"])
@requires(Permission.APPROVE_HOMEWORK)
def reopen_day(class_id: int, day_id: int) -> Page:
    """Give a coordinated class-day back to the homeroom teacher."""
    class_to_approve(class_id)
    return ask_reason(
        lambda reason: acts.reopen_day(_day_of(class_id, day_id), reason=reason, actor=actor()),
        title="退回班主任重新统筹",
        lead="班主任会看到原因，修改后可再次送审。",
        back_url=url_for("homework.approvals"),
        done="已退回班主任。",
    )


def _day_of(class_id: int, day_id: int) -> int:
    """The day's id when it belongs to the class that was checked."""
    if not any(one.day.id == day_id and one.class_id == class_id for one in waiting_days(the_person()) if one.day):
        raise Refused("这一天的作业不在待审核状态，请刷新页面。")
    return day_id
