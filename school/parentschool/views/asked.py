"""Asking the corps for a session, and the answers: by the mentor's own page, or written down by the office."""

from flask import abort, render_template, request, url_for

from school.accounts.identity import actor
from school.clock import today
from school.errors import Refused
from school.parentschool.askings import asking_of, askings_of, in_stages
from school.parentschool.enums import RequestState, SessionState
from school.parentschool.forms.corps import AnswerForm, AskForm, WithdrawRequestForm
from school.parentschool.loaders import get_request, get_request_of_mine, get_session, my_memberships
from school.parentschool.policy import office_answers
from school.parentschool.queries.corps import members, requests_of_session
from school.parentschool.rules.corps import Standing
from school.parentschool.service import corps as service
from school.parentschool.service.corps import term_of
from school.parentschool.views import bp
from school.permissions import Permission
from school.web.guard import requires
from school.web.small_form import Page, small_form

OPEN = (RequestState.ASKED, RequestState.CONFIRMED)


@bp.route("/parent-school/sessions/<int:session_id>/ask", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def ask(session_id: int) -> Page:
    """Ask somebody in office who is not asked yet."""
    found = get_session(session_id)
    if found.state is SessionState.CANCELLED:
        abort(404)
    known = {one.mentor_id for one in requests_of_session(session_id) if one.state in OPEN}
    serving = [one for one in members() if term_of(one).standing(today()) is Standing.SERVING and one.id not in known]
    form = AskForm()
    form.offer([("", "请选择"), *((str(one.id), f"{one.name}（{one.source.label}，{one.field}）") for one in serving)])
    back = url_for("parentschool.session", session_id=session_id)

    def write() -> None:
        if form.member_id.data is None:
            raise Refused("请选择一位导师。", "member_id")
        service.ask(session_id, form.member_id.data, message=form.message.data or "", actor=actor())

    return small_form(
        form,
        write,
        title="邀请导师",
        lead=f"请导师团的人主讲“{found.topic}”。有账号的本人会收到通知并答复，社会人士请学校联系后记下答复。",
        back_url=back,
        next_url=back,
        done="已邀请。",
        button="邀请",
        template="parentschool/ask.html",
        is_anybody=bool(serving),
    )


@bp.route("/parent-school/requests/<int:request_id>/answer", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def write_answer(request_id: int) -> Page:
    """Write down how somebody without an account answered."""
    found = get_request(request_id)
    if not office_answers(found.mentor):
        abort(404)
    back = url_for("parentschool.session", session_id=found.session_id)
    form = AnswerForm()
    return small_form(
        form,
        lambda: service.write_answer(request_id, confirms=_confirms(), answer=form.answer.data or "", actor=actor()),
        title=f"记下{found.mentor.name}的答复",
        back_url=back,
        next_url=back,
        done="已记下。",
        template="parentschool/asked_answer.html",
        asking=asking_of(found),
        is_own=False,
    )


@bp.route("/parent-school/requests/<int:request_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def withdraw_request(request_id: int) -> Page:
    """Take a request back with a reason, also one that was confirmed."""
    found = get_request(request_id)
    form = WithdrawRequestForm()
    back = url_for("parentschool.session", session_id=found.session_id)
    return small_form(
        form,
        lambda: service.withdraw_request(request_id, reason=form.reason.data or "", actor=actor()),
        title="撤回邀请",
        lead=f"请{found.mentor.name}主讲“{found.session.topic}”，现在是{found.state.label}。",
        back_url=back,
        next_url=back,
        done="已撤回。",
        button="撤回邀请",
    )


@bp.get("/parent-school/asked")
@requires(Permission.OWN_ACCOUNT)
def asked() -> str:
    """What a mentor is asked for, will hold and held; for a teacher or a guardian who is in the corps."""
    mine = my_memberships()
    askings = askings_of([one.id for one in mine])
    return render_template(
        "parentschool/asked.html",
        terms=[(one, term_of(one).standing(today())) for one in reversed(mine)],
        groups=in_stages(askings),
        held=sum(len(one.held) for one in askings),
    )


@bp.route("/parent-school/asked/<int:request_id>", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def answer_request(request_id: int) -> Page:
    """A mentor confirms or declines."""
    found = get_request_of_mine(request_id)
    form = AnswerForm()
    return small_form(
        form,
        lambda: service.answer(request_id, confirms=_confirms(), answer=form.answer.data or "", actor=actor()),
        title="答复邀请",
        back_url=url_for("parentschool.asked"),
        next_url=url_for("parentschool.asked"),
        done="已答复，学校会收到。",
        template="parentschool/asked_answer.html",
        asking=asking_of(found),
        is_own=True,
    )


def _confirms() -> bool:
    """Which of the two buttons was pressed."""
    pressed = request.form.get("answers", "")
    if pressed not in ("yes", "no"):
        raise Refused("请选择“应允”或“婉拒”。")
    return pressed == "yes"
