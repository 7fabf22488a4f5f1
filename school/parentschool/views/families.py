"""The families' own pages: what they are invited to, one session, what they signed up for so far."""

from flask import abort, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import the_person
from school.calendar.rules import school_year_start
from school.calendar.words import moment_with_day
from school.clock import now, today
from school.parentschool.enums import RequestState, SignUpState
from school.parentschool.forms.signups import SignUpForm
from school.parentschool.invitations import PartyBoard, SessionBoard, find_my_board, my_parties, my_year
from school.parentschool.overview import class_names, invited_in_words, speakers_in_words
from school.parentschool.queries.corps import members_of_user, requests_of_members, speakers_of
from school.parentschool.queries.presence import Comer
from school.parentschool.queries.sessions import find_session, materials_of
from school.parentschool.queries.signups import past_of
from school.parentschool.rules.families import Act, Choice, chairs_in_words
from school.parentschool.rules.feedback import may_answer
from school.parentschool.views import bp
from school.people.labels import class_name
from school.permissions import Permission
from school.web.guard import requires
from school.web.pages import see_other

TONES = {SignUpState.SEATED: "ok", SignUpState.WAITING: "pending", SignUpState.CANCELLED: "warning"}


@bp.get("/families")
@requires(Permission.JOIN_PARENT_SCHOOL)
def families() -> str:
    """What the signed-in guardian is invited to this school year, what comes first, and what else there is to do."""
    year, moment = my_year(), now()
    attended = {one.session_id for one in year.attendances}
    return render_template(
        "parentschool/families.html",
        upcoming=year.upcoming,
        past=[(one, _outcome(one, attended)) for one in year.past],
        speakers=speakers_of([one.session.id for one in year.upcoming]),
        due=[one for one in year.attendances if may_answer(ends_at=one.ends_at, has_answered=one.has_answered, moment=moment)],
        asked=_open_requests(),
        start_year=school_year_start(today()),
        has_children=bool(year.upcoming or year.past) or bool(my_parties()),
        has_several=any(len(one.families) > 1 for one in (*year.upcoming, *year.past)),
        Act=Act,
        moment=moment_with_day,
    )


@bp.get("/families/history")
@requires(Permission.JOIN_PARENT_SCHOOL)
def family_history() -> str:
    """Every sign-up of the signed-in guardian's families, however it ended."""
    rows = past_of({one.family for one in my_parties()})
    return render_template("parentschool/family_history.html", rows=rows, tones=TONES, moment=moment_with_day)


@bp.get("/families/sessions/<int:session_id>")
@requires(Permission.JOIN_PARENT_SCHOOL, Permission.MANAGE_PARENT_SCHOOL)
def family_session(session_id: int) -> str | Response:
    """One session as an invited family sees it; the office is shown its own page of it."""
    person = the_person()
    board = find_my_board(session_id) if person.may(Permission.JOIN_PARENT_SCHOOL) else None
    if board is not None:
        return family_session_page(board)
    if person.may(Permission.MANAGE_PARENT_SCHOOL) and find_session(session_id):
        return see_other(url_for("parentschool.session", session_id=session_id))
    return abort(404)


def family_session_page(board: SessionBoard, refused: SignUpForm | None = None, date_id: int | None = None) -> str:
    """The page of a session; after a refusal with the form of that date as it was typed."""
    session = board.session
    rows = {one.id: one for one in session.dates}
    return render_template(
        "parentschool/family_session.html",
        board=board,
        session=session,
        rows=rows,
        forms={
            (one.party.family, choice.date.id): _form(one, choice, refused if choice.date.id == date_id else None)
            for one in board.families
            for choice in one.choices
        },
        refused=refused,
        invited=invited_in_words(session, class_names(session.school_year.start_year)),
        speakers=speakers_in_words(session, speakers_of([session.id])[session.id]),
        materials=materials_of(session.id),
        is_seated=any(choice.act is Act.SEATED for one in board.families for choice in one.choices),
        chairs=chairs_in_words,
        moment=moment_with_day,
        Act=Act,
    )


def _form(one: PartyBoard, choice: Choice, refused: SignUpForm | None) -> SignUpForm:
    """The form of a date: as it was refused, or with what the family has or most likely wants."""
    children = [(child.pupil_id, f"{child.pupil_name}（{_class(child)}）") for child in one.invited]
    ids = {child for child, _words in children}
    if refused is not None and (refused.pupil_id.data in ids or not ids):
        return refused.offer(choice, children, one.party.family)
    adults = choice.standing.adults if choice.standing else _adults_elsewhere(one)
    leaves = "" if choice.gives_up is None else str(choice.gives_up)
    form = SignUpForm(formdata=None, adults=adults, pupil_id=children[0][0] if children else None, gives_up=leaves)
    return form.offer(choice, children, one.party.family)


def _adults_elsewhere(one: PartyBoard) -> int:
    """As many as the family has at another date of the topic, or one."""
    return next((choice.standing.adults for choice in one.choices if choice.standing), 1)


def _class(child: Comer) -> str:
    return class_name(child.entry_year, child.class_number, school_year_start(today()))


def _open_requests() -> int:
    """How many requests to hold a session wait for the answer of the signed-in member of the mentor corps."""
    mine = members_of_user(the_person().user_id)
    requests = requests_of_members([one.id for one in mine]) if mine else []
    return sum(one.state is RequestState.ASKED for one in requests)


def _outcome(board: SessionBoard, attended: set[int]) -> tuple[str, str]:
    """Word and tone of what became of a session for the family."""
    if board.session.id in attended:
        return "已到场", "ok"
    if board.is_off:
        return "已取消", "neutral"
    seated = any(choice.act is Act.SEATED for one in board.families for choice in one.choices)
    return (SignUpState.SEATED.label, "info") if seated else ("没有报名", "neutral")
