"""What groups are told of a session by their robots: its topic, time and place, never a person (PR-03).

Nothing here refuses an act: where the words of a topic or place must not be told, the group reads the kind of event instead.
"""

from collections.abc import Sequence

from school.errors import Refused
from school.outbox.enums import GroupKind
from school.outbox.rules.groups import LONGEST_PLACE, LONGEST_TITLE, GroupText
from school.outbox.service import announce
from school.parentschool.models import ParentSession, SessionDate


def tell_invited(session: ParentSession) -> int:
    """Invite the groups of whoever is invited, once for a session; answers how many messages wait."""
    standing = [date for date in session.dates if date.cancelled_at is None]
    return _tell(session, GroupKind.INVITATION, f"parentschool.invited:{session.id}", standing)


def tell_added(session: ParentSession, date: SessionDate) -> int:
    """Tell of one more date."""
    return _tell(session, GroupKind.INVITATION, f"parentschool.added:{date.id}", [date])


def tell_moved(session: ParentSession, date: SessionDate) -> int:
    """Tell the time and place a date has now, once for each change."""
    return _tell(session, GroupKind.CHANGE, f"parentschool.moved:{date.id}:{session.revision}", [date])


def tell_cancelled(session: ParentSession, date: SessionDate) -> int:
    """Tell that a date is called off."""
    return _tell(session, GroupKind.CANCELLED, f"parentschool.cancelled:{date.id}", [date])


def tell_near(session: ParentSession, date: SessionDate) -> int:
    """Remind of a date, once for each time it has."""
    return _tell(session, GroupKind.REMINDER, f"parentschool.near:{date.id}:{date.starts_at:%Y%m%d%H%M}", [date])


def _tell(session: ParentSession, kind: GroupKind, key: str, dates: Sequence[SessionDate]) -> int:
    first, last = dates[0], dates[-1]
    count = f"（共{len(dates)}场）" if len(dates) > 1 else ""
    topic = f"{_cut(session.topic, LONGEST_TITLE - len(count))}{count}"
    place = _cut(first.place or "线上", LONGEST_PLACE)
    for title, where in ((topic, place), (topic, ""), (f"{session.kind.label}{count}", "")):
        try:
            return _announce(session, key, GroupText(kind, title, first.starts_at, where), last)
        except Refused:
            continue
    return 0


def _announce(session: ParentSession, key: str, text: GroupText, last: SessionDate) -> int:
    start = session.school_year.start_year
    return announce(
        key=key,
        text=text,
        link=f"/families/sessions/{session.id}",
        entry_years=[start - grade + 1 for grade in session.grades],
        class_ids=session.class_ids,
        whole_school=not session.grades and not session.class_ids,
        until=last.starts_at,
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
