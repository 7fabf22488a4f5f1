"""Who signed up for the demo's sessions, who waits, who came, and what they said afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select

from school.db import db
from school.demo.dice import dice
from school.demo.parentschool.programme import FEEDBACK
from school.demo.parentschool.stage import FamilyStage, Household
from school.parentschool.enums import CheckInMethod, RequestState, SignUpState
from school.parentschool.models import FamilyPresence, MentorRequest, ParentSession, SessionDate, SessionFeedback, SignUp
from school.parentschool.rules.feedback import BATCH
from school.people.service.importing.bulk import insert_all

CHANCE, COMES, BY_CODE, ANSWERS, WITH_TWO = 0.3, 0.86, 0.65, 0.6, 0.3
WALK_INS = 3


@dataclass(frozen=True)
class Guest:
    """A family that means to come, with the child and the class for which it does."""

    household: Household
    pupil_id: int
    class_id: int

    @property
    def guardian(self) -> tuple[int, int | None]:
        """The guardian who comes, and their account."""
        return self.household.guardians[0]


def enter_attendance(stage: FamilyStage, session: ParentSession, asked: Sequence[int], random: Random) -> None:
    """Sign-ups of all dates of a session, and for those that are over who came; `asked` is per cent of the chairs."""
    guests = _guests(stage, session, random)
    for held, share in zip(session.dates, asked, strict=True):
        chairs = held.chairs or len(guests)
        coming = [guests.pop(0) for _one in range(min(len(guests), max(chairs * share // 145, WALK_INS)))]
        seated = _sign_up(stage, session, held, coming, random)
        if held.ends_at <= stage.now:
            walk_ins = [guests.pop(0) for _one in range(min(len(guests), WALK_INS))]
            _come(stage, session, held, seated, walk_ins, random)


def _guests(stage: FamilyStage, session: ParentSession, random: Random) -> list[Guest]:
    """Invited families in the order in which they sign up, the keen ones before the others.

    The shown family comes to everything that was held and has signed up for nothing ahead.
    """
    day = session.dates[0].starts_at.date()
    found = []
    for household in stage.households:
        child, is_shown = household.child_on(day, session.grades), household is stage.shown
        if child is None or (is_shown and day >= stage.now.date()):
            continue
        reserve = dice(f"keen {household.family}").random() + random.random() * CHANCE
        found.append((not is_shown, reserve, Guest(household, *child)))
    return [guest for *_order, guest in sorted(found, key=lambda one: one[:2])]


def _sign_up(
    stage: FamilyStage, session: ParentSession, held: SessionDate, coming: Sequence[Guest], random: Random
) -> list[tuple[int, Guest, int]]:
    """Write sign-ups in order; who does not fit any more waits. Answers id, guest and adults of the seated."""
    left = held.chairs
    opens, closes = session.sign_up_opens_at, min(session.sign_up_closes_at, stage.now)
    step = (closes - opens) / (len(coming) + 1)
    rows = []
    for position, guest in enumerate(coming, start=1):
        adults = 2 if random.random() < WITH_TWO else 1
        fits = left is None or adults <= left
        if left is not None and fits:
            left -= adults
        joined = opens + position * step
        state = SignUpState.SEATED if fits else SignUpState.WAITING
        rows.append(
            {
                "session_id": session.id,
                "date_id": held.id,
                "guardian_id": guest.guardian[0],
                "pupil_id": guest.pupil_id,
                "family": guest.household.family,
                "adults": adults,
                "state": state,
                "joined_at": joined,
                "seated_at": joined if state is SignUpState.SEATED else None,
            }
        )
    ids = insert_all(SignUp, rows)
    found = zip(ids, coming, rows, strict=True)
    return [(id_, guest, row["adults"]) for id_, guest, row in found if row["state"] is SignUpState.SEATED]


def _come(
    stage: FamilyStage,
    session: ParentSession,
    held: SessionDate,
    seated: Sequence[tuple[int, Guest, int]],
    walk_ins: Sequence[Guest],
    random: Random,
) -> None:
    present = [one for one in seated if one[1].household is stage.shown or random.random() < COMES]
    rows = [_presence(stage, held, guest, adults, sign_up_id, random) for sign_up_id, guest, adults in present]
    rows += [_presence(stage, held, guest, 1, None, random) for guest in walk_ins]
    answering = [row for row in rows if random.random() < ANSWERS and held.ends_at + timedelta(days=1) <= stage.now]
    for row in answering:
        row["has_answered"] = True
    insert_all(FamilyPresence, sorted(rows, key=lambda row: row["noted_at"]))
    _answer(session, held, len(answering), random)


def _presence(
    stage: FamilyStage, held: SessionDate, guest: Guest, adults: int, sign_up_id: int | None, random: Random
) -> dict[str, Any]:
    is_code = sign_up_id is not None and random.random() < BY_CODE
    return {
        "date_id": held.id,
        "guardian_id": guest.guardian[0],
        "pupil_id": guest.pupil_id,
        "class_id": guest.class_id,
        "family": guest.household.family,
        "sign_up_id": sign_up_id,
        "adults": adults,
        "method": CheckInMethod.CODE if is_code else CheckInMethod.LIST,
        "noted_at": held.starts_at + timedelta(seconds=random.randrange(-1200, 900)),
        "noted_by": guest.guardian[1] if is_code else stage.base.teachers[stage.moral].user_id,
        "has_answered": False,
    }


def _answer(session: ParentSession, held: SessionDate, count: int, random: Random) -> None:
    """Answers that came to light in batches, and those few that wait in the dark."""
    confirmed = select(MentorRequest.mentor_id).where(
        MentorRequest.session_id == session.id, MentorRequest.state == RequestState.CONFIRMED
    )
    mentors = db.session.scalars(confirmed).all()
    rows = [
        {
            "id": f"{random.getrandbits(128):032x}",
            "date_id": held.id,
            "stars": (stars := random.choices((5, 4, 3, 2), (55, 32, 10, 3))[0]),
            "speaker_stars": {str(one): min(5, stars + (random.random() < 0.3)) for one in mentors},
            "text": random.choice(FEEDBACK),
            "is_shown": number < count // BATCH * BATCH,
        }
        for number in range(count)
    ]
    if rows:
        db.session.execute(insert(SessionFeedback), sorted(rows, key=lambda row: row["id"]))
