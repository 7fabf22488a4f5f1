"""Coverage of home visits, one row a class, in one statement; ready for a report (PE-07)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, func, or_, select

from school.calendar.models import SchoolYear
from school.db import db
from school.parentschool.enums import PlannedState, VisitMode
from school.parentschool.models import FollowUp, HomeVisit, PlannedVisit
from school.parentschool.rules.visits import coverage_percent
from school.people.models import ClassMembership, SchoolClass

COVERAGE_COLUMNS = (
    "class_id",
    "entry_year",
    "class_number",
    "pupils",
    "visited",
    *(mode.value for mode in VisitMode),
    "planned",
    "plan_overdue",
    "follow_ups_open",
    "follow_ups_overdue",
)


@dataclass(frozen=True)
class Coverage:
    """A class's visits in a school year. `by_mode` counts visits to its pupils, `visited` the pupils with at least one.

    Pupils count in the class they are in, also when another class visited them; follow-ups count for the class that visited.
    """

    class_id: int
    entry_year: int
    class_number: int
    pupils: int
    visited: int
    by_mode: dict[VisitMode, int]
    planned: int
    plan_overdue: int
    follow_ups_open: int
    follow_ups_overdue: int

    @property
    def percent(self) -> int | None:
        """The share of pupils visited, rounded down."""
        return coverage_percent(self.visited, self.pupils)


def coverage_rows(
    year: SchoolYear, first_entry_year: int, day: date, today: date, class_ids: Collection[int] | None = None
) -> list[tuple]:
    """Rows of `COVERAGE_COLUMNS` for the classes that entered from `first_entry_year` to the school year, youngest grade first.

    `day` says whose pupils count, `today` what is overdue; `class_ids` narrows to some classes.
    """
    modes = [func.sum(case((HomeVisit.mode == mode, 1), else_=0)).label(mode.value) for mode in VisitMode]
    visits = (
        select(HomeVisit.pupil_id, func.count().label("visits"), *modes)
        .where(HomeVisit.school_year_id == year.id, HomeVisit.withdrawn_at.is_(None))
        .group_by(HomeVisit.pupil_id)
        .subquery()
    )
    plans = (
        select(PlannedVisit.pupil_id, PlannedVisit.planned_on)
        .where(PlannedVisit.school_year_id == year.id, PlannedVisit.state == PlannedState.PLANNED)
        .subquery()
    )
    follow_ups = (
        select(
            HomeVisit.class_id,
            func.count().label("open"),
            func.sum(case((FollowUp.due_on < today, 1), else_=0)).label("overdue"),
        )
        .join(FollowUp, FollowUp.visit_id == HomeVisit.id)
        .where(HomeVisit.school_year_id == year.id, HomeVisit.withdrawn_at.is_(None), FollowUp.done_on.is_(None))
        .group_by(HomeVisit.class_id)
        .subquery()
    )
    is_member = and_(
        ClassMembership.class_id == SchoolClass.id,
        ClassMembership.starts_on <= day,
        or_(ClassMembership.ends_on.is_(None), ClassMembership.ends_on >= day),
    )
    members = (
        select(
            SchoolClass.id.label("class_id"),
            func.count(ClassMembership.pupil_id).label("pupils"),
            func.count(visits.c.pupil_id).label("visited"),
            *(func.coalesce(func.sum(visits.c[mode.value]), 0).label(mode.value) for mode in VisitMode),
            func.count(plans.c.pupil_id).label("planned"),
            func.coalesce(func.sum(case((plans.c.planned_on < today, 1), else_=0)), 0).label("plan_overdue"),
        )
        .outerjoin(ClassMembership, is_member)
        .outerjoin(visits, visits.c.pupil_id == ClassMembership.pupil_id)
        .outerjoin(plans, plans.c.pupil_id == ClassMembership.pupil_id)
        .group_by(SchoolClass.id)
        .subquery()
    )
    names = COVERAGE_COLUMNS[3:-2]
    statement = (
        select(
            SchoolClass.id,
            SchoolClass.entry_year,
            SchoolClass.number,
            *(members.c[name] for name in names),
            func.coalesce(follow_ups.c.open, 0),
            func.coalesce(follow_ups.c.overdue, 0),
        )
        .join(members, members.c.class_id == SchoolClass.id)
        .outerjoin(follow_ups, follow_ups.c.class_id == SchoolClass.id)
        .where(SchoolClass.entry_year.between(first_entry_year, year.start_year))
        .order_by(SchoolClass.entry_year.desc(), SchoolClass.number)
    )
    if class_ids is not None:
        statement = statement.where(SchoolClass.id.in_(list(class_ids)))
    return [tuple(int(value) for value in row) for row in db.session.execute(statement)]


def coverage(
    year: SchoolYear, first_entry_year: int, day: date, today: date, class_ids: Collection[int] | None = None
) -> list[Coverage]:
    """The same rows by name."""
    found = []
    for row in coverage_rows(year, first_entry_year, day, today, class_ids):
        values = dict(zip(COVERAGE_COLUMNS, row, strict=True))
        by_mode = {mode: values.pop(mode.value) for mode in VisitMode}
        found.append(Coverage(**values, by_mode=by_mode))
    return found
