"""Triads: the office's list, the triad's page, changes, a teacher's own."""

import re
from collections.abc import Collection

from flask import flash, render_template, request, url_for

from school.accounts.identity import actor, the_person
from school.calendar.queries import terms
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.mentoring.asked import the_term, tier_rule
from school.mentoring.enums import Outcome, Seat, Signer, TriadState
from school.mentoring.forms.triads import ChangeForm
from school.mentoring.forms.work import ReasonForm
from school.mentoring.loaders import get_triad
from school.mentoring.queries.acceptance import acceptances_of
from school.mentoring.queries.desk import staff_choices
from school.mentoring.queries.entries import entries_of, last_entry_days, progress_by_triad, seating_on, waiting_for
from school.mentoring.queries.research import teacher_names
from school.mentoring.queries.tasks import agreements_in_force
from school.mentoring.queries.triads import (
    TriadFacts,
    agreement_in_force,
    facts_of,
    goes_on,
    triads_of_teacher,
    triads_of_term,
)
from school.mentoring.rules.agreements import missing_signers
from school.mentoring.rules.duties import is_on_track, quiet_days, quiet_signal, reminder_on
from school.mentoring.service import triads as service
from school.mentoring.service.agreements import signer_of
from school.mentoring.views import bp
from school.people.queries import find_teacher_of_user
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import revision_of
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page, small_form

SEE = (Permission.MANAGE_MENTORING, Permission.SEE_MENTORING_REPORT)

ONLY = {"on_track": "跟得上", "behind": "落后", "lost": "失去联系", "unsigned": "未签齐"}


@bp.get("/mentoring")
@requires(*SEE)
def triads() -> str:
    """All triads of a term: who, how far, what waits."""
    return _list_page()


@bp.post("/mentoring/confirm")
@requires(Permission.MANAGE_MENTORING)
def confirm_triads() -> Page:
    """Make the ticked proposals count, all or none."""
    picked = {int(one) for one in request.form.getlist("pick") if re.fullmatch("[0-9]{1,9}", one)}
    if not picked:
        return _list_page("请先勾选要确认的拟定。"), 422
    try:
        with transaction():
            confirmed = service.confirm_triads(picked, actor=actor())
    except Refused as refused:
        return _list_page(refused.message, picked), 422
    flash(f"已确认 {len(confirmed)} 组，请各方签署责任书。", "success")
    return see_other(url_for("mentoring.triads", term=the_term().id))


def _list_page(refusal: str = "", picked: Collection[int] = ()) -> str:
    term = the_term()
    rows = triads_of_term(term.id)
    state, subject, only = (request.args.get(name, "") for name in ("state", "subject", "only"))
    shown = [one for one in rows if (not state or one.state == state) and (not subject or one.subject.name == subject)]
    progress, last = progress_by_triad(shown, today()), last_entry_days([one.id for one in shown])
    agreements = agreements_in_force([one.id for one in shown])
    present = get_preferences()
    cards = [
        (
            facts_of(one),
            is_on_track(progress[one.id]),
            quiet_signal(
                quiet_days(last.get(one.id), starts_on=one.starts_on, day=min(today(), one.ends_on)),
                quiet=present.mentor_quiet_days,
                overdue=present.mentor_overdue_days,
            ),
            missing_signers([one.signer for one in agreement.signatures]) if (agreement := agreements.get(one.id)) else None,
        )
        for one in shown
    ]
    wanted = [one for one in cards if _is_wanted(only, *one)]
    may_manage = the_person().may(Permission.MANAGE_MENTORING)
    return render_template(
        "mentoring/triads.html",
        term=term,
        terms=[(one, one.label) for one in terms()],
        cards=wanted,
        is_narrowed=bool(state or subject or only),
        chosen={"state": state, "subject": subject, "only": only},
        states=list(TriadState),
        subjects=list(dict.fromkeys(one.subject.name for one in rows)),
        only=ONLY,
        may_manage=may_manage,
        may_confirm=may_manage and any(facts.state is TriadState.PROPOSED for facts, *_rest in wanted),
        refusal=refusal,
        picked=picked,
    )


@bp.get("/mentoring/mine")
@requires(Permission.OWN_GROWTH)
def my_triads() -> str:
    """The triads the teacher sits in, and what waits for them."""
    teacher = find_teacher_of_user(the_person().user_id)
    if teacher is None:
        return render_template("mentoring/my_triads.html", cards=(), waiting=0)
    rows = triads_of_teacher(teacher.id)
    progress = progress_by_triad(rows, today())
    cards = [
        (facts_of(one), [p for p in progress[one.id] if p.duty.seat is _seat_of(one, teacher.id)], _reminder(one)) for one in rows
    ]
    return render_template("mentoring/my_triads.html", cards=cards, waiting=len(waiting_for(teacher.id)))


@bp.get("/mentoring/triads/<int:triad_id>")
@requires(Permission.OWN_GROWTH, Permission.ASSESS_MENTORING, *SEE)
def triad(triad_id: int) -> str:
    """A triad: members with history, agreement, duties, entries, acceptance."""
    return _triad_page(triad_id)


@bp.post("/mentoring/triads/<int:triad_id>/confirm")
@requires(Permission.MANAGE_MENTORING)
def confirm_triad(triad_id: int) -> Page:
    """Make a proposal count."""
    get_triad(triad_id)
    try:
        with transaction():
            service.confirm_triad(triad_id, actor=actor())
    except Refused as refused:
        return _triad_page(triad_id, refused.message), 422
    flash("已确认，请各方签署责任书。", "success")
    return see_other(url_for("mentoring.triad", triad_id=triad_id))


@bp.post("/mentoring/triads/<int:triad_id>/discard")
@requires(Permission.MANAGE_MENTORING)
def discard_triad(triad_id: int) -> Page:
    """Throw a proposal away."""
    term_id = get_triad(triad_id).term_id
    try:
        with transaction():
            service.discard_proposal(triad_id, actor=actor())
    except Refused as refused:
        return _triad_page(triad_id, refused.message), 422
    flash("已放弃这份拟定。", "success")
    return see_other(url_for("mentoring.triads", term=term_id))


def _triad_page(triad_id: int, refusal: str = "") -> str:
    found, person = get_triad(triad_id), the_person()
    teacher = find_teacher_of_user(person.user_id)
    teacher_id = teacher.id if teacher else None
    last = last_entry_days([triad_id]).get(triad_id)
    present = get_preferences()
    quiet = quiet_days(last, starts_on=found.starts_on, day=min(today(), found.ends_on))
    agreement = agreement_in_force(triad_id)
    entries, acceptances = entries_of(triad_id), acceptances_of(triad_id)
    may_manage = person.may(Permission.MANAGE_MENTORING)
    may_extend = may_manage and any(one.outcome is Outcome.EXTENDED for one in acceptances) and goes_on(found)
    return render_template(
        "mentoring/triad.html",
        triad=found,
        facts=facts_of(found),
        progress=progress_by_triad([found], today())[triad_id],
        seats=list(Seat),
        reminder=_reminder(found),
        quiet=quiet,
        signal=quiet_signal(quiet, quiet=present.mentor_quiet_days, overdue=present.mentor_overdue_days),
        agreement=agreement,
        missing=missing_signers([one.signer for one in agreement.signatures]) if agreement else [],
        signer=signer_of(found, teacher_id, is_office=may_manage),
        entries=entries,
        names=teacher_names([one.by_teacher_id for one in entries] + [one.with_teacher_id for one in entries]),
        teacher_id=teacher_id,
        is_member=teacher_id in seating_on(found, min(max(today(), found.starts_on), found.ends_on)).ids.values(),
        acceptances=acceptances,
        may_manage=may_manage,
        sees_all=any(person.may(one) for one in SEE),
        may_extend=may_extend,
        is_over=today() > found.ends_on,
        refusal=refusal,
    )


@bp.route("/mentoring/triads/<int:triad_id>/change", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def change_member(triad_id: int) -> Page:
    """Somebody else takes a seat mid-term."""
    found = get_triad(triad_id)
    is_proposal = found.state is TriadState.PROPOSED
    form = ChangeForm(on_day=min(max(today(), found.starts_on), found.ends_on), revision=str(found.revision))
    form.offer(staff_choices(found.term, tier_rule(), today()))
    if is_proposal:
        del form.on_day
    back = url_for("mentoring.triad", triad_id=triad_id)
    return small_form(
        form,
        lambda: service.change_member(
            triad_id,
            form.seat.data,
            form.teacher_id.data,
            found.starts_on if is_proposal else form.on_day.data,
            reason=form.reason.data,
            revision=revision_of(form.revision.data),
            actor=actor(),
        ),
        title="调整人选" if is_proposal else "中途换人",
        lead="还没有确认，从第一天起就换成这位。" if is_proposal else "原来的记录保留；责任书会更新，各方重新签署。",
        back_url=back,
        next_url=back,
        done="已换人。",
    )


@bp.route("/mentoring/triads/<int:triad_id>/dissolve", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def dissolve_triad(triad_id: int) -> Page:
    """End a triad early."""
    get_triad(triad_id)
    form, back = ReasonForm(), url_for("mentoring.triad", triad_id=triad_id)
    return small_form(
        form,
        lambda: service.dissolve(triad_id, reason=form.reason.data or "", actor=actor()),
        title="解除三人行",
        lead="已完成的记录保留；三位教师可以参加别的三人行。",
        back_url=back,
        next_url=back,
        done="已解除。",
        button="解除",
    )


def _is_wanted(only: str, facts: TriadFacts, on_track: bool, signal: str, missing: list[Signer] | None) -> bool:
    """Whether a card belongs to the active ones the report counts under a word of `ONLY`; any other word narrows nothing."""
    wanted = {"on_track": on_track, "behind": not on_track, "lost": signal == "overdue", "unsigned": bool(missing)}
    return only not in wanted or (facts.state is TriadState.ACTIVE and wanted[only])


def _seat_of(found: object, teacher_id: int) -> Seat | None:
    facts = facts_of(found)  # type: ignore[arg-type]
    return next((seat for seat, one in facts.ids.items() if one == teacher_id), None)


def _reminder(found: object) -> str:
    return reminder_on(today(), starts_on=found.starts_on, ends_on=found.ends_on) if found.state is TriadState.ACTIVE else ""  # type: ignore[attr-defined]
