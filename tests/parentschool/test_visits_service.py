"""Plans, records, looks and follow-ups of home visits, on both databases."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from school.audit.models import AuditEntry
from school.calendar.models import SchoolYear
from school.clock import at, frozen
from school.db import db, transaction
from school.errors import Conflict
from school.parentschool.enums import PlannedState, VisitMode
from school.parentschool.models import FollowUp, HomeVisit, PlannedVisit, VisitLook
from school.parentschool.queries.visits import readers_of
from school.parentschool.service import visits, visits_plan
from tests.homework.small_school import AFTERNOON, WEDNESDAY
from tests.parentschool.visit_school import (
    DECEMBER,
    FOLLOW_UP,
    FRIDAY,
    RESULT,
    SECRETS,
    TEXTS,
    WITHDRAWN,
    VisitSchool,
    move,
    plan,
    refused,
    visited,
)


def _rows(**wanted: object) -> list[PlannedVisit]:
    db.session.expire_all()
    return db.session.query(PlannedVisit).filter_by(**wanted).order_by(PlannedVisit.id).all()


def test_many_are_planned_at_once_and_planned_again_on_another_day(visiting: VisitSchool) -> None:
    there = visiting
    assert plan(there, there.wuyun, there.xiaohe) == 2
    assert plan(there, there.xiaohe, there.yinuo, day=date(2026, 12, 11), mode=VisitMode.PHONE) == 2
    found = {(one.pupil_id, one.planned_on, one.mode) for one in _rows(state=PlannedState.PLANNED)}
    assert found == {
        (there.wuyun.id, DECEMBER, VisitMode.HOME),
        (there.xiaohe.id, date(2026, 12, 11), VisitMode.PHONE),
        (there.yinuo.id, date(2026, 12, 11), VisitMode.PHONE),
    }


def test_a_plan_is_refused_for_strangers_for_nobody_and_for_the_past(visiting: VisitSchool) -> None:
    there = visiting
    actor = there.actor(there.school.liu)
    third = there.school.third_2
    cases = [
        ([there.stranger.id], DECEMBER, "已不在这个班"),
        ([], DECEMBER, "先勾选"),
        ([there.wuyun.id], WEDNESDAY - timedelta(1), "已经过去"),
        ([there.wuyun.id], date(2027, 9, 1), "只排本学年"),
        ([there.wuyun.id, 987654], DECEMBER, "已不在这个班"),
        (list(range(1, 82)), DECEMBER, "一次最多"),
    ]
    for ids, day, words in cases:
        assert words in refused(lambda i=ids, d=day: visits_plan.plan_visits(third, i, d, VisitMode.HOME, actor=actor)).message
    assert _rows() == []


def test_a_plan_is_changed_and_dropped_with_a_reason(visiting: VisitSchool) -> None:
    there = visiting
    plan(there, there.wuyun)
    (row,) = _rows()
    actor = there.actor(there.school.liu)
    with transaction():
        visits_plan.change_plan(row.id, date(2026, 12, 20), VisitMode.ONLINE, actor=actor)
    assert "只排本学年" in refused(lambda: visits_plan.change_plan(row.id, date(2028, 1, 5), VisitMode.HOME, actor=actor)).message
    db.session.add(SchoolYear(start_year=2027))
    db.session.commit()
    with frozen(at(date(2027, 9, 2), 8)):
        act = lambda: visits_plan.change_plan(row.id, date(2027, 9, 3), VisitMode.HOME, actor=actor)  # noqa: E731
        assert "同一学年" in refused(act).message
    assert "写原因" in refused(lambda: visits_plan.drop_plan(row.id, " ", actor=actor)).message
    for _tap in range(2):
        with transaction():
            visits_plan.drop_plan(row.id, "家长出差", actor=actor)
    (row,) = _rows()
    assert (row.planned_on, row.mode, row.state, row.state_reason) == (
        date(2026, 12, 20),
        VisitMode.ONLINE,
        PlannedState.DROPPED,
        "家长出差",
    )
    assert "不能再改" in refused(lambda: visits_plan.change_plan(row.id, DECEMBER, VisitMode.HOME, actor=actor)).message
    assert plan(there, there.wuyun) == 1


def test_a_record_fulfils_the_plan_and_a_second_tap_makes_no_second_one(visiting: VisitSchool) -> None:
    there = visiting
    plan(there, there.wuyun)
    first, second = there.record(there.wuyun), there.record(there.wuyun)
    assert first.id == second.id
    db.session.expire_all()
    (made,) = db.session.query(HomeVisit).all()
    assert (made.class_id, made.school_year_id, made.on_day) == (there.school.third_2.id, there.year.id, FRIDAY)
    assert {name: getattr(made, name) for name in SECRETS} == SECRETS
    assert [(one.what, one.owner_id, one.done_on) for one in made.follow_ups] == [(FOLLOW_UP, there.school.liu.id, None)]
    (row,) = _rows()
    assert (row.state, row.held_as_id) == (PlannedState.HELD, made.id)
    assert "另一个孩子" in refused(lambda: there.record(there.xiaohe)).message
    assert there.record(there.wuyun, key="again").id != made.id


def test_a_day_the_child_was_not_here_and_a_day_to_come_are_refused(visiting: VisitSchool) -> None:
    there = visiting
    assert "不在本校" in refused(lambda: there.record(there.wuyun, on_day=date(2026, 8, 31))).message
    assert "今天以后" in refused(lambda: there.record(there.wuyun, on_day=WEDNESDAY + timedelta(1))).message
    move(there.wuyun, None, date(2026, 11, 10))
    assert "不在本校" in refused(lambda: there.record(there.wuyun)).message
    assert there.record(there.wuyun, on_day=date(2026, 11, 9)).class_id == there.school.third_2.id


def test_a_visit_belongs_to_the_class_of_its_day_and_only_that_class_writes(visiting: VisitSchool) -> None:
    there = visiting
    move(there.wuyun, there.school.first_1, date(2026, 11, 23))
    bai, liu = there.school.bai, there.school.liu

    def write(user: object, class_id: int, day: date) -> HomeVisit:
        values = there.values(
            on_day=day, teacher_ids=(there.school.bai_teacher.id if user is bai else there.school.liu_teacher.id,)
        )
        with transaction():
            return visits.record_visit(
                there.wuyun.id,
                values,
                key=f"{class_id}{day}",
                writes_in={class_id},
                actor=there.actor(user),  # type: ignore[arg-type]
            )

    assert "别的班" in refused(lambda: write(bai, there.school.first_1.id, FRIDAY)).message
    assert write(liu, there.school.third_2.id, FRIDAY).class_id == there.school.third_2.id
    assert write(bai, there.school.first_1.id, date(2026, 11, 23)).class_id == there.school.first_1.id


def test_only_who_teaches_the_class_may_be_named_and_only_readers_own_a_follow_up(visiting: VisitSchool) -> None:
    there = visiting
    assert "不教这个班" in refused(lambda: there.record(there.wuyun, teacher_ids=(there.school.bai_teacher.id,))).message
    for stranger in (
        there.school.chen,
        there.school.bai,
        there.school.office,
        there.school.sun,
        there.administrator,
        there.school.zhao,
    ):
        owner = there.follow_up(owner_id=stranger.id)
        act = lambda o=owner: visits.record_visit(  # noqa: E731
            there.wuyun.id, there.values(), o, key="k", writes_in=None, actor=there.actor(there.school.liu)
        )
        assert "只能是看得到" in refused(act).message
    names = {name for _id, name in readers_of([there.school.third_2.id], WEDNESDAY)}
    assert names == {"刘老师", "韩主任", "王校长"}
    move(there.wuyun, there.school.first_1, date(2026, 11, 23))
    visit = there.record(there.wuyun)
    with transaction():
        owner = there.follow_up(owner_id=there.school.bai.id)
        made = visits.add_follow_up(visit.id, owner, revision=1, actor=there.actor(there.school.liu))
    for stranger in (there.school.chen, there.school.office, there.administrator):
        owner = there.follow_up(owner_id=stranger.id)
        act = lambda o=owner: visits.change_follow_up(  # noqa: E731
            visit.id, made.id, o, revision=2, actor=there.actor(there.school.liu)
        )
        assert "只能是看得到" in refused(act).message


def test_of_two_editors_the_second_is_told(visiting: VisitSchool) -> None:
    there = visiting
    visit, actor = there.record(there.wuyun), there.actor(there.moral)

    def correct(revision: int, **changes: object) -> None:
        visits.correct_visit(visit.id, there.values(**changes), revision=revision, writes_in=None, actor=actor)

    with transaction():
        correct(1, place="学校")
    with pytest.raises(Conflict), transaction():
        correct(1, place="别处")
    db.session.expire_all()
    assert (visit.place, visit.revision) == ("学校", 2)


def test_a_record_is_corrected_for_fourteen_days(visiting: VisitSchool) -> None:
    there = visiting
    visit, actor = there.record(there.wuyun), there.actor(there.school.liu)
    last = at(WEDNESDAY + timedelta(14), 23, 59)
    with frozen(last), transaction():
        visits.correct_visit(visit.id, there.values(met="祖父"), revision=1, writes_in=None, actor=actor)
    with frozen(last + timedelta(minutes=1)):
        act = lambda: visits.correct_visit(visit.id, there.values(met="别人"), revision=2, writes_in=None, actor=actor)  # noqa: E731
        assert "超过 14 天" in refused(act).message
    db.session.expire_all()
    assert visit.met == "祖父"


def test_a_withdrawn_record_counts_no_longer_and_is_planned_again(visiting: VisitSchool) -> None:
    there = visiting
    actor = there.actor(there.school.liu)
    plan(there, there.wuyun)
    visit = there.record(there.wuyun)
    assert visited(there) == {"三2": (3, 1)}
    assert "写原因" in refused(lambda: visits.withdraw_visit(visit.id, "", actor=actor)).message
    for _tap in range(2):
        with transaction():
            visits.withdraw_visit(visit.id, WITHDRAWN, actor=actor)
    assert visited(there) == {"三2": (3, 0)}
    (row,) = _rows()
    assert (row.state, row.held_as_id) == (PlannedState.PLANNED, None)
    for act in (
        lambda: visits.correct_visit(visit.id, there.values(), revision=2, writes_in=None, actor=actor),
        lambda: visits.add_follow_up(visit.id, there.follow_up(), revision=2, actor=actor),
        lambda: visits.finish_follow_up(visit.id, visit.follow_ups[0].id, "好", actor=actor),
    ):
        assert "已经撤回" in refused(act).message


def test_a_withdrawn_record_leaves_a_newer_plan_alone(visiting: VisitSchool) -> None:
    there = visiting
    plan(there, there.wuyun)
    visit = there.record(there.wuyun)
    plan(there, there.wuyun, day=date(2026, 12, 18))
    with transaction():
        visits.withdraw_visit(visit.id, WITHDRAWN, actor=there.actor(there.school.liu))
    assert [(one.state, one.planned_on) for one in _rows()] == [
        (PlannedState.DROPPED, DECEMBER),
        (PlannedState.PLANNED, date(2026, 12, 18)),
    ]


def test_follow_ups_are_added_changed_and_done_once(visiting: VisitSchool) -> None:
    there = visiting
    visit, actor = there.record(there.wuyun), there.actor(there.school.liu)
    (first,) = visit.follow_ups
    with transaction():
        visits.add_follow_up(visit.id, there.follow_up(what="再次电话"), revision=1, actor=actor)
    with pytest.raises(Conflict), transaction():
        visits.add_follow_up(visit.id, there.follow_up(what="再次电话"), revision=1, actor=actor)
    with transaction():
        moved = there.follow_up(owner_id=there.moral.id, due_on=date(2026, 12, 24))
        visits.change_follow_up(visit.id, first.id, moved, revision=2, actor=actor)
    assert "写结果" in refused(lambda: visits.finish_follow_up(visit.id, first.id, "", actor=actor)).message
    for result in (RESULT, "第二次点"):
        with transaction():
            visits.finish_follow_up(visit.id, first.id, result, actor=actor)
    db.session.expire_all()
    assert (first.owner_id, first.due_on, first.done_on, first.result) == (there.moral.id, date(2026, 12, 24), WEDNESDAY, RESULT)
    assert db.session.query(FollowUp).count() == 2
    again = lambda: visits.change_follow_up(visit.id, first.id, there.follow_up(), revision=4, actor=actor)  # noqa: E731
    assert "已经完成" in refused(again).message
    other = there.record(there.xiaohe, key="other")
    assert "没有这项跟进" in refused(lambda: visits.finish_follow_up(other.id, first.id, "好", actor=actor)).message


def test_a_look_is_written_once_in_half_an_hour_and_stays_for_ever(visiting: VisitSchool) -> None:
    there = visiting
    visit = there.record(there.wuyun)
    for minutes, user in ((0, there.moral), (30, there.moral), (0, there.school.liu), (31, there.moral)):
        with frozen(AFTERNOON + timedelta(minutes=minutes)), transaction():
            visits.look(visit.id, actor=there.actor(user))
    found = [(one.user_id, one.looked_at.minute) for one in db.session.query(VisitLook).order_by(VisitLook.id)]
    assert found == [(there.moral.id, 0), (there.school.liu.id, 0), (there.moral.id, 31)]
    for statement in (
        "UPDATE home_visit_looks SET user_id = 1",
        "DELETE FROM home_visit_looks",
        f"DELETE FROM home_visits WHERE id = {visit.id}",
    ):
        with pytest.raises(DatabaseError):
            db.session.execute(text(statement))
        db.session.rollback()
    assert db.session.query(VisitLook).count() == 3


def test_the_audit_knows_every_act_and_no_text(visiting: VisitSchool) -> None:
    there = visiting
    actor = there.actor(there.school.liu)
    plan(there, there.wuyun, there.xiaohe)
    dropped = next(one for one in _rows() if one.pupil_id == there.xiaohe.id)
    with transaction():
        visits_plan.change_plan(dropped.id, date(2026, 12, 20), VisitMode.PHONE, actor=actor)
    with transaction():
        visits_plan.drop_plan(dropped.id, WITHDRAWN, actor=actor)
    visit = there.record(there.wuyun)
    with transaction():
        visits.look(visit.id, actor=actor)
        visits.correct_visit(visit.id, there.values(), revision=1, writes_in=None, actor=actor)
        visits.add_follow_up(visit.id, there.follow_up(), revision=2, actor=actor)
        visits.change_follow_up(visit.id, visit.follow_ups[0].id, there.follow_up(what="改"), revision=3, actor=actor)
        visits.finish_follow_up(visit.id, visit.follow_ups[0].id, RESULT, actor=actor)
        visits.withdraw_visit(visit.id, WITHDRAWN, actor=actor)
    rows = db.session.query(AuditEntry).filter(AuditEntry.action.like("visits.%")).all()
    acts = "plan change_plan drop_plan record look correct follow_up change_follow_up follow_up_done withdraw"
    assert sorted(row.action for row in rows) == sorted(f"visits.{act}" for act in acts.split())
    kept = json.dumps([[row.sentence, row.reason, row.actor_label, row.subject_type] for row in rows], ensure_ascii=False)
    for words in (*TEXTS, "乌云其木格", "张小禾", "家中"):
        assert words not in kept
    assert "三年级2班 2026-11-20 的家访记录" in kept
