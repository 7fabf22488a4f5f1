"""Entering the demo's courses, of this term and of the one before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from school.calendar.models import Term
from school.clock import at
from school.courses.enums import CourseState
from school.courses.models import Course, CourseMeeting, CourseTeaching, Provider
from school.db import db
from school.demo.courses.programme import COURSES, END, PROVIDERS, START, TUTORING, Plan
from school.demo.staff import Staff
from school.demo.terms import Times
from school.people.models import Teacher

DAYS_BEFORE, DAYS_AFTER = 12, 6  # the wish window opened so long ago, the open round lasts so long


@dataclass(frozen=True)
class Season:
    """The term families choose for, the moment the selection is played up to, and whether it is over by now."""

    term: Term
    before: Term | None
    moment: datetime
    is_over: bool


def season_of(times: Times, now: datetime) -> Season:
    """The present term while it has room for a selection around today, else the next one; past all terms the last, over."""
    today = times.today
    for number, term in enumerate(times.terms):
        begins, ends = term.starts_on - timedelta(days=60), term.ends_on
        if begins <= today - timedelta(days=DAYS_BEFORE) and today + timedelta(days=DAYS_AFTER) <= ends:
            return Season(term, times.terms[number - 1] if number else None, now, is_over=False)
    begun = [term for term in times.terms if term.starts_on <= today]
    return Season(begun[-1], begun[-2] if len(begun) > 1 else None, at(begun[-1].ends_on - timedelta(days=20), 15), is_over=True)


def enter_courses(times: Times, staff: Staff, season: Season) -> dict[str, Course]:
    """The courses of the season by code, listed; those of the term before, to be copied from."""
    providers = _enter_providers(season)
    if season.before is not None:
        first, last = season.before.starts_on + timedelta(days=7), season.before.ends_on - timedelta(days=7)
        db.session.add_all(_course(season.before, plan, staff, providers, first, last) for plan in COURSES)
    first, last = _span(season)
    made = [_course(season.term, plan, staff, providers, first, last) for plan in (*COURSES, *TUTORING)]
    db.session.add_all(made)
    db.session.flush()
    return {one.code: one for one in made}


def _span(season: Season) -> tuple[date, date]:
    """Courses begin on the Monday after the open round, or a week into the term; they end a week before it does."""
    after = season.moment.date() + timedelta(days=DAYS_AFTER + 1)
    monday = after + timedelta(days=-after.weekday() % 7)
    first, last = season.term.starts_on + timedelta(days=7), season.term.ends_on - timedelta(days=5)
    late = max(first, monday)
    return (late if (last - late).days >= 14 else first), last


def _enter_providers(season: Season) -> list[Provider]:
    until = season.term.ends_on + timedelta(days=400)
    made = [
        Provider(name=name, whitelist_number=listed, licence_number=licence, licence_until=until, checks_until=until)
        for name, listed, licence in PROVIDERS
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def _course(term: Term, plan: Plan, staff: Staff, providers: list[Provider], first: date, last: date) -> Course:
    course = Course(
        term_id=term.id,
        code=plan.code,
        name=plan.name,
        family=plan.family,
        state=CourseState.LISTED,
        description=plan.description,
        room=plan.room,
        grades=list(plan.grades),
        capacity=plan.capacity,
        minimum=plan.minimum,
        first_on=first,
        last_on=last,
        fee_note=plan.fee,
        safety_note=plan.safety,
        tags=[tag.value for tag in plan.tags],
        is_exempt=plan.code.startswith("G"),
        provider=providers[plan.provider] if plan.provider is not None else None,
        outside_teacher=plan.outside,
    )
    course.meetings = [CourseMeeting(weekday=day, starts_at=START, ends_at=END, weeks=plan.weeks) for day in plan.weekdays]
    if plan.teacher is not None:
        teacher = _teacher(staff, *plan.teacher)
        course.teachings = [CourseTeaching(teacher_id=teacher.id, teacher=teacher)]
    return course


def _teacher(staff: Staff, subject: str, number: int) -> Teacher:
    """One of a subject's teachers, in the order of their staff codes."""
    found = {one.id: one for (_place, code), one in staff.teachers.items() if code == subject}
    ordered = sorted(found.values(), key=lambda one: one.staff_code)
    return ordered[number % len(ordered)]
