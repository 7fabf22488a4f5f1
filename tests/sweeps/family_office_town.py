"""The office side of parent school: plans of two years, sessions in each state, and a corps whose members were asked.

陈老师 and 孙家长 are mentors and answer for themselves, so does 白老师, who is none of the people in the columns; 周医生 comes
from the community, and the office writes down the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from school.accounts.models import User
from school.calendar.models import SchoolYear
from school.clock import at, now
from school.db import db, transaction
from school.parentschool.enums import EventKind, MentorSource, RequestState, SessionState
from school.parentschool.models import (
    FamilyMentor,
    MentorRequest,
    ParentSession,
    PlanRow,
    SessionDate,
    SessionMaterial,
)
from school.people.models import Guardian, Teacher
from tests.homework.small_school import SEPTEMBER, WEDNESDAY, SmallSchool
from tests.sweeps.target import Target

EVENING = at(WEDNESDAY, 19)


@dataclass(frozen=True)
class OfficeTown:
    """Rows of the plan, sessions by state, members and what they were asked for."""

    planned: PlanRow
    held: PlanRow
    draft: ParentSession
    announced: ParentSession
    cancelled: ParentSession
    files: Mapping[str, SessionMaterial]
    doctor: FamilyMentor
    left: FamilyMentor
    requests: Mapping[str, MentorRequest]


def build_office(school: SmallSchool, people: Mapping[str, User]) -> OfficeTown:
    """Write everything a page of the office may show; `people` are by role."""
    with transaction():
        year = db.session.query(SchoolYear).filter_by(start_year=2026).one().id
        before = db.session.query(SchoolYear).filter_by(start_year=2025).one_or_none()
        if before is None:
            before = SchoolYear(start_year=2025)
            db.session.add(before)
            db.session.flush()
        _add_row(before.id, date(2025, 12, 1), "去年的开放日")
        planned = _add_row(year, date(2026, 12, 1), "寒假怎么过", owner=school.liu_teacher)
        held = _add_row(year, date(2026, 10, 1), "亲子共读")
        draft = _add_session(year, "冬天怎样锻炼", days=9, state=SessionState.DRAFT, grades=[3], plan_row_id=held.id)
        announced = _add_session(year, "怎样说孩子才听", days=16, class_ids=[school.first_1.id])
        _add_date(announced, EVENING + timedelta(days=17), cancelled_at=now(), cancel_reason="停电")
        cancelled = _add_session(year, "手工亲子课", days=23, state=SessionState.CANCELLED, state_reason="场地停用")
        chen = _add_member("陈建国", MentorSource.TEACHER, teacher_id=school.chen_teacher.id)
        guardian = db.session.query(Guardian).filter_by(user_id=people["guardian"].id).order_by(Guardian.id).first()
        assert guardian is not None
        sun = _add_member("孙家长", MentorSource.PARENT, guardian_id=guardian.id)
        doctor = _add_member("周医生", MentorSource.COMMUNITY, work="县医院")
        bai = _add_member("白音", MentorSource.TEACHER, teacher_id=school.bai_teacher.id)
        left = _add_member("吴阿姨", MentorSource.COMMUNITY, left_on=WEDNESDAY, left_reason="搬家")
        _add_member("郑校长", MentorSource.COMMUNITY, serves_until=WEDNESDAY - timedelta(days=1))
        requests = {
            "陈老师待答复的邀请": _add_request(draft, chen, RequestState.ASKED),
            "周医生待答复的邀请": _add_request(draft, doctor, RequestState.ASKED),
            "别的老师的邀请": _add_request(draft, bai, RequestState.ASKED),
            "家长婉拒的邀请": _add_request(draft, sun, RequestState.DECLINED),
            "陈老师应允的邀请": _add_request(announced, chen, RequestState.CONFIRMED),
        }
        _add_request(cancelled, chen, RequestState.CONFIRMED)
        _add_request(_add_session(year, "开学第一课", days=-30), chen, RequestState.CONFIRMED)
        files = {one.topic: _add_file(one) for one in (draft, announced, cancelled)}
    return OfficeTown(planned, held, draft, announced, cancelled, files, doctor, left, requests)


def office_special(town: OfficeTown) -> dict[str, list[Target]]:
    """The rows of the office's pages, for other pages' addresses have the same values."""
    sessions = {"筹备中的活动": town.draft, "已发布的活动": town.announced, "取消了的活动": town.cancelled}
    of_sessions = [Target(words, {"session_id": one.id}) for words, one in sessions.items()]
    of_dates = [Target(f"{words}的场次", {"date_id": one.dates[0].id}) for words, one in sessions.items()]
    of_requests = [Target(words, {"request_id": one.id}) for words, one in town.requests.items()]
    of_members = [Target("在任的导师", {"member_id": town.doctor.id}), Target("退出的导师", {"member_id": town.left.id})]
    of_rows = [Target("还没有场次的计划", {"row_id": town.planned.id}), Target("有场次的计划", {"row_id": town.held.id})]
    of_files = [Target(f"“{topic}”的资料", {"material_id": one.id}) for topic, one in town.files.items()]
    endpoints = {
        ("session", "change_session", "announce_session", "cancel_session", "new_date", "add_materials"): of_sessions,
        ("ask",): of_sessions[:2],
        ("change_date", "cancel_date"): of_dates,
        ("material", "delete_material"): of_files,
        ("change_plan_row", "drop_plan_row"): of_rows,
        ("corps_member", "change_corps_member", "end_corps_member"): of_members,
        ("write_answer", "withdraw_request", "answer_request"): of_requests,
    }
    special = {f"parentschool.{one}": rows for names, rows in endpoints.items() for one in names}
    new = [
        Target("社会人士", {"source": "community"}),
        Target("教师", {"source": "teacher"}),
        Target("家长", {"source": "parent", "q": "孙家"}),
        Target("找不到的家长", {"source": "parent", "q": "查无此人"}),
    ]
    return special | {
        "parentschool.new_corps_member": new,
        "parentschool.plan": [Target("本学年", {}), Target("上学年", {"year": 2025})],
        "parentschool.new_session": [
            Target("从空白开始", {}),
            Target("由计划新建", {"plan": town.planned.id}),
            Target("复制一个活动", {"copy": town.announced.id}),
        ],
    }


def grow_office(number: int) -> None:
    """One more of everything the office's pages and the mentors' own list."""
    year = db.session.query(SchoolYear).filter_by(start_year=2026).one().id
    row = _add_row(year, date(2026, 12, 1), f"又一项{number}")
    draft = db.session.query(ParentSession).filter_by(topic="冬天怎样锻炼").one()
    announced = db.session.query(ParentSession).filter_by(topic="怎样说孩子才听").one()
    linked = _add_session(year, f"计划里的{number}", days=30 + number, plan_row_id=row.id)
    extra = _add_session(year, f"计划外的{number}", days=40 + number, class_ids=announced.class_ids)
    over = _add_session(year, f"办过的{number}", days=-40 - number)
    off = _add_session(year, f"取消的{number}", days=50 + number, state=SessionState.CANCELLED, state_reason="停用")
    waiting = _add_session(year, f"筹备的{number}", days=60 + number, state=SessionState.DRAFT)
    mentors = db.session.query(FamilyMentor).filter(FamilyMentor.name.in_(["陈建国", "孙家长", "周医生"])).all()
    states = {
        linked: RequestState.CONFIRMED,
        extra: RequestState.DECLINED,
        over: RequestState.CONFIRMED,
        off: RequestState.CONFIRMED,
        waiting: RequestState.ASKED,
    }
    for session, state in states.items():
        for one in mentors:
            _add_request(session, one, state)
    for session in (draft, announced):
        _add_date(session, EVENING + timedelta(days=70 + number))
        _add_file(session, f"{number}")
        for state in (RequestState.ASKED, RequestState.CONFIRMED):
            _add_request(session, _add_member(f"{state.label}{session.id}导师{number}", MentorSource.COMMUNITY), state)
    db.session.flush()


def _add_row(year: int, month: date, topic: str, *, owner: Teacher | None = None) -> PlanRow:
    facts = {"topic": topic, "grades": [1, 3], "owner_id": owner.id if owner else None, "note": "请带孩子一起来"}
    row = PlanRow(school_year_id=year, month=month, kind=EventKind.READING, **facts)
    db.session.add(row)
    db.session.flush()
    return row


def _add_session(
    year: int, topic: str, *, days: int, state: SessionState = SessionState.ANNOUNCED, **facts: object
) -> ParentSession:
    starts_at = EVENING + timedelta(days=days)
    session = ParentSession(
        school_year_id=year,
        kind=EventKind.SALON,
        topic=topic,
        description="四十分钟讲，二十分钟问。",
        sign_up_opens_at=starts_at - timedelta(days=9),
        sign_up_closes_at=starts_at,
        state=state,
        announced_at=None if state is SessionState.DRAFT else now(),
        created_at=now(),
        **facts,
    )
    db.session.add(session)
    db.session.flush()
    is_off = state is SessionState.CANCELLED
    _add_date(session, starts_at, cancelled_at=now() if is_off else None, cancel_reason="场地停用" if is_off else "")
    return session


def _add_date(session: ParentSession, starts_at: datetime, **facts: object) -> None:
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1), "place": f"教室{session.id}"}
    link = "https://meeting.example.cn/j/1"
    db.session.add(SessionDate(session_id=session.id, chairs=20, online_link=link, door_secret="secret", **times, **facts))
    db.session.flush()
    db.session.refresh(session)


def _add_member(name: str, source: MentorSource, **facts: object) -> FamilyMentor:
    present = {"serves_from": SEPTEMBER, "serves_until": date(2027, 8, 31), "phone": "13700001234"}
    member = FamilyMentor(
        name=name,
        source=source,
        field="亲子沟通",
        introduction="十年家长工作",
        consented_on=SEPTEMBER,
        consent_how="当面签了同意书",
        **(present | facts),
    )
    db.session.add(member)
    db.session.flush()
    return member


def _add_request(session: ParentSession, member: FamilyMentor, state: RequestState) -> MentorRequest:
    answered_at = None if state is RequestState.ASKED else now()
    request = MentorRequest(
        session_id=session.id,
        mentor_id=member.id,
        state=state,
        message="请讲四十分钟",
        answer="" if state is RequestState.ASKED else "知道了",
        asked_at=now(),
        answered_at=answered_at,
    )
    db.session.add(request)
    db.session.flush()
    return request


def _add_file(session: ParentSession, number: str = "") -> SessionMaterial:
    facts = {"name": f"讲义{number}.pdf", "media_type": "application/pdf", "size": 6, "digest": f"{number:064}"}
    file = SessionMaterial(session_id=session.id, content=b"%PDF-1", added_at=now(), **facts)
    db.session.add(file)
    db.session.flush()
    return file
