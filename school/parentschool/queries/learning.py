"""What a guardian attended, and certificates."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from school.calendar.models import SchoolYear
from school.db import db
from school.parentschool.enums import SessionState
from school.parentschool.models import FamilyPresence, ParentCertificate, ParentSession, SessionDate
from school.parentschool.rules.learning import Attended
from school.parentschool.rules.presence import is_settled
from school.people.models import Guardian


def guardians_of_user(user_id: int) -> list[Guardian]:
    """The guardians who sign in as this user; two of one phone are two."""
    return list(db.session.scalars(select(Guardian).where(Guardian.user_id == user_id).order_by(Guardian.id)))


def find_guardian(guardian_id: int) -> Guardian | None:
    """A guardian by id."""
    return db.session.get(Guardian, guardian_id)


def attended_by(guardian_ids: Collection[int], moment: datetime) -> dict[int, list[Attended]]:
    """What each guardian attended, as it counts at a moment; cancelled dates left out."""
    statement = (
        select(
            FamilyPresence.guardian_id,
            ParentSession.id,
            SchoolYear.id,
            SchoolYear.start_year,
            ParentSession.kind,
            ParentSession.topic,
            SessionDate.starts_at,
            SessionDate.ends_at,
            FamilyPresence.method,
            SessionDate.presence_closed_at,
        )
        .join(SessionDate, SessionDate.id == FamilyPresence.date_id)
        .join(ParentSession, ParentSession.id == SessionDate.session_id)
        .join(SchoolYear, SchoolYear.id == ParentSession.school_year_id)
        .where(FamilyPresence.guardian_id.in_(guardian_ids))
        .where(ParentSession.state == SessionState.ANNOUNCED, SessionDate.cancelled_at.is_(None))
        .order_by(SessionDate.starts_at, SessionDate.id)
    )
    found: dict[int, list[Attended]] = {one: [] for one in guardian_ids}
    for guardian_id, *rest, closed_at in db.session.execute(statement):
        ends_at = rest[6]
        settled = is_settled(ends_at=ends_at, closed_at=closed_at, moment=moment)
        found[guardian_id].append(Attended(*rest, is_settled=settled))
    return found


def certificates_of(guardian_ids: Collection[int]) -> list[ParentCertificate]:
    """The certificates of these guardians, the newest first."""
    statement = select(ParentCertificate).where(ParentCertificate.guardian_id.in_(guardian_ids))
    return list(db.session.scalars(statement.order_by(ParentCertificate.id.desc())))


def certificates_of_year(school_year_id: int) -> list[ParentCertificate]:
    """The certificates of a school year by number."""
    statement = select(ParentCertificate).where(ParentCertificate.school_year_id == school_year_id)
    return list(db.session.scalars(statement.order_by(ParentCertificate.number)))


def find_certificate(certificate_id: int) -> ParentCertificate | None:
    """A certificate by id."""
    return db.session.get(ParentCertificate, certificate_id)


def find_certificate_of(guardian_id: int, school_year_id: int) -> ParentCertificate | None:
    """A guardian's certificate of a school year."""
    statement = select(ParentCertificate).where(ParentCertificate.guardian_id == guardian_id)
    return db.session.scalar(statement.where(ParentCertificate.school_year_id == school_year_id))


def numbers_of_year(school_year_id: int) -> list[str]:
    """The numbers given out for a school year."""
    statement = select(ParentCertificate.number).where(ParentCertificate.school_year_id == school_year_id)
    return list(db.session.scalars(statement))


def find_year(school_year_id: int) -> SchoolYear | None:
    """A school year by id."""
    return db.session.get(SchoolYear, school_year_id)
