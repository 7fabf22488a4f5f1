"""Filing an item: draft, submit, revise, withdraw; and declaring 「无」 for a subject."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Conflict, Refused
from school.homework.enums import DayState, ItemState
from school.homework.models import HomeworkDay, HomeworkItem, HomeworkLayer, NoHomeworkDeclaration
from school.homework.rules.caps import CapExceeded
from school.homework.rules.concerns import Concern, ReasonNeeded, check_reason
from school.homework.rules.filing import ItemValues, LayerValues, check_filing, check_school_day
from school.homework.rules.states import check_transition, may_edit
from school.homework.rules.wording import check_item_wording
from school.homework.service.days import LockedDay, check_fits, keep_totals, lock, lock_by_id
from school.people.queries import Lesson


class ItemChanged(Conflict):
    """Somebody changed the item since the form was opened; `item` is what it is now."""

    def __init__(self, item: HomeworkItem) -> None:
        super().__init__("您打开表单以后，这项作业已被修改。下面列出了两边的不同，请核对后再提交。")
        self.item = item


class NoRoom(CapExceeded):
    """The class has no room under its cap; names the class, because an item may go to several."""

    def __init__(self, exceeded: CapExceeded, class_label: str) -> None:
        super().__init__(exceeded.load, exceeded.limits)
        self.message = f"{class_label}：{exceeded.message}"
        self.args = (self.message,)


class FiledAlready(Refused):
    """The teacher's own item with the same words is there: a form sent again after the browser's back button."""

    def __init__(self, class_label: str, subject: str) -> None:
        sentence = (
            f"这项作业已经填报给{class_label}（{subject}），不用再提交。要改就在“我的作业”里修改；要另布置一项，请写得不同。"
        )
        super().__init__(sentence, "content")


@dataclass(frozen=True)
class Filing:
    """How an item is handed in: for whom the rules may warn, and whether it is submitted or kept as a draft.

    `refuses_twin`: it was typed into a form, so the teacher's same words of the same day are a form sent again.
    """

    is_draft: bool = False
    asks_for_room: bool = False
    reason: str = ""
    key: str = ""
    refuses_twin: bool = False


def file_item(lesson: Lesson, values: ItemValues, filing: Filing, *, actor: Actor) -> HomeworkItem:
    """File a new item for one class; the same key a second time answers the item it made the first time.

    Raises the refusals of `rules.filing`, `rules.wording` and, when submitted, of `rules.caps`.
    """
    locked = lock(lesson.class_id, values.on_day)
    known = next((item for item in locked.day.items if _is_same_form(item, lesson, filing)), None)
    if known is not None:
        if filing.refuses_twin and _differs(known, values):
            raise FiledAlready(locked.class_label, lesson.subject)
        return known
    if filing.refuses_twin and any(_is_twin(item, lesson, values) for item in locked.day.items):
        raise FiledAlready(locked.class_label, lesson.subject)
    item = HomeworkItem(
        day=locked.day,
        subject_id=lesson.subject_id,
        teacher_id=lesson.teacher_id,
        submission_key=filing.key,
        state=ItemState.DRAFT,
        created_at=now(),
    )
    _put(item, values, filing, actor)
    db.session.add(item)
    _hand_in(locked, item, values, filing)
    db.session.flush()
    verb = "保存了草稿" if item.state is ItemState.DRAFT else "填报了"
    sentence = f"{verb}{locked.label}{lesson.subject}作业"
    record(actor, "homework.file", sentence, subject_type="homework_item", subject_id=item.id, reason=filing.reason)
    return item


def file_for_classes(lessons: Sequence[Lesson], values: ItemValues, filing: Filing, *, actor: Actor) -> list[HomeworkItem]:
    """File the same item for several classes, all or none; classes are locked in ascending id."""
    ordered = sorted(lessons, key=lambda lesson: lesson.class_id)
    return [file_item(lesson, values, replace(filing, key=f"{filing.key}:{lesson.class_id}"), actor=actor) for lesson in ordered]


def revise_item(item_id: int, day_id: int, values: ItemValues, filing: Filing, *, revision: int, actor: Actor) -> HomeworkItem:
    """Replace the values of an item that is not published yet; raises `ItemChanged` when `revision` is an old one."""
    locked = lock_by_id(day_id)
    item = item_in(locked.day, item_id)
    check_revision(item, revision)
    if not may_edit(item.state):
        raise Refused(f"这项作业{item.state.label}，不能再直接修改。")
    was = item.state
    _put(item, values, filing, actor)
    item.state = ItemState.DRAFT
    _hand_in(locked, item, values, filing)
    db.session.flush()
    sentence = f"修改了{locked.label}的作业（{was.label}→{item.state.label}）"
    record(actor, "homework.revise", sentence, subject_type="homework_item", subject_id=item.id, reason=filing.reason)
    return item


def withdraw_item(item_id: int, day_id: int, *, reason: str, actor: Actor) -> HomeworkItem:
    """Take an item back before it is published; others who saw it read why."""
    locked = lock_by_id(day_id)
    item = item_in(locked.day, item_id)
    if item.version:
        raise Refused("这项作业已经公示，请用“撤回已公示作业”。")
    set_state(item, ItemState.WITHDRAWN, reason=reason, actor=actor)
    keep_totals(locked)
    db.session.flush()
    sentence = f"撤回了{locked.label}的一项作业"
    record(actor, "homework.withdraw", sentence, subject_type="homework_item", subject_id=item.id, reason=reason)
    return item


def declare_none(lesson: Lesson, on_day: date, *, actor: Actor) -> None:
    """Say explicitly that a subject sets nothing today (HW-07); saying it twice changes nothing."""
    locked = lock(lesson.class_id, on_day)
    check_school_day(on_day, "on_day", grade=locked.grade, calendar=locked.calendar)
    if any(item.subject_id == lesson.subject_id for item in locked.counted):
        raise Refused(f"{lesson.subject}已经填报了作业，不能再登记“无”。如要改为无作业，请先撤回。")
    if any(one.subject_id == lesson.subject_id for one in locked.day.declarations):
        return
    locked.day.declarations.append(
        NoHomeworkDeclaration(subject_id=lesson.subject_id, teacher_id=lesson.teacher_id, declared_at=now())
    )
    db.session.flush()
    sentence = f"登记{locked.label}{lesson.subject}“无作业”"
    record(actor, "homework.declare_none", sentence, subject_type="homework_day", subject_id=locked.day.id)


def check_values(values: ItemValues, *, grade: int, locked: LockedDay) -> list[Concern]:
    """Every rule about the item itself; answers what needs a reason."""
    preferences = locked.preferences
    concerns = check_filing(
        values,
        grade=grade,
        calendar=locked.calendar,
        no_homework_weekday=preferences.no_homework_weekday,
        trial_treatment=preferences.trial_treatment,
    )
    return concerns + check_item_wording(values, repeat_limit=preferences.repeat_limit, allowed=preferences.allowed_wordings)


def check_revision(item: HomeworkItem, revision: int) -> None:
    """Raise `ItemChanged` when the form was made from an older revision."""
    if item.revision != revision:
        raise ItemChanged(item)


def item_in(day: HomeworkDay, item_id: int) -> HomeworkItem:
    """The item of a locked day; its row is as fresh as the lock."""
    item = next((item for item in day.items if item.id == item_id), None)
    if item is None:
        raise Refused("没有这项作业。")
    return item


def set_state(item: HomeworkItem, target: ItemState, *, reason: str = "", actor: Actor) -> None:
    """Move an item to another state when the rules allow the step."""
    check_transition(item.state, target, reason=reason)
    item.state = target
    item.state_reason = reason
    item.asks_for_room = False
    touch(item, actor)


def touch(item: HomeworkItem, actor: Actor) -> None:
    """Note that an item changed: its revision rises, so that older forms are noticed."""
    item.revision = (item.revision or 0) + 1
    item.updated_at = now()
    item.updated_by = actor.user_id


def put_values(item: HomeworkItem, values: ItemValues) -> None:
    """Write the typed values into an item and its layers."""
    for name in ("due_on", "form", "kind", "stage", "demand", "book", "pages", "questions", "quantity", "trial_minutes"):
        setattr(item, name, getattr(values, name))
    present = {layer.layer: layer for layer in item.layers}
    item.layers = [_layer(present.get(asked.layer) or HomeworkLayer(layer=asked.layer), asked) for asked in values.layers]


def in_words(item: HomeworkItem) -> str:
    """An item's contents for a comparison or an audit sentence."""
    return "；".join(f"{layer.layer.label}：{layer.content}（{layer.minutes}分钟）" for layer in item.layers)


def overtake_none(day_id: int, subject_id: int) -> None:
    """An item overtakes the subject's 「无」; the day's declarations are read anew when somebody asks."""
    said = NoHomeworkDeclaration.__table__
    db.session.execute(delete(said).where(said.c.day_id == day_id, said.c.subject_id == subject_id))


def _is_same_form(item: HomeworkItem, lesson: Lesson, filing: Filing) -> bool:
    return (item.teacher_id, item.submission_key) == (lesson.teacher_id, filing.key)


def _differs(item: HomeworkItem, values: ItemValues) -> bool:
    """Whether the words or minutes were changed after the form was sent: they must not vanish without a word."""
    asked = {(one.layer, one.content, one.minutes) for one in values.layers}
    return {(row.layer, row.content, row.minutes) for row in item.layers} != asked


def _is_twin(item: HomeworkItem, lesson: Lesson, values: ItemValues) -> bool:
    """Whether an item that stands asks the same: a page that is fetched anew brings a new key with the old words."""
    is_own = (item.teacher_id, item.subject_id) == (lesson.teacher_id, lesson.subject_id)
    if not is_own or item.state is ItemState.WITHDRAWN:
        return False
    same_words = {(row.layer, row.content) for row in item.layers} == {(one.layer, one.content) for one in values.layers}
    same_place = (item.book, item.pages, item.questions) == (values.book, values.pages, values.questions)
    return same_words and same_place


def _layer(row: HomeworkLayer, asked: LayerValues) -> HomeworkLayer:
    row.content = asked.content
    row.minutes = asked.minutes
    row.in_school_minutes = asked.in_school_minutes
    return row


def _put(item: HomeworkItem, values: ItemValues, filing: Filing, actor: Actor) -> None:
    put_values(item, values)
    item.warning_reason = filing.reason
    item.asks_for_room = filing.asks_for_room
    touch(item, actor)


def _hand_in(locked: LockedDay, item: HomeworkItem, values: ItemValues, filing: Filing) -> None:
    """Judge the item and, unless it stays a draft, submit it if the day has room; totals follow."""
    concerns = check_values(values, grade=locked.grade, locked=locked)
    if not (filing.is_draft or filing.asks_for_room):
        _submit(locked, item, concerns, filing)
    keep_totals(locked)


def _submit(locked: LockedDay, item: HomeworkItem, concerns: list[Concern], filing: Filing) -> None:
    check_transition(item.state, ItemState.SUBMITTED)
    item.state = ItemState.SUBMITTED
    item.state_reason = ""
    item.submitted_at = now()
    overtake_none(locked.day.id, item.subject_id)
    with db.session.no_autoflush:
        _check_room(locked, concerns, filing.reason)
    if locked.day.state is DayState.COORDINATED:
        locked.day.state = DayState.OPEN


def _check_room(locked: LockedDay, concerns: list[Concern], reason: str) -> None:
    """All warnings are asked about at once, so that nobody types a reason twice."""
    try:
        check_fits(locked, reason=reason)
    except CapExceeded as exceeded:
        raise NoRoom(exceeded, locked.class_label) from exceeded
    except ReasonNeeded as needed:
        concerns = [*concerns, *needed.concerns]
    check_reason(concerns, reason)
