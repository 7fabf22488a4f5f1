"""Coordinating, publishing, adding, amending, withdrawing and closing: what the public reads, version by version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from school.audit.service import Actor, record
from school.clock import now, today
from school.db import db
from school.errors import Refused
from school.homework.enums import DayState, ItemState, LogChange
from school.homework.models import HomeworkDay, HomeworkItem, PublicLogEntry
from school.homework.queries.days import days_to_close
from school.homework.rules.concerns import check_reason
from school.homework.rules.filing import ItemValues, check_school_day
from school.homework.rules.publishing import Publication, check_publication, is_late
from school.homework.rules.states import check_day_transition, counts
from school.homework.service.days import LockedDay, check_fits, keep_totals, lock, lock_by_id
from school.homework.service.filing import check_revision, check_values, in_words, item_in, put_values, set_state, touch
from school.people.queries import Lesson, find_subject, find_teacher, lessons_of_class

PUBLISHABLE = (ItemState.SUBMITTED, ItemState.COORDINATED)


@dataclass(frozen=True)
class Choice:
    """What the homeroom teacher ticked and typed on the board."""

    declares_none: bool = False
    goes_on_unfiled: bool = False
    confirms_standard: bool = False
    reason: str = ""
    note: str = ""


def coordinate_day(class_id: int, on_day: date, choice: Choice, *, actor: Actor) -> HomeworkDay:
    """Hand a class-day to the approver (HW-05); judged as if it were published now."""
    locked = lock(class_id, on_day)
    check_day_transition(locked.day.state, DayState.COORDINATED)
    _check(locked, choice)
    day = locked.day
    _take_choice(day, choice)
    for item in _publishable(day):
        set_state(item, ItemState.COORDINATED, actor=actor)
    day.state = DayState.COORDINATED
    day.coordinated_at = now()
    day.coordinated_by = actor.user_id
    keep_totals(locked)
    sentence = f"统筹了{locked.label}的作业（{day.required_minutes} 分钟），送审"
    record(actor, "homework.coordinate", sentence, subject_type="homework_day", subject_id=day.id, reason=choice.reason)
    db.session.flush()
    return day


def publish_day(class_id: int, on_day: date, choice: Choice, *, actor: Actor) -> HomeworkDay:
    """Publish a class-day under its lock; what was filed after publication is added with a reason.

    Raises the refusals of `rules.publishing.check_publication`.
    """
    locked = lock(class_id, on_day)
    if locked.day.state is DayState.PUBLISHED:
        return _add_to_published(locked, choice, actor)
    return _publish(locked, choice, actor)


def approve_day(day_id: int, *, actor: Actor) -> HomeworkDay:
    """The approver publishes what the homeroom teacher coordinated (HW-05)."""
    locked = lock_by_id(day_id)
    day = locked.day
    if day.state is not DayState.COORDINATED:
        raise Refused("这一天的作业不在待审核状态，请刷新页面。")
    reason = day.reason or ("送审后才公示" if _is_late_now(locked) else "")
    choice = Choice(day.has_none, goes_on_unfiled=True, confirms_standard=True, reason=reason, note=day.note)
    return _publish(locked, choice, actor)


def amend_item(
    item_id: int, day_id: int, values: ItemValues, *, why: str, reason: str, revision: int, actor: Actor, may_add: bool = True
) -> HomeworkItem:
    """Publish a new version of a published item; the old one stays readable beside it.

    `why` is what the public reads; `reason` answers the warnings of the rules. Whoever does not teach the item
    (`may_add` false) may cut its minutes, never add (S6).
    """
    locked = lock_by_id(day_id)
    item = item_in(locked.day, item_id)
    check_revision(item, revision)
    if item.state is not ItemState.PUBLISHED:
        raise Refused("只有已公示的作业才能更正。")
    if not may_add:
        check_only_cut(item, values)
    before = in_words(item)
    concerns = check_values(values, grade=locked.grade, locked=locked)
    put_values(item, values)
    check_fits(locked, reason=reason)
    check_reason(concerns, reason)
    item.warning_reason = reason
    item.version += 1
    touch(item, actor)
    keep_totals(locked)
    db.session.flush()
    _log(locked, item, LogChange.AMENDED, reason=why)
    sentence = f"更正了{locked.label}已公示的作业（第 {item.version} 版）：{before} → {in_words(item)}"
    record(actor, "homework.amend", sentence, subject_type="homework_item", subject_id=item.id, reason=why)
    db.session.flush()
    return item


def check_only_cut(item: HomeworkItem, values: ItemValues) -> None:
    """Raise when a layer is new or asks for more minutes than the published version (S6)."""
    allowed = {layer.layer: layer.minutes for layer in item.layers}
    if any(asked.minutes > allowed.get(asked.layer, 0) for asked in values.layers):
        raise Refused("班主任只能减少用时或更正文字；要增加用时，请任课老师自己更正。", "minutes")


def retract_item(item_id: int, day_id: int, *, why: str, actor: Actor) -> HomeworkItem:
    """Withdraw a published item: the public log keeps it, struck through, with the reason."""
    locked = lock_by_id(day_id)
    item = item_in(locked.day, item_id)
    if item.state is not ItemState.PUBLISHED:
        raise Refused("只有已公示的作业才能撤回公示。")
    set_state(item, ItemState.WITHDRAWN, reason=why, actor=actor)
    item.version += 1
    keep_totals(locked)
    _log(locked, item, LogChange.WITHDRAWN, reason=why)
    sentence = f"撤回了{locked.label}已公示的一项作业"
    record(actor, "homework.retract", sentence, subject_type="homework_item", subject_id=item.id, reason=why)
    db.session.flush()
    return item


def close_day(day_id: int, *, actor: Actor) -> None:
    """Close a published class-day: nothing in it changes any more."""
    locked = lock_by_id(day_id)
    check_day_transition(locked.day.state, DayState.CLOSED)
    for item in locked.day.items:
        if item.state is ItemState.PUBLISHED:
            set_state(item, ItemState.CLOSED, actor=actor)
    locked.day.state = DayState.CLOSED
    locked.day.closed_at = now()
    record(actor, "homework.close", f"归档了{locked.label}的作业", subject_type="homework_day", subject_id=locked.day.id)
    db.session.flush()


def close_old_days(*, after_days: int, actor: Actor) -> int:
    """Close every day published long enough ago; answers how many."""
    ids = days_to_close(today() - timedelta(days=after_days))
    for day_id in ids:
        close_day(day_id, actor=actor)
    return len(ids)


def unfiled_subjects(day: HomeworkDay | None, lessons: Sequence[Lesson]) -> list[str]:
    """Subjects that were expected and neither filed nor said 「无」, in the school's order."""
    filed = {item.subject_id for item in day.items if counts(item.state)} if day else set()
    declared = {one.subject_id for one in day.declarations} if day else set()
    expected = {lesson.subject_id: lesson.subject for lesson in lessons if lesson.has_homework}
    return [name for subject_id, name in expected.items() if subject_id not in filed | declared]


def _check(locked: LockedDay, choice: Choice) -> None:
    day = locked.day
    check_school_day(day.on_day, "on_day", grade=locked.grade, calendar=locked.calendar)
    publication = Publication(
        on_day=day.on_day,
        published_at=now(),
        publish_by=locked.preferences.publish_time,
        item_count=len(_publishable(day)),
        unfiled=tuple(unfiled_subjects(day, lessons_of_class(day.class_id, day.on_day))),
        declares_none=choice.declares_none,
        goes_on_unfiled=choice.goes_on_unfiled,
        confirms_standard=choice.confirms_standard,
    )
    check_publication(publication, locked.load, locked.limits, reason=choice.reason)


def _publish(locked: LockedDay, choice: Choice, actor: Actor) -> HomeworkDay:
    day = locked.day
    check_day_transition(day.state, DayState.PUBLISHED)
    _check(locked, choice)
    _take_choice(day, choice)
    day.is_late = _is_late_now(locked)
    day.state = DayState.PUBLISHED
    day.published_at = now()
    day.published_by = actor.user_id
    items = _publishable(day)
    _publish_items(locked, items, LogChange.PUBLISHED, "", actor)
    if not items:
        _log_none(locked)
    keep_totals(locked)
    what = "「无」" if day.has_none else f"{len(items)} 项，必做书面 {day.required_minutes} 分钟"
    sentence = f"公示了{locked.label}的作业（{what}）" + ("（迟公示）" if day.is_late else "")
    record(actor, "homework.publish", sentence, subject_type="homework_day", subject_id=day.id, reason=choice.reason)
    db.session.flush()
    return day


def _add_to_published(locked: LockedDay, choice: Choice, actor: Actor) -> HomeworkDay:
    day = locked.day
    items = _publishable(day)
    if not items:
        raise Refused("这一天的作业已经公示，没有新的内容要公示。")
    if not choice.reason.strip():
        raise Refused("公示以后补充作业，请写明原因。", "reason")
    check_fits(locked, reason=choice.reason)
    day.has_none = False
    _publish_items(locked, items, LogChange.ADDED, choice.reason, actor)
    keep_totals(locked)
    sentence = f"给{locked.label}已公示的作业补充了 {len(items)} 项"
    record(actor, "homework.add", sentence, subject_type="homework_day", subject_id=day.id, reason=choice.reason)
    db.session.flush()
    return day


def _is_late_now(locked: LockedDay) -> bool:
    return is_late(now(), locked.day.on_day, locked.preferences.publish_time)


def _take_choice(day: HomeworkDay, choice: Choice) -> None:
    day.has_none = choice.declares_none
    day.reason = choice.reason
    day.note = choice.note


def _publishable(day: HomeworkDay) -> list[HomeworkItem]:
    return [item for item in day.items if item.state in PUBLISHABLE]


def _publish_items(locked: LockedDay, items: Sequence[HomeworkItem], change: LogChange, reason: str, actor: Actor) -> None:
    for item in items:
        set_state(item, ItemState.PUBLISHED, actor=actor)
        item.version += 1
        _log(locked, item, change, reason=reason)


def _log(locked: LockedDay, item: HomeworkItem, change: LogChange, *, reason: str) -> None:
    """Append the item as it now is to the public log."""
    subject = find_subject(item.subject_id)
    teacher = find_teacher(item.teacher_id)
    entry = _entry(locked, change, reason)
    entry.item_id, entry.version = item.id, item.version
    entry.subject_code, entry.subject = subject.code, subject.name
    entry.teacher, entry.staff_code = teacher.public_name, teacher.staff_code
    for name in ("kind", "form", "stage", "demand"):
        setattr(entry, name, getattr(item, name).value)
    for name in ("book", "pages", "questions", "quantity", "due_on"):
        setattr(entry, name, getattr(item, name))
    entry.layers = [
        {
            "layer": layer.layer.value,
            "content": layer.content,
            "minutes": layer.minutes,
            "in_school_minutes": layer.in_school_minutes,
        }
        for layer in sorted(item.layers, key=lambda layer: layer.layer.value)
    ]
    db.session.add(entry)


def _log_none(locked: LockedDay) -> None:
    """Append the day's explicit 「无」 to the public log (HW-07)."""
    entry = _entry(locked, LogChange.NONE, "")
    entry.version, entry.layers = 1, []
    for name in ("subject_code", "subject", "teacher", "staff_code", "kind", "form", "stage", "demand"):
        setattr(entry, name, "")
    db.session.add(entry)


def _entry(locked: LockedDay, change: LogChange, reason: str) -> PublicLogEntry:
    return PublicLogEntry(
        day_id=locked.day.id,
        change=change,
        reason=reason,
        on_day=locked.day.on_day,
        entry_year=locked.school_class.entry_year,
        class_number=locked.school_class.number,
        published_at=now(),
        is_late=locked.day.is_late if change is not LogChange.ADDED else _is_late_now(locked),
    )
