"""Which pupils are of one family."""

from collections.abc import Iterable

from sqlalchemy import func, select
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
