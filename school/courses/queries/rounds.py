"""What the office's page of a selection shows and its steps are judged by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select

from school.calendar.models import Term
from school.calendar.rules import grade_of
from school.courses.enums import CourseState, SelectionState
from school.courses.models import Application, Course, CourseConsent, Provider, Selection, Wish
from school.courses.queries.catalogue import Catalogue, get_catalogue, selection_facts_of
from school.courses.queries.freezing import read_list
from school.courses.queries.selections import find_selection_of_term
from school.courses.rules.catalogue import missing_for_families
from school.courses.rules.facts import CourseFacts
from school.courses.rules.freezing import frozen_json
from school.courses.rules.rounds import (
    Act,
    Moments,
    Setup,
    Step,
    StepRefused,
    announcement_problems,
    check_announcement,
    check_finishing,
    check_freezing,
    next_act,
    timeline,
)
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


@dataclass(frozen=True)
class Panel:
    """The office's page of a term: the selection if there is one, its steps, the next act and what is in its way."""

    term: Term
    catalogue: Catalogue
    selection: Selection | None
    steps: tuple[Step, ...] = ()
    act: Act | None = None
    blockers: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()  # what families cannot read although the selection was announced
    is_list_stale: bool = False
    grades: tuple[GradeCount, ...] = ()
    courses: tuple[CourseCount, ...] = ()

    @property
    def unwished(self) -> list[str]:
        """Names of the courses nobody wishes for."""
        return [one.course.name for one in self.courses if not one.wishes]

    def total(self, column: str) -> int:
        """The sum of a column of `grades`."""
        return sum(getattr(one, column) for one in self.grades)


def panel_of(term: Term, now: datetime) -> Panel:
    """What the office sees of a term's selection at a moment."""
    catalogue = get_catalogue(term.id)
    selection = find_selection_of_term(term.id)
    if selection is None:
        return Panel(term, catalogue, None)
    facts = selection_facts_of(selection)
    act = next_act(facts)
    return Panel(
        term=term,
        catalogue=catalogue,
        selection=selection,
        steps=timeline(facts, moments_of(selection), now),
        act=act,
        blockers=_blockers(selection, catalogue, act, now),
        warnings=_warnings(selection, catalogue),
        is_list_stale=selection.state is SelectionState.FROZEN and list_sha256_of(catalogue) != selection.list_sha256,
        grades=tuple(grade_counts(selection.id, facts.start_year)),
        courses=tuple(course_counts(selection.id, catalogue)) if selection.has_wishes else (),
    )


def list_sha256_of(catalogue: Catalogue) -> str:
    """The SHA-256 the frozen list would have now."""
    return sha256(frozen_json(read_list(catalogue)).encode()).hexdigest()


def _warnings(selection: Selection, catalogue: Catalogue) -> tuple[str, ...]:
    if selection.state in (SelectionState.DRAFT, SelectionState.FINISHED):
        return ()
    return tuple(announcement_problems(setup_of(selection), catalogue.courses.values(), lacking_of(catalogue)))


def _blockers(selection: Selection, catalogue: Catalogue, act: Act | None, now: datetime) -> tuple[str, ...]:
    facts = selection_facts_of(selection)
    try:
        if act is Act.ANNOUNCE:
            lacking = lacking_of(catalogue)
            check_announcement(setup_of(selection), catalogue.courses.values(), lacking, now)
        elif act is Act.FREEZE:
            check_freezing(facts, now)
        elif act is Act.FINISH:
            check_finishing(facts, now)
    except StepRefused as refused:
        return refused.reasons
    return ()


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
    counts = [GradeCount(grade_of(row[0], start_year), *map(int, row[1:])) for row in db.session.execute(statement)]
    return [one for one in counts if one.grade >= 1]  # the others come to school later


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


def lacking_of(catalogue: Catalogue) -> Mapping[int, Sequence[str]]:
    """By course id the words for what families cannot read yet (AS-06) and for a provider's papers that end before it (AS-08)."""
    found = {one.id: missing_for_families(one) for one in catalogue.listed if one.state is CourseState.LISTED}
    papers = select(Course.id, Course.last_on, Provider.name, Provider.licence_until, Provider.checks_until)
    statement = papers.join(Provider, Provider.id == Course.provider_id).where(Course.term_id == catalogue.term_id)
    for row in db.session.execute(statement):
        ends = (("办学许可证", row.licence_until), ("人员核查", row.checks_until))
        if row.id in found:
            found[row.id] += [f"“{row.name}”有效的{name}" for name, until in ends if until < row.last_on]
    return {course_id: words for course_id, words in found.items() if words}
