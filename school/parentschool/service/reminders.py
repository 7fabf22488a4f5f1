"""Reminding families of a date the day before it: once, whoever asks and however often."""

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.outbox.enums import NoticeKind
from school.outbox.service import notify
from school.parentschool.enums import SessionState
from school.parentschool.queries.sessions import lock_session, users_of_guardians
from school.parentschool.queries.signups import date_facts, guardians_seated_at
from school.parentschool.rules.families import is_reminder_due
from school.parentschool.rules.signups import DateFacts
from school.parentschool.service.session_groups import tell_near


def remind(session_id: int, *, by: Actor) -> list[int]:
    """Write a notice to whoever signed a family up that sits at a date of this session which is near.

    Answers the number of notices of each date reminded of; twice reminds once, also of two at the same moment.
    """
    session = lock_session(session_id)
    if session is None or session.state is not SessionState.ANNOUNCED:
        return []
    told = []
    for date in session.dates:
        facts = date_facts(date)
        if is_reminder_due(facts, date.reminded_at, now()):
            date.reminded_at = now()
            told.append(_tell(session_id, session.topic, facts))
            tell_near(session, date)
            sentence = f"提醒了“{session.topic}”{facts.words}这一场的 {told[-1]} 位家长"
            record(by, "parentschool.remind", sentence, subject_type="parent_session", subject_id=session_id)
    db.session.flush()
    return told


def _tell(session_id: int, topic: str, date: DateFacts) -> int:
    day = "今天" if date.starts_at.date() == now().date() else "明天"
    text = f"{day}“{topic}”：{date.words}。不能来请及时退出，座位让给候补的家庭。"
    key = f"parentschool.reminder:{date.id}:{date.starts_at:%Y%m%d%H%M}"
    users = users_of_guardians(guardians_seated_at(date.id)).values()
    link = f"/families/sessions/{session_id}"
    return notify(users, kind=NoticeKind.REMINDER, key=key, text=text, link=link, until=date.starts_at)
