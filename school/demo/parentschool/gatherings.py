"""The demo's sessions: those of the months since last term were held, one is full, others are open or being prepared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from school.calendar.queries import term_dates
from school.clock import at
from school.db import db
from school.demo.dice import dice
from school.demo.parentschool.attendance import enter_attendance
from school.demo.parentschool.programme import TOPICS, Topic
from school.demo.parentschool.stage import EVENING, LASTS, MORNING, FamilyStage
from school.parentschool.enums import EventKind, RequestState, SessionState
from school.parentschool.models import MentorRequest, ParentSession, PlanRow, SessionDate
from school.parentschool.rules.plan import is_in_term, months_of

OPENS_BEFORE, CLOSES_BEFORE = timedelta(days=21), timedelta(hours=5)
DRAFTED_BEFORE, ANNOUNCED_BEFORE = timedelta(days=75), timedelta(days=30)
CHAIRS = {EventKind.MEETING: 120, EventKind.OPEN_DAY: 120, EventKind.SALON: 24}
USUAL_CHAIRS = 60
NEARLY_FULL = Topic(EventKind.SALON, "作业之外：陪孩子做点别的", (), "三十个不花钱的亲子活动，边做边聊。", 7)
FORGOTTEN = 5  # no event is planned for May of this school year: the plan says so
PLACES = {EventKind.MEETING: "学校礼堂", EventKind.OPEN_DAY: "各班教室", EventKind.SALON: "家长接待室"}


@dataclass(frozen=True)
class Gathering:
    """A session to be: its topic, its dates as (begin, chairs), and how many of a hundred chairs are asked for."""

    topic: Topic
    month: date
    dates: tuple[tuple[datetime, int | None], ...]
    asked: tuple[int, ...]


def play_sessions(stage: FamilyStage, mentors: Sequence[int]) -> int:
    """Write plans, sessions and who came; answers how many sessions there are."""
    rows = {(row.month, row.topic): row for start_year in _years(stage) for row in _plan(stage, start_year)}
    db.session.add_all(rows.values())
    db.session.flush()
    gatherings = [*_monthly(stage), *_nearly_full(stage)]
    for number, one in enumerate(gatherings):
        session = _session(stage, one, rows.get((one.month, one.topic.title)))
        db.session.add(session)
        db.session.flush()
        db.session.add(_request(stage, session, mentors[one.topic.speaker]))
        db.session.flush()  # who answers below rates this speaker
        _tell(stage, session)
        if session.state is SessionState.ANNOUNCED and session.sign_up_opens_at <= stage.now:
            enter_attendance(stage, session, one.asked, dice(f"gathering {number}"))
    db.session.flush()
    return len(gatherings)


def _years(stage: FamilyStage) -> tuple[int, int]:
    return stage.base.times.start_year - 1, stage.base.times.start_year


def _plan(stage: FamilyStage, start_year: int) -> list[PlanRow]:
    year = stage.year_of(date(start_year, 9, 1))
    terms = [term_dates(term) for term in stage.base.times.terms if term.school_year_id == year.id]
    months = [month for month in months_of(start_year) if is_in_term(month, terms)]
    owner = stage.base.teachers[stage.moral].id
    return [
        PlanRow(
            school_year_id=year.id,
            month=month,
            kind=topic.kind,
            topic=topic.title,
            grades=list(topic.grades),
            owner_id=owner,
            note="",
            revision=1,
        )
        for month in months
        if (start_year, month.month) != (stage.base.times.start_year, FORGOTTEN)
        for topic in TOPICS.get(month.month, ())
    ]


def _monthly(stage: FamilyStage) -> list[Gathering]:
    """The sessions of every month from last term's first to those that are prepared now."""
    first, last = stage.base.before.starts_on.replace(day=1), (stage.now + DRAFTED_BEFORE).date()
    found = []
    for start_year in _years(stage):
        for month in months_of(start_year):
            is_forgotten = (start_year, month.month) == (stage.base.times.start_year, FORGOTTEN)
            for number, topic in enumerate(() if is_forgotten else TOPICS.get(month.month, ())):
                begins = stage.begins(month, number)
                if first <= month and begins.date() <= last and _is_in_terms(stage, begins.date()):
                    chairs = CHAIRS.get(topic.kind, USUAL_CHAIRS)
                    found.append(Gathering(topic, month, ((begins, chairs),), (110 if number else 85,)))
    return found


def _nearly_full(stage: FamilyStage) -> list[Gathering]:
    """A Thursday evening within ten days without a chair left, and a Saturday morning with some."""
    soon = stage.now.date() + timedelta(days=2)
    thursday = soon + timedelta(days=(3 - soon.weekday()) % 7)
    if not _is_in_terms(stage, thursday + timedelta(days=2)):
        return []
    dates = ((at(thursday, *EVENING), 24), (at(thursday + timedelta(days=2), *MORNING), 30))
    return [Gathering(NEARLY_FULL, thursday.replace(day=1), dates, (150, 40))]


def _is_in_terms(stage: FamilyStage, day: date) -> bool:
    return any(term.starts_on <= day <= term.ends_on for term in stage.base.times.terms)


def _session(stage: FamilyStage, one: Gathering, row: PlanRow | None) -> ParentSession:
    begins = one.dates[0][0]
    opens = begins - OPENS_BEFORE
    announced = min(begins - ANNOUNCED_BEFORE, opens)
    state = SessionState.ANNOUNCED if announced <= stage.now else SessionState.DRAFT
    topic = one.topic
    session = ParentSession(
        school_year_id=stage.year_of(begins.date()).id,
        plan_row_id=row.id if row else None,
        kind=topic.kind,
        topic=topic.title,
        description=topic.text,
        guest="",
        grades=list(topic.grades),
        class_ids=[],
        most_adults=2,
        sign_up_opens_at=opens,
        sign_up_closes_at=begins - CLOSES_BEFORE,
        state=state,
        announced_at=announced if state is SessionState.ANNOUNCED else None,
        created_at=min(announced - timedelta(days=3), stage.now),
        revision=1,
    )
    secret = dice(f"door {topic.title} {begins:%Y}")
    session.dates = [
        SessionDate(
            starts_at=starts,
            ends_at=starts + LASTS,
            place=PLACES.get(topic.kind, "多功能厅"),
            online_link="",
            chairs=chairs,
            door_secret=f"{secret.getrandbits(256):064x}",
            presence_closed_at=_closed(stage, starts),
        )
        for starts, chairs in one.dates
    ]
    return session


def _closed(stage: FamilyStage, starts: datetime) -> datetime | None:
    closing = at(starts.date() + timedelta(days=3), 9)
    return closing if closing <= stage.now else None


def _request(stage: FamilyStage, session: ParentSession, mentor_id: int) -> MentorRequest:
    asked = min(session.created_at + timedelta(hours=2), stage.now)
    is_confirmed = session.state is SessionState.ANNOUNCED
    return MentorRequest(
        session_id=session.id,
        mentor_id=mentor_id,
        state=RequestState.CONFIRMED if is_confirmed else RequestState.ASKED,
        message="",
        answer="",
        asked_at=asked,
        answered_at=min(asked + timedelta(days=1), stage.now) if is_confirmed else None,
    )


def _tell(stage: FamilyStage, session: ParentSession) -> None:
    named = f"{session.kind.label}“{session.topic}”"
    about = ("parent_session", session.id)
    stage.base.tell(session.created_at, stage.moral, "parentschool.session_create", f"新建了{named}", *about)
    if session.announced_at:
        stage.base.tell(session.announced_at, stage.moral, "parentschool.session_announce", f"发布了{named}", *about)
    for held in session.dates:
        if held.presence_closed_at:
            words = f"结束了“{session.topic}”{held.starts_at:%m月%d日}的签到登记"
            stage.base.tell(held.presence_closed_at, stage.moral, "parentschool.close_presence", words, "parent_date", held.id)
