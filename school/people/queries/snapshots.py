"""What the school has, read at once, for comparing a list with it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select

from school.accounts.models import RoleGrant, User
from school.db import db
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass, Subject, Teacher, TeachingAssignment
from school.people.rules import ClassKey
from school.permissions import Role


def class_ids() -> dict[ClassKey, int]:
    """All classes by key."""
    rows = db.session.execute(select(SchoolClass.entry_year, SchoolClass.number, SchoolClass.id))
    return {ClassKey(entry_year, number): class_id for entry_year, number, class_id in rows}


def login_names() -> frozenset[str]:
    """All login names that are taken."""
    return frozenset(db.session.scalars(select(User.login)))


def pupil_rows() -> list[tuple]:
    """(id, name, gender, register number) of all pupils, in order of id."""
    statement = select(Pupil.id, Pupil.name, Pupil.gender, Pupil.register_number).order_by(Pupil.id)
    return [tuple(row) for row in db.session.execute(statement)]


def last_memberships() -> dict[int, tuple]:
    """(key, membership id, starts on, ends on, number in class) of each pupil's open, else latest, membership."""
    statement = (
        select(
            ClassMembership.pupil_id,
            SchoolClass.entry_year,
            SchoolClass.number,
            ClassMembership.id,
            ClassMembership.starts_on,
            ClassMembership.ends_on,
            ClassMembership.number_in_class,
        )
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .order_by(ClassMembership.ends_on.is_(None), ClassMembership.starts_on, ClassMembership.id)
    )
    return {row[0]: (ClassKey(row[1], row[2]), *row[3:]) for row in db.session.execute(statement)}


def guardians_by_pupil() -> dict[int, list[tuple]]:
    """(guardianship id, guardian id, name, phone, relation, position) of each pupil's guardians, first one first."""
    statement = (
        select(
            Guardianship.pupil_id,
            Guardianship.id,
            Guardian.id,
            Guardian.name,
            Guardian.phone,
            Guardianship.relation,
            Guardianship.position,
        )
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .order_by(Guardianship.position, Guardianship.id)
    )
    found: dict[int, list[tuple]] = defaultdict(list)
    for row in db.session.execute(statement):
        found[row[0]].append(tuple(row[1:]))
    return found


def guardian_ids() -> dict[tuple[str, str], int]:
    """Guardians with a phone, by phone and name."""
    statement = select(Guardian.phone, Guardian.name, Guardian.id).where(Guardian.phone.is_not(None))
    return {(phone, name): guardian_id for phone, name, guardian_id in db.session.execute(statement)}


def guardian_users() -> dict[tuple[str, str], int]:
    """Accounts of guardians, by phone and name."""
    statement = select(Guardian.phone, Guardian.name, Guardian.user_id).where(Guardian.user_id.is_not(None))
    return {(phone, name): user_id for phone, name, user_id in db.session.execute(statement)}


def guardians_with_users(guardian_ids: Iterable[int]) -> list[tuple[Guardian, User | None]]:
    """These guardians, each with the account or None."""
    statement = select(Guardian, User).outerjoin(User, User.id == Guardian.user_id).where(Guardian.id.in_(guardian_ids))
    return [(guardian, user) for guardian, user in db.session.execute(statement)]


def staff_users() -> dict[tuple[str, str], int]:
    """Accounts of teachers with a phone, by phone and name."""
    statement = select(Teacher.phone, Teacher.name, Teacher.user_id).where(
        Teacher.phone.is_not(None), Teacher.user_id.is_not(None)
    )
    return {(phone, name): user_id for phone, name, user_id in db.session.execute(statement)}


def all_teachers() -> list[Teacher]:
    """All teachers, those who left too, by staff code."""
    return list(db.session.scalars(select(Teacher).order_by(Teacher.staff_code)))


def subject_ids() -> dict[str, int]:
    """Subjects by name."""
    return {name: subject_id for name, subject_id in db.session.execute(select(Subject.name, Subject.id))}


def assignments_of_term(term_id: int) -> list[TeachingAssignment]:
    """Every assignment of a term, ended ones too."""
    statement = select(TeachingAssignment).where(TeachingAssignment.term_id == term_id)
    return list(db.session.scalars(statement.order_by(TeachingAssignment.id)))


def offices_held(day: date) -> list[RoleGrant]:
    """Homeroom teachers, grade leaders and prep leaders whose time has not ended on the day."""
    offices = (Role.HOMEROOM_TEACHER, Role.GRADE_LEADER, Role.PREP_LEADER)
    statement = select(RoleGrant).where(RoleGrant.role.in_(offices))
    return list(db.session.scalars(statement.where(or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day))))
