"""Writing sessions and their dates, announcing them, calling them off.

Order of locks: the school year, whose places and speakers are scarce, then the session, whose chairs are.
"""

from collections.abc import Sequence
from secrets import token_hex

from school.audit.service import Actor, record
from school.calendar.queries import find_school_year
from school.calendar.rules import grade_of, school_year_start
from school.clock import now
from school.db import db
from school.errors import Conflict, Refused
from school.parentschool.enums import RequestState, SessionState, SignUpState
from school.parentschool.models import ParentSession, SessionDate
from school.parentschool.queries.corps import confirmed_mentors, open_requests, stays_of_members
from school.parentschool.queries.plan import find_row
from school.parentschool.queries.sessions import (
    find_date,
    find_session,
    has_presences,
    live_sign_ups,
    lock_session,
    lock_year,
    most_signed_up,
    seated_adults,
    sign_ups_leaving,
    stays_elsewhere,
)
from school.parentschool.rules.corps import Service, check_available
from school.parentschool.rules.sessions import (
    DateValues,
    SessionValues,
    adds_chairs,
    check_announce,
    check_announced_change,
    check_cancel,
    check_chairs,
    check_complete,
    check_date,
    check_moved,
    check_own_dates,
    check_place,
    check_values,
    check_window,
    is_moved,
)
from school.parentschool.service import session_groups, session_notices, signups
from school.people.queries import find_class


def session_values(session: ParentSession) -> SessionValues:
    """A session as the value that rules judge."""
    return SessionValues(
        kind=session.kind,
        topic=session.topic,
        description=session.description,
        guest=session.guest,
        plan_row_id=session.plan_row_id,
        grades=frozenset(session.grades),
        class_ids=frozenset(session.class_ids),
        most_adults=session.most_adults,
        sign_up_opens_at=session.sign_up_opens_at,
        sign_up_closes_at=session.sign_up_closes_at,
    )


def date_values(date: SessionDate) -> DateValues:
    """A date as the value that rules judge."""
    return DateValues(date.starts_at, date.ends_at, date.place, date.online_link, date.chairs)


def standing_dates(session: ParentSession) -> list[SessionDate]:
    """The dates of a session that are not called off."""
    return [date for date in session.dates if date.cancelled_at is None]


def create_session(values: SessionValues, first_date: DateValues, *, actor: Actor) -> ParentSession:
    """Draft a session with its first date, in whose school year it is."""
    start_year = school_year_start(first_date.starts_at.date())
    year = find_school_year(start_year)
    if year is None:
        raise Refused(f"校历里还没有{start_year}—{start_year + 1}学年，请先维护校历。", "on_day")
    lock_year(year.id)
    check_date(first_date, now=now(), start_year=start_year)
    check_values(values)
    check_place(first_date, stays_elsewhere(None, first_date.starts_at, first_date.ends_at))
    check_window(values.sign_up_closes_at, [first_date])
    session = ParentSession(school_year_id=year.id, state=SessionState.DRAFT, created_at=now())
    session.school_year = year
    _put(session, values)
    session.dates = [_new_date(first_date)]
    db.session.add(session)
    db.session.flush()
    _record(actor, "parentschool.session_create", f"新建了{_named(session)}", session)
    return session


def change_session(session_id: int, values: SessionValues, *, revision: int, actor: Actor) -> ParentSession:
    """Change what a session says; what families were promised stays once it is announced."""
    session = _locked(session_id, revision=revision)
    before = session_values(session)
    check_values(values)
    check_window(values.sign_up_closes_at, [date_values(date) for date in standing_dates(session)])
    if session.state is SessionState.ANNOUNCED:
        most = most_signed_up(session.id)
        check_announced_change(before, values, most_signed_up=most, grade_of_class=_grades_of(session))
    _put(session, values)
    session.revision += 1
    db.session.flush()
    _check_still_complete(session)
    _record(actor, "parentschool.session_change", f"修改了{_named(session)}", session)
    return session


def add_date(session_id: int, values: DateValues, *, revision: int, actor: Actor) -> SessionDate:
    """One more date of a topic."""
    session = _locked(session_id, revision=revision)
    _check_date(session, values)
    date = _new_date(values)
    session.dates.append(date)
    session.revision += 1
    db.session.flush()
    _check_still_complete(session)
    _record(actor, "parentschool.date_add", f"给{_named(session)}加了一场：{_when(values)}", session)
    session_notices.tell_speakers_changed(session, open_requests(session.id), f"加了一场：{_when(values)}，{_where(values)}")
    if session.state is SessionState.ANNOUNCED:
        session_groups.tell_added(session, date)
    return date


def change_date(date_id: int, values: DateValues, *, revision: int, reason: str = "", actor: Actor) -> SessionDate:
    """Move a date or change its chairs. Families who have chairs are told of another time or place; more chairs pass on."""
    session, date = _locked_date(date_id, revision=revision)
    before = date_values(date)
    is_announced = session.state is SessionState.ANNOUNCED
    if is_announced:
        check_moved(before, values, reason=reason, now=now())
    _check_date(session, values, without=date.id)
    check_chairs(values.chairs, seated_adults([date.id])[date.id])
    _put_date(date, values)
    _check_window_still(session)
    session.revision += 1
    db.session.flush()
    _check_still_complete(session)
    was_moved = is_announced and is_moved(before, values)
    sentence = f"把{_named(session)}{_when(before)}的一场改为{_when(values)}" if was_moved else f"修改了{_named(session)}的一场"
    _record(actor, "parentschool.date_change", sentence, session, reason=reason if was_moved else "")
    if was_moved:
        date.reminded_at = None  # who was reminded of the old time is reminded of the new one
        session_notices.tell_moved(session, date, reason)
        session_groups.tell_moved(session, date)
    if is_moved(before, values):
        change = f"{_when(before)}的一场改为{_when(values)}，{_where(values)}"
        session_notices.tell_speakers_changed(session, open_requests(session.id), change)
    if is_announced and adds_chairs(before.chairs, values.chairs):
        signups.settle(session.id, by=actor)
    return date


def cancel_date(date_id: int, *, reason: str, actor: Actor) -> None:
    """Call one date off and end its sign-ups; a draft's date just goes. The last one cannot go without the session."""
    session, date = _locked_date(date_id)
    if date.cancelled_at is not None:
        raise Refused("这一场已经取消。")
    if len(standing_dates(session)) == 1:
        raise Refused("这是唯一的一场；不办了请取消整个活动。")
    values = date_values(date)
    if session.state is SessionState.DRAFT:
        session.dates.remove(date)
        db.session.delete(date)
    else:
        check_cancel(reason=reason, has_come=has_presences([date.id]))
        _call_off(session, [date], reason)
    _check_window_still(session)
    session.revision += 1
    db.session.flush()
    _record(actor, "parentschool.date_cancel", f"取消了{_named(session)}{_when(values)}的一场", session, reason=reason)
    session_notices.tell_speakers_changed(session, open_requests(session.id), f"{_when(values)}的一场不办了")


def announce_session(session_id: int, *, actor: Actor) -> ParentSession:
    """Let the invited families see a session; refused while something they must know is missing. Twice changes nothing."""
    session = _locked(session_id)
    if session.state is SessionState.ANNOUNCED:
        return session
    dates = [date_values(date) for date in standing_dates(session)]
    speakers = confirmed_mentors(session.id)
    check_announce(session_values(session), dates, state=session.state, speakers=len(speakers), now=now())
    session.state, session.announced_at = SessionState.ANNOUNCED, now()
    session.revision += 1
    db.session.flush()
    _record(actor, "parentschool.session_announce", f"发布了{_named(session)}", session)
    session_groups.tell_invited(session)
    return session


def cancel_session(session_id: int, *, reason: str, actor: Actor) -> None:
    """Call a session off with a reason families read: its dates, its sign-ups; who was asked need not answer any more."""
    session = _locked(session_id)
    if session.state is SessionState.CANCELLED:
        raise Refused("这个活动已经取消。")
    dates = standing_dates(session)
    check_cancel(reason=reason, has_come=has_presences([date.id for date in dates]))
    if session.state is SessionState.ANNOUNCED and any(date.starts_at <= now() for date in dates):
        raise Refused("有一场已经开始或办过了，只能取消还没有办的场次。")
    was_announced = session.state is SessionState.ANNOUNCED
    session.state, session.state_reason = SessionState.CANCELLED, reason
    requests = open_requests(session.id)
    for request in requests:
        if request.state is RequestState.ASKED:
            request.state, request.answered_at, request.answered_by = RequestState.WITHDRAWN, now(), actor.user_id
    session_notices.tell_speakers_cancelled(session, requests, reason)
    _call_off(session, dates, reason, tells=was_announced)
    session.revision += 1
    db.session.flush()
    _record(actor, "parentschool.session_cancel", f"取消了{_named(session)}", session, reason=reason)


def _call_off(session: ParentSession, dates: Sequence[SessionDate], reason: str, *, tells: bool = True) -> None:
    """Mark dates as cancelled and end what stands on them, under the session's lock."""
    ids = [date.id for date in dates]
    rows = live_sign_ups(ids)
    for date in dates:
        date.cancelled_at, date.cancel_reason = now(), reason
    for row in rows:
        row.state, row.ended_at, row.gives_up_id = SignUpState.CANCELLED, now(), None
    for row in sign_ups_leaving(ids):
        row.gives_up_id = None  # there is nothing left to give up
    db.session.flush()
    if tells:
        session_notices.tell_cancelled(session, dates, [(row.guardian_id, row.date_id) for row in rows], reason)
        for date in dates:
            session_groups.tell_cancelled(session, date)


def _locked(session_id: int, *, revision: int | None = None) -> ParentSession:
    found = find_session(session_id)
    if found is not None:
        lock_year(found.school_year_id)
    session = lock_session(session_id)
    if session is None:
        raise Refused("这个活动已经不在了。")
    if revision is not None:
        if session.state is SessionState.CANCELLED:
            raise Refused("这个活动已经取消，不能再改。可以复制成新的活动。")
        if session.revision != revision:
            raise Conflict("您打开这一页以后，别人已经改过这个活动。核对后可以再次提交。")
    return session


def _locked_date(date_id: int, *, revision: int | None = None) -> tuple[ParentSession, SessionDate]:
    found = find_date(date_id)
    if found is None:
        raise Refused("这一场已经不在了。")
    session = _locked(found.session_id, revision=revision)
    date = next((one for one in session.dates if one.id == date_id), None)
    if date is None:
        raise Refused("这一场已经不在了。")
    if revision is not None and date.cancelled_at is not None:
        raise Refused("这一场已经取消，不能再改。")
    return session, date


def _check_date(session: ParentSession, values: DateValues, *, without: int | None = None) -> None:
    check_date(values, now=now(), start_year=session.school_year.start_year)
    others = [date_values(date) for date in standing_dates(session) if date.id != without]
    check_own_dates(values, others)
    check_place(values, stays_elsewhere(session.id, values.starts_at, values.ends_at))
    mentors = confirmed_mentors(session.id)
    stays = stays_of_members([one.id for one in mentors], without=session.id)
    for one in mentors:
        check_available(Service(one.name, one.serves_from, one.serves_until, one.left_on), [values], stays[one.id])


def _check_window_still(session: ParentSession) -> None:
    """A date that went or moved forward may leave sign-up open after the last one; a draft's is corrected later."""
    dates = [date_values(date) for date in standing_dates(session)]
    last = max(one.starts_at for one in dates)
    if session.sign_up_closes_at <= last:
        return
    if last <= session.sign_up_opens_at:
        raise Refused("这样最后一场就在报名开始之前了，请先修改报名时间。", "on_day")
    session.sign_up_closes_at = last


def _check_still_complete(session: ParentSession) -> None:
    if session.state is SessionState.ANNOUNCED:
        dates = [date_values(date) for date in standing_dates(session)]
        check_complete(session_values(session), dates, speakers=len(confirmed_mentors(session.id)))


def _grades_of(session: ParentSession) -> dict[int, int]:
    classes = [find_class(one) for one in session.class_ids]
    return {one.id: grade_of(one.entry_year, session.school_year.start_year) for one in classes if one is not None}


def _put(session: ParentSession, values: SessionValues) -> None:
    row = find_row(values.plan_row_id) if values.plan_row_id is not None else None
    if values.plan_row_id is not None and (row is None or row.school_year_id != session.school_year_id):
        raise Refused("选的计划不属于这个学年，请重新选择。", "plan_row_id")
    session.kind, session.topic, session.description, session.guest = (
        values.kind,
        values.topic,
        values.description,
        values.guest,
    )
    session.plan_row_id, session.most_adults = values.plan_row_id, values.most_adults
    session.grades, session.class_ids = sorted(values.grades), sorted(values.class_ids)
    session.sign_up_opens_at, session.sign_up_closes_at = values.sign_up_opens_at, values.sign_up_closes_at


def _new_date(values: DateValues) -> SessionDate:
    date = SessionDate(door_secret=token_hex(32))
    _put_date(date, values)
    return date


def _put_date(date: SessionDate, values: DateValues) -> None:
    date.starts_at, date.ends_at = values.starts_at, values.ends_at
    date.place, date.online_link, date.chairs = values.place, values.online_link, values.chairs


def _named(session: ParentSession) -> str:
    return f"{session.kind.label}“{session.topic}”"


def _when(values: DateValues) -> str:
    return session_notices.when(values.starts_at)


def _where(values: DateValues) -> str:
    return values.place or ("线上" if values.online_link else "地点待定")


def _record(actor: Actor, action: str, sentence: str, session: ParentSession, *, reason: str = "") -> None:
    record(actor, action, sentence, subject_type="parent_session", subject_id=session.id, reason=reason)
