"""Robots of groups, and the names no group may read."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, and_, or_, select, union
from sqlalchemy.orm import joinedload

from school.db import db
from school.outbox.models import Robot
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass

Scope = tuple[frozenset[int], frozenset[int]] | None  # entry years of whole grades and ids of classes; None: everybody
Chosen = TypeVar("Chosen", bound=Select)


def robots() -> Sequence[Robot]:
    """Every robot with its class, by name; those in use first."""
    return db.session.scalars(
        select(Robot).options(joinedload(Robot.school_class)).order_by(Robot.is_active.desc(), Robot.name)
    ).all()


def find_robot(robot_id: int) -> Robot | None:
    """A robot with its class."""
    return db.session.get(Robot, robot_id)


def is_robot_named(name: str) -> bool:
    """Whether a robot has this name."""
    return db.session.scalar(select(Robot.id).where(Robot.name == name)) is not None


def lock_robot(robot_id: int) -> Robot | None:
    """A robot, locked until the transaction ends and read anew; messages may be queued for it meanwhile."""
    statement = select(Robot).where(Robot.id == robot_id).with_for_update(key_share=True)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def robots_in_scope(scope: Scope) -> Sequence[Robot]:
    """Robots in use of the groups all of whose members are in the scope."""
    statement = select(Robot).where(Robot.is_active).order_by(Robot.id)
    if scope is not None:
        years, classes = scope
        of_years = select(SchoolClass.id).where(SchoolClass.entry_year.in_(years))
        inside = or_(Robot.entry_year.in_(years), Robot.class_id.in_(classes), Robot.class_id.in_(of_years))
        statement = statement.where(inside)
    return db.session.scalars(statement).all()


def names_in_scope(scope: Scope) -> list[str]:
    """Names of the pupils in the classes of the scope, and of their guardians; of everybody when it is the whole school."""
    pupils = _in_scope(select(Pupil.name), scope)
    guardians = select(Guardian.name).join(Guardianship).join(Pupil)
    return list(db.session.scalars(union(pupils, _in_scope(guardians, scope))))


def _in_scope(statement: Chosen, scope: Scope) -> Chosen:
    if scope is None:
        return statement
    years, classes = scope
    return (
        statement.join(ClassMembership, and_(ClassMembership.pupil_id == Pupil.id, ClassMembership.ends_on.is_(None)))
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .where(or_(SchoolClass.entry_year.in_(years), SchoolClass.id.in_(classes)))
    )
