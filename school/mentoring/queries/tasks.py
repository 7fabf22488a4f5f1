"""What the first page needs of mentoring: agreements in force of several triads, and acceptances still to be scored."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from school.db import db
from school.mentoring.enums import TriadState
from school.mentoring.models import Acceptance, Agreement, Triad, TriadMember
from school.people.models import Teacher


def agreements_in_force(triad_ids: Iterable[int]) -> dict[int, Agreement]:
    """The newest version of each triad's agreement."""
    statement = select(Agreement).where(Agreement.triad_id.in_(list(triad_ids))).order_by(Agreement.version)
    return {one.triad_id: one for one in db.session.scalars(statement)}


def active_triads() -> Sequence[Triad]:
    """All active triads, of whatever term."""
    return db.session.scalars(select(Triad).where(Triad.state == TriadState.ACTIVE).order_by(Triad.id)).all()


def active_triads_of_teacher(teacher_id: int) -> Sequence[Triad]:
    """The active triads a teacher has a seat in now."""
    ids = select(TriadMember.triad_id).where(TriadMember.teacher_id == teacher_id, TriadMember.ends_on.is_(None))
    statement = select(Triad).where(Triad.id.in_(ids), Triad.state == TriadState.ACTIVE)
    return db.session.scalars(statement.order_by(Triad.id)).all()


def acceptances_to_score(user_id: int) -> list[tuple[Acceptance, str]]:
    """Undecided acceptances this person has not scored, with the apprentice's name; nobody scores their own."""
    statement = (
        select(Acceptance, Teacher.name)
        .join(Teacher, Teacher.id == Acceptance.teacher_id)
        .where(Acceptance.decided_at.is_(None), Teacher.user_id.is_distinct_from(user_id))
        .order_by(Acceptance.id)
    )
    rows = db.session.execute(statement).all()
    return [(one, name) for one, name in rows if user_id not in {score.user_id for score in one.scores}]
