"""The plan of home visits: a class's pupils with their last visit and planned day, and the rows of the plan."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from school.calendar.models import SchoolYear, Term
from school.db import db
from school.parentschool.enums import PlannedState, VisitMode
from school.parentschool.models import HomeVisit, PlannedVisit
from school.people.models import ClassMembership, Pupil


@dataclass(frozen=True)
class PupilLine:
    """A pupil of a class in a school year: how often visited, the last visit, the planned day; no text."""

    pupil_id: int
    name: str
    number_in_class: str
    visits: int
    last_visit_id: int | None
    last_day: date | None
    last_mode: VisitMode | None
    planned_id: int | None
    planned_on: date | None
    planned_mode: VisitMode | None


def school_years() -> list[SchoolYear]:
    """All school years, newest first."""
    return list(db.session.scalars(select(SchoolYear).order_by(SchoolYear.start_year.desc())))


def school_year_of(start_year: int) -> SchoolYear | None:
    """The school year that begins in a calendar year."""
    return db.session.scalar(select(SchoolYear).where(SchoolYear.start_year == start_year))


def counted_day(year: SchoolYear, today: date) -> date:
    """The day whose pupils count in a school year: today, or the last day of school of a year that is over."""
    last = db.session.scalar(select(func.max(Term.ends_on)).where(Term.school_year_id == year.id))
    return min(today, last) if last else today


def lines_of_class(class_id: int, school_year_id: int, day: date) -> list[PupilLine]:
    """The pupils of a class on a day, by number in class, with what the school year knows of them in three statements."""
    members = (
        select(Pupil.id, Pupil.name, ClassMembership.number_in_class)
        .join(ClassMembership, ClassMembership.pupil_id == Pupil.id)
        .where(ClassMembership.class_id == class_id, ClassMembership.starts_on <= day)
        .where(or_(ClassMembership.ends_on.is_(None), ClassMembership.ends_on >= day))
        .order_by(func.length(ClassMembership.number_in_class), ClassMembership.number_in_class, Pupil.id)
    )
    rows = db.session.execute(members).all()
    ids = [row.id for row in rows]
    visits: dict[int, list[tuple[int, date, VisitMode]]] = defaultdict(list)
    held = select(HomeVisit.pupil_id, HomeVisit.id, HomeVisit.on_day, HomeVisit.mode).where(
        HomeVisit.pupil_id.in_(ids), HomeVisit.school_year_id == school_year_id, HomeVisit.withdrawn_at.is_(None)
    )
    for pupil_id, *facts in db.session.execute(held.order_by(HomeVisit.on_day, HomeVisit.began_at, HomeVisit.id)):
        visits[pupil_id].append(tuple(facts))
    planned = {one.pupil_id: one for one in planned_of(ids, school_year_id)}
    return [_line(row.id, row.name, row.number_in_class or "", visits[row.id], planned.get(row.id)) for row in rows]


def planned_of(pupil_ids: Iterable[int], school_year_id: int) -> Sequence[PlannedVisit]:
    """The rows of the plan that still wait, of these pupils."""
    statement = select(PlannedVisit).where(
        PlannedVisit.pupil_id.in_(list(pupil_ids)),
        PlannedVisit.school_year_id == school_year_id,
        PlannedVisit.state == PlannedState.PLANNED,
    )
    return db.session.scalars(statement.order_by(PlannedVisit.id).execution_options(populate_existing=True)).all()


def held_as(visit_id: int) -> PlannedVisit | None:
    """The row of the plan a visit fulfilled."""
    return db.session.scalar(select(PlannedVisit).where(PlannedVisit.held_as_id == visit_id))


def find_planned(planned_id: int) -> PlannedVisit | None:
    """A row of the plan by id."""
    return db.session.get(PlannedVisit, planned_id)


def lock_pupils(pupil_ids: Iterable[int]) -> list[Pupil]:
    """Pupils, locked until the transaction ends, in ascending id; those that exist."""
    statement = select(Pupil).where(Pupil.id.in_(list(pupil_ids))).order_by(Pupil.id)
    return list(db.session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True)))


def members_on(class_id: int, day: date) -> set[int]:
    """The ids of the pupils of a class on a day."""
    statement = select(ClassMembership.pupil_id).where(ClassMembership.class_id == class_id, ClassMembership.starts_on <= day)
    return set(db.session.scalars(statement.where(or_(ClassMembership.ends_on.is_(None), ClassMembership.ends_on >= day))))


def _line(
    pupil_id: int, name: str, number: str, visits: list[tuple[int, date, VisitMode]], plan: PlannedVisit | None
) -> PupilLine:
    last: tuple[int | None, date | None, VisitMode | None] = visits[-1] if visits else (None, None, None)
    planned = (plan.id, plan.planned_on, plan.mode) if plan else (None, None, None)
    return PupilLine(pupil_id, name, number, len(visits), *last, *planned)
