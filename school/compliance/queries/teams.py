"""What homework, after-school service and parent school count for the appraisal of teams."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, null, select

from school.calendar.models import Term
from school.calendar.queries import get_calendar
from school.calendar.rules import grade_of, school_days
from school.clock import now
from school.courses.enums import CourseState
from school.courses.models import Course, CourseTeaching
from school.db import db
from school.homework.enums import DayState, ItemState
from school.homework.models import HomeworkDay, HomeworkItem
from school.mentoring.enums import Indicator, TeamKind
from school.mentoring.queries.teams import Team, own_shares
from school.parentschool.queries.families import families_of
from school.parentschool.queries.frames import held_date_rows, members_of_classes, presence_rows, stretch_of
from school.people.models import SchoolClass

PUBLISHED = (DayState.PUBLISHED, DayState.CLOSED)
Shares = dict[Indicator, float | None]


def team_shares(term: Term, teams: Sequence[Team], today: date) -> dict[str, Shares]:
    """All that can be counted for each team (by kind:key), 0 to 1, up to `today`; None where nothing was due yet.

    A grade group: class-days of the grade. A prep group: published class-days with an item of its subject. Published in
    time is out of all school days for a grade, out of the published ones for a prep group, which does not publish. As many
    statements however many teams.
    """
    last = min(today, term.ends_on)
    shares: dict[str, Shares] = {key: dict(own) for key, own in own_shares(term, teams).items()}
    giving = _teachers_of_courses(term.id)
    has_courses = bool(giving)
    published_by, classes = _published(term.starts_on, last), _classes()
    reached = _reached(term, last)
    for team in teams:
        mine = shares[f"{team.kind}:{team.key}"]
        mine[Indicator.AFTER_SCHOOL] = (
            sum(one in giving for one in team.member_ids) / len(team.member_ids) if has_courses else None
        )
        if team.kind is TeamKind.TRIAD or team.entry_year is None:
            continue
        published, in_time, within = published_by.get((team.entry_year, team.subject_id), (0, 0, 0))
        days = school_days(term.starts_on, last, get_calendar(), grade=grade_of(team.entry_year, term.school_year.start_year))
        due = classes.get(team.entry_year, 0) * len(days) if team.kind is TeamKind.GRADE_GROUP else published
        mine[Indicator.HOMEWORK_PUBLISHED] = min(1.0, in_time / due) if due else None
        mine[Indicator.HOMEWORK_WITHIN_CAP] = within / published if published else None
        if team.kind is TeamKind.GRADE_GROUP:
            mine[Indicator.FAMILIES] = reached.get(team.entry_year)
    return shares


def _reached(term: Term, last: date) -> dict[int, float]:
    """By entry year the share of pupils whose family was at a session of parent school this term; nothing before the first."""
    dates = [row[0] for row in held_date_rows(stretch_of(term.starts_on, term.ends_on, now()))]
    if not dates:
        return {}
    classes = db.session.execute(select(SchoolClass.id, SchoolClass.entry_year))
    entry_years = {class_id: entry_year for class_id, entry_year in classes}
    members = members_of_classes(entry_years, last)
    families = families_of(pupil_id for _class_id, pupil_id in members)
    came = {family for _date_id, family in presence_rows(dates)}
    pupils, reached = Counter[int](), Counter[int]()
    for class_id, pupil_id in members:
        pupils[entry_years[class_id]] += 1
        reached[entry_years[class_id]] += families[pupil_id] in came
    return {year: reached[year] / count for year, count in pupils.items()}


def _published(first: date, last: date) -> dict[tuple[int, int | None], tuple[int, int, int]]:
    """Published class-days, those in time, those within the cap: by entry year, and by entry year and subject with items."""
    day, item = HomeworkDay, HomeworkItem
    figures = (func.count(), func.count().filter(~day.is_late), func.count().filter(day.required_minutes <= day.cap_minutes))
    shown = (
        select(item.day_id, item.subject_id).where(item.state.in_((ItemState.PUBLISHED, ItemState.CLOSED))).distinct().subquery()
    )
    begun = (day.on_day.between(first, last), day.state.in_(PUBLISHED))
    by_grade = (
        select(SchoolClass.entry_year, null(), *figures)
        .select_from(day)
        .join(SchoolClass, SchoolClass.id == day.class_id)
        .where(*begun)
        .group_by(SchoolClass.entry_year)
    )
    by_subject = (
        select(SchoolClass.entry_year, shown.c.subject_id, *figures)
        .select_from(day)
        .join(SchoolClass, SchoolClass.id == day.class_id)
        .join(shown, shown.c.day_id == day.id)
        .where(*begun)
        .group_by(SchoolClass.entry_year, shown.c.subject_id)
    )
    rows = [*db.session.execute(by_grade), *db.session.execute(by_subject)]
    return {(entry_year, subject_id): tuple(counts) for entry_year, subject_id, *counts in rows}


def _classes() -> dict[int, int]:
    """How many classes each entry year has."""
    statement = select(SchoolClass.entry_year, func.count()).group_by(SchoolClass.entry_year)
    return {entry_year: count for entry_year, count in db.session.execute(statement)}


def _teachers_of_courses(term_id: int) -> set[int]:
    statement = (
        select(CourseTeaching.teacher_id)
        .join(Course, Course.id == CourseTeaching.course_id)
        .where(Course.term_id == term_id, Course.state == CourseState.LISTED)
    )
    return set(db.session.scalars(statement))
