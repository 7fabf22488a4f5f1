"""The courses of the town: this term drawn with its open round open, the term before frozen and never drawn on.

剪纸 (陈老师's) has room, 足球 is full with somebody waiting, 合唱 was left below its minimum, 书法 is a draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from school.accounts.models import User
from school.calendar.models import SchoolYear, Term
from school.clock import at, frozen
from school.courses.enums import CourseState, Mechanism, Phase
from school.courses.models import Course, CourseTeaching, Provider, Selection
from school.courses.rules.facts import Window
from school.courses.rules.rounds import Setup
from school.courses.service import drawing, rounds, seats
from school.db import db, transaction
from school.people.models import Pupil, Teacher
from tests.courses.small_courses import add_application, add_consent, add_course
from tests.homework.small_school import TESTER
from tests.sweeps.target import Target

AUGUST = date(2027, 8, 31)


@dataclass(frozen=True)
class CourseTown:
    """What requests are asked for."""

    this_term: int
    frozen_term: int
    selection_id: int  # of this term
    paper: Course
    football: Course
    choir: Course
    draft: Course
    provider: Provider


def build_courses(term: Term, teacher: Teacher, guardian: User, mine: Pupil, other: Pupil) -> CourseTown:
    """Write the courses; `mine` is the child of `guardian`, `other` is nobody's business here."""
    before = Term(school_year=SchoolYear(start_year=2025), number=2, starts_on=date(2026, 2, 23), ends_on=date(2026, 7, 10))
    provider = Provider(
        name="青少年宫",
        whitelist_number="B-1",
        licence_number="L-1",
        licence_until=date(2027, 8, 31),
        checks_until=date(2027, 8, 31),
    )
    db.session.add_all([before, provider])
    courses = _courses(term, teacher, provider)
    old = add_course(before, "C01", "剪纸", (2, 960, 1050), outside_teacher="王老师")
    old.first_on, old.last_on = date(2026, 3, 9), date(2026, 6, 26)
    db.session.commit()
    _freeze(before, guardian, mine, old, first=date(2026, 2, 24))
    selection = _freeze(term, guardian, mine, courses["paper"], first=date(2026, 11, 9))
    with frozen(at(date(2026, 11, 16), 9)):
        computed = drawing.compute(selection.id, Mechanism.ROUNDS, "")
        with transaction():
            drawing.publish(selection.id, computed, by=TESTER)
    with frozen(at(date(2026, 11, 24), 9)), transaction():
        add_consent(selection, other, guardian)
        seats.place_by_office(selection.id, other.id, courses["football"].id, consent_note="母亲 11月24日 电话同意", by=TESTER)
    with frozen(at(date(2026, 11, 24), 10)), transaction():
        seats.take(selection.id, mine.id, courses["football"].id, by=TESTER, waits_if_full=True)
    return CourseTown(term.id, before.id, selection.id, provider=provider, **courses)


def course_rows(courses: CourseTown, mine: int, other: int) -> dict[frozenset[str], list[Target]]:
    """The rows of courses; 乌云其木格 is 孙家长's child, 巴特尔 is not."""
    paper, football, term_id = courses.paper.id, courses.football.id, courses.this_term
    own, strange = {"pupil_id": mine}, {"pupil_id": other}
    return {
        frozenset({"course_id"}): [
            Target("陈老师的剪纸", {"course_id": paper}),
            Target("足球", {"course_id": football}),
            Target("草稿书法", {"course_id": courses.draft.id}),
        ],
        frozenset({"pupil_id", "course_id"}): [
            Target("自己孩子 剪纸", own | {"course_id": paper}),
            Target("别人孩子 足球", strange | {"course_id": football}),
        ],
        frozenset({"pupil_id", "course_id", "direction"}): [
            Target("自己孩子 剪纸", own | {"course_id": paper, "direction": "up"}),
            Target("别人孩子 足球", strange | {"course_id": football, "direction": "up"}),
        ],
        frozenset({"term_id", "pupil_id"}): [
            Target("自己孩子", own | {"term_id": term_id}),
            Target("别人孩子", strange | {"term_id": term_id}),
        ],
        frozenset({"term_id", "pupil_id", "course_id"}): [
            Target("自己孩子 剪纸", own | {"term_id": term_id, "course_id": paper}),
            Target("自己孩子没有的足球", own | {"term_id": term_id, "course_id": football}),
        ],
        frozenset({"provider_id"}): [Target("青少年宫", {"provider_id": courses.provider.id})],
    }


def _freeze(term: Term, guardian: User, child: Pupil, course: Course, *, first: date) -> Selection:
    """Set up, announce and freeze a selection whose wishes begin on `first`; the open round is open in the second week after."""
    monday = at(first, 8)
    span = [at(date.fromordinal(first.toordinal() + days), hour) for days, hour in ((0, 10), (4, 20), (15, 8), (18, 20))]
    windows = (Window(Phase.WISH, 0, *span[:2]), Window(Phase.OPEN, 0, *span[2:]))
    with frozen(monday), transaction():
        selection = rounds.set_up(term.id, Setup(windows=windows), by=TESTER)
        rounds.announce(selection.id, by=TESTER)
        add_consent(selection, child, guardian)
        add_application(selection, child, course)
    with frozen(span[1]), transaction():
        rounds.freeze(selection.id, by=TESTER)
    return selection


def _courses(term: Term, teacher: Teacher, provider: Provider) -> Mapping[str, Course]:
    courses = {
        "paper": add_course(term, "C01", "剪纸", (2, 960, 1050), capacity=2, outside_teacher=""),
        "football": add_course(term, "C02", "足球", (3, 990, 1050), capacity=1, provider=provider),
        "choir": add_course(term, "C05", "合唱", (4, 960, 1050), capacity=5, minimum=3),
        "draft": add_course(term, "C08", "书法", (5, 960, 1050), capacity=9, state=CourseState.DRAFT),
    }
    db.session.flush()
    db.session.add(CourseTeaching(course_id=courses["paper"].id, teacher_id=teacher.id))
    return courses
