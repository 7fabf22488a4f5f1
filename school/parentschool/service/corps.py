"""Writing the mentor corps: members, and what they are asked for and answer.

Order of locks: the school year, whose mentors' time is scarce, then the session, then the member.
"""

from dataclasses import dataclass
from datetime import date

from school.audit.service import Actor, record
from school.clock import now, today
from school.db import db
from school.errors import Conflict, Refused
from school.parentschool.enums import MentorSource, RequestState, SessionState
from school.parentschool.models import FamilyMentor, MentorRequest, ParentSession
from school.parentschool.policy import office_answers
from school.parentschool.queries.corps import (
    confirmed_mentors,
    find_guardian,
    find_member,
    find_request,
    is_asked,
    lock_corps,
    lock_member,
    members_who_are,
    office_users,
    requests_of_members,
    reread_request,
    stays_of_members,
)
from school.parentschool.queries.sessions import find_session, lock_session, lock_year
from school.parentschool.rules.corps import (
    MemberValues,
    Service,
    check_alone,
    check_answer,
    check_available,
    check_leave,
    check_member,
    check_withdraw,
)
from school.parentschool.service import session_notices
from school.parentschool.service.sessions import date_values, standing_dates
from school.people.queries import find_teacher


@dataclass(frozen=True)
class Person:
    """Who a new member is: a teacher or a guardian of the school, else somebody from the community by name."""

    source: MentorSource
    name: str = ""
    teacher_id: int | None = None
    guardian_id: int | None = None


def term_of(member: FamilyMentor) -> Service:
    """A member's time in the corps as the value that rules judge."""
    return Service(member.name, member.serves_from, member.serves_until, member.left_on)


def add_member(person: Person, values: MemberValues, *, actor: Actor) -> FamilyMentor:
    """Take somebody who agreed into the corps."""
    lock_corps()
    name = _name_of(person)
    check_member(values, today=today())
    others = members_who_are(teacher_id=person.teacher_id, guardian_id=person.guardian_id, name=name, work=values.work)
    check_alone(values, [term_of(one) for one in others], today=today())
    member = FamilyMentor(source=person.source, name=name, teacher_id=person.teacher_id, guardian_id=person.guardian_id)
    _put(member, values)
    db.session.add(member)
    db.session.flush()
    _record(actor, "parentschool.corps_add", f"请{name}（{person.source.label}）进家庭教育导师团", member)
    return member


def change_member(member_id: int, values: MemberValues, *, revision: int, actor: Actor) -> FamilyMentor:
    """Change what the corps says about a member, or lengthen the term."""
    lock_corps()
    member = _locked_member(member_id, revision)
    check_member(values, today=today())
    others = members_who_are(teacher_id=member.teacher_id, guardian_id=member.guardian_id, name=member.name, work=values.work)
    check_alone(values, [term_of(one) for one in others if one.id != member.id], today=today())
    if member.left_on is not None:
        raise Refused("这位成员已经退出，不能再改；回来时请重新加入。")
    _check_promises_kept(member, values)
    _put(member, values)
    member.revision += 1
    db.session.flush()
    _record(actor, "parentschool.corps_change", f"修改了家庭教育导师{member.name}的资料", member)
    return member


def end_member(member_id: int, *, on_day: date, reason: str, revision: int, actor: Actor) -> FamilyMentor:
    """Let a member leave before the term is over; what they were asked for and did not answer is withdrawn."""
    lock_corps()
    member = _locked_member(member_id, revision)
    to_hold = [stay.topic for stay in stays_of_members([member.id])[member.id] if stay.ends_at > now()]
    check_leave(reason=reason, on_day=on_day, today=today(), is_left=member.left_on is not None, to_hold=to_hold)
    if on_day < member.serves_from:
        raise Refused("退出日期不能早于任期开始。", "on_day")
    member.left_on, member.left_reason = on_day, reason
    for request in requests_of_members([member.id]):
        if request.state is RequestState.ASKED:
            request.state, request.answered_at, request.answered_by = RequestState.WITHDRAWN, now(), actor.user_id
    member.revision += 1
    db.session.flush()
    _record(actor, "parentschool.corps_end", f"办理了家庭教育导师{member.name}的退出", member, reason=reason)
    return member


def ask(session_id: int, member_id: int, *, message: str, actor: Actor) -> MentorRequest:
    """Ask a member to hold a session."""
    session = _locked_session(session_id)
    member = _available_member(member_id, session)
    if is_asked(session.id, member.id):
        raise Refused(f"{member.name}已经在这场活动的邀请里。", "member_id")
    request = MentorRequest(
        session=session, mentor=member, state=RequestState.ASKED, message=message, asked_at=now(), answered_at=None
    )
    db.session.add(request)
    db.session.flush()
    _record_request(actor, "parentschool.ask", f"请{member.name}主讲“{session.topic}”", request)
    session_notices.tell_asked(request, standing_dates(session))
    return request


def answer(request_id: int, *, confirms: bool, answer: str, actor: Actor) -> MentorRequest:
    """A member answers for themselves. Whether it is theirs to answer is the caller's to know (`policy`)."""
    request = _answered(request_id, confirms=confirms, answer=answer, is_by_office=False, actor=actor)
    sentence = f"{request.state.label}主讲“{request.session.topic}”"
    _record_request(actor, "parentschool.answer", sentence, request, reason=answer)
    session_notices.tell_answered(request, office_users(today()))
    return request


def write_answer(request_id: int, *, confirms: bool, answer: str, actor: Actor) -> MentorRequest:
    """The office writes down how somebody from the community, or somebody without an account, answered."""
    request = _answered(request_id, confirms=confirms, answer=answer, is_by_office=True, actor=actor)
    sentence = f"记下了{request.mentor.name}{request.state.label}主讲“{request.session.topic}”"
    _record_request(actor, "parentschool.answer", sentence, request, reason=answer)
    return request


def withdraw_request(request_id: int, *, reason: str, actor: Actor) -> MentorRequest:
    """Take a request back, also one that was confirmed."""
    found = find_request(request_id)
    if found is None:
        raise Refused("这个邀请已经不在了。")
    session = _locked_session(found.session_id)
    request = reread_request(found)
    if not reason:
        raise Refused("请写明撤回的原因。", "reason")
    is_speaker = request.state is RequestState.CONFIRMED and session.state is SessionState.ANNOUNCED
    is_last = is_speaker and not session.guest and len(confirmed_mentors(session.id)) == 1
    check_withdraw(request.state, is_last_speaker=is_last)
    request.state, request.answered_at, request.answered_by = RequestState.WITHDRAWN, now(), actor.user_id
    db.session.flush()
    sentence = f"撤回了请{request.mentor.name}主讲“{session.topic}”的邀请"
    _record_request(actor, "parentschool.let_off", sentence, request, reason=reason)
    session_notices.tell_withdrawn(request, reason)
    return request


def _answered(request_id: int, *, confirms: bool, answer: str, is_by_office: bool, actor: Actor) -> MentorRequest:
    found = find_request(request_id)
    if found is None:
        raise Refused("这个邀请已经不在了。")
    session = _locked_session(found.session_id)
    request = reread_request(found)
    check_answer(request.state, answer=answer, is_by_office=is_by_office)
    if is_by_office:
        member = find_member(request.mentor_id) or request.mentor
        if not office_answers(member):
            raise Refused(f"{member.name}有账号，请本人在“导师邀请”页答复。")
    if confirms:
        _available_member(request.mentor_id, session)
    request.state = RequestState.CONFIRMED if confirms else RequestState.DECLINED
    request.answer, request.answered_at, request.answered_by = answer, now(), actor.user_id
    db.session.flush()
    return request


def _locked_session(session_id: int) -> ParentSession:
    found = find_session(session_id)
    if found is not None:
        lock_year(found.school_year_id)
    session = lock_session(session_id)
    if session is None or session.state is SessionState.CANCELLED:
        raise Refused("这个活动已经取消。")
    return session


def _available_member(member_id: int, session: ParentSession) -> FamilyMentor:
    """A member, locked so that they do not leave meanwhile, who can hold every date of the session."""
    member = lock_member(member_id)
    if member is None:
        raise Refused("导师团里没有这个人。", "member_id")
    dates = [date_values(one) for one in standing_dates(session)]
    if all(one.ends_at <= now() for one in dates):
        raise Refused("这个活动已经办过了。")
    check_available(term_of(member), dates, stays_of_members([member.id], without=session.id)[member.id])
    return member


def _locked_member(member_id: int, revision: int) -> FamilyMentor:
    member = lock_member(member_id)
    if member is None or member.revision != revision:
        raise Conflict("您打开这一页以后，别人已经改过这位成员。核对后可以再次提交。")
    return member


def _check_promises_kept(member: FamilyMentor, values: MemberValues) -> None:
    for stay in stays_of_members([member.id])[member.id]:
        day = stay.starts_at.date()
        if stay.ends_at > now() and not values.serves_from <= day <= values.serves_until:
            raise Refused(f"已应允{session_notices.when(stay.starts_at)}主讲“{stay.topic}”，任期要包含那一天。", "serves_until")


def _name_of(person: Person) -> str:
    """The name as the school's own people have it, so that nobody of another name is taken in for them."""
    if person.source is MentorSource.COMMUNITY:
        if not person.name:
            raise Refused("请写姓名。", "name")
        return person.name
    teacher = find_teacher(person.teacher_id) if person.teacher_id is not None else None
    if person.source is MentorSource.TEACHER:
        if teacher is None or teacher.left_on is not None:
            raise Refused("请选择在校的教师。", "teacher_id")
        return teacher.name
    guardian = find_guardian(person.guardian_id) if person.guardian_id is not None else None
    if guardian is None:
        raise Refused("请选择一位家长。", "guardian_id")
    return guardian.name


def _put(member: FamilyMentor, values: MemberValues) -> None:
    member.work, member.field, member.introduction = values.work, values.field, values.introduction
    member.phone, member.consented_on, member.consent_how = values.phone, values.consented_on, values.consent_how
    member.serves_from, member.serves_until = values.serves_from, values.serves_until


def _record(actor: Actor, action: str, sentence: str, member: FamilyMentor, *, reason: str = "") -> None:
    record(actor, action, sentence, subject_type="family_mentor", subject_id=member.id, reason=reason)


def _record_request(actor: Actor, action: str, sentence: str, request: MentorRequest, *, reason: str = "") -> None:
    record(actor, action, sentence, subject_type="parent_session", subject_id=request.session_id, reason=reason)
