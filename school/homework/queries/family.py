"""What a guardian reads: the published log of each child's class."""

from dataclasses import dataclass
from datetime import date

from school.calendar.rules import school_year_start
from school.homework.queries.log import LogFilter, LogRow, log_rows
from school.people.queries import Child, children_of_user
from school.people.rules import class_label

MOST_ROWS = 200


@dataclass(frozen=True)
class ChildDay:
    """One child's day: the newest version of every published item, or nothing yet."""

    child: Child
    class_label: str
    rows: list[LogRow]
    is_none: bool

    @property
    def is_published(self) -> bool:
        """Whether the class has published anything for the day."""
        return bool(self.rows) or self.is_none


def child_days(user_id: int, on_day: date) -> list[ChildDay]:
    """Every child of the guardian with the class's log of the day; one query for all children."""
    children = children_of_user(user_id)
    if not children:
        return []
    keys = sorted({(child.entry_year, child.class_number) for child in children})
    rows = log_rows(LogFilter(on_day, on_day, class_keys=keys), limit=MOST_ROWS * len(keys))
    by_class = {key: [row for row in rows if (row.entry_year, row.class_number) == key] for key in keys}
    start_year = school_year_start(on_day)
    return [_child_day(child, by_class[child.entry_year, child.class_number], start_year) for child in children]


def _child_day(child: Child, log: list[LogRow], start_year: int) -> ChildDay:
    newest = {row.item_id: row for row in log}
    is_none = None in newest and len(newest) == 1
    rows = [row for item_id, row in newest.items() if item_id is not None and row.change != "withdrawn"]
    return ChildDay(child, class_label(child.entry_year, child.class_number, start_year), rows, is_none)
