"""Members of the mentor corps, what they were asked for and what they hold.

Whoever asks, answers or withdraws takes `sessions.lock_year` first, for a mentor's time is scarce over a school year.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from school.accounts.models import RoleGrant
from school.calendar.models import SchoolYear
from school.db import db
from school.parentschool.enums import RequestState, SessionState
from school.parentschool.models import FamilyMentor, MentorRequest, ParentSession, SessionDate
from school.parentschool.queries.sessions import STANDING
from school.parentschool.rules.sessions import Stay
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass, Teacher
from school.permissions import PERMISSIONS, Permission

OPEN = (RequestState.ASKED, RequestState.CONFIRMED)


@dataclass(frozen=True)
class FoundGuardian:
    """A guardian whom the office looked for, told apart by phone and child."""

    id: int
    name: str
    phone: str | None
    pupil: str
    entry_year: int
    class_number: int


def members() -> Sequence[FamilyMentor]:
    """All members, who left too, by source and name."""
    return db.session.scalars(select(FamilyMentor).order_by(FamilyMentor.source, FamilyMentor.name, FamilyMentor.id)).all()


def find_member(member_id: int) -> FamilyMentor | None:
    """A member by id, with the teacher or guardian they are."""
    options = (joinedload(FamilyMentor.teacher), joinedload(FamilyMentor.guardian))
    return db.session.get(FamilyMentor, member_id, options=options)


def lock_corps() -> None:
    """The newest school year, locked until the transaction ends: one at a time takes people into the corps."""
    newest = select(SchoolYear.id).order_by(SchoolYear.start_year.desc()).limit(1)
    db.session.execute(newest.with_for_update(key_share=True, of=SchoolYear))


def lock_member(member_id: int) -> FamilyMentor | None:
    """A member read anew and locked until the transaction ends."""
    statement = select(FamilyMentor).where(FamilyMentor.id == member_id).with_for_update(of=FamilyMentor)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def members_who_are(*, teacher_id: int | None, guardian_id: int | None, name: str, work: str) -> Sequence[FamilyMentor]:
    """The entries of one person, whatever their term: by teacher, by guardian, else by name and place of work."""
    who: ColumnElement[bool]
    if teacher_id is not None:
        who = FamilyMentor.teacher_id == teacher_id
    elif guardian_id is not None:
        who = FamilyMentor.guardian_id == guardian_id
    else:
        is_nobody_here = FamilyMentor.teacher_id.is_(None) & FamilyMentor.guardian_id.is_(None)
        who = is_nobody_here & (FamilyMentor.name == name) & (FamilyMentor.work == work)
    return db.session.scalars(select(FamilyMentor).where(who).order_by(FamilyMentor.id)).all()


def members_of_user(user_id: int) -> Sequence[FamilyMentor]:
    """The entries of whoever signs in as this user, as a teacher or as a guardian."""
    statement = (
        select(FamilyMentor)
        .outerjoin(Teacher, Teacher.id == FamilyMentor.teacher_id)
        .outerjoin(Guardian, Guardian.id == FamilyMentor.guardian_id)
        .where(or_(Teacher.user_id == user_id, Guardian.user_id == user_id))
        .order_by(FamilyMentor.id)
    )
    return db.session.scalars(statement).all()


def user_of_member(member: FamilyMentor) -> int | None:
    """The account a member signs in with, None for people from the community and whoever has none."""
    person = member.teacher or member.guardian
    return person.user_id if person else None


def requests_of_session(session_id: int) -> Sequence[MentorRequest]:
    """Who was asked for a session, in that order."""
    statement = select(MentorRequest).where(MentorRequest.session_id == session_id).order_by(MentorRequest.id)
    mentor = joinedload(MentorRequest.mentor)
    options = (mentor.joinedload(FamilyMentor.teacher), mentor.joinedload(FamilyMentor.guardian))
    return db.session.scalars(statement.options(*options)).all()


def open_requests(session_id: int) -> list[MentorRequest]:
    """Who confirmed for a session, or was asked and has not answered, read anew."""
    statement = select(MentorRequest).where(MentorRequest.session_id == session_id, MentorRequest.state.in_(OPEN))
    return list(db.session.scalars(statement.order_by(MentorRequest.id).execution_options(populate_existing=True)))


def requests_of_members(member_ids: Collection[int]) -> Sequence[MentorRequest]:
    """What these members were asked for, with the session, the newest first; drafts are told too, for they were asked."""
    statement = select(MentorRequest).where(MentorRequest.mentor_id.in_(member_ids)).order_by(MentorRequest.id.desc())
    statement = statement.options(joinedload(MentorRequest.session)).execution_options(populate_existing=True)
    return db.session.scalars(statement).all()


def find_request(request_id: int) -> MentorRequest | None:
    """A request by id, with its mentor and its session."""
    return db.session.get(MentorRequest, request_id, options=[joinedload(MentorRequest.session)])


def reread_request(request: MentorRequest) -> MentorRequest:
    """A request as it is now, after its locks were taken."""
    db.session.refresh(request)
    return request


def is_asked(session_id: int, member_id: int) -> bool:
    """Whether a member was asked for a session and neither declined nor was let off."""
    statement = select(MentorRequest.id).where(MentorRequest.session_id == session_id, MentorRequest.mentor_id == member_id)
    return db.session.scalar(statement.where(MentorRequest.state.in_(OPEN))) is not None


def confirmed_mentors(session_id: int) -> Sequence[FamilyMentor]:
    """The speakers of a session out of the corps, in the order they were asked."""
    statement = (
        select(FamilyMentor)
        .join(MentorRequest, MentorRequest.mentor_id == FamilyMentor.id)
        .where(MentorRequest.session_id == session_id, MentorRequest.state == RequestState.CONFIRMED)
        .order_by(MentorRequest.id)
    )
    return db.session.scalars(statement).all()


def speakers_of(session_ids: Collection[int]) -> dict[int, list[str]]:
    """By session the names of the mentors who confirmed, in the order they were asked; the guest is with the session."""
    statement = (
        select(MentorRequest.session_id, FamilyMentor.name)
        .join(FamilyMentor, FamilyMentor.id == MentorRequest.mentor_id)
        .where(MentorRequest.session_id.in_(session_ids), MentorRequest.state == RequestState.CONFIRMED)
        .order_by(MentorRequest.id)
    )
    found: dict[int, list[str]] = {one: [] for one in session_ids}
    for session_id, name in db.session.execute(statement) if session_ids else ():
        found[session_id].append(name)
    return found


def stays_of_members(member_ids: Collection[int], *, without: int | None = None) -> dict[int, list[Stay]]:
    """By member the dates they confirmed for sessions that stand, one session left out."""
    statement = (
        select(
            MentorRequest.mentor_id,
            ParentSession.id,
            ParentSession.topic,
            SessionDate.starts_at,
            SessionDate.ends_at,
            SessionDate.place,
        )
        .join(ParentSession, ParentSession.id == MentorRequest.session_id)
        .join(SessionDate, SessionDate.session_id == ParentSession.id)
        .where(MentorRequest.mentor_id.in_(member_ids), MentorRequest.state == RequestState.CONFIRMED)
        .where(ParentSession.state.in_(STANDING), SessionDate.cancelled_at.is_(None))
        .order_by(SessionDate.starts_at, SessionDate.id)
    )
    found: dict[int, list[Stay]] = {one: [] for one in member_ids}
    for mentor_id, *rest in db.session.execute(statement) if member_ids else ():
        if rest[0] != without:
            found[mentor_id].append(Stay(*rest))
    return found


def held_counts(now: datetime) -> dict[int, int]:
    """By member how many dates they held: confirmed, announced, not cancelled, over by `now`."""
    statement = (
        select(MentorRequest.mentor_id, func.count(SessionDate.id))
        .join(ParentSession, ParentSession.id == MentorRequest.session_id)
        .join(SessionDate, SessionDate.session_id == ParentSession.id)
        .where(MentorRequest.state == RequestState.CONFIRMED, ParentSession.state == SessionState.ANNOUNCED)
        .where(SessionDate.cancelled_at.is_(None), SessionDate.ends_at <= now)
        .group_by(MentorRequest.mentor_id)
    )
    return {member_id: count for member_id, count in db.session.execute(statement)}


def asked_counts() -> dict[int, int]:
    """By member how many requests wait for their answer."""
    statement = (
        select(MentorRequest.mentor_id, func.count())
        .join(ParentSession, ParentSession.id == MentorRequest.session_id)
        .where(MentorRequest.state == RequestState.ASKED, ParentSession.state.in_(STANDING))
        .group_by(MentorRequest.mentor_id)
    )
    return {member_id: count for member_id, count in db.session.execute(statement)}


def find_guardians(words: str, *, most: int) -> list[FoundGuardian]:
    """Guardians of present pupils whose name holds these words or whose phone ends with them, each with one child."""
    statement = (
        select(Guardian.id, Guardian.name, Guardian.phone, Pupil.name, SchoolClass.entry_year, SchoolClass.number)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(Pupil, Pupil.id == Guardianship.pupil_id)
        .join(ClassMembership, (ClassMembership.pupil_id == Pupil.id) & ClassMembership.ends_on.is_(None))
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .where(or_(Guardian.name.contains(words, autoescape=True), Guardian.phone.endswith(words, autoescape=True)))
        .order_by(Guardian.name, Guardian.id, SchoolClass.entry_year, Pupil.id)
        .limit(most * 4)
    )
    found: dict[int, FoundGuardian] = {}
    for row in db.session.execute(statement):
        found.setdefault(row[0], FoundGuardian(*row))
    return list(found.values())[:most]


def find_guardian(guardian_id: int) -> Guardian | None:
    """A guardian by id."""
    return db.session.get(Guardian, guardian_id)


def office_users(day: date) -> list[int]:
    """Whoever keeps parent school on the day, by account."""
    roles = [role for role, permitted in PERMISSIONS.items() if Permission.MANAGE_PARENT_SCHOOL in permitted]
    statement = select(RoleGrant.user_id).where(RoleGrant.role.in_(roles), RoleGrant.starts_on <= day)
    is_open = or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day)
    return list(db.session.scalars(statement.where(is_open).distinct().order_by(RoleGrant.user_id)))
