"""Writing, changing and moderating reading-sharing, and giving or withdrawing the consent to be read by others."""

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Refused
from school.parentschool.enums import ReadingState
from school.parentschool.models import ReadingNote
from school.parentschool.queries.presence import Comer
from school.parentschool.queries.reading import find_note_by_key, lock_guardian, lock_note
from school.parentschool.rules.reading import NoteValues, check_moderation, check_note, check_revision, check_same, check_state

GONE = "这篇分享已经不在了，请刷新页面。"


def write(comer: Comer, values: NoteValues, *, key: str, actor: Actor) -> ReadingNote:
    """Keep a guardian's note for the teacher to look at; the same form sent twice makes one note.

    Raises `Refused` for a note without a book or with a text of fewer than 10 or more than 500 characters, and for a form
    that made a note already and now says something else.
    """
    check_note(values)
    lock_guardian(comer.guardian_id)
    if kept := find_note_by_key(comer.guardian_id, key):
        check_same(_values(kept), values)
        return kept
    note = ReadingNote(
        guardian_id=comer.guardian_id,
        pupil_id=comer.pupil_id,
        class_id=comer.class_id,
        submission_key=key,
        written_at=now(),
        state=ReadingState.SUBMITTED,
        **_columns(values),
    )
    db.session.add(note)
    db.session.flush()
    _record(actor, "write_reading", f"写了读书分享《{values.book}》", note)
    return note


def change(note_id: int, values: NoteValues, *, revision: int, actor: Actor) -> None:
    """Change a note; whatever it was before, the teacher looks at it again before others read it.

    Raises `Conflict` when it changed since it was opened.
    """
    check_note(values)
    note = _lock(note_id)
    check_revision(note.revision, revision)
    if note.state is not ReadingState.SUBMITTED:
        check_state(note.state, ReadingState.SUBMITTED)
    for name, value in _columns(values).items():
        setattr(note, name, value)
    note.state, note.state_reason = ReadingState.SUBMITTED, ""
    note.moderated_at = note.moderated_by = None
    note.revision += 1
    db.session.flush()
    _record(actor, "change_reading", f"改了读书分享《{note.book}》", note)


def consent(note_id: int, *, may_show: bool, may_name: bool, actor: Actor) -> None:
    """Give or withdraw the consent that other guardians read a note, and read the surname; it holds at once."""
    note = _lock(note_id)
    note.may_show, note.may_name = may_show, may_show and may_name
    db.session.flush()
    words = f"同意把《{note.book}》的分享给同班家长看" if may_show else f"不再把《{note.book}》的分享给同班家长看"
    _record(actor, "reading_consent", words, note)


def withdraw(note_id: int, *, actor: Actor) -> None:
    """Take a note back; nobody sees it any more."""
    note = _lock(note_id)
    check_state(note.state, ReadingState.WITHDRAWN)
    note.state, note.may_show, note.may_name = ReadingState.WITHDRAWN, False, False
    db.session.flush()
    _record(actor, "withdraw_reading", f"撤回了读书分享《{note.book}》", note)


def moderate(note_id: int, following: ReadingState, *, reason: str, revision: int, actor: Actor) -> None:
    """Approve a note or send it back with a reason: exactly the text that was read.

    Raises `Conflict` when the guardian changed it meanwhile, `Refused` for one's own note or a return without a reason.
    """
    note = _lock(note_id)
    check_state(note.state, following)
    check_revision(note.revision, revision)
    check_moderation(following, reason=reason, is_own=note.guardian.user_id == actor.user_id)
    note.state = following
    note.state_reason = reason if following is ReadingState.RETURNED else ""
    note.moderated_at, note.moderated_by = now(), actor.user_id
    db.session.flush()
    words = f"{'通过' if following is ReadingState.APPROVED else '退回'}了{note.pupil.name}家长的读书分享《{note.book}》"
    _record(actor, "moderate_reading", words, note, reason=reason)


def _lock(note_id: int) -> ReadingNote:
    note = lock_note(note_id)
    if note is None or note.state is ReadingState.WITHDRAWN:
        raise Refused(GONE)
    return note


def _columns(values: NoteValues) -> dict[str, str | bool]:
    return {
        "book": values.book,
        "author": values.author,
        "text": values.text,
        "may_show": values.may_show,
        "may_name": values.may_show and values.may_name,
    }


def _values(note: ReadingNote) -> NoteValues:
    return NoteValues(note.book, note.author, note.text, note.may_show, note.may_name)


def _record(actor: Actor, act: str, words: str, note: ReadingNote, *, reason: str = "") -> None:
    record(actor, f"parentschool.{act}", words, subject_type="reading_note", subject_id=note.id, reason=reason)
