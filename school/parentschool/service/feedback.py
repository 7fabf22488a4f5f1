"""Taking a family's answer, so that nobody at the school can tell whose it is.

The answer has a random id and no link to anybody; that the family answered is a flag without a time. The audit is silent
about it: an entry would say who answered when, and the next answer to come to light would be known by it.
"""

from collections.abc import Mapping
from secrets import token_hex

from school.clock import now
from school.db import db
from school.errors import Refused
from school.parentschool.models import SessionFeedback
from school.parentschool.queries.corps import confirmed_mentors
from school.parentschool.queries.feedback import count_hidden, showing_hidden
from school.parentschool.queries.presence import find_presence, reread_presence
from school.parentschool.queries.sessions import lock_session
from school.parentschool.rules.feedback import check_answer, check_stars, completes_batch


def answer(presence_id: int, stars: int | None, speaker_stars: Mapping[str, int | None], text: str) -> None:
    """Take the answer of a family that was present.

    Raises `Refused` for a second answer, before the end, after 30 days, or when stars are missing. The answer that fills a
    batch brings the whole batch to light.
    """
    found = find_presence(presence_id)
    session_id = found.date.session_id if found else 0
    lock_session(session_id)
    presence = reread_presence(presence_id)
    if presence is None:
        raise Refused("没有您家的签到记录，不能填反馈。请联系班主任。")
    check_answer(ends_at=presence.date.ends_at, has_answered=presence.has_answered, moment=now())
    speakers = [str(one.id) for one in confirmed_mentors(session_id)]
    check_stars(stars, speaker_stars, speakers, text)
    kept = {key: speaker_stars[key] for key in speakers}
    presence.has_answered = True
    db.session.add(SessionFeedback(id=token_hex(16), date_id=presence.date_id, stars=stars, speaker_stars=kept, text=text))
    db.session.flush()
    if completes_batch(count_hidden(session_id)):
        db.session.execute(showing_hidden(session_id))
