"""Recording, looking at, correcting and withdrawing home visits; what is to be done after them.

No sentence of the audit holds a text of a visit, a reason or a child's name: the audit is read by more people than visits are.
"""

from collections.abc import Collection
from datetime import date

from school.audit.service import Actor, record
from school.calendar.rules import school_year_start
from school.clock import now, today
from school.db import db
from school.errors import Conflict, Refused
from school.parentschool.enums import PlannedState
from school.parentschool.models import FollowUp, HomeVisit, VisitLook
from school.parentschool.queries.visits import (
    find_follow_up,
    find_visit,
    find_visit_of_key,
    last_look,
    lock_visit,
    present_class_id,
    readers_of,
    stays_of,
    teachers_of_class,
)
from school.parentschool.queries.visits_plan import held_as, lock_pupils, planned_of, school_year_of
from school.parentschool.rules.visits import (
    FollowUpValues,
    VisitValues,
    check_follow_up,
    check_may_be_changed,
    check_reason,
    check_result,
    check_visit,
    class_of_day,
    is_look_fresh,
)
from school.people.labels import class_name
from school.people.models import SchoolClass

CHANGED = "您打开这一页以后，别人已经改过这条家访记录。请重新打开核对，再提交您的修改。"
SUBJECT = "home_visit"


def record_visit(
    pupil_id: int,
    values: VisitValues,
    follow_up: FollowUpValues | None = None,
    *,
    key: str,
    writes_in: Collection[int] | None,
    actor: Actor,
) -> HomeVisit:
    """Record a visit of the class the child was in on that day, one of `writes_in` (None: any); its planned row is held now.

    The same form sent again answers with the visit it made the first time.
    """
    if actor.user_id is None:
        raise Refused("家访要由老师自己登记。")
    if not lock_pupils([pupil_id]):
        raise Refused("没有这个学生。")
    if made := find_visit_of_key(actor.user_id, key):
        if made.pupil_id != pupil_id:
            raise Refused("这张表已经登记过另一个孩子，请重新打开再填。")
        return made
    check_visit(values, now())
    visit = HomeVisit(
        pupil_id=pupil_id, recorded_by=actor.user_id, recorded_at=now(), submission_key=key, teacher_ids=[], revision=1
    )
    _put(visit, values, writes_in)
    if follow_up is not None:
        visit.follow_ups = [_follow_up(visit, follow_up)]
    db.session.add(visit)
    db.session.flush()
    for plan in planned_of([pupil_id], visit.school_year_id):
        plan.state, plan.held_as_id = PlannedState.HELD, visit.id
    db.session.flush()
    _audit(visit, "record", "登记了", actor)
    return visit


def look(visit_id: int, *, actor: Actor) -> VisitLook | None:
    """Put on record that somebody opens the text of a visit (PR-06); None while their last look still lasts."""
    visit = _lock(visit_id)
    if actor.user_id is None:
        raise Refused("查看家访记录要先登录。")
    if is_look_fresh(last_look(visit_id, actor.user_id), now()):
        return None
    made = VisitLook(visit_id=visit_id, user_id=actor.user_id, looked_at=now())
    db.session.add(made)
    db.session.flush()
    _audit(visit, "look", "查看了", actor)
    return made


def correct_visit(
    visit_id: int, values: VisitValues, *, revision: int, writes_in: Collection[int] | None, actor: Actor
) -> HomeVisit:
    """Correct a visit within the days the rule gives; another day may make it another class's."""
    visit = _lock_live(visit_id)
    check_may_be_changed(visit.recorded_at, now())
    if visit.revision != revision:
        raise Conflict(CHANGED)
    check_visit(values, now())
    _put(visit, values, writes_in)
    visit.revision += 1
    db.session.flush()
    _audit(visit, "correct", "修改了", actor)
    return visit


def withdraw_visit(visit_id: int, reason: str, *, actor: Actor) -> HomeVisit:
    """Take a record back with a reason: it counts no longer, and what it fulfilled is planned again. Twice is once."""
    found = find_visit(visit_id)
    if found is not None:
        lock_pupils([found.pupil_id])  # before the visit: the plan is the pupil's
    visit = _lock(visit_id)
    if visit.withdrawn_at is not None:
        return visit
    check_reason(reason)
    visit.withdrawn_at, visit.withdrawn_reason = now(), reason
    visit.revision += 1
    plan = held_as(visit_id)
    if plan is not None:
        is_planned_again = bool(planned_of([visit.pupil_id], plan.school_year_id))
        plan.held_as_id = None
        plan.state = PlannedState.DROPPED if is_planned_again else PlannedState.PLANNED
        plan.state_reason = "家访记录已撤回，另有计划" if is_planned_again else ""
    db.session.flush()
    _audit(visit, "withdraw", "撤回了", actor)
    return visit


def add_follow_up(visit_id: int, values: FollowUpValues, *, revision: int, actor: Actor) -> FollowUp:
    """Add what is to be done; a form sent twice carries a revision that is over, so it adds one."""
    visit = _lock_live(visit_id)
    _check_revision(visit, revision)
    made = _follow_up(visit, values)
    visit.follow_ups.append(made)
    visit.revision += 1
    db.session.flush()
    _audit(visit, "follow_up", "安排了跟进：", actor)
    return made


def change_follow_up(visit_id: int, follow_up_id: int, values: FollowUpValues, *, revision: int, actor: Actor) -> FollowUp:
    """Change what is to be done, by whom or until when, while it is open."""
    visit, found = _lock_follow_up(visit_id, follow_up_id)
    if found.done_on is not None:
        raise Refused("这项跟进已经完成，不能再改。")
    _check_revision(visit, revision)
    present = FollowUpValues(found.what, found.owner_id, found.due_on)
    check_follow_up(values, visit_day=visit.on_day, today=today(), present=present)
    if values.owner_id != found.owner_id:
        _check_owner(visit, values.owner_id)
    found.what, found.owner_id, found.due_on = values.what, values.owner_id, values.due_on
    visit.revision += 1
    db.session.flush()
    _audit(visit, "change_follow_up", "调整了跟进：", actor)
    return found


def finish_follow_up(visit_id: int, follow_up_id: int, result: str, *, actor: Actor) -> FollowUp:
    """Say what came of a follow-up; a second tap changes nothing."""
    visit, found = _lock_follow_up(visit_id, follow_up_id)
    if found.done_on is not None:
        return found
    check_result(result)
    found.done_on, found.result = today(), result
    visit.revision += 1
    db.session.flush()
    _audit(visit, "follow_up_done", "完成了跟进：", actor)
    return found


def _lock(visit_id: int) -> HomeVisit:
    visit = lock_visit(visit_id)
    if visit is None:
        raise Refused("没有这条家访记录。")
    return visit


def _lock_live(visit_id: int) -> HomeVisit:
    visit = _lock(visit_id)
    if visit.withdrawn_at is not None:
        raise Refused("这条家访记录已经撤回，不能再改。")
    return visit


def _lock_follow_up(visit_id: int, follow_up_id: int) -> tuple[HomeVisit, FollowUp]:
    visit = _lock_live(visit_id)
    found = find_follow_up(visit_id, follow_up_id)
    if found is None:
        raise Refused("没有这项跟进。")
    return visit, found


def _check_revision(visit: HomeVisit, revision: int) -> None:
    if visit.revision != revision:
        raise Conflict(CHANGED)


def _put(visit: HomeVisit, values: VisitValues, writes_in: Collection[int] | None) -> None:
    class_id = class_of_day(stays_of(visit.pupil_id), values.on_day)
    if writes_in is not None and class_id not in writes_in:
        raise Refused("那一天孩子在别的班，请那个班的班主任登记。", "on_day")
    year = school_year_of(school_year_start(values.on_day))
    if year is None:
        raise Refused("校历里还没有这一天所在的学年，请联系教导处。", "on_day")
    _check_teachers(class_id, values, visit)
    visit.class_id, visit.school_year_id = class_id, year.id
    visit.on_day, visit.began_at, visit.minutes, visit.mode = values.on_day, values.began_at, values.minutes, values.mode
    visit.teacher_ids = sorted(values.teacher_ids)
    for name, text in values.texts.items():
        setattr(visit, name, text)


def _check_teachers(class_id: int, values: VisitValues, visit: HomeVisit) -> None:
    known = teachers_of_class(class_id, values.on_day, visit.teacher_ids or [], visit.recorded_by)
    if not set(values.teacher_ids) <= {teacher_id for teacher_id, _name in known}:
        raise Refused("选的老师里有人那天不教这个班，请核对日期和老师。", "teacher_ids")


def _follow_up(visit: HomeVisit, values: FollowUpValues) -> FollowUp:
    check_follow_up(values, visit_day=visit.on_day, today=today())
    _check_owner(visit, values.owner_id)
    return FollowUp(what=values.what, owner_id=values.owner_id, due_on=values.due_on)


def _check_owner(visit: HomeVisit, owner_id: int) -> None:
    classes = {visit.class_id, present_class_id(visit.pupil_id) or visit.class_id}
    if owner_id not in {user_id for user_id, _name in readers_of(classes, today())}:
        raise Refused("负责人只能是看得到这条记录的人：班主任、德育处或校长。", "owner_id")


def _audit(visit: HomeVisit, act: str, words: str, actor: Actor) -> None:
    day: date = visit.on_day
    school_class = db.session.get_one(SchoolClass, visit.class_id)
    name = class_name(school_class.entry_year, school_class.number, school_year_start(day))
    sentence = f"{words}{name} {day.isoformat()} 的家访记录"
    record(actor, f"visits.{act}", sentence, subject_type=SUBJECT, subject_id=visit.id)
