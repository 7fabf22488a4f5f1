"""Home visits one by one: the record, who looked at it, who may look, what is still to be done after it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import raiseload

from school.accounts.models import RoleGrant, User
from school.db import db
from school.parentschool.enums import VisitMode
from school.parentschool.models import FollowUp, HomeVisit, VisitLook
from school.parentschool.rules.visits import Stay
from school.people.models import ClassMembership, Pupil, SchoolClass, Teacher, TeachingAssignment
from school.permissions import Role


@dataclass(frozen=True)
class ListedVisit:
    """A visit as lists show it: no text of it."""

    id: int
    class_id: int
    entry_year: int
    class_number: int
    on_day: date
    mode: VisitMode
    is_withdrawn: bool


@dataclass(frozen=True)
class ListedFollowUp:
    """A follow-up as lists show it: whose, of which visit, until when; not what."""

    visit_id: int
    pupil: str
    class_id: int
    present_class_id: int | None
    entry_year: int
    class_number: int
    owner: str
    due_on: date


def find_visit(visit_id: int) -> HomeVisit | None:
    """A visit by id."""
    return db.session.get(HomeVisit, visit_id)


def lock_visit(visit_id: int) -> HomeVisit | None:
    """A visit with its follow-ups as they are now, locked until the transaction ends."""
    statement = select(HomeVisit).where(HomeVisit.id == visit_id).with_for_update(of=HomeVisit)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def find_visit_of_key(user_id: int, key: str) -> HomeVisit | None:
    """The visit a form has already made."""
    statement = select(HomeVisit).where(HomeVisit.recorded_by == user_id, HomeVisit.submission_key == key)
    return db.session.scalar(statement)


def present_class_id(pupil_id: int) -> int | None:
    """The class a pupil is in now, or None."""
    statement = select(ClassMembership.class_id).where(ClassMembership.pupil_id == pupil_id, ClassMembership.ends_on.is_(None))
    return db.session.scalar(statement)


def stays_of(pupil_id: int) -> list[Stay]:
    """A pupil's classes, newest first, so that of two on one day the new one counts."""
    statement = select(ClassMembership.class_id, ClassMembership.starts_on, ClassMembership.ends_on)
    rows = db.session.execute(statement.where(ClassMembership.pupil_id == pupil_id).order_by(ClassMembership.starts_on.desc()))
    return [Stay(*row) for row in rows]


def visits_of_pupil(pupil_id: int) -> list[ListedVisit]:
    """A pupil's visits, withdrawn ones too, newest first."""
    statement = (
        select(
            HomeVisit.id,
            HomeVisit.class_id,
            SchoolClass.entry_year,
            SchoolClass.number,
            HomeVisit.on_day,
            HomeVisit.mode,
            HomeVisit.withdrawn_at.is_not(None),
        )
        .join(SchoolClass, SchoolClass.id == HomeVisit.class_id)
        .where(HomeVisit.pupil_id == pupil_id)
        .order_by(HomeVisit.on_day.desc(), HomeVisit.id.desc())
    )
    return [ListedVisit(*row) for row in db.session.execute(statement)]


def last_look(visit_id: int, user_id: int) -> datetime | None:
    """When somebody last looked at the text of a visit."""
    statement = select(func.max(VisitLook.looked_at)).where(VisitLook.visit_id == visit_id, VisitLook.user_id == user_id)
    return db.session.scalar(statement)


def looks_of(visit_id: int, limit: int = 200) -> Sequence[tuple[str, datetime]]:
    """Who looked at a visit and when, newest first."""
    statement = select(User.display_name, VisitLook.looked_at).join(User, User.id == VisitLook.user_id)
    statement = statement.where(VisitLook.visit_id == visit_id).order_by(VisitLook.looked_at.desc(), VisitLook.id.desc())
    return [(name, at) for name, at in db.session.execute(statement.limit(limit))]


def readers_of(class_ids: Iterable[int], day: date) -> list[tuple[int, str]]:
    """Who may see the visits of these classes on a day: their homeroom teachers, the moral-education office, the principal."""
    is_homeroom = and_(RoleGrant.role == Role.HOMEROOM_TEACHER, RoleGrant.class_id.in_(list(class_ids)))
    is_reader = or_(is_homeroom, RoleGrant.role.in_((Role.MORAL_OFFICE, Role.PRINCIPAL)))
    lasts = and_(RoleGrant.starts_on <= day, or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day))
    held = exists().where(RoleGrant.user_id == User.id, is_reader, lasts)
    statement = select(User.id, User.display_name).where(User.is_active, held).order_by(User.display_name, User.id)
    return [(user_id, name) for user_id, name in db.session.execute(statement)]


def teachers_of_class(class_id: int, day: date, also: Collection[int] = (), user_id: int | None = None) -> list[tuple[int, str]]:
    """Who may have visited for a class: who teaches it on the day, its homeroom teacher, the user, and those named in `also`."""
    open_on_day = or_(TeachingAssignment.ends_on.is_(None), TeachingAssignment.ends_on >= day)
    teaches = select(TeachingAssignment.teacher_id).where(
        TeachingAssignment.class_id == class_id, TeachingAssignment.starts_on <= day, open_on_day
    )
    heads = select(RoleGrant.user_id).where(
        RoleGrant.role == Role.HOMEROOM_TEACHER,
        RoleGrant.class_id == class_id,
        RoleGrant.starts_on <= day,
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
    )
    fits = or_(Teacher.id.in_(teaches), Teacher.user_id.in_(heads), Teacher.user_id == user_id, Teacher.id.in_(list(also)))
    statement = select(Teacher.id, Teacher.name).where(fits).order_by(Teacher.staff_code)
    return [(teacher_id, name) for teacher_id, name in db.session.execute(statement)]


def teacher_names(teacher_ids: Collection[int]) -> list[str]:
    """The names of teachers, by staff code."""
    statement = select(Teacher.name).where(Teacher.id.in_(list(teacher_ids))).order_by(Teacher.staff_code)
    return list(db.session.scalars(statement))


def user_name(user_id: int) -> str:
    """What a user is called."""
    return db.session.scalar(select(User.display_name).where(User.id == user_id)) or ""


def find_follow_up(visit_id: int, follow_up_id: int) -> FollowUp | None:
    """A follow-up of this very visit."""
    statement = select(FollowUp).where(FollowUp.id == follow_up_id, FollowUp.visit_id == visit_id)
    return db.session.scalar(statement.options(raiseload(FollowUp.visit)))


def open_follow_ups_of(user_id: int) -> list[ListedFollowUp]:
    """What a user still has to do after visits, the earliest first."""
    return _open_follow_ups(FollowUp.owner_id == user_id)


def open_follow_ups_of_class(class_id: int, school_year_id: int) -> list[ListedFollowUp]:
    """What is still to be done after a class's visits of a school year, the earliest first."""
    return _open_follow_ups(and_(HomeVisit.class_id == class_id, HomeVisit.school_year_id == school_year_id))


def _open_follow_ups(wanted: object) -> list[ListedFollowUp]:
    statement = (
        select(
            HomeVisit.id,
            Pupil.name,
            HomeVisit.class_id,
            ClassMembership.class_id,
            SchoolClass.entry_year,
            SchoolClass.number,
            User.display_name,
            FollowUp.due_on,
        )
        .select_from(FollowUp)
        .join(HomeVisit, HomeVisit.id == FollowUp.visit_id)
        .join(Pupil, Pupil.id == HomeVisit.pupil_id)
        .join(SchoolClass, SchoolClass.id == HomeVisit.class_id)
        .join(User, User.id == FollowUp.owner_id)
        .outerjoin(ClassMembership, and_(ClassMembership.pupil_id == Pupil.id, ClassMembership.ends_on.is_(None)))
        .where(FollowUp.done_on.is_(None), HomeVisit.withdrawn_at.is_(None), wanted)
        .order_by(FollowUp.due_on, FollowUp.id)
    )
    return [ListedFollowUp(*row) for row in db.session.execute(statement)]
