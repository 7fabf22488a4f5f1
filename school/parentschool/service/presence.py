"""Noting who came: by the code at the door, from the list, from paper afterwards; correcting it, and closing it.

Every act locks the session's row first, as sign-ups do, so that a chair given back and a family arriving do not cross.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Refused
from school.parentschool.enums import CheckInMethod
from school.parentschool.models import FamilyPresence, SessionDate, SignUp
from school.parentschool.queries.families import families_of, family_of
from school.parentschool.queries.feedback import count_unclaimed
from school.parentschool.queries.presence import (
    Comer,
    classes_of_pupils,
    find_presence,
    find_sign_up,
    presences_of,
    reread_presence,
    sign_ups_by_id,
)
from school.parentschool.queries.sessions import find_date, lock_session
from school.parentschool.rules.door import check_scanned
from school.parentschool.rules.presence import (
    Tick,
    check_adults,
    check_close,
    check_may_correct,
    check_may_note,
    is_held,
    method_at,
)

NOT_HELD = "这一场没有发布或者已经取消，不能签到。"


@dataclass(frozen=True)
class Noted:
    """A family's presence, and whether this act noted it or it was noted before."""

    presence: FamilyPresence
    is_new: bool


def arrive(date_id: int, comer: Comer, adults: int | None, *, scanned_at: datetime | None, actor: Actor) -> Noted:
    """A guardian says that they are here, after scanning the code at the door.

    A family that is noted already stays as it is noted. Raises `Refused` for a scan too old, presence that is closed, or
    adults below 1 or above 6.
    """
    date = _lock_date(date_id)
    family = family_of(comer.pupil_id)
    sign_up = find_sign_up(date_id, family, comer.pupil_id)
    if present := _noted(date_id, family, sign_up):
        return Noted(present, is_new=False)
    check_scanned(scanned_at, now())
    _check_may_note(date)
    noted = _note(date, family, comer, sign_up, check_adults(adults), CheckInMethod.CODE, actor)
    record(actor, "parentschool.arrive", _in_words(date, comer, noted), subject_type="parent_presence", subject_id=noted.id)
    return Noted(noted, is_new=True)


def add_walk_in(date_id: int, comer: Comer, adults: int | None, *, actor: Actor) -> Noted:
    """Add a family to those who came, invited and signed up or not; a family that is noted already stays as it is.

    Raises `Refused` before the door opens, after presence is closed or 14 days have passed, and for odd numbers of adults.
    """
    date = _lock_date(date_id)
    _check_may_note(date)
    family = family_of(comer.pupil_id)
    sign_up = find_sign_up(date_id, family, comer.pupil_id)
    if present := _noted(date_id, family, sign_up):
        return Noted(present, is_new=False)
    noted = _note(date, family, comer, sign_up, check_adults(adults), method_at(date.ends_at, now()), actor)
    record(actor, "parentschool.walk_in", _in_words(date, comer, noted), subject_type="parent_presence", subject_id=noted.id)
    return Noted(noted, is_new=True)


def tick(date_id: int, ticks: Sequence[Tick], *, actor: Actor) -> int:
    """Note the families of these sign-ups as present, and say how many were not noted before.

    Raises `Refused` as `add_walk_in` does; then nobody is noted. A sign-up that was withdrawn meanwhile is passed over.
    """
    if not ticks:
        raise Refused("请先勾选到场的家庭。")
    date = _lock_date(date_id)
    _check_may_note(date)
    adults = {one.sign_up_id: check_adults(one.adults) for one in ticks}
    sign_ups = sign_ups_by_id(date_id, adults)
    families = {one.id: {one.family, now_of} for one, now_of in zip(sign_ups, _families_now(sign_ups), strict=True)}
    present = _present(date_id, set().union(*families.values()))
    wanted = [one for one in sign_ups if not families[one.id] & present]
    classes = classes_of_pupils([one.pupil_id for one in wanted])
    unclaimed = count_unclaimed(date_id)
    for number, one in enumerate(wanted):
        class_id, has_answered = classes.get(one.pupil_id), number < unclaimed
        _add(date, one, class_id, adults[one.id], actor, has_answered=has_answered)
    db.session.flush()
    if wanted:
        words = f"登记了“{date.session.topic}”{len(wanted)} 家到场"
        record(actor, "parentschool.tick", words, subject_type="parent_date", subject_id=date_id)
    return len(wanted)


def correct_adults(presence_id: int, adults: int | None, *, reason: str, is_office: bool, actor: Actor) -> None:
    """Set how many adults of a family came. Raises `Refused` without a reason, once closed by others than the office."""
    presence, date = _lock_presence(presence_id)
    _check_may_correct(date, reason, is_office=is_office)
    before, presence.adults = presence.adults, check_adults(adults)
    words = f"把“{date.session.topic}”{presence.pupil.name}家到场人数从 {before} 改为 {presence.adults}"
    record(actor, "parentschool.correct", words, subject_type="parent_presence", subject_id=presence_id, reason=reason)


def remove(presence_id: int, *, reason: str, is_office: bool, actor: Actor) -> None:
    """Say that a family noted as present was not there. What they may have answered stays: whose it is nobody knows.

    For one answer that stays, the next family noted at this date has answered: removed and noted again, nobody answers twice.
    """
    presence, date = _lock_presence(presence_id)
    _check_may_correct(date, reason, is_office=is_office)
    words = f"删去“{date.session.topic}”{presence.pupil.name}家的签到"
    record(actor, "parentschool.remove", words, subject_type="parent_presence", subject_id=presence_id, reason=reason)
    db.session.delete(presence)
    db.session.flush()


def close(date_id: int, *, actor: Actor) -> None:
    """Settle who came: from now on only the office corrects, with a reason. Raises `Refused` before the end or twice."""
    date = _lock_date(date_id)
    check_close(ends_at=date.ends_at, closed_at=date.presence_closed_at, moment=now())
    date.presence_closed_at = now()
    db.session.flush()
    words = f"结束了“{date.session.topic}”{date.starts_at:%m月%d日}的签到登记"
    record(actor, "parentschool.close_presence", words, subject_type="parent_date", subject_id=date_id)


def _lock_date(date_id: int) -> SessionDate:
    found = find_date(date_id)
    session = lock_session(found.session_id) if found else None
    date = next((one for one in session.dates if one.id == date_id), None) if session else None
    if session is None or date is None or not is_held(session.state, date.cancelled_at):
        raise Refused(NOT_HELD)
    return date


def _lock_presence(presence_id: int) -> tuple[FamilyPresence, SessionDate]:
    found = find_presence(presence_id)
    date = _lock_date(found.date_id) if found else None
    presence = reread_presence(presence_id) if date else None
    if presence is None or date is None:
        raise Refused("这条签到已经不在了，请刷新页面。")
    return presence, date


def _check_may_note(date: SessionDate) -> None:
    check_may_note(starts_at=date.starts_at, ends_at=date.ends_at, closed_at=date.presence_closed_at, moment=now())


def _check_may_correct(date: SessionDate, reason: str, *, is_office: bool) -> None:
    closed_at = date.presence_closed_at
    check_may_correct(ends_at=date.ends_at, closed_at=closed_at, is_office=is_office, reason=reason, moment=now())


def _noted(date_id: int, family: int, sign_up: SignUp | None) -> FamilyPresence | None:
    families = {family, sign_up.family} if sign_up else {family}
    return next(iter(presences_of(date_id, families)), None)


def _present(date_id: int, families: set[int]) -> set[int]:
    """The numbers, as written and as they are now, of those of these families that are noted."""
    rows = presences_of(date_id, families)
    return {one.family for one in rows} | set(families_of({one.pupil_id for one in rows}).values())


def _families_now(sign_ups: Sequence[SignUp]) -> list[int]:
    families = families_of({one.pupil_id for one in sign_ups})
    return [families[one.pupil_id] for one in sign_ups]


def _note(
    date: SessionDate,
    family: int,
    comer: Comer,
    sign_up: SignUp | None,
    adults: int,
    method: CheckInMethod,
    actor: Actor,
) -> FamilyPresence:
    presence = FamilyPresence(
        date_id=date.id,
        guardian_id=comer.guardian_id,
        pupil_id=comer.pupil_id,
        class_id=comer.class_id,
        family=sign_up.family if sign_up else family,
        sign_up_id=sign_up.id if sign_up else None,
        adults=adults,
        method=method,
        noted_at=now(),
        noted_by=actor.user_id,
        has_answered=count_unclaimed(date.id) > 0,
    )
    db.session.add(presence)
    db.session.flush()
    return presence


def _add(date: SessionDate, sign_up: SignUp, class_id: int | None, adults: int, actor: Actor, *, has_answered: bool) -> None:
    db.session.add(
        FamilyPresence(
            date_id=date.id,
            guardian_id=sign_up.guardian_id,
            pupil_id=sign_up.pupil_id,
            class_id=class_id,
            family=sign_up.family,
            sign_up_id=sign_up.id,
            adults=adults,
            method=method_at(date.ends_at, now()),
            noted_at=now(),
            noted_by=actor.user_id,
            has_answered=has_answered,
        )
    )


def _in_words(date: SessionDate, comer: Comer, noted: FamilyPresence) -> str:
    came_without = "" if noted.sign_up_id else "（未报名）"
    return f"为“{date.session.topic}”签到：{comer.pupil_name}家 {noted.adults} 位家长{came_without}"
