"""What was done together: enter, correct, confirm, send back, withdraw; the files."""

from datetime import date

from flask import Response, abort, flash, render_template, request, url_for

from school.accounts.identity import actor
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.mentoring.asked import my_teacher
from school.mentoring.forms.work import EntryForm, ReasonForm
from school.mentoring.loaders import get_entry_of_mine, get_triad, get_triad_of_mine
from school.mentoring.queries.entries import class_choices, find_file, seating_on, waiting_for
from school.mentoring.rules.entries import LINKS, EntryValues
from school.mentoring.service import entries as service
from school.mentoring.service.entries import Upload
from school.mentoring.views import bp
from school.mentoring.views.page import Page, small_form
from school.people.labels import class_name
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import revision_of
from school.web.guard import requires
from school.web.pages import download, see_other


@bp.route("/mentoring/triads/<int:triad_id>/entries/new", methods=["GET", "POST"])
@requires(Permission.OWN_GROWTH)
def new_entry(triad_id: int) -> Page:
    """Enter something two linked members did."""
    triad, teacher = get_triad_of_mine(triad_id)
    kind = request.args.get("kind", "")
    form = EntryForm(on_day=min(today(), triad.ends_on), kind=kind or None)
    _offer(form, triad_id, teacher.id)

    def write() -> None:
        service.enter(
            triad_id,
            teacher.id,
            form.with_teacher.data,
            form.values(),
            key=(form.submission_key.data or "")[:40],
            files=_uploads(),
            actor=actor(),
        )

    back = url_for("mentoring.triad", triad_id=triad_id)
    return small_form(
        form,
        write,
        title="登记师徒活动",
        lead="对方确认后计入责任书的次数。",
        back_url=back,
        next_url=back,
        done="已登记，等对方确认。",
        template="mentoring/entry_form.html",
    )


@bp.route("/mentoring/entries/<int:entry_id>", methods=["GET", "POST"])
@requires(Permission.OWN_GROWTH)
def change_entry(entry_id: int) -> Page:
    """Correct an own entry that is not confirmed yet."""
    entry, teacher = get_entry_of_mine(entry_id)
    if entry.by_teacher_id != teacher.id:
        abort(404)
    present = {name: getattr(entry, name) for name in EntryValues.__annotations__ if name != "scores"}
    scores = {f"score_{key}": points for key, points in entry.scores.items()}
    form = EntryForm(**present, **scores, with_teacher=entry.with_teacher_id, revision=str(entry.revision))
    _offer(form, entry.triad_id, teacher.id, on_day=entry.on_day)

    def write() -> None:
        revision = revision_of(form.revision.data)
        service.correct(entry_id, teacher.id, form.values(), revision=revision, files=_uploads(), actor=actor())

    back = url_for("mentoring.triad", triad_id=entry.triad_id)
    return small_form(
        form,
        write,
        title="修改记录",
        lead=f"退回原因：{entry.state_reason}" if entry.state_reason else "",
        back_url=back,
        next_url=back,
        done="已修改，等对方确认。",
        template="mentoring/entry_form.html",
        entry=entry,
    )


@bp.get("/mentoring/waiting")
@requires(Permission.OWN_GROWTH)
def waiting() -> str:
    """What the others entered and this teacher should confirm."""
    return _waiting_page()


@bp.post("/mentoring/entries/<int:entry_id>/confirm")
@requires(Permission.OWN_GROWTH)
def confirm_entry(entry_id: int) -> Page:
    """Confirm an entry."""
    entry, teacher = get_entry_of_mine(entry_id)
    try:
        with transaction():
            service.confirm(entry_id, teacher.id, actor=actor())
    except Refused as refused:
        return _waiting_page(refused.message), 422
    flash(f"已确认{entry.kind.label}“{entry.topic}”。", "success")
    return see_other(url_for("mentoring.waiting"))


@bp.route("/mentoring/entries/<int:entry_id>/return", methods=["GET", "POST"])
@requires(Permission.OWN_GROWTH)
def return_entry(entry_id: int) -> Page:
    """Send an entry back with a reason."""
    entry, teacher = get_entry_of_mine(entry_id)
    form = ReasonForm()
    return small_form(
        form,
        lambda: service.send_back(entry_id, teacher.id, reason=form.reason.data or "", actor=actor()),
        title="退回这条记录",
        lead=f"{entry.kind.label}“{entry.topic}”，{entry.on_day.isoformat()}",
        back_url=url_for("mentoring.waiting"),
        next_url=url_for("mentoring.waiting"),
        done="已退回。",
        button="退回",
    )


@bp.post("/mentoring/entries/<int:entry_id>/withdraw")
@requires(Permission.OWN_GROWTH)
def withdraw_entry(entry_id: int) -> Page:
    """Take an own entry back."""
    entry, teacher = get_entry_of_mine(entry_id)
    try:
        with transaction():
            service.withdraw(entry_id, teacher.id, actor=actor())
    except Refused as refused:
        return _waiting_page(refused.message), 422
    flash("已撤回。", "success")
    return see_other(url_for("mentoring.triad", triad_id=entry.triad_id))


@bp.get("/mentoring/files/<int:file_id>")
@requires(Permission.OWN_GROWTH, Permission.SEE_MENTORING_REPORT, Permission.ASSESS_MENTORING)
def entry_file(file_id: int) -> Response:
    """An attached file, for whoever may see the triad; always saved, never shown in the page."""
    found = find_file(file_id) or abort(404)
    get_triad(found.entry.triad_id)
    return download(found.content, found.name, found.media_type)


def _waiting_page(refusal: str = "") -> str:
    return render_template("mentoring/waiting.html", rows=waiting_for(my_teacher().id), refusal=refusal)


def _offer(form: EntryForm, triad_id: int, teacher_id: int, *, on_day: date | None = None) -> None:
    triad = get_triad(triad_id)
    seating = seating_on(triad, on_day or min(max(today(), triad.starts_on), triad.ends_on))
    mine = seating.seat_of(teacher_id)
    linked = {b if a is mine else a for a, b in LINKS if mine in (a, b)}
    partners = [(str(seating.ids[seat]), f"{seating.names[seat]}（{seat.label}）") for seat in seating.ids if seat in linked]
    year = school_year_start(triad.starts_on)
    classes = class_choices(year - get_preferences().last_grade + 1, year)
    form.offer(partners, [(str(one.id), class_name(one.entry_year, one.number, year)) for one in classes])


def _uploads() -> list[Upload]:
    return [Upload(one.filename or "", one.read()) for one in request.files.getlist("files") if one.filename]
