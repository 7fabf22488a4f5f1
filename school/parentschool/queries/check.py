"""A session read whole, for the audit of its invariants."""

from sqlalchemy import func, select
from sqlalchemy.orm import raiseload

from school.clock import now
from school.db import db
from school.parentschool.models import FamilyPresence, ParentSession, SessionDate, SessionFeedback, SignUp
from school.parentschool.queries.families import family_now
from school.parentschool.queries.signups import LIVE, facts_of, with_child_in_class
from school.parentschool.rules.checking import PresenceRow, SignUpRow, Snapshot

SIGN_UPS, PRESENCES = SignUp.__table__, FamilyPresence.__table__


def snapshots() -> list[Snapshot]:
    """Every session as this transaction sees it, by id."""
    statement = select(ParentSession).order_by(ParentSession.id)
    return [_snapshot(one) for one in db.session.scalars(statement).all()]


def _snapshot(session: ParentSession) -> Snapshot:
    sign_ups = _sign_ups(session.id)
    here = with_child_in_class(one.pupil_id for one in sign_ups) if sign_ups else set()
    dates = select(SessionDate.id).where(SessionDate.session_id == session.id)
    counts = select(SessionFeedback.date_id, SessionFeedback.is_shown, func.count()).where(SessionFeedback.date_id.in_(dates))
    answers = db.session.execute(counts.group_by(SessionFeedback.date_id, SessionFeedback.is_shown)).all()
    by_date: dict[int, int] = {}
    for date_id, _is_shown, count in answers:
        by_date[date_id] = by_date.get(date_id, 0) + count
    return Snapshot(
        session=facts_of(session),
        now=now(),
        sign_ups=tuple(sign_ups),
        presences=tuple(_presences(session.id)),
        here=frozenset(one.family for one in sign_ups if one.pupil_id in here),
        answers=by_date,
        shown=sum(count for _date_id, is_shown, count in answers if is_shown),
        hidden=sum(count for _date_id, is_shown, count in answers if not is_shown),
    )


def _sign_ups(session_id: int) -> list[SignUpRow]:
    columns = (SignUp.id, SignUp.date_id, SignUp.pupil_id, family_now(SIGN_UPS.c.pupil_id), SignUp.adults, SignUp.state)
    statement = select(*columns, SignUp.gives_up_id).where(SignUp.session_id == session_id, SignUp.state.in_(LIVE))
    return [SignUpRow(*row) for row in db.session.execute(statement.order_by(SignUp.id))]


def _presences(session_id: int) -> list[PresenceRow]:
    statement = (
        select(
            FamilyPresence,
            family_now(PRESENCES.c.pupil_id),
            SignUp.date_id,
            family_now(SIGN_UPS.c.pupil_id),
        )
        .join(SessionDate, SessionDate.id == FamilyPresence.date_id)
        .outerjoin(SignUp, SignUp.id == FamilyPresence.sign_up_id)
        .where(SessionDate.session_id == session_id)
        .order_by(FamilyPresence.id)
        .options(raiseload("*"))
    )
    return [
        PresenceRow(
            one.id,
            one.date_id,
            one.pupil_id,
            family,
            one.noted_at,
            one.has_answered,
            None if date_id is None else (date_id, of),
        )
        for one, family, date_id, of in db.session.execute(statement)
    ]
