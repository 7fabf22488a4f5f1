"""Signing up for a session: one write path, under the session's row lock, whose lists move by the mechanism courses use."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Refused
from school.outbox.enums import NoticeKind
from school.outbox.service import notify
from school.parentschool.enums import SignUpState
from school.parentschool.models import SignUp
from school.parentschool.queries.families import family_of
from school.parentschool.queries.sessions import lock_session
from school.parentschool.queries.signups import (
    dates_with_lines,
    facts_of,
    families_gone,
    had_sign_up,
    households_of,
    live_sign_up,
    live_sign_ups_of,
    load_line,
    rekey,
    sign_ups_by_id,
    waiting_of,
)
from school.parentschool.rules.signups import (
    ChairBook,
    DateFacts,
    SessionFacts,
    check_adults,
    check_more_adults,
    check_new,
    check_open,
    get_date,
    refuse_to_wait,
)
from school.people.models import Guardian
from school.waiting.rules import Hall, Promoted, Step, Unfit
from school.waiting.rules import settle as steps_of


class Answer(StrEnum):
    """What a tap came to."""

    SEATED = "seated"
    WAITING = "waiting"
    ALREADY = "already"
    CHANGED = "changed"
    LEFT = "left"


@dataclass(frozen=True)
class Result:
    """Where a family stands with a date after an act; `left` is the date it gave up for it, `kept` the one it still has."""

    answer: Answer
    session: SessionFacts
    date: DateFacts
    adults: int = 0
    position: int = 0
    left: DateFacts | None = None
    kept: DateFacts | None = None


@dataclass(frozen=True)
class Ground:
    """A session under its lock, and who acts when."""

    session: SessionFacts
    by: Actor
    now: datetime


def stand_on(session_id: int, by: Actor) -> Ground:
    """Lock a session, read it anew, and call its families by their present numbers; raises `Refused` when it is gone."""
    session = lock_session(session_id)
    if session is None:
        raise Refused("这个活动已经不在了，请回到活动列表。")
    rekey(session_id)
    return Ground(facts_of(session), by, now())


def sign_up(
    session_id: int,
    date_id: int,
    guardian: Guardian,
    pupil_id: int,
    adults: int,
    *,
    by: Actor,
    gives_up: int | None = None,
    waits: bool = True,
) -> Result:
    """Give a family chairs at a date or a place on its list; with `gives_up` it keeps that date until the chairs come.

    Without `waits` a date with too few chairs refuses. The same tap again answers the same. Who is on the list or sits
    there already changes the number of adults. Raises `Refused`. Whether the family is invited is for the caller to know
    (`policy`), for it depends on who looks.
    """
    ground = stand_on(session_id, by)
    check_open(ground.session, ground.now)
    date = get_date(ground.session, date_id, ground.now)
    check_adults(ground.session, adults)
    if gives_up is not None:
        get_date(ground.session, gives_up, ground.now)
    family = family_of(pupil_id)
    held = live_sign_up(date_id, family)
    if held is not None:
        return _again(ground, held, date, adults, gives_up)
    check_new(ground.session, households_of(session_id, {family})[family], date, adults, gives_up=gives_up)
    row = SignUp(
        session_id=session_id,
        date_id=date_id,
        guardian_id=guardian.id,
        pupil_id=pupil_id,
        family=family,
        adults=adults,
        state=SignUpState.WAITING,
        gives_up_id=gives_up,
        joined_at=ground.now,
    )
    db.session.add(row)
    db.session.flush()
    pass_on(ground, {date_id}, own=row.id)
    result = _standing(ground, family, date)
    if result.answer is Answer.WAITING and not waits:
        line, _households = load_line(session_id, date_id)
        raise refuse_to_wait(date, adults=adults, left=(date.chairs or 0) - line.placed)
    verb = "报名" if result.answer is Answer.SEATED else "排上了候补："
    _record(ground, "parentschool.sign_up", f"{verb}“{ground.session.topic}”{date.words}，{adults} 位家长", row)
    return _with_swap(ground, result, gives_up)


def withdraw(session_id: int, date_id: int, pupil_id: int, *, by: Actor) -> Result:
    """Take a family off a date until it begins; its chairs go to who waits. Leaving twice changes nothing."""
    ground = stand_on(session_id, by)
    date = get_date(ground.session, date_id, ground.now)
    family = family_of(pupil_id)
    held = live_sign_ups_of(date_id, family)
    if not held:
        if not had_sign_up(date_id, family):
            raise Refused(f"您家没有报{date.words}这一场，不用退出。")
        return Result(Answer.LEFT, ground.session, date)
    for row in held:
        _end(ground, row, SignUpState.WITHDRAWN)
    db.session.flush()
    for row in held:
        _record(ground, "parentschool.withdraw", f"退出了“{ground.session.topic}”{date.words}", row)
    pass_on(ground, {date_id})
    return Result(Answer.LEFT, ground.session, date, held[0].adults)


@dataclass(frozen=True)
class Settled:
    """What became of a session's chairs by itself: chairs of families that left the school, and the steps on the lists."""

    released: int
    steps: list[Step]


def settle(session_id: int, *, by: Actor) -> Settled:
    """Free the chairs of families without a child in a class, then pass on every chair that somebody on a list could have."""
    ground = stand_on(session_id, by)
    gone = families_gone(session_id, ground.now)
    for row in gone:
        _end(ground, row, SignUpState.UNFIT)
        date = ground.session.dates[row.date_id]
        _record(ground, "parentschool.unfit", f"孩子不在任何班级，让出了“{ground.session.topic}”{date.words}的座位", row)
    db.session.flush()
    return Settled(len(gone), pass_on(ground, dates_with_lines(session_id)))


def pass_on(ground: Ground, date_ids: Iterable[int], own: int | None = None) -> list[Step]:
    """Write every step due on these dates' lists and wherever the steps lead; `own` is the tap's own entry."""
    hall = Hall(lambda date_id: load_line(ground.session.id, date_id))
    done = []
    for step in steps_of(date_ids, hall, ChairBook(ground.session, ground.now), ground.now):
        if isinstance(step, Promoted):
            _seat(ground, step, own)
        elif isinstance(step, Unfit):
            for row in sign_ups_by_id(one.id for one in step.entries):
                _end(ground, row, SignUpState.UNFIT)
                _record(ground, "parentschool.unfit", f"孩子不在任何班级，退出了“{ground.session.topic}”的候补", row)
            db.session.flush()
        done.append(step)
    return done


def _seat(ground: Ground, step: Promoted, own: int | None) -> None:
    """All chairs that are given up are free first, so that families can change them in a circle."""
    rows = {row.id: row for row in sign_ups_by_id(one.id for one in step.entries)}
    for entry in step.entries:
        for date_id in step.leaves[entry.id]:
            _end(ground, live_sign_up(date_id, entry.member_id), SignUpState.SWAPPED)
    db.session.flush()
    for entry in step.entries:
        row = rows[entry.id]
        row.state, row.seated_at, row.gives_up_id = SignUpState.SEATED, ground.now, None
    db.session.flush()
    for entry in step.entries:
        _end_other_waits(ground, entry.member_id, entry.line_id)
        if entry.id != own:
            _tell_seated(ground, rows[entry.id])


def _end_other_waits(ground: Ground, family: int, date_id: int) -> None:
    """Who sits now waits no longer for other dates, unless it said that it would leave this one for them."""
    for row in waiting_of(ground.session.id, family):
        if row.gives_up_id != date_id:
            _end(ground, row, SignUpState.WITHDRAWN)
    db.session.flush()


def _tell_seated(ground: Ground, row: SignUp) -> None:
    date = ground.session.dates[row.date_id]
    _record(ground, "parentschool.promote", f"候补递补：“{ground.session.topic}”{date.words}，{row.adults} 位家长", row)
    if row.guardian.user_id is not None:
        text = f"候补到座位了：“{ground.session.topic}”，{date.words}，{row.adults} 位家长。不能来请及时退出，座位让给下一家。"
        link = f"/families/sessions/{ground.session.id}"
        key = f"parentschool.seat:{row.id}"
        notify([row.guardian.user_id], kind=NoticeKind.PLACE, key=key, text=text, link=link, until=date.starts_at)


def _again(ground: Ground, held: SignUp, date: DateFacts, adults: int, gives_up: int | None) -> Result:
    """The family is on this date's lists already: the same tap again, or another number of adults."""
    before = held.adults
    is_seated = held.state is SignUpState.SEATED
    if adults == before and (is_seated or gives_up == held.gives_up_id):
        standing = _with_swap(ground, _standing(ground, held.family, date), held.gives_up_id)
        return replace(standing, answer=Answer.ALREADY) if is_seated else standing
    if is_seated:
        line, _households = load_line(ground.session.id, date.id)
        left = adults if date.chairs is None else date.chairs - line.placed
        check_more_adults(date, more=adults - before, left=left, waiting=len(line.entries))
    else:
        check_new(ground.session, households_of(ground.session.id, {held.family})[held.family], date, adults, gives_up=gives_up)
        held.gives_up_id = gives_up
    held.adults = adults
    db.session.flush()
    _record(ground, "parentschool.change_adults", f"把“{ground.session.topic}”{date.words}改为 {adults} 位家长", held)
    pass_on(ground, {date.id}, own=held.id)
    standing = _standing(ground, held.family, date)
    return replace(standing, answer=Answer.CHANGED) if is_seated else _with_swap(ground, standing, gives_up)


def _with_swap(ground: Ground, result: Result, gives_up: int | None) -> Result:
    """The date that was given up for chairs that came, or is kept until they come."""
    date = ground.session.dates.get(gives_up) if gives_up is not None else None
    return replace(result, left=date) if result.answer is Answer.SEATED else replace(result, kept=date)


def _standing(ground: Ground, family: int, date: DateFacts) -> Result:
    row = live_sign_up(date.id, family)
    if row is None:
        return Result(Answer.LEFT, ground.session, date)
    if row.state is SignUpState.SEATED:
        return Result(Answer.SEATED, ground.session, date, row.adults)
    line, _households = load_line(ground.session.id, date.id)
    position = [one.id for one in line.waiting].index(row.id) + 1
    return Result(Answer.WAITING, ground.session, date, row.adults, position)


def _end(ground: Ground, row: SignUp | None, state: SignUpState) -> None:
    if row is not None:
        row.state, row.ended_at = state, ground.now


def _record(ground: Ground, action: str, sentence: str, row: SignUp) -> None:
    record(ground.by, action, sentence, subject_type="pupil", subject_id=row.pupil_id)
