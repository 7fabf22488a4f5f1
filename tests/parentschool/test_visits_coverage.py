"""Whose visits count in which class and school year (PE-07), on both databases."""

from datetime import date, time

from school.calendar.models import SchoolYear
from school.db import db
from school.parentschool.enums import VisitMode
from school.parentschool.queries.visits_frames import COVERAGE_COLUMNS, coverage, coverage_rows
from school.parentschool.queries.visits_plan import counted_day, lines_of_class
from tests.homework.small_school import WEDNESDAY
from tests.parentschool.visit_school import DECEMBER, FRIDAY, VisitSchool, move, plan, visited
from tests.sweeps.test_query_counts import statements


def test_a_child_counts_where_it_is_now_and_not_after_it_left(visiting: VisitSchool) -> None:
    there = visiting
    for number, pupil in enumerate((there.wuyun, there.xiaohe)):
        there.record(pupil, key=f"k{number}")
    assert visited(there) == {"三2": (3, 2)}
    move(there.wuyun, there.school.first_1, date(2026, 11, 24))
    assert visited(there) == {"三2": (2, 1), "一1": (2, 1)}
    move(there.xiaohe, None, date(2026, 11, 24))
    assert visited(there) == {"三2": (1, 0), "一1": (2, 1)}
    bai = {"user": there.school.bai, "teacher_ids": (there.school.bai_teacher.id,)}
    there.record(there.wuyun, key="k3", on_day=WEDNESDAY, began_at=time(8, 0), **bai)
    assert visited(there) == {"三2": (1, 0), "一1": (2, 1)}  # a child visited twice is one child


def test_coverage_of_a_class_in_one_statement(visiting: VisitSchool) -> None:
    there = visiting
    plan(there, there.yinuo, day=WEDNESDAY)
    plan(there, there.xiaohe)
    there.record(there.wuyun)
    there.record(there.wuyun, key="two", mode=VisitMode.PHONE)
    third_2, first_1 = there.school.third_2.id, there.school.first_1.id
    with statements() as sent:
        rows = coverage_rows(there.year, 2021, WEDNESDAY, date(2026, 12, 4))
    assert len(sent) == 1
    found = {row[0]: dict(zip(COVERAGE_COLUMNS, row, strict=True)) for row in rows}
    assert [row[0] for row in rows] == [first_1, there.school.third_1.id, third_2]
    assert found[third_2] == {
        "class_id": third_2,
        "entry_year": 2024,
        "class_number": 2,
        "pupils": 3,
        "visited": 1,
        "home": 1,
        "phone": 1,
        "online": 0,
        "school": 0,
        "planned": 2,
        "plan_overdue": 1,
        "follow_ups_open": 2,
        "follow_ups_overdue": 0,
    }
    (late,) = coverage(there.year, 2021, WEDNESDAY, date(2026, 12, 5), [third_2])
    assert (late.follow_ups_open, late.follow_ups_overdue, late.plan_overdue, late.percent) == (2, 2, 2, 33)
    assert coverage_rows(there.year, 2021, WEDNESDAY, WEDNESDAY, []) == []
    assert coverage_rows(there.year, 2025, WEDNESDAY, WEDNESDAY) == [row for row in rows if row[0] == first_1]


def test_another_school_year_begins_at_nothing_and_an_old_one_keeps_its_pupils(visiting: VisitSchool) -> None:
    there = visiting
    there.record(there.wuyun)
    next_year = SchoolYear(start_year=2027)
    db.session.add(next_year)
    db.session.commit()
    (row,) = coverage(next_year, 2022, date(2027, 9, 2), date(2027, 9, 2), [there.school.third_2.id])
    assert (row.pupils, row.visited) == (3, 0)
    assert counted_day(there.year, date(2027, 9, 2)) == date(2027, 1, 22)
    assert counted_day(there.year, WEDNESDAY) == WEDNESDAY
    assert counted_day(next_year, date(2027, 9, 2)) == date(2027, 9, 2)


def test_the_list_of_a_class_shows_last_visit_and_plan(visiting: VisitSchool) -> None:
    there = visiting
    there.record(there.wuyun, on_day=date(2026, 10, 9))
    last = there.record(there.wuyun, key="two", mode=VisitMode.SCHOOL)
    plan(there, there.yinuo)
    lines = {one.name: one for one in lines_of_class(there.school.third_2.id, there.year.id, WEDNESDAY)}
    assert set(lines) == {"乌云其木格", "张小禾", "李一诺"}
    wuyun = lines["乌云其木格"]
    assert (wuyun.visits, wuyun.last_visit_id, wuyun.last_day, wuyun.last_mode) == (2, last.id, FRIDAY, VisitMode.SCHOOL)
    assert (lines["李一诺"].planned_on, lines["李一诺"].planned_mode) == (DECEMBER, VisitMode.HOME)
    assert (lines["张小禾"].visits, lines["张小禾"].planned_on) == (0, None)
