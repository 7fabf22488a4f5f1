"""The homeroom teacher's acts on a class-day: trim, return, take in a draft, coordinate, ask for room."""

from collections.abc import Mapping

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Refused
from school.homework.enums import DayState, ItemState, Layer
from school.homework.models import CapRequest, HomeworkItem
from school.homework.queries.days import find_request
from school.homework.rules.caps import effective_cap, national_cap
from school.homework.rules.states import check_day_transition
from school.homework.service.days import LockedDay, check_fits, keep_totals, lock_by_id
from school.homework.service.filing import check_revision, item_in, set_state, touch


def trim_item(
    item_id: int, day_id: int, minutes: Mapping[Layer, int], *, reason: str, revision: int, actor: Actor
) -> HomeworkItem:
    """Lower the minutes of an item before publication; a class may cut, never add (S6)."""
    locked = lock_by_id(day_id)
    item = item_in(locked.day, item_id)
    check_revision(item, revision)
    if item.version or item.state in (ItemState.WITHDRAWN, ItemState.RETURNED):
        raise Refused(f"这项作业{item.state.label}，不能再调减。")
    before = _minutes_in_words(item)
    for layer in item.layers:
        wanted = minutes.get(layer.layer, layer.minutes)
        if not 1 <= wanted <= layer.minutes:
            raise Refused(f"{layer.layer.label}只能调减：请填 1 到 {layer.minutes}。", f"{layer.layer.value}_minutes")
        layer.minutes = wanted
        layer.in_school_minutes = min(layer.in_school_minutes, wanted)
    touch(item, actor)
    keep_totals(locked)
    sentence = f"调减了{locked.label}的一项作业（{before} → {_minutes_in_words(item)}）"
    record(actor, "homework.trim", sentence, subject_type="homework_item", subject_id=item.id, reason=reason)
    db.session.flush()
    return item


def take_in(item_id: int, day_id: int, *, actor: Actor) -> HomeworkItem:
    """Submit a draft that asked for room, now that the day has it; raises `CapExceeded` while it has not."""
    locked = lock_by_id(day_id)
    item = item_in(locked.day, item_id)
    if not item.asks_for_room:
        raise Refused("这项草稿没有申请统筹，请老师自己提交。")
    set_state(item, ItemState.SUBMITTED, actor=actor)
    item.submitted_at = now()
    check_fits(locked, reason=item.warning_reason)
    keep_totals(locked)
    sentence = f"接纳了{locked.label}一项超限待统筹的作业"
    record(actor, "homework.take_in", sentence, subject_type="homework_item", subject_id=item.id)
    db.session.flush()
    return item


def return_item(item_id: int, day_id: int, *, reason: str, actor: Actor) -> HomeworkItem:
    """Give an item back to its teacher with a reason."""
    locked = lock_by_id(day_id)
    item = item_in(locked.day, item_id)
    set_state(item, ItemState.RETURNED, reason=reason, actor=actor)
    keep_totals(locked)
    sentence = f"退回了{locked.label}的一项作业"
    record(actor, "homework.return", sentence, subject_type="homework_item", subject_id=item.id, reason=reason)
    db.session.flush()
    return item


def reopen_day(day_id: int, *, reason: str, actor: Actor) -> None:
    """The approver gives a coordinated day back to the homeroom teacher (HW-05)."""
    locked = lock_by_id(day_id)
    check_day_transition(locked.day.state, DayState.OPEN)
    locked.day.state = DayState.OPEN
    for item in locked.counted:
        set_state(item, ItemState.SUBMITTED, actor=actor)
    sentence = f"把{locked.label}的作业退回班主任重新统筹"
    record(actor, "homework.reopen", sentence, subject_type="homework_day", subject_id=locked.day.id, reason=reason)
    db.session.flush()


def request_room(day_id: int, minutes: int, *, reason: str, actor: Actor) -> CapRequest:
    """Ask the teaching office to lift the school's own cap for one class-day, up to the national cap (HW-02)."""
    locked = lock_by_id(day_id)
    _check_request(locked, minutes)
    request = CapRequest(day=locked.day, minutes=minutes, reason=reason, asked_by=actor.user_id, asked_at=now())
    db.session.add(request)
    sentence = f"申请把{locked.label}的上限放宽到 {minutes} 分钟"
    record(actor, "homework.request_room", sentence, subject_type="homework_day", subject_id=locked.day.id, reason=reason)
    db.session.flush()
    return request


def answer_request(request_id: int, *, is_approved: bool, answer: str, actor: Actor) -> CapRequest:
    """Approve or decline a request, once."""
    request = find_request(request_id)
    if request is None:
        raise Refused("没有这个申请。")
    locked = lock_by_id(request.day_id)
    request = next(one for one in locked.day.requests if one.id == request_id)
    if request.is_approved is not None:
        raise Refused("这个申请已经答复过了。")
    request.is_approved = is_approved
    request.answer = answer
    request.answered_by = actor.user_id
    request.answered_at = now()
    if is_approved:
        locked.day.approved_minutes = request.minutes
        keep_totals(locked)
    verb = "同意" if is_approved else "不同意"
    sentence = f"{verb}把{locked.label}的上限放宽到 {request.minutes} 分钟"
    record(actor, "homework.answer_request", sentence, subject_type="homework_day", subject_id=locked.day.id, reason=answer)
    db.session.flush()
    return request


def _check_request(locked: LockedDay, minutes: int) -> None:
    national = national_cap(locked.grade)
    present = effective_cap(locked.grade, locked.preferences.school_caps, locked.day.approved_minutes)
    if minutes > national:
        raise Refused(f"国家规定的上限是 {national} 分钟，任何人都不能批准超过它。", "minutes")
    if minutes <= present:
        raise Refused(f"现在的上限已是 {present} 分钟，不需要申请。", "minutes")
    if any(one.is_approved is None for one in locked.day.requests):
        raise Refused("这一天已有申请在等教导处答复。")


def _minutes_in_words(item: HomeworkItem) -> str:
    return "、".join(f"{layer.layer.label}{layer.minutes}分钟" for layer in item.layers)
