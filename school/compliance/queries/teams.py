"""What homework and after-school service count for the appraisal of teams."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, exists, func, select

from school.calendar.models import Term
from school.calendar.queries import get_calendar
from school.calendar.rules import grade_of, school_days
from school.courses.enums import CourseState
from school.courses.models import Course, CourseTeaching
from school.db import db
from school.homework.enums import DayState, ItemState
from school.homework.models import HomeworkDay, HomeworkItem
from school.mentoring.enums import Indicator, TeamKind
from school.mentoring.queries.teams import Team, own_shares
from school.people.models import SchoolClass

PUBLISHED = (DayState.PUBLISHED, DayState.CLOSED)
Shares = dict[Indicator, float | None]


def team_shares(term: Term, teams: Sequence[Team], today: date) -> dict[str, Shares]:
    """All that can be counted for each team (by kind:key), 0 to 1, up to `today`; None where nothing was due yet.

    A grade group: class-days of the grade. A prep group: published class-days with an item of its subject. Published in
    time is out of all school days for a grade, out of the published ones for a prep group, which does not publish.
    """
    last = min(today, term.ends_on)
    shares: dict[str, Shares] = {key: dict(own) for key, own in own_shares(term, teams).items()}
    giving = _teachers_of_courses(term.id)
    has_courses = bool(giving)
    for team in teams:
        mine = shares[f"{team.kind}:{team.key}"]
        mine[Indicator.AFTER_SCHOOL] = (
            sum(one in giving for one in team.member_ids) / len(team.member_ids) if has_courses else None
        )
        if team.kind is TeamKind.TRIAD or team.entry_year is None:
            continue
        published, in_time, within = _days(team, term.starts_on, last)
        due = _due(team, term, last) if team.kind is TeamKind.GRADE_GROUP else published
        mine[Indicator.HOMEWORK_PUBLISHED] = min(1.0, in_time / due) if due else None
        mine[Indicator.HOMEWORK_WITHIN_CAP] = within / published if published else None
    return shares


def _days(team: Team, first: date, last: date) -> tuple[int, int, int]:
    """Published class-days of the team's grade (and subject), those in time, those within the cap."""
    day = HomeworkDay
    statement = (
        select(
            func.count(),
            func.count().filter(~day.is_late),
            func.count().filter(day.required_minutes <= day.cap_minutes),
        )
        .select_from(day)
        .join(SchoolClass, SchoolClass.id == day.class_id)
        .where(SchoolClass.entry_year == team.entry_year, day.on_day.between(first, last), day.state.in_(PUBLISHED))
    )
    if team.subject_id is not None:
        item = and_(HomeworkItem.day_id == day.id, HomeworkItem.subject_id == team.subject_id)
        shown = HomeworkItem.state.in_((ItemState.PUBLISHED, ItemState.CLOSED))
        statement = statement.where(exists().where(item, shown))
    return tuple(db.session.execute(statement).one())  # type: ignore[return-value]


def _due(team: Team, term: Term, last: date) -> int:
    grade = grade_of(team.entry_year or 0, term.school_year.start_year)
    classes = db.session.scalar(select(func.count()).select_from(SchoolClass).where(SchoolClass.entry_year == team.entry_year))
    return (classes or 0) * len(school_days(term.starts_on, last, get_calendar(), grade=grade))


def _teachers_of_courses(term_id: int) -> set[int]:
    statement = (
        select(CourseTeaching.teacher_id)
        .join(Course, Course.id == CourseTeaching.course_id)
        .where(Course.term_id == term_id, Course.state == CourseState.LISTED)
    )
    return set(db.session.scalars(statement))
