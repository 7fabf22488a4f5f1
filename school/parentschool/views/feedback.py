"""A family's answer after a session, and what all answers say together."""

from collections.abc import Mapping, Sequence

from flask import flash, render_template, request, url_for

from school.clock import now
from school.db import transaction
from school.errors import Refused
from school.parentschool.forms.feedback import AnswerForm
from school.parentschool.loaders import get_held_session, get_my_attendance, the_year
from school.parentschool.queries.corps import confirmed_mentors
from school.parentschool.queries.feedback import answers_by_session, held_sessions, speakers_by_session
from school.parentschool.queries.visits_plan import school_years
from school.parentschool.rules.feedback import (
    BATCH,
    Answer,
    Summary,
    answers_until,
    check_answer,
    shown,
    stars_of_speaker,
    summary,
)
from school.parentschool.service import feedback as service
from school.parentschool.views import bp
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page


@bp.route("/families/dates/<int:date_id>/feedback", methods=["GET", "POST"])
@requires(Permission.JOIN_PARENT_SCHOOL)
def answer(date_id: int) -> Page:
    """The form of a family that was present."""
    attendance = get_my_attendance(date_id)
    form = AnswerForm.of((one.id, one.name) for one in confirmed_mentors(attendance.session_id))
    shown_with = {"attendance": attendance, "until": answers_until(attendance.ends_at), "fewest": BATCH}
    if request.method == "GET":
        try:
            check_answer(ends_at=attendance.ends_at, has_answered=attendance.has_answered, moment=now())
        except Refused as refused:
            return render_template("parentschool/feedback_closed.html", **shown_with, sentence=refused.message)
        return render_template("parentschool/feedback_answer.html", **shown_with, form=form)
    if not form.validate():
        return render_template("parentschool/feedback_answer.html", **shown_with, form=form), 422
    try:
        with transaction():
            service.answer(attendance.presence_id, form.stars.data, form.speaker_stars(), form.text.data or "")
    except Refused as refused:
        show_refusal(form, refused)
        return render_template("parentschool/feedback_answer.html", **shown_with, form=form), 422
    flash("谢谢您的反馈。学校看不到是谁写的。", "success")
    return see_other(url_for("parentschool.learning"))


@bp.get("/parent-school/feedback")
@requires(Permission.MANAGE_PARENT_SCHOOL, Permission.SEE_FAMILIES_REPORT)
def feedback() -> str:
    """The sessions of a school year and its speakers, with their stars once five families answered."""
    year = the_year()
    held = held_sessions(year.id, now()) if year else []
    answers = _visible([one.session_id for one in held])
    speakers = speakers_by_session([one.session_id for one in held])
    names = {speaker.id: speaker.name for found in speakers.values() for speaker in found}
    return render_template(
        "parentschool/feedback.html",
        year=year,
        years=school_years(),
        rows=[(one, summary([a.stars for a in answers[one.session_id]]), speakers[one.session_id]) for one in held],
        speakers=[(name, _summary_of_speaker(answers, mentor_id)) for mentor_id, name in sorted(names.items())],
        fewest=BATCH,
    )


@bp.get("/parent-school/sessions/<int:session_id>/feedback")
@requires(Permission.MANAGE_PARENT_SCHOOL, Permission.SEE_FAMILIES_REPORT)
def session_feedback(session_id: int) -> str:
    """A session's stars, by speaker too, and the words, in an order that tells nothing."""
    session = get_held_session(session_id)
    answers = _visible([session_id])[session_id]
    speakers = [(one.name, summary(stars_of_speaker(answers, one.id))) for one in confirmed_mentors(session_id)]
    return render_template(
        "parentschool/feedback_session.html",
        session=session,
        whole=summary([one.stars for one in answers]),
        speakers=speakers,
        texts=[one.text for one in answers if one.text],
        fewest=BATCH,
    )


def _visible(session_ids: list[int]) -> dict[int, list[Answer]]:
    """The answers that may be looked at, by session."""
    return {session_id: shown(answers) for session_id, answers in answers_by_session(session_ids).items()}


def _summary_of_speaker(answers: Mapping[int, Sequence[Answer]], mentor_id: int) -> Summary | None:
    """What all sessions say of a speaker, each of them with what it may say by itself."""
    return summary([stars for found in answers.values() for stars in stars_of_speaker(found, mentor_id)])
