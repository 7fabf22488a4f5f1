"""Writing the plan of a school year: add, change, drop, copy last year's."""

from school.audit.service import Actor, record
from school.calendar.models import SchoolYear
from school.calendar.queries import find_school_year
from school.db import db
from school.errors import Conflict, Refused
from school.parentschool.models import PlanRow
from school.parentschool.queries.plan import find_row, lock_row, rows_of_year, sessions_by_row
from school.parentschool.queries.sessions import lock_year
from school.parentschool.rules.plan import PlanValues, check_drop, check_not_there, check_row, copies
from school.people.queries.listing import teachers_listed
from school.preferences.queries import get_preferences


def plan_values(row: PlanRow) -> PlanValues:
    """A row as the value that rules judge."""
    return PlanValues(row.month, row.kind, row.topic, frozenset(row.grades), row.owner_id, row.note)


def add_row(start_year: int, values: PlanValues, *, actor: Actor) -> PlanRow:
    """Plan an event."""
    year = _locked_year(start_year)
    _check(year, values)
    row = PlanRow(school_year_id=year.id)
    _put(row, values)
    db.session.add(row)
    db.session.flush()
    _record(actor, "parentschool.plan_add", f"在{_month(values)}的家长学校计划里添加了{_named(values)}", row)
    return row


def change_row(row_id: int, values: PlanValues, *, revision: int, actor: Actor) -> PlanRow:
    """Change a planned event; sessions made from it stay as they are."""
    row = _locked_row(row_id, revision)
    _check(row.school_year, values, without=row.id)
    _put(row, values)
    row.revision += 1
    db.session.flush()
    _record(actor, "parentschool.plan_change", f"修改了{_month(values)}家长学校计划里的{_named(values)}", row)
    return row


def drop_row(row_id: int, *, revision: int, actor: Actor) -> None:
    """Take an event out of the plan while no session was made from it."""
    row = _locked_row(row_id, revision)
    check_drop(len(sessions_by_row([row.id])[row.id]))
    values = plan_values(row)
    _record(actor, "parentschool.plan_drop", f"从{_month(values)}的家长学校计划里去掉了{_named(values)}", row)
    db.session.delete(row)
    db.session.flush()


def copy_last_year(start_year: int, *, actor: Actor) -> int:
    """Bring last year's plan into this year's, each row once; answers how many rows are new."""
    year = _locked_year(start_year)
    before = find_school_year(start_year - 1)
    last = [plan_values(row) for row in rows_of_year(before.id)] if before else []
    if not last:
        raise Refused(f"{start_year - 1}—{start_year}学年没有计划可以复制。")
    owners = {teacher.id for teacher in teachers_listed() if teacher.left_on is None}
    new = copies(last, [plan_values(row) for row in rows_of_year(year.id)], owners)
    for values in new:
        row = PlanRow(school_year_id=year.id)
        _put(row, values)
        db.session.add(row)
    db.session.flush()
    if new:
        sentence = f"把上学年的家长学校计划复制到{start_year}—{start_year + 1}学年（{len(new)}项）"
        record(actor, "parentschool.plan_copy", sentence, subject_type="school_year", subject_id=year.id)
    return len(new)


def _locked_year(start_year: int) -> SchoolYear:
    year = find_school_year(start_year)
    if year is None:
        raise Refused(f"校历里还没有{start_year}—{start_year + 1}学年，请先维护校历。")
    lock_year(year.id)
    return year


def _locked_row(row_id: int, revision: int) -> PlanRow:
    found = find_row(row_id)
    if found is not None:
        lock_year(found.school_year_id)
    row = lock_row(row_id)
    if row is None or row.revision != revision:
        raise Conflict("您打开这一页以后，别人已经改过这一项计划。核对后可以再次提交。")
    return row


def _check(year: SchoolYear, values: PlanValues, *, without: int | None = None) -> None:
    check_row(values, start_year=year.start_year, last_grade=get_preferences().last_grade)
    check_not_there(values, [plan_values(row) for row in rows_of_year(year.id) if row.id != without])


def _put(row: PlanRow, values: PlanValues) -> None:
    row.month, row.kind, row.topic = values.month, values.kind, values.topic
    row.grades, row.owner_id, row.note = sorted(values.grades), values.owner_id, values.note


def _month(values: PlanValues) -> str:
    return f"{values.month.year}年{values.month.month}月"


def _named(values: PlanValues) -> str:
    return f"{values.kind.label}“{values.topic}”"


def _record(actor: Actor, action: str, sentence: str, row: PlanRow) -> None:
    record(actor, action, sentence, subject_type="parent_plan_row", subject_id=row.id)
