"""Reading-sharing of guardians: what may be written, who looks at it before others do, and who may read it."""

from dataclasses import dataclass

from school.errors import Conflict, Refused
from school.parentschool.enums import ReadingState
from school.people.rules import public_teacher_name

SHORTEST_TEXT, LONGEST_TEXT = 10, 500
LONGEST_BOOK, LONGEST_AUTHOR = 80, 60

NEXT_STATES = {
    ReadingState.SUBMITTED: frozenset({ReadingState.APPROVED, ReadingState.RETURNED, ReadingState.WITHDRAWN}),
    ReadingState.RETURNED: frozenset({ReadingState.SUBMITTED, ReadingState.WITHDRAWN}),
    ReadingState.APPROVED: frozenset({ReadingState.RETURNED, ReadingState.SUBMITTED, ReadingState.WITHDRAWN}),
    ReadingState.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True)
class NoteValues:
    """A book, its author, some sentences; whether the class's other guardians may read it, and under the surname."""

    book: str
    author: str
    text: str
    may_show: bool
    may_name: bool


def check_note(values: NoteValues) -> None:
    """Raise `Refused` for a note without a book, or whose text has fewer than 10 or more than 500 characters."""
    if not 1 <= len(values.book) <= LONGEST_BOOK:
        raise Refused(f"请写书名，最多 {LONGEST_BOOK} 个字。", "book")
    if len(values.author) > LONGEST_AUTHOR:
        raise Refused(f"作者最多 {LONGEST_AUTHOR} 个字。", "author")
    if not SHORTEST_TEXT <= len(values.text) <= LONGEST_TEXT:
        raise Refused(f"请写 {SHORTEST_TEXT} 到 {LONGEST_TEXT} 个字，现在是 {len(values.text)} 个字。", "text")


def check_same(kept: NoteValues, sent: NoteValues) -> None:
    """Raise `Refused` when a form that made a note is sent again with another text; consents do not count."""
    if (kept.book, kept.author, kept.text) != (sent.book, sent.author, sent.text):
        raise Refused(f"这张表已经交过《{kept.book}》，这次没有保存。要改那一篇，请在“我的分享”里修改；要写新的，请重新打开。")


def check_state(present: ReadingState, following: ReadingState) -> None:
    """Raise `Refused` when a note cannot go from one state to the other."""
    if following not in NEXT_STATES[present]:
        raise Refused(f"这篇分享{present.label}，不能再改为{following.label}。")


def check_moderation(following: ReadingState, *, reason: str, is_own: bool) -> None:
    """Raise `Refused` when a teacher looks at their own note as a parent, or sends one back without a reason."""
    if is_own:
        raise Refused("自己写的分享请别的老师审核。")
    if following is ReadingState.RETURNED and not reason:
        raise Refused("请写明退回的原因，家长会看到。", "reason")


def check_revision(present: int, seen: int) -> None:
    """Raise `Conflict` when what was read is no longer what stands there."""
    if present != seen:
        raise Conflict("这篇分享刚刚被改过，请再看一遍。")


def shown_as(class_name: str, guardian_name: str, *, may_name: bool) -> str:
    """How other guardians see who wrote: “三年级2班 一位家长”, or with the second consent “三年级2班 孙家长”."""
    surname = public_teacher_name(guardian_name).removesuffix("老师")
    return f"{class_name} {surname}家长" if may_name else f"{class_name} 一位家长"
