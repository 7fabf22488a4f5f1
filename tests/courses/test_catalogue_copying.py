"""Taking courses over from an earlier term: drafts, dates moved, everything checked again, nothing twice."""

from dataclasses import replace
from datetime import date

import pytest

from school.calendar.models import SchoolYear, Term
from school.clock import frozen
from school.courses.enums import CourseState, Family
from school.courses.models import Course
from school.courses.service import catalogue
from school.courses.service.copying import Copied, copy_courses
from school.db import db, transaction
from school.preferences.service import change
from tests.courses.catalogue_acts import JPEG, OCTOBER, changed, listed, made, provider, set_picture, teacher
from tests.courses.catalogue_values import FIRST_ON, LAST_ON, meeting
from tests.courses.small_courses import TESTER, SmallCourses, add_course, fresh


@pytest.fixture
def spring(term: Term) -> Term:
    """The term after."""
    spring = Term(school_year=term.school_year, number=2, starts_on=date(2027, 2, 22), ends_on=date(2027, 7, 9))
    db.session.add(spring)
    db.session.commit()
    return spring


def copied(term: Term, *courses: Course) -> list[Copied]:
    with transaction():
        return copy_courses(term, [one.id for one in courses], actor=TESTER)


def copies(term: Term) -> list[Course]:
    fresh()
    return db.session.query(Course).filter_by(term_id=term.id).order_by(Course.code).all()


def test_a_copy_is_a_draft_of_the_new_term(term: Term, spring: Term) -> None:
    course = made(term, "校车", teacher_ids=(teacher().id,), meetings=(meeting(2, "16:00", "17:00"),))
    listed(course)
    set_picture(course, JPEG)
    assert copied(spring, course) == [Copied("泥塑", is_made=True)]
    [copy] = copies(spring)
    assert (copy.state, copy.copied_from_id, copy.picture_digest, copy.warning_reason) == (
        CourseState.DRAFT,
        course.id,
        course.picture_digest,
        "校车",
    )
    # 13 days after the first day of term, 7 days before the last.
    assert (copy.first_on, copy.last_on) == (date(2027, 3, 7), date(2027, 7, 2))
    assert replace(catalogue.values_of(copy), first_on=FIRST_ON, last_on=LAST_ON) == catalogue.values_of(course)
    assert course.picture == copy.picture == JPEG


def test_copying_twice_copies_once(term: Term, spring: Term) -> None:
    course = made(term)
    copied(spring, course)
    [copy] = copies(spring)
    changed(copy, code="X01")
    [again] = copied(spring, course)
    assert (again.sentence, len(copies(spring))) == ("已经复制过，没有再复制", 1)
    made(spring, code="K07", room="舞蹈室", first_on=spring.starts_on, last_on=spring.ends_on)
    [same_code] = copied(spring, made(term, code="K07", room="舞蹈室"))
    assert (same_code.is_made, "K07" in same_code.sentence) == (False, True)


def test_who_left_and_papers_that_ran_out_are_left_out_and_named(term: Term, spring: Term) -> None:
    leaves, stays = teacher(), teacher("T002", "刘芳")
    ended = provider()
    course = made(term, teacher_ids=(leaves.id, stays.id), provider_id=ended.id, outside_teacher="王教练")
    leaves.left_on = ended.licence_until = ended.checks_until = date(2027, 5, 31)
    db.session.commit()
    [result] = copied(spring, course)
    assert result == Copied("泥塑", is_made=True, sentence="陈建国已离校，未带入；“青少年宫”的证照到期，未带入")
    values = catalogue.values_of(copies(spring)[0])
    assert (values.teacher_ids, values.provider_id, values.outside_teacher) == ((stays.id,), None, "")


def test_a_copy_is_checked_again_and_does_not_stop_the_others(term: Term, spring: Term) -> None:
    early, fine = made(term), made(term, code="K02", room="舞蹈室", meetings=(meeting(3, "16:00", "18:00"),))
    with transaction():
        change({"lessons_end": "16:00"}, actor=TESTER)
    results = copied(spring, early, fine)
    assert [one.is_made for one in results] == [False, True]
    assert "课表 16:00 才结束" in results[0].sentence
    assert [one.code for one in copies(spring)] == ["K02"]


def test_deleting_the_original_keeps_the_copy(term: Term, spring: Term) -> None:
    course = made(term)
    copied(spring, course)
    with transaction():
        catalogue.delete_course(course.id, actor=TESTER)
    assert [one.copied_from_id for one in copies(spring)] == [None]


def test_an_old_course_that_closed_may_be_copied(cast: SmallCourses) -> None:
    before = Term(school_year=SchoolYear(start_year=2025), number=2, starts_on=date(2026, 2, 23), ends_on=date(2026, 7, 10))
    db.session.add(before)
    old = add_course(before, "Z01", "皮影", (1, 960, 1050), room="皮影室", state=CourseState.CLOSED, family=Family.CRAFTS)
    old.first_on, old.last_on, old.outside_teacher, old.warning_reason = date(2026, 3, 2), date(2026, 6, 26), "", "校车"
    db.session.commit()
    with frozen(OCTOBER):
        [result] = copied(cast.term, old)
    assert result.is_made
    assert [one.state for one in copies(cast.term) if one.code == "Z01"] == [CourseState.DRAFT]
