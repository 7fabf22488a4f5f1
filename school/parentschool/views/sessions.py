"""Sessions as the office keeps them: list, form, page, announcing, calling off."""

from dataclasses import asdict
from typing import Any

from flask import abort, flash, render_template, request, url_for

from school.accounts.identity import actor
from school.calendar.rules import school_year_start
from school.clock import at, now, today
from school.db import transaction
from school.errors import Refused
from school.parentschool.enums import EventKind, RequestState, SessionState, SignUpState
from school.parentschool.forms.sessions import CancelForm, MaterialsForm, NewSessionForm, SessionForm
from school.parentschool.loaders import asked_start_year, get_plan_row, get_session, the_year
from school.parentschool.overview import class_names, fits, invited_in_words, is_over, listed, speakers_in_words
from school.parentschool.policy import office_answers
from school.parentschool.queries.corps import requests_of_session, speakers_of
from school.parentschool.queries.plan import rows_of_year, school_years
from school.parentschool.queries.sessions import families_by_date, materials_of, seated_adults, sessions_of_year
from school.parentschool.rules.plan import months_of
from school.parentschool.rules.sessions import missing_facts
from school.parentschool.service import sessions as service
from school.parentschool.service.sessions import date_values, session_values, standing_dates
from school.parentschool.views import bp
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import revision_of
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page, small_form
from school.web.values import id_argument, month_argument


@bp.get("/parent-school/sessions")
@requires(Permission.MANAGE_PARENT_SCHOOL)
def sessions() -> str:
    """A school year's sessions: what is being prepared, what comes, what is over."""
    year, month, kind = the_year(), month_argument("month"), request.args.get("kind", "")
    start_year = asked_start_year()
    rows = list(sessions_of_year(year.id)) if year else []
    names = class_names(start_year)
    fitting = [one for one in rows if fits(one, kind, month)]
    speakers = speakers_of([one.id for one in fitting])
    counts = families_by_date([date.id for one in fitting for date in one.dates])
    shown = [listed(one, names, speakers[one.id], counts) for one in fitting]
    drafts = [one for one in shown if one.state is SessionState.DRAFT]
    coming = [one for one in shown if one.state is SessionState.ANNOUNCED and not one.is_over]
    past = [one for one in shown if one.state is SessionState.CANCELLED or one.is_over]
    return render_template(
        "parentschool/sessions.html",
        groups=[("即将举办", coming), ("筹备中", drafts), ("已办和已取消", past[::-1])],
        start_year=start_year,
        years=[one.start_year for one in school_years()],
        months=months_of(start_year),
        kinds=list(EventKind),
        chosen={"kind": kind, "month": month},
        is_narrowed=bool(kind or month),
        is_any=bool(fitting),
    )


@bp.route("/parent-school/sessions/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def new_session() -> Page:
    """Draft a session with its first date: out of the plan, after an earlier one, or from nothing."""
    start_year, present = _start()
    form = NewSessionForm(**present)
    _offer(form, start_year)
    made: list[int] = []
    return small_form(
        form,
        lambda: made.append(service.create_session(form.values(), form.date_values(), actor=actor()).id),
        title="新建活动",
        lead="先存成筹备中，请好主讲人、核对无误再发布，家长才看得到。",
        back_url=url_for("parentschool.sessions"),
        next_url=lambda: url_for("parentschool.session", session_id=made[0]),
        done="已保存，还没有发布。",
        template="parentschool/session_form.html",
    )


@bp.get("/parent-school/sessions/<int:session_id>")
@requires(Permission.MANAGE_PARENT_SCHOOL)
def session(session_id: int) -> str:
    """One session with its dates, speakers and files, and what to do next."""
    return session_page(session_id)


@bp.route("/parent-school/sessions/<int:session_id>/change", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def change_session(session_id: int) -> Page:
    """Change what a session says."""
    found = get_session(session_id)
    form = SessionForm(**asdict(session_values(found)), revision=str(found.revision))
    _offer(form, found.school_year.start_year)
    back = url_for("parentschool.session", session_id=session_id)
    return small_form(
        form,
        lambda: service.change_session(session_id, form.values(), revision=revision_of(form.revision.data), actor=actor()),
        title="修改活动",
        lead="已发布：邀请范围只能扩大，报名时间只能放宽。" if found.state is SessionState.ANNOUNCED else "",
        back_url=back,
        next_url=back,
        done="已修改。",
        template="parentschool/session_form.html",
    )


@bp.post("/parent-school/sessions/<int:session_id>/announce")
@requires(Permission.MANAGE_PARENT_SCHOOL)
def announce_session(session_id: int) -> Page:
    """Let the invited families see it."""
    get_session(session_id)
    try:
        with transaction():
            service.announce_session(session_id, actor=actor())
    except Refused as refused:
        return session_page(session_id, refused.message), 422
    flash("已发布，受邀的家长现在看得到。", "success")
    return see_other(url_for("parentschool.session", session_id=session_id))


@bp.route("/parent-school/sessions/<int:session_id>/cancel", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def cancel_session(session_id: int) -> Page:
    """Call a session off with a reason."""
    found = get_session(session_id)
    form = CancelForm()
    back = url_for("parentschool.session", session_id=session_id)
    return small_form(
        form,
        lambda: service.cancel_session(session_id, reason=form.reason.data or "", actor=actor()),
        title="取消活动",
        lead=f"“{found.topic}”的所有场次和报名都会取消，报了名的家长和主讲人会收到通知。取消后不能恢复。",
        back_url=back,
        next_url=back,
        done="已取消。",
        button="取消这个活动",
    )


def session_page(session_id: int, refusal: str = "", materials_form: MaterialsForm | None = None) -> str:
    """The page of a session, also after something on it was refused."""
    found = get_session(session_id)
    requests = requests_of_session(session_id)
    ids = [date.id for date in found.dates]
    confirmed = [one.mentor.name for one in requests if one.state is RequestState.CONFIRMED]
    standing = [date_values(date) for date in standing_dates(found)]
    missing = missing_facts(session_values(found), standing, speakers=len(confirmed))
    return render_template(
        "parentschool/session.html",
        session=found,
        refusal=refusal,
        invited=invited_in_words(found, class_names(found.school_year.start_year)),
        speakers=speakers_in_words(found, confirmed),
        missing=missing if found.state is SessionState.DRAFT else [],
        adults=seated_adults(ids),
        families=families_by_date(ids),
        requests=[(one, office_answers(one.mentor)) for one in requests],
        materials=materials_of(session_id),
        materials_form=materials_form or MaterialsForm(formdata=None),
        is_over=is_over(found),
        standing=len(standing),
        now=now(),
        seated=SignUpState.SEATED,
        waiting=SignUpState.WAITING,
    )


def _start() -> tuple[int, dict[str, Any]]:
    """The school year and the first values of a new session: a row of the plan, a session to copy, or plain ones."""
    plain: dict[str, Any] = {"most_adults": 2, "sign_up_opens_at": at(today(), 8)}
    plan_id, copied_id = id_argument("plan"), id_argument("copy")
    if plan_id is not None:
        row = get_plan_row(plan_id)
        chosen = {"kind": row.kind, "topic": row.topic, "grades": row.grades, "plan_row_id": row.id}
        return row.school_year.start_year, plain | chosen
    if copied_id is not None:
        found = get_session(copied_id)
        facts = asdict(session_values(found)) | {"plan_row_id": None}
        first = found.dates[0] if found.dates else abort(404)
        times = {"starts": first.starts_at.time(), "ends": first.ends_at.time(), "place": first.place, "chairs": first.chairs}
        facts |= plain | {"sign_up_closes_at": None, "most_adults": found.most_adults}
        return school_year_start(today()), facts | times
    return asked_start_year(), plain


def _offer(form: SessionForm, start_year: int) -> None:
    year = next((one for one in school_years() if one.start_year == start_year), None)
    rows = rows_of_year(year.id) if year else []
    plan = [(str(one.id), f"{one.month.month}月 {one.kind.label}：{one.topic}") for one in rows]
    form.offer(plan, get_preferences().last_grade, [(str(id_), name) for id_, name in class_names(start_year).items()])
