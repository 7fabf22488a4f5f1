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
    """Every child of the guardian with the class's log of the day."""
    start_year = school_year_start(on_day)
    return [_child_day(child, on_day, start_year) for child in children_of_user(user_id)]


def _child_day(child: Child, on_day: date, start_year: int) -> ChildDay:
    wanted = LogFilter(on_day, on_day, class_key=(child.entry_year, child.class_number))
    newest = {row.item_id: row for row in log_rows(wanted, limit=MOST_ROWS)}
    is_none = None in newest and len(newest) == 1
    rows = [row for item_id, row in newest.items() if item_id is not None and row.change != "withdrawn"]
    return ChildDay(child, class_label(child.entry_year, child.class_number, start_year), rows, is_none)
