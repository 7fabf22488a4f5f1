"""Putting triads together: the proposal the office edits, by hand, and going on from a triad that did not pass."""

import re
from collections.abc import Mapping

from flask import abort, flash, render_template, request, url_for

from school.accounts.identity import actor
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.mentoring.asked import the_term, tier_rule
from school.mentoring.enums import Seat, TriadState
from school.mentoring.forms.triads import Block, ProposalForm, TriadForm
from school.mentoring.loaders import get_triad
from school.mentoring.queries.desk import Desk, day_in, desk_of, staff_choices
from school.mentoring.queries.triads import earlier_of, term_after
from school.mentoring.service import triads as service
from school.mentoring.views import bp
from school.mentoring.views.page import Page, small_form
from school.people.queries import find_subject, subjects
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other

MOST_BLOCKS = 60
ID = re.compile("[0-9]{1,9}")


@bp.route("/mentoring/proposal", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def proposal() -> Page:
    """Suggestions for the term, which the office changes; a POST proposes those that are ticked, or confirms them at once."""
    term = the_term()
    desk = desk_of(term, tier_rule(), today())
    blocks = _typed_blocks(desk) if request.method == "POST" else _suggested_blocks(desk)
    form = ProposalForm.of(blocks)
    if request.method == "GET":
        return _proposal_page(desk, form, blocks)
    taken = form.taken(blocks)
    if not form.validate() or not taken:
        if not taken:
            form.form_errors.append("请先勾选要拟定的组。")
        return _proposal_page(desk, form, blocks), 422
    confirms = request.form.get("confirms") == "1"
    try:
        with transaction():
            wanted = [_wanted(desk, blocks[number], form.seats(number), number) for number in taken]
            service.make_triads(term, wanted, desk.first, desk.last, confirms=confirms, actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _proposal_page(desk, form, blocks), 422
    words = "请各方签署责任书。" if confirms else "核对后确认。"
    flash(f"已{'确认' if confirms else '拟定'} {len(taken)} 组，{words}", "success")
    state = TriadState.ACTIVE if confirms else TriadState.PROPOSED
    return see_other(url_for("mentoring.triads", term=term.id, state=state.value))


@bp.route("/mentoring/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def new_triad() -> Page:
    """Put three people together by hand."""
    term = the_term()
    form = TriadForm(starts_on=day_in(term, today()), ends_on=term.ends_on)
    form.offer([(str(one.id), one.name) for one in subjects()], staff_choices(term, tier_rule(), today()))

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


@bp.route("/mentoring/triads/<int:triad_id>/extend", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def extend_triad(triad_id: int) -> Page:
    """Go on next term with an apprentice who did not pass."""
    found = get_triad(triad_id)
    back = url_for("mentoring.triad", triad_id=triad_id)
    term = term_after(found.ends_on)
    if term is None:
        flash("下一个学期还没有登记，请先在校历里登记学期，再来续办。", "warning")
        return see_other(back)
    seats = earlier_of(found).seats
    form = TriadForm(starts_on=term.starts_on, ends_on=term.ends_on, **{seat.value: one for seat, one in seats.items()})
    form.offer([], staff_choices(term, tier_rule(), today()))
    del form.subject_id

    def write() -> None:
        span = (form.starts_on.data, form.ends_on.data)
        note, links = form.note.data or "上学期验收延期，继续指导。", {"previous_id": triad_id, "actor": actor()}
        service.make_triad(term, found.subject, form.seats(), *span, note=note, **links)

    return small_form(
        form,
        write,
        title="延期续办",
        lead="没有通过验收的徒弟下学期继续；师傅可以换。",
        back_url=back,
        next_url=url_for("mentoring.triads", term=term.id, state=TriadState.PROPOSED.value),
        done="已拟定下学期的三人行，核对后确认。",
    )


def _suggested_blocks(desk: Desk) -> dict[int, Block]:
    blocks = {}
    for number, one in enumerate(desk.proposal.suggestions[:MOST_BLOCKS], 1):
        seats = {seat: who.id for seat, who in one.seats.items()}
        blocks[number] = Block(one.subject_id, desk.offered(one.subject_id, seats), seats, one.goes_on_from)
    return blocks


def _typed_blocks(desk: Desk) -> dict[int, Block]:
    """The blocks of the page that was sent, whatever would be suggested by now."""
    taught = {one.subject_id for one in desk.colleagues}
    blocks = {}
    for number in range(1, MOST_BLOCKS + 1):
        subject_id = _sent_id(f"subject_{number}")
        if subject_id in taught:
            sent = {seat: _sent_id(f"{seat.value}_{number}") for seat in Seat}
            seats = {seat: teacher_id for seat, teacher_id in sent.items() if teacher_id is not None}
            blocks[number] = Block(subject_id, desk.offered(subject_id, seats), seats, _sent_id(f"previous_{number}"))
    return blocks


def _sent_id(name: str) -> int | None:
    sent = request.form.get(name, "")
    return int(sent) if ID.fullmatch(sent) else None


def _wanted(desk: Desk, block: Block, seats: Mapping[Seat, int], number: int) -> service.Wanted:
    """What is asked for; the reason stays with the triad while the people are those that are suggested."""
    note = _reasons(desk).get(tuple(seats[seat] for seat in Seat), "教导处在结对建议上调整了人选。")
    subject = find_subject(block.subject_id) or abort(404)
    return service.Wanted(number, subject, seats, note, block.previous_id)


def _reasons(desk: Desk) -> dict[tuple[int | None, ...], str]:
    return {tuple(one.seats[seat].id for seat in Seat): one.why for one in desk.proposal.suggestions}


def _proposal_page(desk: Desk, form: ProposalForm, blocks: Mapping[int, Block]) -> str:
    subject = {one.subject_id: one.subject for one in desk.colleagues}
    name, why = {one.candidate.id: one.candidate.name for one in desk.colleagues}, _reasons(desk)
    rows = []
    for number, one in blocks.items():
        trio = tuple(one.seats.get(seat) for seat in Seat)
        title = f"{subject[one.subject_id]}：{' → '.join(name.get(teacher_id, '？') for teacher_id in trio)}"
        rows.append((number, one, title, why.get(trio, "")))
    proposal = desk.proposal
    lists = {"without": proposal.without, "unknown": proposal.unknown}
    return render_template("mentoring/proposal.html", term=the_term(), desk=desk, form=form, rows=rows, seats=list(Seat), **lists)
