"""Reading-sharing: a guardian's own notes, those a teacher looks at, and those the class's other guardians may read."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select

from school.db import db
from school.parentschool.enums import ReadingState
from school.parentschool.models import ReadingNote
from school.people.models import ClassMembership, Guardian, SchoolClass


@dataclass(frozen=True)
class SharedNote:
    """A note as other guardians may read it; the name only for those who agreed to be named."""

    id: int
    class_id: int
    entry_year: int
    class_number: int
    guardian_name: str
    may_name: bool
    book: str
    author: str
    text: str


def notes_of(guardian_ids: Collection[int]) -> list[ReadingNote]:
    """A guardian's own notes, those withdrawn left out, the newest first."""
    statement = select(ReadingNote).where(ReadingNote.guardian_id.in_(guardian_ids))
    statement = statement.where(ReadingNote.state != ReadingState.WITHDRAWN)
    return list(db.session.scalars(statement.order_by(ReadingNote.id.desc())))


def find_note(note_id: int) -> ReadingNote | None:
    """A note by id."""
    return db.session.get(ReadingNote, note_id)


def lock_note(note_id: int) -> ReadingNote | None:
    """A note read anew, locked until the transaction ends."""
    statement = select(ReadingNote).where(ReadingNote.id == note_id).with_for_update(of=ReadingNote)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def find_note_by_key(guardian_id: int, key: str) -> ReadingNote | None:
    """The note that this guardian's form with this key made."""
    statement = select(ReadingNote).where(ReadingNote.guardian_id == guardian_id)
    return db.session.scalar(statement.where(ReadingNote.submission_key == key))


def lock_guardian(guardian_id: int) -> Guardian | None:
    """A guardian, locked until the transaction ends: one form makes one note."""
    statement = select(Guardian).where(Guardian.id == guardian_id).with_for_update(key_share=True, of=Guardian)
    return db.session.scalar(statement)


def shared_with(class_ids: Collection[int], *, not_by: Collection[int]) -> list[SharedNote]:
    """What the guardians of these classes may read of one another: approved, with consent, the child still in the class."""
    statement = (
        select(
            ReadingNote.id,
            ReadingNote.class_id,
            SchoolClass.entry_year,
            SchoolClass.number,
            case((ReadingNote.may_name, Guardian.name), else_=""),
            ReadingNote.may_name,
            ReadingNote.book,
            ReadingNote.author,
            ReadingNote.text,
        )
        .join(Guardian, Guardian.id == ReadingNote.guardian_id)
        .join(SchoolClass, SchoolClass.id == ReadingNote.class_id)
        .join(
            ClassMembership,
            and_(
                ClassMembership.pupil_id == ReadingNote.pupil_id,
                ClassMembership.class_id == ReadingNote.class_id,
                ClassMembership.ends_on.is_(None),
            ),
        )
        .where(ReadingNote.class_id.in_(class_ids), ReadingNote.guardian_id.not_in(not_by))
        .where(ReadingNote.state == ReadingState.APPROVED, ReadingNote.may_show)
        .order_by(ReadingNote.moderated_at.desc(), ReadingNote.id.desc())
    )
    return [SharedNote(*row) for row in db.session.execute(statement)]


def notes_to_moderate(class_ids: Collection[int] | None) -> list[ReadingNote]:
    """Submitted, approved and returned notes, those that wait first; of these classes, or of all when None."""
    waits_first = case((ReadingNote.state == ReadingState.SUBMITTED, 0), else_=1)
    statement = select(ReadingNote).where(ReadingNote.state != ReadingState.WITHDRAWN)
    if class_ids is not None:
        statement = statement.where(ReadingNote.class_id.in_(class_ids))
    return list(db.session.scalars(statement.order_by(waits_first, ReadingNote.id.desc()).limit(300)))


def count_to_moderate(class_ids: Collection[int] | None) -> int:
    """How many notes of these classes, or of all when None, wait for somebody to look at them."""
    statement = select(func.count()).select_from(ReadingNote).where(ReadingNote.state == ReadingState.SUBMITTED)
    if class_ids is not None:
        statement = statement.where(ReadingNote.class_id.in_(class_ids))
    return db.session.scalar(statement) or 0


def classes_of(class_ids: Collection[int], entry_years: Collection[int]) -> list[int]:
    """The ids of these classes and of all classes that entered in these years."""
    statement = select(SchoolClass.id).where(SchoolClass.id.in_(class_ids) | SchoolClass.entry_year.in_(entry_years))
    return list(db.session.scalars(statement.order_by(SchoolClass.id)))
