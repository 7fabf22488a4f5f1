"""Writing the plan: add, change, drop, copy last year's, one at a time."""

from datetime import date

import pytest

from school.audit.models import AuditEntry
from school.calendar.models import SchoolYear
from school.db import db, transaction
from school.errors import Conflict
from school.parentschool.enums import EventKind
from school.parentschool.models import PlanRow
from school.parentschool.queries.plan import rows_of_year, unplanned_sessions
from school.parentschool.service import plan, sessions
from school.parentschool.service.plan import plan_values
from tests.parentschool.office_school import DECEMBER, FRIDAY, SATURDAY, OfficeSchool, date_values, planned, refused

OCTOBER_BEFORE = date(2025, 10, 1)


def rows() -> list[tuple[date, str]]:
    """The plan of all years."""
    db.session.rollback()
    return [(row.month, row.topic) for row in db.session.query(PlanRow).order_by(PlanRow.month, PlanRow.id)]


def test_an_event_is_planned_changed_and_dropped_and_each_act_is_on_record(office: OfficeSchool) -> None:
    row = office.row(grades=frozenset({3, 1}), owner_id=office.school.liu_teacher.id)
    assert row.grades == [1, 3]
    with transaction():
        plan.change_row(row.id, planned(month=DECEMBER, topic="寒假怎么过"), revision=1, actor=office.actor)
    assert rows() == [(DECEMBER, "寒假怎么过")]
    with transaction():
        plan.drop_row(row.id, revision=2, actor=office.actor)
    assert rows() == []
    acts = [one.action for one in db.session.query(AuditEntry).filter_by(subject_type="parent_plan_row").order_by(AuditEntry.id)]
    assert acts == ["parentschool.plan_add", "parentschool.plan_change", "parentschool.plan_drop"]


def test_the_same_event_twice_is_refused_but_a_row_may_stay_itself(office: OfficeSchool) -> None:
    row = office.row()
    refused(lambda: plan.add_row(2026, planned(), actor=office.actor), "11月的计划里已有", "topic")
    with transaction():
        plan.change_row(row.id, planned(note="请带孩子"), revision=1, actor=office.actor)
    other = office.row(kind=EventKind.READING)
    refused(lambda: plan.change_row(other.id, planned(), revision=1, actor=office.actor), "11月的计划里已有")
    assert len(rows()) == 2


def test_a_page_that_grew_old_changes_nothing(office: OfficeSchool) -> None:
    row = office.row()
    with transaction():
        plan.change_row(row.id, planned(topic="先到"), revision=1, actor=office.actor)
    for act in (
        lambda: plan.change_row(row.id, planned(topic="后到"), revision=1, actor=office.actor),
        lambda: plan.drop_row(row.id, revision=1, actor=office.actor),
        lambda: plan.drop_row(9999, revision=1, actor=office.actor),
    ):
        assert isinstance(refused(act, "别人已经改过"), Conflict)
    assert rows() == [(date(2026, 11, 1), "先到")]


def test_a_year_the_calendar_does_not_know_has_no_plan(office: OfficeSchool) -> None:
    refused(lambda: plan.add_row(2031, planned(month=date(2031, 11, 1)), actor=office.actor), "2031—2032学年")


@pytest.mark.parametrize("changes", [{"month": date(2027, 9, 1)}, {"topic": ""}, {"grades": frozenset({9})}])
def test_a_row_the_rules_refuse_is_not_written(office: OfficeSchool, changes: dict[str, object]) -> None:
    refused(lambda: plan.add_row(2026, planned(**changes), actor=office.actor))
    assert rows() == []


def test_a_row_with_a_session_cannot_be_dropped_even_when_it_was_called_off(office: OfficeSchool) -> None:
    row = office.row()
    session = office.draft(plan_row_id=row.id)
    refused(lambda: plan.drop_row(row.id, revision=1, actor=office.actor), "已经建了场次")
    with transaction():
        sessions.cancel_session(session.id, reason="改期", actor=office.actor)
    refused(lambda: plan.drop_row(row.id, revision=1, actor=office.actor), "已经建了场次")


def test_last_years_plan_is_copied_once(office: OfficeSchool) -> None:
    refused(lambda: plan.copy_last_year(2026, actor=office.actor), "2025—2026学年没有计划可以复制")
    before = SchoolYear(start_year=2025)
    db.session.add(before)
    db.session.flush()
    teacher = office.school.liu_teacher
    db.session.add_all(
        PlanRow(school_year_id=before.id, month=month, kind=EventKind.SALON, topic=topic, grades=[2], owner_id=owner, note="注")
        for month, topic, owner in (
            (date(2025, 11, 1), "孩子磨蹭怎么办", None),
            (date(2026, 1, 1), "寒假怎么过", teacher.id),
            (OCTOBER_BEFORE, "开放日", office.school.chen_teacher.id),
        )
    )
    office.school.chen_teacher.left_on = date(2026, 7, 1)
    db.session.commit()
    office.row()  # there already
    with transaction():
        assert plan.copy_last_year(2026, actor=office.actor) == 2
    with transaction():
        assert plan.copy_last_year(2026, actor=office.actor) == 0
    found = [plan_values(row) for row in rows_of_year(office.year.id)]
    assert [(one.month, one.topic, one.owner_id) for one in found] == [
        (date(2026, 10, 1), "开放日", None),
        (date(2026, 11, 1), "孩子磨蹭怎么办", None),
        (date(2027, 1, 1), "寒假怎么过", teacher.id),
    ]
    assert (found[0].grades, found[0].note) == (frozenset({2}), "注")
    assert len(rows()) == 6, "last year's stay"
    assert db.session.query(AuditEntry).filter_by(action="parentschool.plan_copy").count() == 1


def test_what_came_on_top_of_the_plan_is_known_once_it_is_announced(office: OfficeSchool) -> None:
    row = office.row()
    office.draft(topic="还在筹备")
    office.announced(date_values(SATURDAY), topic="计划里的", plan_row_id=row.id)
    extra = office.announced(date_values(FRIDAY, place="阅览室"), topic="计划外的")
    (found,) = unplanned_sessions(office.year.id)
    assert (found.topic, found.first_starts_at) == ("计划外的", FRIDAY)
    with transaction():
        sessions.cancel_session(extra.id, reason="停电", actor=office.actor)
    assert unplanned_sessions(office.year.id) == []
