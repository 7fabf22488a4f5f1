"""The homeroom teacher's board: all subjects of a class today, the total, one tap to publish."""

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.clock import now
from school.db import transaction
from school.errors import Refused
from school.homework import policy
from school.homework.enums import Layer
from school.homework.forms import CapRequestForm, PublishForm, TrimForm
from school.homework.loaders import asked_day, asked_day_of, class_to_coordinate, class_to_see, item_on_board
from school.homework.queries.boards import board_of, class_days_of, default_day
from school.homework.queries.scope import classes_of_person
from school.homework.rules.publishing import is_late
from school.homework.service import board as acts
from school.homework.service import publishing
from school.homework.service.publishing import Choice
from school.homework.views import bp
from school.homework.views.asking import ask_reason
from school.homework.views.days import day_in_words, day_links
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import revision_of, show_refusal
from school.web.guard import requires
from school.web.pages import see_other

Page = str | Response | tuple[str, int]

SEES = (Permission.COORDINATE_HOMEWORK, Permission.APPROVE_HOMEWORK)


@bp.get("/homework/board")
@requires(*SEES)
def boards() -> Page:
    """The classes one coordinates or approves; straight to the board when there is one only."""
    on_day = asked_day()
    classes = classes_of_person(the_person(), on_day)
    if len(classes) == 1:
        return see_other(url_for("homework.board", class_id=classes[0].id, day=on_day))
    days = class_days_of(classes, on_day)
    return render_template("homework/boards.html", class_days=days, on_day=on_day, days=day_links("homework.boards", on_day))


@bp.route("/homework/board/<int:class_id>", methods=["GET", "POST"])
@requires(*SEES)
def board(class_id: int) -> Page:
    """One class-day; a POST publishes it (or sends it for approval, by the school's setting)."""
    form = PublishForm()
    if request.method == "GET":
        return _board_page(class_id, form)
    on_day = asked_day_of(class_to_coordinate(class_id))
    if not form.validate_on_submit():
        return _board_page(class_id, form)
    needs_approval = get_preferences().needs_approval
    act = publishing.coordinate_day if needs_approval else publishing.publish_day
    try:
        with transaction():
            act(class_id, on_day, _choice(form), actor=actor())
    except Refused as refused:
        show_refusal(form, refused)
        return _board_page(class_id, form)
    flash("已统筹，等待审核后公示。" if needs_approval else "已公示，家长现在就能看到。", "success")
    return see_other(url_for("homework.board", class_id=class_id, day=on_day))


@bp.route("/homework/items/<int:item_id>/trim", methods=["GET", "POST"])
@requires(Permission.COORDINATE_HOMEWORK)
def trim_item(item_id: int) -> Page:
    """Lower an item's minutes."""
    item = item_on_board(item_id)
    present = {f"{layer.layer.value}_minutes": layer.minutes for layer in item.layers}
    form = TrimForm(data=present | {"revision": item.revision})
    back_url = url_for("homework.board", class_id=item.day.class_id, day=item.day.on_day)
    if form.validate_on_submit():
        typed = {layer.layer: form[f"{layer.layer.value}_minutes"].data for layer in item.layers}
        wanted = {layer: minutes for layer, minutes in typed.items() if minutes is not None}
        revision = revision_of(form.revision.data)
        try:
            with transaction():
                acts.trim_item(item.id, item.day_id, wanted, reason=form.reason.data, revision=revision, actor=actor())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            flash("已调减。", "success")
            return see_other(back_url)
    fields = [form[f"{layer.value}_minutes"] for layer in Layer if any(one.layer is layer for one in item.layers)]
    html = render_template("homework/trim.html", form=form, fields=fields, item=item, back_url=back_url)
    return html, 422 if form.errors or form.form_errors else 200


@bp.route("/homework/items/<int:item_id>/return", methods=["GET", "POST"])
@requires(Permission.COORDINATE_HOMEWORK)
def return_item(item_id: int) -> Page:
    """Give an item back to its teacher with a reason."""
    item = item_on_board(item_id)
    return ask_reason(
        lambda reason: acts.return_item(item.id, item.day_id, reason=reason, actor=actor()),
        title="退回作业",
        lead="退回后不计入当天用时，老师修改后可再提交。",
        back_url=url_for("homework.board", class_id=item.day.class_id, day=item.day.on_day),
        done="已退回，老师会看到原因。",
    )


@bp.post("/homework/items/<int:item_id>/take-in")
@requires(Permission.COORDINATE_HOMEWORK)
def take_in(item_id: int) -> Response:
    """Accept a draft that waited for room."""
    item = item_on_board(item_id)
    try:
        with transaction():
            acts.take_in(item.id, item.day_id, actor=actor())
    except Refused as refused:
        flash(refused.message, "danger")
    else:
        flash("已接纳这项作业。", "success")
    return see_other(url_for("homework.board", class_id=item.day.class_id, day=item.day.on_day))


@bp.route("/homework/board/<int:class_id>/room", methods=["GET", "POST"])
@requires(Permission.COORDINATE_HOMEWORK)
def request_room(class_id: int) -> Page:
    """Ask the teaching office to lift the school's own cap for one class-day."""
    school_class = class_to_coordinate(class_id)
    on_day = asked_day_of(school_class)
    shown = board_of(school_class, on_day)
    if shown.class_day.day is None:
        abort(404)
    form = CapRequestForm(minutes=min(shown.class_day.limits.hard + shown.over_by, shown.lift_to))
    back_url = url_for("homework.board", class_id=class_id, day=on_day)
    if form.validate_on_submit():
        try:
            with transaction():
                day_id = shown.class_day.day.id
                acts.request_room(day_id, form.minutes.data, reason=form.reason.data, actor=actor())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            flash("已向教导处申请，答复会显示在这一页。", "success")
            return see_other(back_url)
    html = render_template("homework/room.html", form=form, board=shown, back_url=back_url)
    return html, 422 if form.errors or form.form_errors else 200


@bp.post("/homework/board/<int:class_id>/close")
@requires(Permission.COORDINATE_HOMEWORK)
def close_day(class_id: int) -> Response:
    """Close a published class-day."""
    school_class = class_to_coordinate(class_id)
    shown = board_of(school_class, asked_day_of(school_class)).class_day
    try:
        if shown.day is None:
            raise Refused("这一天还没有公示，不能归档。")
        with transaction():
            publishing.close_day(shown.day.id, actor=actor())
    except Refused as refused:
        flash(refused.message, "danger")
    else:
        flash("已归档，这一天的作业不能再修改。", "success")
    return see_other(url_for("homework.board", class_id=class_id, day=shown.on_day))


def _board_page(class_id: int, form: PublishForm) -> tuple[str, int]:
    school_class = class_to_see(class_id)
    on_day = asked_day_of(school_class)
    preferences = get_preferences()
    late = is_late(now(), on_day, preferences.publish_time)
    person = the_person()
    html = render_template(
        "homework/board.html",
        form=form,
        board=board_of(school_class, on_day),
        on_day=on_day,
        day_label=day_in_words(on_day),
        days=day_links("homework.board", on_day, class_id=class_id),
        is_late_now=late,
        publish_by=preferences.publish_by,
        needs_approval=preferences.needs_approval,
        may_coordinate=policy.may_coordinate(person, school_class),
        may_approve=policy.may_approve(person, school_class),
        is_today=on_day == default_day(now().date()),
        public_url=url_for("homework.public_log", date=on_day, **{"class": f"{school_class.entry_year}-{school_class.number}"}),
    )
    return html, 422 if form.errors or form.form_errors else 200


def _choice(form: PublishForm) -> Choice:
    return Choice(
        declares_none=form.declares_none.data,
        goes_on_unfiled=form.goes_on_unfiled.data,
        confirms_standard=form.confirms_standard.data,
        reason=form.reason.data or "",
        note=form.note.data or "",
    )
