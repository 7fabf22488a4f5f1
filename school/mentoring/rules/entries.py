"""What may be entered about work together, by whom, for whose duty, and who confirms it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from school.errors import Refused
from school.filetypes import FileType, file_type_of
from school.mentoring.enums import EntryKind, EntryState, Seat

# The master and the apprentice of the two directed links of a triad.
LINKS = ((Seat.CHIEF, Seat.MIDDLE), (Seat.MIDDLE, Seat.NOVICE))
MASTER = {apprentice: master for master, apprentice in LINKS}

# Whose duty a kind fulfils: the one who observes, reads, shows or talks is credited; lessons to report are the apprentice's.
APPRENTICE_KINDS = frozenset({EntryKind.REPORT_LESSON, EntryKind.REFLECTION, EntryKind.HOMEWORK_DESIGN})
MASTER_KINDS = frozenset({EntryKind.PLAN_REVIEW, EntryKind.MODEL_LESSON, EntryKind.TALK})
LESSON_KINDS = frozenset({EntryKind.OBSERVATION, EntryKind.MODEL_LESSON, EntryKind.REPORT_LESSON})

OBSERVATION_RUBRIC: tuple[tuple[str, str, int], ...] = (
    ("goal", "目标清楚", 20),
    ("design", "环节紧凑、分层", 20),
    ("pupils", "学生参与", 25),
    ("practice", "练习精当、当堂完成", 20),
    ("manner", "教态、板书、语言", 15),
)

NEXT_STATES = {
    EntryState.ENTERED: frozenset({EntryState.CONFIRMED, EntryState.RETURNED, EntryState.WITHDRAWN}),
    EntryState.RETURNED: frozenset({EntryState.ENTERED, EntryState.WITHDRAWN}),
    EntryState.CONFIRMED: frozenset(),
    EntryState.WITHDRAWN: frozenset(),
}

FILE_TYPES = frozenset({FileType.PDF, FileType.JPEG, FileType.PNG, FileType.DOCX})
MOST_FILE_BYTES = 5_000_000
MOST_FILES = 4


@dataclass(frozen=True)
class EntryValues:
    """What an entry says; `scores` are points by key of the observation rubric."""

    kind: EntryKind
    on_day: date
    class_id: int | None
    lesson: str
    topic: str
    minutes: int | None
    scores: Mapping[str, int]
    notes: str


def credited_seat(kind: EntryKind, by: Seat, other: Seat) -> Seat:
    """Whose duty the entry fulfils; raises `Refused` when the two are not linked.

    An observation is credited to the one who entered it, for both sides owe some.
    """
    if (by, other) not in LINKS and (other, by) not in LINKS:
        raise Refused("1号和3号之间没有直接的师徒关系，请选择自己的师傅或徒弟。", "with_teacher")
    master, apprentice = (by, other) if (by, other) in LINKS else (other, by)
    if kind in APPRENTICE_KINDS:
        return apprentice
    if kind in MASTER_KINDS:
        return master
    return by


def check_entry(values: EntryValues, *, starts_on: date, ends_on: date, today: date) -> None:
    """Raise `Refused` for a day outside the triad's time or in the future, a lesson without class or topic, odd points."""
    if values.on_day > today:
        raise Refused("日期不能晚于今天。", "on_day")
    if not starts_on <= values.on_day <= ends_on:
        raise Refused("日期不在这个三人行的期限内。", "on_day")
    if values.kind in LESSON_KINDS and values.class_id is None:
        raise Refused(f"{values.kind.label}要选班级。", "class_id")
    if not values.topic:
        raise Refused("请写课题或主题。", "topic")
    if values.kind is EntryKind.OBSERVATION and not values.notes:
        raise Refused("听课要写一句评语：优点或建议。", "notes")
    most = {key: points for key, _label, points in OBSERVATION_RUBRIC}
    for key, points in values.scores.items():
        if key not in most or not 0 <= points <= most[key]:
            raise Refused(f"评分请填 0 到 {most.get(key, 0)} 之间的整数。", f"score_{key}")


def check_state(present: EntryState, following: EntryState) -> None:
    """Raise `Refused` when an entry cannot go from one state to the other."""
    if following not in NEXT_STATES[present]:
        raise Refused(f"这条记录{present.label}，不能再改为{following.label}。")


def file_type(name: str, content: bytes) -> str:
    """The media type of an attached file by its bytes; raises `Refused` for anything else, too much, or a false ending."""
    suffix = name.rsplit(".", 1)[-1].lower()
    if not any(suffix in one.suffixes for one in FILE_TYPES):
        raise Refused("附件只收 PDF、Word（docx）和 JPG、PNG 图片。", "files")
    if len(content) > MOST_FILE_BYTES:
        raise Refused("附件不能超过 5 MB。", "files")
    kind = file_type_of(content)
    if kind not in FILE_TYPES or suffix not in kind.suffixes:
        raise Refused("附件的内容和扩展名不符，请另存后再传。", "files")
    return kind.value
