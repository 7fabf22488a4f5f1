"""What the office's page of a selection shows and its steps are judged by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from school.calendar.rules import grade_of
from school.courses.enums import CourseState
from school.courses.models import Application, Course, CourseConsent, Selection, Wish
from school.courses.queries.catalogue import Catalogue, selection_facts_of
from school.courses.rules.facts import CourseFacts
from school.courses.rules.rounds import Moments, Setup
from school.db import db
from school.people.models import ClassMembership, SchoolClass


@dataclass(frozen=True)
class GradeCount:
    """One grade: children in class, with consent, with at least one wish, and their wishes."""

    grade: int
    pupils: int
    consents: int
    applications: int
    wishes: int


@dataclass(frozen=True)
class CourseCount:
    """How many children wish for a course, and how many of them first of all."""

    course: CourseFacts
    wishes: int
    first_wishes: int


def setup_of(selection: Selection) -> Setup:
    """What is set now."""
    return Setup(
        has_wishes=selection.has_wishes,
        max_courses=selection.max_courses,
        max_per_day=selection.max_per_day,
        max_wishes=selection.max_wishes,
        buffer_minutes=selection.buffer_minutes,
        promotion=selection.promotion,
        offer_hours=selection.offer_hours,
        withdraw_until=selection.withdraw_until,
        favours_unplaced=selection.favours_unplaced,
        public_source=selection.public_source,
        note=selection.note,
        windows=selection_facts_of(selection).windows,
    ).settled()


def moments_of(selection: Selection) -> Moments:
    """When each step was taken."""
    return Moments(selection.announced_at, selection.frozen_at, selection.drawn_at, selection.finished_at)


def grades_of(catalogue: Catalogue) -> frozenset[int]:
    """The grades some course of the term is for that is not called off."""
    running = (one for one in catalogue.courses.values() if one.state in (CourseState.DRAFT, CourseState.LISTED))
    return frozenset(grade for one in running for grade in one.grades)


def grade_counts(selection_id: int, start_year: int) -> list[GradeCount]:
    """The counts of every grade that has a child in class, youngest first."""
    wishes = (
        select(Application.pupil_id, func.count(Wish.id).label("wishes"))
        .join(Wish, Wish.application_id == Application.id)
        .where(Application.selection_id == selection_id)
        .group_by(Application.pupil_id)
        .subquery()
    )
    consents = (
        select(CourseConsent.pupil_id)
        .where(CourseConsent.selection_id == selection_id, CourseConsent.withdrawn_at.is_(None))
        .distinct()
        .subquery()
    )
    statement = (
        select(
            SchoolClass.entry_year,
            func.count(ClassMembership.pupil_id),
            func.count(consents.c.pupil_id),
            func.count(wishes.c.pupil_id),
            func.coalesce(func.sum(wishes.c.wishes), 0),
        )
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .outerjoin(consents, consents.c.pupil_id == ClassMembership.pupil_id)
        .outerjoin(wishes, wishes.c.pupil_id == ClassMembership.pupil_id)
        .where(ClassMembership.ends_on.is_(None))
        .group_by(SchoolClass.entry_year)
        .order_by(SchoolClass.entry_year.desc())
    )
    return [GradeCount(grade_of(row[0], start_year), *map(int, row[1:])) for row in db.session.execute(statement)]


def course_counts(selection_id: int, catalogue: Catalogue) -> list[CourseCount]:
    """Every listed course with the wishes for it, the most wished for first."""
    first = func.count(Wish.id).filter(Wish.rank == 1)
    statement = (
        select(Wish.course_id, func.count(), first)
        .join(Application, Application.id == Wish.application_id)
        .where(Application.selection_id == selection_id)
        .group_by(Wish.course_id)
    )
    found = {course_id: (int(count), int(firsts)) for course_id, count, firsts in db.session.execute(statement)}
    listed = (one for one in catalogue.courses.values() if one.state is CourseState.LISTED)
    counts = [CourseCount(one, *found.get(one.id, (0, 0))) for one in listed]
    return sorted(counts, key=lambda one: (-one.wishes, -one.first_wishes, one.course.code))


def lacking_of(catalogue: Catalogue, on_day: date) -> Mapping[int, Sequence[str]]:
    """By course id the words for what families cannot read yet (AS-06) and for a provider's papers out of date (AS-08)."""
    found = {one.id: missing_in(one) for one in catalogue.listed if one.state is CourseState.LISTED}
    statement = select(Course).where(Course.term_id == catalogue.term_id, Course.provider_id.is_not(None))
    for course in db.session.scalars(statement):
        if course.id in found and course.provider is not None:
            papers = (("办学许可证", course.provider.licence_until), ("人员核查", course.provider.checks_until))
            found[course.id] += [f"“{course.provider.name}”有效的{name}" for name, until in papers if until < on_day]
    return {course_id: words for course_id, words in found.items() if words}


def missing_in(course: CourseFacts) -> list[str]:
    """Words for what families must know and cannot read."""
    facts = {
        "课程内容": course.description,
        "上课时间": course.meetings,
        "教室": course.room,
        "教师": course.teachers,
        "收费说明": course.fee_note,
        "安全说明": course.safety_note,
    }
    return [name for name, value in facts.items() if not value]
