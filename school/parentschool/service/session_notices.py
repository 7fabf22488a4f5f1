"""What people are told of a session: families of a date that moved or was called off, mentors of what they are asked."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from school.outbox.enums import NoticeKind
from school.outbox.service import notify
from school.parentschool.models import MentorRequest, ParentSession, SessionDate
from school.parentschool.queries.corps import user_of_member
from school.parentschool.queries.sessions import live_sign_ups, users_of_guardians

LONGEST_TOPIC, LONGEST_REASON = 40, 100
ASKED_PAGE = "/parent-school/asked"


def when(starts_at: datetime) -> str:
    """“11月28日 19:00”."""
    return f"{starts_at.month}月{starts_at.day}日 {starts_at:%H:%M}"


def tell_moved(session: ParentSession, date: SessionDate, reason: str) -> None:
    """Tell whoever has chairs or waits at a date that its time or place is another now, once for each change."""
    people = users_of_guardians({row.guardian_id for row in live_sign_ups([date.id])})
    where = date.place or "线上"
    text = f"“{_short(session.topic)}”改为{when(date.starts_at)}，{where}。原因：{_cut(reason, LONGEST_REASON)}"
    key = f"parentschool.moved:{date.id}:{session.revision}"
    notify(people.values(), kind=NoticeKind.CHANGE, key=key, text=text, link=_page(session), until=date.starts_at)


def tell_cancelled(session: ParentSession, dates: Sequence[SessionDate], ended: Sequence[tuple[int, int]], reason: str) -> None:
    """Tell whoever had chairs or waited that a date is called off; `ended` are guardian and date of each sign-up."""
    people = users_of_guardians(guardian_id for guardian_id, _date_id in ended)
    for date in dates:
        told = {people[guardian_id] for guardian_id, date_id in ended if date_id == date.id and guardian_id in people}
        text = f"“{_short(session.topic)}”{when(date.starts_at)}的一场取消了。原因：{_cut(reason, LONGEST_REASON)}"
        notify(told, kind=NoticeKind.CHANGE, key=f"parentschool.cancelled:{date.id}", text=text, link=_page(session))


def tell_speakers_cancelled(session: ParentSession, requests: Iterable[MentorRequest], reason: str) -> None:
    """Tell whoever confirmed, or was asked and has not answered, that a session is called off."""
    text = f"请您主讲的“{_short(session.topic)}”取消了。原因：{_cut(reason, LONGEST_REASON)}"
    _tell_mentors(requests, f"parentschool.speaker_off:{session.id}", text)


def tell_speakers_changed(session: ParentSession, requests: Iterable[MentorRequest], change: str) -> None:
    """Tell whoever confirmed, or was asked, what became of the dates, once for each change; `change` is a clause."""
    text = f"请您主讲的“{_short(session.topic)}”{change}。不方便的请联系学校。"
    _tell_mentors(requests, f"parentschool.speaker_dates:{session.id}:{session.revision}", text)


def tell_asked(request: MentorRequest, dates: Sequence[SessionDate]) -> None:
    """Tell a member that the school asks them to hold a session."""
    user_id = user_of_member(request.mentor)
    if user_id is not None:
        days = "、".join(when(date.starts_at) for date in dates[:3])
        text = f"学校请您主讲“{_short(request.session.topic)}”（{days}），请答复。"
        notify([user_id], kind=NoticeKind.REQUEST, key=f"parentschool.asked:{request.id}", text=text, link=ASKED_PAGE)


def tell_answered(request: MentorRequest, user_ids: Iterable[int]) -> None:
    """Tell the office how a member answered on their own page."""
    answer = f"：{_cut(request.answer, LONGEST_REASON)}" if request.answer else ""
    text = f"{request.mentor.name}{request.state.label}主讲“{_short(request.session.topic)}”{answer}"
    key = f"parentschool.answered:{request.id}"
    notify(user_ids, kind=NoticeKind.RESULT, key=key, text=text, link=f"/parent-school/sessions/{request.session_id}")


def tell_withdrawn(request: MentorRequest, reason: str) -> None:
    """Tell a member that they are not asked any more."""
    user_id = user_of_member(request.mentor)
    if user_id is not None:
        text = f"学校撤回了请您主讲“{_short(request.session.topic)}”的邀请。{_cut(reason, LONGEST_REASON)}"
        notify([user_id], kind=NoticeKind.CHANGE, key=f"parentschool.let_off:{request.id}", text=text, link=ASKED_PAGE)


def _tell_mentors(requests: Iterable[MentorRequest], key: str, text: str) -> None:
    told = [user_id for one in requests if (user_id := user_of_member(one.mentor)) is not None]
    notify(told, kind=NoticeKind.CHANGE, key=key, text=text, link=ASKED_PAGE)


def _page(session: ParentSession) -> str:
    return f"/families/sessions/{session.id}"


def _short(topic: str) -> str:
    return _cut(topic, LONGEST_TOPIC)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
