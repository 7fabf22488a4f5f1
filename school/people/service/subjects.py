"""The subjects a school starts with, and how else their names are written."""

from dataclasses import dataclass

from school.people.models import Subject
from school.people.queries.snapshots import subject_ids
from school.people.service.importing.bulk import insert_all
from school.people.service.importing.cells import fold


@dataclass(frozen=True)
class KnownSubject:
    """A subject with its code; `has_homework` says that the board waits for it every day."""

    code: str
    name: str
    also: tuple[str, ...] = ()
    has_homework: bool = False


SUBJECTS = (
    KnownSubject("chinese", "语文", (), has_homework=True),
    KnownSubject("math", "数学", (), has_homework=True),
    KnownSubject("english", "英语", ("外语",), has_homework=True),
    KnownSubject("morality", "道德与法治", ("道法", "品德", "思品", "思想品德", "品德与社会", "品德与生活", "政治")),
    KnownSubject("science", "科学", ("自然",)),
    KnownSubject("pe", "体育与健康", ("体育", "体健")),
    KnownSubject("music", "音乐"),
    KnownSubject("art", "美术"),
    KnownSubject("it", "信息科技", ("信息", "信息技术", "计算机", "微机", "电脑")),
    KnownSubject("labour", "劳动", ("劳动教育", "劳技", "劳动技术", "劳动与技术")),
    KnownSubject("practice", "综合实践", ("综合", "综合实践活动")),
    KnownSubject("calligraphy", "书法", ("写字", "书法练习")),
    KnownSubject("mongolian", "蒙古语文", ("蒙语", "蒙文", "蒙古语", "蒙语文"), has_homework=True),
)
_ALSO = {other: subject.name for subject in SUBJECTS for other in subject.also}


def ensure_subjects() -> dict[str, int]:
    """Create the subjects that do not exist yet; answers all subjects' ids by name."""
    known = subject_ids()
    rows = [
        {"code": subject.code, "name": subject.name, "position": position, "has_homework": subject.has_homework}
        for position, subject in enumerate(SUBJECTS, start=1)
        if subject.name not in known
    ]
    insert_all(Subject, rows)
    return subject_ids() if rows else known


def subject_named(text: str, known: dict[str, int]) -> str | None:
    """The name of the subject a cell means, or None."""
    folded = fold(text)
    name = _ALSO.get(folded, folded)
    return name if name in known else None
