"""Filing, editing, withdrawing and amending one item."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.rules import school_year_start
from school.db import transaction
from school.errors import Refused
from school.homework.forms import AmendForm, ItemForm
from school.homework.loaders import asked_day, is_mine, item_to_amend, my_item, my_lesson
from school.homework.queries.boards import class_days_of, find_classes
from school.homework.queries.mine import proposals_for, usual_due_day
from school.homework.queries.others import others_on_day, weighed
from school.homework.rules.caps import DayLoad
from school.homework.rules.filing import ItemValues
from school.homework.service import filing, publishing
from school.homework.service.filing import Filing, ItemChanged
from school.homework.typed import differences, field_of, typed_from, typed_to_change, values_of
from school.homework.views import bp
from school.homework.views.asking import ask_reason
from school.homework.views.days import day_in_words
from school.people.queries import Lesson
from school.people.rules import class_label
from school.permissions import Permission
from school.web.forms import choices, revision_of, show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.values import id_argument

Page = str | Response | tuple[str, int]


@bp.route("/homework/items/new/<int:class_id>/<int:subject_id>", methods=["GET", "POST"])
@requires(Permission.FILE_HOMEWORK)
def new_item(class_id: int, subject_id: int) -> Page:
    """File an item for one class, and with the same tap for the teacher's other classes of the grade."""
    on_day = asked_day()
    lesson, others = my_lesson(class_id, subject_id, on_day)
    form = ItemForm(data=_first_values(lesson, on_day) if request.method == "GET" else None)
    form.also.choices = choices((one.class_id, _label(one, on_day)) for one in others)
    if not form.validate_on_submit() or "check" in request.form:
        return _form_page(form, _new_page(lesson, on_day), 422 if form.errors else 200)
    chosen = [lesson, *(one for one in others if one.class_id in form.also.data)]
    try:
        with transaction():
            items = filing.file_for_classes(chosen, values_of(form, on_day), _filing(form), actor=actor())
    except Refused as refused:
        return _refused(form, _new_page(lesson, on_day), refused)
    flash(_filed_sentence(items[0].state.label, _label(lesson, on_day), len(items)), "success")
    return see_other(url_for("homework.mine", day=on_day))


@bp.route("/homework/items/<int:item_id>", methods=["GET", "POST"])
@requires(Permission.FILE_HOMEWORK)
def edit_item(item_id: int) -> Page:
    """Change an item that is not published yet; whoever comes second sees the difference."""
    item = my_item(item_id)
    form = ItemForm(data=typed_to_change(item))

    def revise(values: ItemValues) -> None:
        filing.revise_item(item.id, item.day_id, values, _filing(form), revision=_revision(form), actor=actor())

    return _changed(item, form, revise, done="已保存修改。", next_url=url_for("homework.mine", day=item.day.on_day))


@bp.route("/homework/items/<int:item_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.FILE_HOMEWORK)
def withdraw_item(item_id: int) -> Page:
    """Take an item back before publication, with a reason."""
    item = my_item(item_id)
    return ask_reason(
        lambda reason: filing.withdraw_item(item.id, item.day_id, reason=reason, actor=actor()),
        title="撤回作业",
        lead="撤回后这项作业不再计入当天用时。",
        back_url=url_for("homework.mine", day=item.day.on_day),
        done="已撤回。",
    )


@bp.route("/homework/items/<int:item_id>/amend", methods=["GET", "POST"])
@requires(Permission.FILE_HOMEWORK, Permission.COORDINATE_HOMEWORK)
def amend_item(item_id: int) -> Page:
    """Publish a new version of a published item with a reason; both stay visible."""
    item = item_to_amend(item_id)
    form = AmendForm(data=typed_to_change(item))

    def amend(values: ItemValues) -> None:
        publishing.amend_item(
            item.id,
            item.day_id,
            values,
            why=form.amend_reason.data,
            reason=form.warning_reason.data or form.amend_reason.data,
            revision=_revision(form),
            actor=actor(),
            may_add=is_mine(item),
        )

    next_url = url_for("homework.item", item_id=item.id)
    return _changed(item, form, amend, done="更正已公示，原来的版本仍然可见。", next_url=next_url)


@bp.route("/homework/items/<int:item_id>/retract", methods=["GET", "POST"])
@requires(Permission.FILE_HOMEWORK, Permission.COORDINATE_HOMEWORK)
def retract_item(item_id: int) -> Page:
    """Withdraw a published item; the public log keeps it with the reason."""
    item = item_to_amend(item_id)
    return ask_reason(
        lambda reason: publishing.retract_item(item.id, item.day_id, why=reason, actor=actor()),
        title="撤回已公示的作业",
        lead="家长已经能看到这项作业。撤回后，公示页保留原文、划线并写明原因。",
        back_url=url_for("homework.item", item_id=item.id),
        done="已撤回公示，公示页会保留原文和撤回原因。",
    )


@bp.get("/homework/items/<int:item_id>/view")
@requires(Permission.FILE_HOMEWORK, Permission.COORDINATE_HOMEWORK)
def item(item_id: int) -> str:
    """A published item: read, amend or withdraw."""
    shown = item_to_amend(item_id)
    (class_day,) = class_days_of(find_classes([shown.day.class_id]), shown.day.on_day)
    return render_template("homework/item.html", item=shown, class_day=class_day, day_label=day_in_words(shown.day.on_day))


def _new_page(lesson: Lesson, on_day: date) -> dict[str, object]:
    """What the form for a new item shows beside its fields."""
    (class_day,) = class_days_of(find_classes([lesson.class_id]), on_day)
    return {"lesson": lesson, "proposals": proposals_for(lesson, on_day), "class_day": class_day, "item": None}


def _first_values(lesson: Lesson, on_day: date) -> dict[str, object]:
    """What an empty form shows: due the next school day, the usual minutes, a key against double submits.

    With `copy` in the address, the values of the item to copy.
    """
    copied = id_argument("copy")
    first = {"all_minutes": proposals_for(lesson, on_day).minutes} if copied is None else typed_from(my_item(copied))
    return first | {"due_on": usual_due_day(on_day), "submission_key": uuid4().hex[:24]}


def _changed(item: Any, form: ItemForm, act: Callable[[ItemValues], None], *, done: str, next_url: str) -> Page:
    """Show the form of an item, or `act` on what was typed in one transaction and go on."""
    form.also.choices = []
    (class_day,) = class_days_of(find_classes([item.day.class_id]), item.day.on_day)
    page = {"lesson": None, "proposals": None, "class_day": class_day, "item": item}
    if not form.validate_on_submit() or "check" in request.form:
        return _form_page(form, page, 422 if form.errors else 200)
    try:
        with transaction():
            act(values_of(form, item.day.on_day))
    except Refused as refused:
        return _refused(form, page, refused)
    flash(done, "success")
    return see_other(next_url)


def _filing(form: ItemForm) -> Filing:
    return Filing(
        is_draft="draft" in request.form,
        asks_for_room="ask_room" in request.form,
        reason=form.warning_reason.data or "",
        key=form.submission_key.data or "",
        refuses_twin=True,
    )


def _revision(form: ItemForm) -> int:
    return revision_of(form.revision.data)


def _form_page(form: ItemForm, page: dict[str, object], status: int) -> tuple[str, int]:
    class_day = page["class_day"]
    others = others_on_day(class_day, page["item"])
    day_label = day_in_words(class_day.on_day)
    is_amending = isinstance(form, AmendForm)
    would_be = _would_be(form, page) if request.method == "POST" else None
    shown = page | {"others": others, "day_label": day_label, "is_amending": is_amending, "would_be": would_be}
    return render_template("homework/item_form.html", form=form, **shown), status


def _would_be(form: ItemForm, page: dict[str, object]) -> DayLoad | None:
    """The day's total with what was typed, for whoever has no JavaScript; None while it cannot be read."""
    try:
        return weighed(page["class_day"], page["item"], values_of(form, page["class_day"].on_day))
    except (Refused, ValueError):
        return None


def _refused(form: ItemForm, page: dict[str, object], refused: Refused) -> tuple[str, int]:
    """The same page with the sentence at its field; after a conflict also what differs."""
    refused.field = field_of(refused, form)
    show_refusal(form, refused)
    if isinstance(refused, ItemChanged):
        page["conflict"] = differences(form, refused.item)
        form.revision.data = str(refused.item.revision)
    page["may_ask_room"] = isinstance(refused, filing.NoRoom)
    page["needs_reason"] = refused.field == "warning_reason"
    return _form_page(form, page, 422)


def _label(lesson: Lesson, on_day: date) -> str:
    return class_label(lesson.entry_year, lesson.class_number, school_year_start(on_day))


def _filed_sentence(state: str, label: str, count: int) -> str:
    more = f"等 {count} 个班" if count > 1 else ""
    return f"{label}{more}的作业{state}。"
