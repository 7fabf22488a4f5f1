"""Triads: the office's list and proposal, the triad's page, changes, a teacher's own."""

from collections.abc import Iterable

from flask import abort, flash, render_template, request, url_for

from school.accounts.identity import actor, the_person
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.mentoring.asked import the_term, tier_rule
from school.mentoring.enums import Seat, Signer, TriadState
from school.mentoring.forms.triads import ChangeForm, DutiesForm, TriadForm
from school.mentoring.forms.work import ReasonForm
from school.mentoring.loaders import get_triad
from school.mentoring.queries.acceptance import acceptances_of
from school.mentoring.queries.entries import duties_of, entries_of, last_entry_days, progress_by_triad, seating_on, waiting_for
from school.mentoring.queries.growth import tiered_staff
from school.mentoring.queries.research import teacher_names
from school.mentoring.queries.tasks import agreements_in_force
from school.mentoring.queries.triads import (
    TriadFacts,
    agreement_in_force,
    colleagues_of,
    extended_before,
    facts_of,
    sittings_between,
    triads_of_teacher,
    triads_of_term,
)
from school.mentoring.rules.agreements import missing_signers
from school.mentoring.rules.duties import is_on_track, quiet_days, quiet_signal, reminder_on
from school.mentoring.rules.proposing import Proposal, propose
from school.mentoring.service import triads as service
from school.mentoring.service.agreements import signer_of
from school.mentoring.views import bp
from school.mentoring.views.page import Page, small_form
from school.people.queries import find_subject, find_teacher_of_user, subjects
from school.people.queries.listing import teachers_listed
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import SchoolForm, revision_of
from school.web.guard import requires
from school.web.pages import see_other

SEE = (Permission.MANAGE_MENTORING, Permission.SEE_MENTORING_REPORT)

ONLY = {"on_track": "跟得上", "behind": "落后", "lost": "失去联系", "unsigned": "未签齐"}


@bp.get("/mentoring")
@requires(*SEE)
def triads() -> str:
    """All triads of a term: who, how far, what waits."""
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
    return render_template(
        "mentoring/triads.html",
        term=term,
        cards=[one for one in cards if _is_wanted(only, *one)],
        narrowed="，".join(part for part in (subject, ONLY.get(only, "")) if part),
        states=list(TriadState),
        state=state,
        may_manage=the_person().may(Permission.MANAGE_MENTORING),
    )


@bp.route("/mentoring/proposal", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def proposal() -> Page:
    """Suggestions for the term; a POST takes those that are ticked over as proposals."""
    term = the_term()
    found = _proposal()
    if request.method == "POST":
        chosen = {int(one) for one in request.form.getlist("take") if one.isdecimal()}
        made, refusals = 0, []
        for number, one in enumerate(found.suggestions):
            if number not in chosen or request.form.get(f"novice-{number}") != str(one.seats[Seat.NOVICE].id):
                continue
            try:
                with transaction():
                    ids = {seat: candidate.id for seat, candidate in one.seats.items()}
                    subject = find_subject(one.subject_id) or abort(404)
                    span = (max(term.starts_on, min(today(), term.ends_on)), term.ends_on)
                    service.make_triad(term, subject, ids, *span, note=one.why, previous_id=one.goes_on_from, actor=actor())
                made += 1
            except Refused as refused:
                refusals.append(refused.message)
        for sentence in refusals:
            flash(sentence, "warning")
        flash(f"已拟定 {made} 组，核对后确认。" if made else "没有选中可以拟定的组。", "success" if made else "info")
        return see_other(url_for("mentoring.triads", term=term.id, state=TriadState.PROPOSED.value))
    return render_template("mentoring/proposal.html", term=term, proposal=found, seats=list(Seat))


@bp.route("/mentoring/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def new_triad() -> Page:
    """Put three people together by hand."""
    term = the_term()
    form = TriadForm(starts_on=max(term.starts_on, min(today(), term.ends_on)), ends_on=term.ends_on)
    form.offer([(str(one.id), one.name) for one in subjects()], _staff())

    def write() -> None:
        subject = find_subject(form.subject_id.data) or abort(404)
        span = (form.starts_on.data, form.ends_on.data)
        service.make_triad(term, subject, form.seats(), *span, note=form.note.data or "", actor=actor())

    return small_form(
        form,
        write,
        title="拟定三人行",
        lead="1号带2号，2号带3号；年限、层级和“一人一位师傅”会自动检查。",
        back_url=url_for("mentoring.triads", term=term.id),
        next_url=url_for("mentoring.triads", term=term.id),
        done="已拟定，核对后确认。",
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
    found, person = get_triad(triad_id), the_person()
    teacher = find_teacher_of_user(person.user_id)
    teacher_id = teacher.id if teacher else None
    last = last_entry_days([triad_id]).get(triad_id)
    present = get_preferences()
    quiet = quiet_days(last, starts_on=found.starts_on, day=min(today(), found.ends_on))
    agreement = agreement_in_force(triad_id)
    entries = entries_of(triad_id)
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
        signer=signer_of(found, teacher_id, is_office=person.may(Permission.MANAGE_MENTORING)),
        entries=entries,
        names=teacher_names([one.by_teacher_id for one in entries] + [one.with_teacher_id for one in entries]),
        teacher_id=teacher_id,
        is_member=teacher_id in seating_on(found, min(max(today(), found.starts_on), found.ends_on)).ids.values(),
        acceptances=acceptances_of(triad_id),
        may_manage=person.may(Permission.MANAGE_MENTORING),
        is_over=today() > found.ends_on,
    )


@bp.post("/mentoring/triads/<int:triad_id>/confirm")
@requires(Permission.MANAGE_MENTORING)
def confirm_triad(triad_id: int) -> Page:
    """Make a proposal count."""
    return _act(triad_id, lambda: service.confirm_triad(triad_id, actor=actor()), "已确认，请各方签署责任书。")


@bp.post("/mentoring/triads/<int:triad_id>/discard")
@requires(Permission.MANAGE_MENTORING)
def discard_triad(triad_id: int) -> Page:
    """Throw a proposal away."""
    term_id = get_triad(triad_id).term_id
    try:
        with transaction():
            service.discard_proposal(triad_id, actor=actor())
    except Refused as refused:
        flash(refused.message, "danger")
        return see_other(url_for("mentoring.triad", triad_id=triad_id))
    flash("已放弃这份拟定。", "success")
    return see_other(url_for("mentoring.triads", term=term_id))


@bp.route("/mentoring/triads/<int:triad_id>/change", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def change_member(triad_id: int) -> Page:
    """Somebody else takes a seat mid-term."""
    found = get_triad(triad_id)
    form = ChangeForm(on_day=min(max(today(), found.starts_on), found.ends_on), revision=str(found.revision))
    form.offer(_staff())
    values = form
    back = url_for("mentoring.triad", triad_id=triad_id)
    return small_form(
        form,
        lambda: service.change_member(
            triad_id,
            values.seat.data,
            values.teacher_id.data,
            values.on_day.data,
            reason=values.reason.data,
            revision=revision_of(values.revision.data),
            actor=actor(),
        ),
        title="中途换人",
        lead="原来的记录保留；责任书会更新，各方重新签署。",
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


@bp.route("/mentoring/duties", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def duties() -> Page:
    """How often each seat owes what in a term (MT-01)."""
    term = the_term()
    present = duties_of(term.id)
    form = DutiesForm()
    if not form.is_submitted():
        form.show(present)
    return small_form(
        form,
        lambda: service.set_duties(term, form.chosen(), present, actor=actor()),
        title="责任书次数",
        lead="国家没有规定次数，这是学校自己的约定。改动后，请到各三人行里更新责任书并重新签署。",
        back_url=url_for("mentoring.triads", term=term.id),
        next_url=url_for("mentoring.duties", term=term.id),
        done="次数已保存。",
        template="mentoring/duties.html",
    )


def _is_wanted(only: str, facts: TriadFacts, on_track: bool, signal: str, missing: list[Signer] | None) -> bool:
    """Whether a card belongs to the active ones the report counts under a word of `ONLY`; any other word narrows nothing."""
    wanted = {"on_track": on_track, "behind": not on_track, "lost": signal == "overdue", "unsigned": bool(missing)}
    return only not in wanted or (facts.state is TriadState.ACTIVE and wanted[only])


def _act(triad_id: int, write: object, done: str) -> Page:
    get_triad(triad_id)
    return small_form(
        SchoolForm(),
        write,  # type: ignore[arg-type]
        title="三人行",
        back_url=url_for("mentoring.triad", triad_id=triad_id),
        next_url=url_for("mentoring.triad", triad_id=triad_id),
        done=done,
    )


def _proposal() -> Proposal:
    term = the_term()
    staff = tiered_staff(min(max(today(), term.starts_on), term.ends_on), tier_rule())
    busy: dict[Seat, list[int]] = {seat: [] for seat in Seat}
    for one in sittings_between(max(term.starts_on, min(today(), term.ends_on)), term.ends_on):
        busy[one.seat].append(one.teacher_id)
    return propose(colleagues_of(term, staff), extended_before(term), busy, service.eligibility())


def _staff() -> Iterable[tuple[str, str]]:
    return [(str(one.id), one.name) for one in teachers_listed() if one.left_on is None]


def _seat_of(found: object, teacher_id: int) -> Seat | None:
    facts = facts_of(found)  # type: ignore[arg-type]
    return next((seat for seat, one in facts.ids.items() if one == teacher_id), None)


def _reminder(found: object) -> str:
    return reminder_on(today(), starts_on=found.starts_on, ends_on=found.ends_on) if found.state is TriadState.ACTIVE else ""  # type: ignore[attr-defined]
