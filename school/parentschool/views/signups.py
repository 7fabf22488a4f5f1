"""A family's taps on a date of a session: sign up, wait, change, swap, leave; and the date for the phone's calendar."""

from flask import Response, flash, url_for

from school.accounts.identity import actor, the_person
from school.calendar.files import FileEvent, calendar_file, calendar_response
from school.clock import at, today
from school.db import transaction
from school.errors import Refused
from school.parentschool.answers import answer_in_words, seat_in_words
from school.parentschool.forms.signups import SignUpForm, WithdrawForm
from school.parentschool.invitations import find_leaving, get_child, get_my_date, get_my_seat
from school.parentschool.queries.signups import find_guardian_of
from school.parentschool.service import signups as service
from school.parentschool.views import bp
from school.parentschool.views.families import family_session_page
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page, small_form
from school.web.values import id_argument


@bp.post("/families/dates/<int:date_id>/sign-up")
@requires(Permission.JOIN_PARENT_SCHOOL)
def sign_up(date_id: int) -> Page:
    """Chairs at a date or a place on its list, another number of adults, or a swap to it in one act."""
    date, board = get_my_date(date_id)
    form = SignUpForm()
    adults, pupil_id, gives_up = form.wanted
    session_id = date.session_id
    try:
        child = get_child(board, pupil_id)
        with transaction():
            guardian = find_guardian_of(the_person().user_id, child.pupil_id)
            if guardian is None:
                raise Refused("请选择您自己的、受邀请的孩子。", "pupil_id")
            facts = {"by": actor(), "gives_up": gives_up, "waits": bool(form.waits.data)}
            result = service.sign_up(session_id, date_id, guardian, child.pupil_id, adults, **facts)
    except Refused as refused:
        _date, board = get_my_date(date_id)
        show_refusal(form, refused)
        return family_session_page(board, form, date_id), 422
    flash(answer_in_words(result), "info" if result.position else "success")
    return see_other(_page(session_id))


@bp.route("/families/dates/<int:date_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.JOIN_PARENT_SCHOOL)
def withdraw(date_id: int) -> Page:
    """Leave a date or its list, after a page that names it."""
    date, board = get_my_date(date_id)
    form, pupil_id, standing = WithdrawForm(), *find_leaving(board, date_id, id_argument("child"))
    if standing is None and not form.is_submitted():
        return see_other(_page(date.session_id))
    facts = seat_in_words(board.facts.topic, board.facts.dates[date_id], standing.adults if standing else 0)
    what = "退出候补" if standing and standing.position else "退出报名"
    lead = f"{facts}。" + ("退出后再排，要从最后排起。" if standing and standing.position else "退出后，座位马上让给候补的家庭。")
    return small_form(
        form,
        lambda: service.withdraw(date.session_id, date_id, pupil_id, by=actor()),
        title=what,
        lead=lead,
        back_url=_page(date.session_id),
        next_url=_page(date.session_id),
        done=f"已退出：{facts}。",
        button=what,
    )


@bp.get("/families/dates/<int:date_id>/calendar.ics")
@requires(Permission.JOIN_PARENT_SCHOOL)
def date_file(date_id: int) -> Response:
    """The date for the calendar of a phone, with the link of an online session, for a family that has chairs."""
    date, board = get_my_seat(date_id)
    event = FileEvent(
        uid=f"parent-session-{date.id}@school",
        starts_at=date.starts_at,
        ends_at=date.ends_at,
        summary=f"家长学校：{board.facts.topic}",
        location=date.place or date.online_link,
        description=f"线上链接：{date.online_link}" if date.online_link else "",
    )
    name = f"{get_preferences().school_name}家长学校"
    content = calendar_file([event], kind="parent-school", name=name, stamped_at=at(today()))
    return calendar_response(content, "parent-school.ics")


def _page(session_id: int) -> str:
    return url_for("parentschool.family_session", session_id=session_id)
