"""Entering what was done together, confirming it, sending it back; files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from school.audit.service import Actor, record
from school.clock import now, today
from school.db import db
from school.errors import Conflict, Refused
from school.mentoring.enums import EntryState, TriadState
from school.mentoring.models import MentorEntry, MentorFile, Triad
from school.mentoring.queries.entries import Seating, find_entry, find_entry_of_key, seating_on
from school.mentoring.queries.triads import lock_triad
from school.mentoring.rules.entries import MOST_FILES, EntryValues, check_entry, check_state, credited_seat, file_type


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes


def enter(
    triad_id: int,
    by_teacher_id: int,
    with_teacher_id: int,
    values: EntryValues,
    *,
    key: str,
    files: Sequence[Upload] = (),
    actor: Actor,
) -> MentorEntry:
    """Enter something two linked members of an active triad did; the other side confirms it.

    The same form sent again answers with the entry it made the first time.
    """
    triad = _lock_active(triad_id)
    if made := find_entry_of_key(by_teacher_id, key):
        return made
    check_entry(values, starts_on=triad.starts_on, ends_on=triad.ends_on, today=today())
    seating = seating_on(triad, values.on_day)
    entry = MentorEntry(
        triad_id=triad.id,
        by_teacher_id=by_teacher_id,
        with_teacher_id=with_teacher_id,
        credited_to_id=_credited(seating, values, by_teacher_id, with_teacher_id),
        submission_key=key,
        created_at=now(),
    )
    _put(entry, values)
    entry.files = [_file(one) for one in _counted(files, 0)]
    db.session.add(entry)
    db.session.flush()
    sentence = f"登记了{values.kind.label}“{values.topic}”（{values.on_day.isoformat()}）"
    record(actor, "mentoring.enter", sentence, subject_type="triad", subject_id=triad.id)
    return entry


def correct(
    entry_id: int, by_teacher_id: int, values: EntryValues, *, revision: int, files: Sequence[Upload] = (), actor: Actor
) -> None:
    """Correct an entry that is not confirmed yet; one that was sent back waits for confirmation again."""
    entry, triad = _lock_of(entry_id)
    if entry.by_teacher_id != by_teacher_id:
        raise Refused("只有登记的人可以修改。")
    if entry.state not in (EntryState.ENTERED, EntryState.RETURNED):
        raise Refused(f"这条记录{entry.state.label}，不能再修改。")
    if entry.revision != revision:
        raise Conflict("您打开这一页以后，这条记录已经变动。核对后可以再次提交。")
    check_entry(values, starts_on=triad.starts_on, ends_on=triad.ends_on, today=today())
    entry.credited_to_id = _credited(seating_on(triad, values.on_day), values, entry.by_teacher_id, entry.with_teacher_id)
    _put(entry, values)
    entry.files += [_file(one) for one in _counted(files, len(entry.files))]
    entry.state, entry.state_reason = EntryState.ENTERED, ""
    entry.revision += 1
    db.session.flush()
    sentence = f"修改了{values.kind.label}“{values.topic}”的记录"
    record(actor, "mentoring.correct", sentence, subject_type="triad", subject_id=triad.id)


def confirm(entry_id: int, teacher_id: int, *, actor: Actor) -> MentorEntry:
    """The other side confirms; a second tap changes nothing."""
    entry, triad = _lock_of(entry_id)
    _check_other_side(entry, teacher_id)
    if entry.state is EntryState.CONFIRMED:
        return entry
    check_state(entry.state, EntryState.CONFIRMED)
    entry.state, entry.confirmed_at = EntryState.CONFIRMED, now()
    entry.revision += 1
    sentence = f"确认了{entry.kind.label}“{entry.topic}”（{entry.on_day.isoformat()}）"
    record(actor, "mentoring.confirm_entry", sentence, subject_type="triad", subject_id=triad.id)
    return entry


def send_back(entry_id: int, teacher_id: int, *, reason: str, actor: Actor) -> MentorEntry:
    """The other side sends an entry back with a reason."""
    entry, triad = _lock_of(entry_id)
    _check_other_side(entry, teacher_id)
    check_state(entry.state, EntryState.RETURNED)
    if not reason:
        raise Refused("请写明退回的原因。", "reason")
    entry.state, entry.state_reason = EntryState.RETURNED, reason
    entry.revision += 1
    sentence = f"退回了{entry.kind.label}“{entry.topic}”的记录"
    record(actor, "mentoring.return_entry", sentence, subject_type="triad", subject_id=triad.id, reason=reason)
    return entry


def withdraw(entry_id: int, teacher_id: int, *, actor: Actor) -> MentorEntry:
    """Who entered it takes it back before it is confirmed."""
    entry, triad = _lock_of(entry_id)
    if entry.by_teacher_id != teacher_id:
        raise Refused("只有登记的人可以撤回。")
    if entry.state is EntryState.WITHDRAWN:
        return entry
    check_state(entry.state, EntryState.WITHDRAWN)
    entry.state = EntryState.WITHDRAWN
    entry.revision += 1
    sentence = f"撤回了{entry.kind.label}“{entry.topic}”的记录"
    record(actor, "mentoring.withdraw_entry", sentence, subject_type="triad", subject_id=triad.id)
    return entry


def _lock_active(triad_id: int) -> Triad:
    triad = lock_triad(triad_id)
    if triad is None or triad.state is not TriadState.ACTIVE:
        raise Refused("这个三人行现在不在进行中，不能登记。")
    return triad


def _lock_of(entry_id: int) -> tuple[MentorEntry, Triad]:
    found = find_entry(entry_id)
    if found is None:
        raise Refused("没有这条记录。")
    triad = _lock_active(found.triad_id)
    db.session.refresh(found)
    return found, triad


def _credited(seating: Seating, values: EntryValues, by_teacher_id: int, with_teacher_id: int) -> int:
    by, other = seating.seat_of(by_teacher_id), seating.seat_of(with_teacher_id)
    if by is None or other is None:
        day: date = values.on_day
        raise Refused(f"{day.isoformat()}时两位不都在这个三人行里，请核对日期和对方。", "with_teacher")
    return seating.ids[credited_seat(values.kind, by, other)]


def _check_other_side(entry: MentorEntry, teacher_id: int) -> None:
    if entry.with_teacher_id != teacher_id:
        raise Refused("要由对方确认。")


def _put(entry: MentorEntry, values: EntryValues) -> None:
    entry.kind, entry.on_day, entry.class_id = values.kind, values.on_day, values.class_id
    entry.lesson, entry.topic, entry.minutes = values.lesson, values.topic, values.minutes
    entry.scores, entry.notes = dict(values.scores), values.notes


def _counted(files: Sequence[Upload], present: int) -> Sequence[Upload]:
    if len(files) + present > MOST_FILES:
        raise Refused(f"一条记录最多 {MOST_FILES} 个附件。", "files")
    return files


def _file(upload: Upload) -> MentorFile:
    media_type = file_type(upload.name, upload.content)
    digest = sha256(upload.content).hexdigest()
    size = len(upload.content)
    return MentorFile(name=upload.name[-200:], media_type=media_type, size=size, digest=digest, content=upload.content)
