"""A guardian's consent to a term's service for one child: once, with the version read, withdrawable (PR-01, AS-01)."""

from sqlalchemy import delete, insert, update

from school.audit.service import Actor, record
from school.courses.enums import PlaceEnd, SelectionState
from school.courses.queries.family import CONSENTS, WISHES, applications_of_pupils, consents_of
from school.courses.service.places import Ground, stand_on
from school.courses.service.seats import end_all
from school.courses.service.wishes import part_from_siblings
from school.db import db
from school.errors import Refused

WITHDRAWN_NOTE = "撤回同意"


def give_consent(selection_id: int, pupil_id: int, version: int, *, by: Actor) -> bool:
    """Put a guardian's consent on record; False when there is one of this version already.

    Raises `Refused` when another text than the one that was read is in force now, and when the selection is over.
    """
    ground = stand_on(selection_id, by)
    selection = ground.rulebook.selection
    if selection.state is SelectionState.FINISHED:
        raise Refused("本学期选课已经结束，不用再同意。")
    if version != selection.consent_version:
        raise Refused("告知书刚刚更新，请重新阅读后再同意。")
    held = consents_of(selection_id, [pupil_id]).get(pupil_id)
    if held is not None and held.version == version:
        return False
    if held is not None:
        _end(ground, pupil_id)
    row = {"selection_id": selection_id, "pupil_id": pupil_id, "version": version, "given_at": ground.now}
    db.session.execute(insert(CONSENTS).values(**row, given_by=by.user_id))
    sentence = f"同意了课后服务选课告知书（第 {version} 版）"
    record(by, "courses.give_consent", sentence, subject_type="pupil", subject_id=pupil_id)
    return True


def withdraw_consent(selection_id: int, pupil_id: int, *, by: Actor) -> bool:
    """End a consent and with it the child's wishes, lists and places, at any time; False when there was none.

    While the wishes are frozen and the draw is not out it is refused: the frozen list is public and cannot lose a line.
    """
    ground = stand_on(selection_id, by)
    if ground.rulebook.selection.state is SelectionState.FROZEN:
        raise Refused("志愿已经冻结，正在摇号，暂不能撤回同意。结果公布后可以在这里撤回；着急请联系教导处。")
    if not _end(ground, pupil_id):
        return False
    applied = applications_of_pupils(selection_id, [pupil_id]).get(pupil_id)
    if applied is not None:
        db.session.execute(delete(WISHES).where(WISHES.c.application_id == applied.id))
        for wish in applied.wishes:
            part_from_siblings(ground, wish)
    record(by, "courses.withdraw_consent", "撤回了课后服务选课的同意", subject_type="pupil", subject_id=pupil_id)
    end_all(selection_id, pupil_id, PlaceEnd.WITHDRAWN, note=WITHDRAWN_NOTE, by=by)
    return True


def _end(ground: Ground, pupil_id: int) -> bool:
    is_meant = CONSENTS.c.selection_id == ground.selection_id, CONSENTS.c.pupil_id == pupil_id
    statement = update(CONSENTS).where(*is_meant, CONSENTS.c.withdrawn_at.is_(None)).values(withdrawn_at=ground.now)
    return bool(db.session.execute(statement).rowcount)
