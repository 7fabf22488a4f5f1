"""Planning home visits: many pupils at once, another day, dropped with a reason (PE-07)."""

from collections.abc import Collection
from datetime import date

from school.audit.service import Actor, record
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import db
from school.errors import Refused
from school.parentschool.enums import PlannedState, VisitMode
from school.parentschool.models import PlannedVisit
from school.parentschool.queries.visits_plan import find_planned, lock_pupils, members_on, planned_of, school_year_of
from school.parentschool.rules.visits import check_planned_day, check_reason
from school.people.labels import class_name
from school.people.models import SchoolClass

MOST_AT_ONCE = 80


def plan_visits(school_class: SchoolClass, pupil_ids: Collection[int], planned_on: date, mode: VisitMode, *, actor: Actor) -> int:
    """Plan visits of pupils of a class on a day of this school year; who is planned already gets the new day. How many."""
    check_planned_day(planned_on, today())
    wanted = sorted(set(pupil_ids))
    if not wanted:
        raise Refused("请先勾选要家访的学生。", "pupil_ids")
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(f"一次最多排 {MOST_AT_ONCE} 名学生。", "pupil_ids")
    year = school_year_of(school_year_start(planned_on))
    if year is None:
        raise Refused("校历里还没有这个学年，请联系教导处。", "planned_on")
    lock_pupils(wanted)
    if not set(wanted) <= members_on(school_class.id, today()):
        raise Refused("勾选的学生里有人已不在这个班，请重新打开这一页。", "pupil_ids")
    present = {one.pupil_id: one for one in planned_of(wanted, year.id)}
    for pupil_id in wanted:
        row = present.get(pupil_id)
        if row is None:
            row = PlannedVisit(school_year_id=year.id, pupil_id=pupil_id, state=PlannedState.PLANNED)
            db.session.add(row)
        row.class_id, row.planned_on, row.mode = school_class.id, planned_on, mode
    db.session.flush()
    name = class_name(school_class.entry_year, school_class.number, year.start_year)
    sentence = f"为{name} {len(wanted)} 名学生排了家访计划（{planned_on.isoformat()}）"
    record(actor, "visits.plan", sentence, subject_type="school_class", subject_id=school_class.id)
    return len(wanted)


def change_plan(planned_id: int, planned_on: date, mode: VisitMode, *, actor: Actor) -> PlannedVisit:
    """Another day or another mode for a visit that is planned."""
    row = _lock(planned_id)
    if row.planned_on != planned_on:
        check_planned_day(planned_on, today())
    year = school_year_of(school_year_start(planned_on))
    if year is None or year.id != row.school_year_id:
        raise Refused("计划只能改到同一学年里的日期。", "planned_on")
    row.planned_on, row.mode = planned_on, mode
    db.session.flush()
    _audit(row, "change_plan", f"把一次家访计划改到 {planned_on.isoformat()}", actor)
    return row


def drop_plan(planned_id: int, reason: str, *, actor: Actor) -> PlannedVisit:
    """Take a planned visit off the plan with a reason; a second tap changes nothing."""
    row = _lock(planned_id, or_dropped=True)
    if row.state is PlannedState.DROPPED:
        return row
    check_reason(reason)
    row.state, row.state_reason = PlannedState.DROPPED, reason
    db.session.flush()
    _audit(row, "drop_plan", f"取消了 {row.planned_on.isoformat()} 的一次家访计划", actor)
    return row


def _lock(planned_id: int, *, or_dropped: bool = False) -> PlannedVisit:
    """A row that waits, read anew under the lock of its pupil."""
    row = find_planned(planned_id)
    if row is None:
        raise Refused("没有这项家访计划。")
    lock_pupils([row.pupil_id])
    db.session.refresh(row)
    if row.state is PlannedState.HELD or (row.state is PlannedState.DROPPED and not or_dropped):
        raise Refused(f"这项计划{row.state.label}，不能再改。")
    return row


def _audit(row: PlannedVisit, act: str, words: str, actor: Actor) -> None:
    school_class = db.session.get_one(SchoolClass, row.class_id)
    name = class_name(school_class.entry_year, school_class.number, school_year_start(row.planned_on))
    record(actor, f"visits.{act}", f"{words}（{name}）", subject_type="planned_home_visit", subject_id=row.id)
