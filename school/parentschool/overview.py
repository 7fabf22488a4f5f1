"""Sessions in the words of lists: who is invited, who speaks, when and where, how many come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from school.clock import now
from school.parentschool.enums import EventKind, SessionState, SignUpState
from school.parentschool.models import ParentSession
from school.parentschool.rules.plan import grades_in_words
from school.parentschool.rules.sessions import Invitation
from school.parentschool.service.sessions import standing_dates
from school.people.labels import class_name
from school.people.queries import classes_of_grades
from school.preferences.queries import get_preferences


@dataclass(frozen=True)
class ListedSession:
    """A session as the list shows it."""

    id: int
    topic: str
    kind: EventKind
    state: SessionState
    dates: tuple[tuple[datetime, str], ...]
    invited: str
    speakers: str
    seated: int
    waiting: int
    is_over: bool


def class_names(start_year: int) -> dict[int, str]:
    """The school's classes of a school year by id, youngest first, as they are called in it."""
    classes = classes_of_grades(start_year - get_preferences().last_grade + 1, start_year)
    return {one.id: class_name(one.entry_year, one.number, start_year) for one in classes}


def invited_in_words(session: Invitation, names: Mapping[int, str]) -> str:
    """“全校”, or the grades and classes that are invited; `names` are those of the session's school year."""
    if not session.grades and not session.class_ids:
        return "全校"
    grades = [grades_in_words(session.grades)] if session.grades else []
    return "、".join([*grades, *(names.get(one, "已毕业的班级") for one in session.class_ids)])


def speakers_in_words(session: ParentSession, mentors: Sequence[str]) -> str:
    """The mentors who confirmed and the guest."""
    return "、".join([*mentors, *([session.guest] if session.guest else [])])


def listed(
    session: ParentSession, names: Mapping[int, str], mentors: Sequence[str], counts: Mapping[int, Mapping[SignUpState, int]]
) -> ListedSession:
    """A session as lists show it: without the dates that were called off, unless all were."""
    dates = session.dates if session.state is SessionState.CANCELLED else standing_dates(session)
    return ListedSession(
        id=session.id,
        topic=session.topic,
        kind=session.kind,
        state=session.state,
        dates=tuple((date.starts_at, date.place or ("线上" if date.online_link else "")) for date in dates),
        invited=invited_in_words(session, names),
        speakers=speakers_in_words(session, mentors),
        seated=sum(counts[date.id].get(SignUpState.SEATED, 0) for date in dates),
        waiting=sum(counts[date.id].get(SignUpState.WAITING, 0) for date in dates),
        is_over=is_over(session),
    )


def fits(session: ParentSession, kind: str, month: date | None) -> bool:
    """Whether a session is of the kind and has a date in the month; "" and None take every one."""
    months = {(date.starts_at.year, date.starts_at.month) for date in session.dates}
    return (month is None or (month.year, month.month) in months) and (not kind or session.kind == kind)


def is_over(session: ParentSession) -> bool:
    """Whether all dates of an announced session have ended."""
    return session.state is SessionState.ANNOUNCED and all(date.ends_at <= now() for date in standing_dates(session))
