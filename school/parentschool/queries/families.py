"""Which pupils are of one family: now, whatever number a row was written with.

A guardian who is entered later may give a family another number. Rows keep the number they were written with, for it is
what makes them unique; whose they are is told by their pupil (`family_now`, `is_of`), and `rekey` brings them up to date.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from school.db import db
from school.people.models import Guardianship


def family_of(pupil_id: int) -> int:
    """The family a pupil belongs to: the smallest pupil id among all children of the pupil's guardians."""
    return families_of([pupil_id])[pupil_id]


def families_of(pupil_ids: Iterable[int]) -> dict[int, int]:
    """The family of each pupil; a pupil without guardians is a family of their own.

    Children who left the school count too, so that a family keeps its number when the eldest leaves.
    """
    wanted = list(pupil_ids)
    own, other = aliased(Guardianship), aliased(Guardianship)
    statement = (
        select(own.pupil_id, func.min(other.pupil_id))
        .join(other, other.guardian_id == own.guardian_id)
        .where(own.pupil_id.in_(wanted))
        .group_by(own.pupil_id)
    )
    found = {pupil_id: family for pupil_id, family in db.session.execute(statement)} if wanted else {}
    return {pupil_id: found.get(pupil_id, pupil_id) for pupil_id in wanted}


def family_now(pupil: ColumnElement[int]) -> ColumnElement[int]:
    """`family_of` for a column of pupils, as an expression."""
    own, other = aliased(Guardianship), aliased(Guardianship)
    smallest = select(func.min(other.pupil_id)).join(own, own.guardian_id == other.guardian_id).where(own.pupil_id == pupil)
    return func.coalesce(smallest.scalar_subquery(), pupil)


def is_of(pupil: ColumnElement[int], families: Collection[int]) -> ColumnElement[bool]:
    """Whether a column's pupil is of one of these families now; only their kin are looked at."""
    own, other = aliased(Guardianship), aliased(Guardianship)
    kin = select(other.pupil_id).join(own, own.guardian_id == other.guardian_id).where(own.pupil_id.in_(families))
    return and_(or_(pupil.in_(families), pupil.in_(kin)), family_now(pupil).in_(families))
