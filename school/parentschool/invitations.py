"""Sessions as the families of the signed-in guardian see them: what they are invited to and what they can do there.

A guardian's children are mostly of one family; where a phone belongs to two, each has its own chairs and is shown apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import abort

from school.calendar.rules import school_year_start
from school.clock import at, now, today
from school.errors import Refused
from school.parentschool import policy
from school.parentschool.enums import SessionState
from school.parentschool.loaders import my_comers
from school.parentschool.models import ParentSession, SessionDate
from school.parentschool.queries.families import families_of
from school.parentschool.queries.feedback import Attendance, attendances_of
from school.parentschool.queries.presence import Comer
from school.parentschool.queries.sessions import find_date, find_session, sessions_for_classes
from school.parentschool.queries.signups import Held, counts_of, facts_of, held_by, sessions_held_by
from school.parentschool.rules.families import Choice, Headline, Standing, choice_for, headline
from school.parentschool.rules.signups import DateFacts, SessionFacts

SHOWN = (SessionState.ANNOUNCED, SessionState.CANCELLED)


@dataclass(frozen=True)
class Party:
    """One family of the signed-in guardian, with its children in a class."""

    family: int
    children: tuple[Comer, ...]

    @property
    def names(self) -> str:
        """The children's names."""
        return "、".join(one.pupil_name for one in self.children)


@dataclass(frozen=True)
class PartyBoard:
    """A family before the dates of a session, in their order; without an invited child it keeps what it has."""

    party: Party
    invited: tuple[Comer, ...]
    choices: tuple[Choice, ...]
    headline: Headline


@dataclass(frozen=True)
class SessionBoard:
    """A session before each family that is invited or has a sign-up for it."""

    session: ParentSession
    facts: SessionFacts
    families: tuple[PartyBoard, ...]
    next_date: DateFacts | None  # the next that has not ended

    @property
    def is_off(self) -> bool:
        """Whether the school called the whole session off."""
        return self.session.state is SessionState.CANCELLED


@dataclass(frozen=True)
class Year:
    """All a guardian's list shows of a school year: what comes, the next first, and what is over, the newest first."""

    upcoming: list[SessionBoard]
    past: list[SessionBoard]
    attendances: list[Attendance]


def my_parties() -> list[Party]:
    """The signed-in guardian's families, each with its children in a class, once each."""
    children = {one.pupil_id: one for one in reversed(my_comers())}
    families = families_of(children)
    return [
        Party(family, tuple(one for one in children.values() if families[one.pupil_id] == family))
        for family in sorted(set(families.values()))
    ]


def my_year() -> Year:
    """The sessions of this school year that the signed-in guardian's families are invited to or have sign-ups for."""
    parties, moment = my_parties(), now()
    sessions = _sessions(parties, since=at(today().replace(year=school_year_start(today()), month=9, day=1)), states=SHOWN)
    boards = boards_of([one for one in sessions if one.announced_at is not None], parties, moment)
    ids = {child.guardian_id for party in parties for child in party.children}
    upcoming = [one for one in boards if one.next_date is not None]
    past = [one for one in boards if one.next_date is None]
    return Year(upcoming, past[::-1], attendances_of(ids, {one.family for one in parties}))


def my_next() -> list[SessionBoard]:
    """What comes for the signed-in guardian's families, the next first: for a first page."""
    parties, moment = my_parties(), now()
    boards = boards_of(_sessions(parties, since=moment, states=(SessionState.ANNOUNCED,)), parties, moment)
    return [one for one in boards if one.next_date is not None]


def find_my_board(session_id: int) -> SessionBoard | None:
    """A session that families know of before the signed-in guardian's families; None when none of them is concerned."""
    session, parties = find_session(session_id), my_parties()
    if session is None or session.state not in SHOWN or session.announced_at is None:
        return None
    return next(iter(boards_of([session], parties, now())), None)


def get_my_date(date_id: int) -> tuple[SessionDate, SessionBoard]:
    """A date of a session that concerns the signed-in guardian's families, else 404."""
    date = find_date(date_id)
    board = find_my_board(date.session_id) if date else None
    return (date, board) if date and board else abort(404)


def get_my_seat(date_id: int) -> tuple[SessionDate, SessionBoard]:
    """A date at which a family of the signed-in guardian has chairs, else 404."""
    date, board = get_my_date(date_id)
    is_seated = any(choice.standing and not choice.standing.position for choice in choices_at(board, date_id))
    return (date, board) if is_seated else abort(404)


def boards_of(sessions: Sequence[ParentSession], parties: Sequence[Party], moment: datetime) -> list[SessionBoard]:
    """Sessions before those of the families that they concern; who is concerned by none is left out, as is the session."""
    held = held_by([one.id for one in sessions], {one.family for one in parties})
    counts = counts_of([date.id for one in sessions for date in one.dates])
    boards = []
    for session in sessions:
        facts = facts_of(session)
        families = [_party_board(session, facts, party, held.get(session.id, []), counts, moment) for party in parties]
        ahead = [one for one in facts.dates.values() if not one.is_cancelled and moment < one.ends_at]
        is_off = session.state is not SessionState.ANNOUNCED
        next_date = None if is_off or not ahead else min(ahead, key=lambda one: (one.starts_at, one.id))
        boards.append(SessionBoard(session, facts, tuple(one for one in families if one is not None), next_date))
    return [one for one in boards if one.families]


def choices_at(board: SessionBoard, date_id: int) -> list[Choice]:
    """What each family of a board has or can do at a date."""
    return [choice for one in board.families for choice in one.choices if choice.date.id == date_id]


def find_leaving(board: SessionBoard, date_id: int, pupil_id: int | None) -> tuple[int, Standing | None]:
    """A child of the family that is to leave a date, and what it has there: that of `pupil_id`, else the first that has any."""
    here = [(one.party, choice.standing) for one in board.families for choice in one.choices if choice.date.id == date_id]
    asked = [(party, had) for party, had in here if pupil_id in {child.pupil_id for child in party.children}]
    party, standing = next(((party, had) for party, had in (*asked, *here) if had), (board.families[0].party, None))
    return party.children[0].pupil_id, standing


def get_child(board: SessionBoard, pupil_id: int) -> Comer:
    """An invited child of the signed-in guardian; raises `Refused` for any other."""
    children = (child for one in board.families for child in one.invited)
    found = next((one for one in children if one.pupil_id == pupil_id), None)
    if found is None:
        raise Refused("请选择您自己的、受邀请的孩子。", "pupil_id")
    return found


def _sessions(parties: Sequence[Party], *, since: datetime, states: Iterable[SessionState]) -> list[ParentSession]:
    classes = {(child.entry_year, child.class_id) for one in parties for child in one.children}
    held = sessions_held_by({one.family for one in parties})
    return sessions_for_classes(classes, since=since, states=tuple(states), also=held) if parties else []


def _party_board(
    session: ParentSession,
    facts: SessionFacts,
    party: Party,
    held: Sequence[Held],
    counts: tuple[dict[int, int], dict[int, int]],
    moment: datetime,
) -> PartyBoard | None:
    """None when no child of the family is invited and it has no sign-up; who is invited no more keeps what it has."""
    mine = {one.date_id: one for one in held if one.family == party.family}
    invited = tuple(one for one in party.children if policy.is_invited(session, [(one.entry_year, one.class_id)]))
    if not invited and not mine:
        return None
    sits_at = next((facts.dates[one.date_id] for one in mine.values() if one.is_seated), None)
    choices = [
        choice_for(
            facts,
            date,
            moment,
            taken=counts[0][date.id],
            waiting=counts[1][date.id],
            standing=_standing(mine.get(date.id)),
            sits_at=sits_at,
        )
        for date in facts.dates.values()
        if invited or date.id in mine
    ]
    shown = tuple(choices if invited else (replace(one, adults=()) for one in choices))
    return PartyBoard(party, invited, shown, headline(shown, moment))


def _standing(held: Held | None) -> Standing | None:
    return Standing(held.adults, held.position, held.gives_up_id, held.guardian) if held else None
