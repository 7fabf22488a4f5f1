"""Class-days of the log: items with all their versions, the day's minutes, and what is said where nothing was published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from school.calendar.rules import SchoolCalendar, grade_of, is_school_day, school_year_start
from school.homework.enums import Demand, Form, Kind, Layer, LogChange, Stage
from school.homework.queries.frames import ClassSpan
from school.homework.queries.log import LogRow
from school.homework.rules.caps import DayLoad, ItemLoad, LayerMinutes, day_load
from school.people.rules import ClassKey, class_label


class LogStatus(StrEnum):
    """What the log says of a class-day."""

    PUBLISHED = "published"
    NONE = "none"
    MISSING = "missing"
    PENDING = "pending"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"published": "已公示", "none": "无作业", "missing": "未公示", "pending": "待公示"}[self.value]


@dataclass(frozen=True)
class LayerText:
    """What one layer is asked."""

    layer: Layer
    content: str
    minutes: int
    in_school_minutes: int


@dataclass(frozen=True)
class Version:
    """One version of an item."""

    row: LogRow

    @property
    def change(self) -> LogChange:
        """Why there is this version."""
        return LogChange(self.row.change)

    @property
    def is_written(self) -> bool:
        """Whether it counts towards the cap."""
        return Form(self.row.form).is_written

    @property
    def is_optional(self) -> bool:
        """Whether a pupil may leave it."""
        return self.row.demand == Demand.OPTIONAL

    @property
    def labels(self) -> tuple[str, ...]:
        """Demand, form and kind in words; the stage only when it is not the usual one."""
        row = self.row
        words = (Demand(row.demand).label, Form(row.form).label, Kind(row.kind).label)
        return words if row.stage == Stage.AFTER_CLASS else (*words, Stage(row.stage).label)

    @property
    def source(self) -> str:
        """Book, page, questions and quantity in one line."""
        return " ".join(part for part in (self.row.book, self.row.pages, self.row.questions, self.row.quantity) if part)

    @property
    def layers(self) -> list[LayerText]:
        """Every layer's content and minutes."""
        return [
            LayerText(Layer(one["layer"]), one["content"], one["minutes"], one["in_school_minutes"]) for one in self.row.layers
        ]

    @property
    def load(self) -> ItemLoad:
        """The version as the cap sees it."""
        row = self.row
        layers = {one.layer: LayerMinutes(one.minutes, one.in_school_minutes) for one in self.layers}
        return ItemLoad(row.item_id or 0, row.subject, Demand(row.demand), Form(row.form), Stage(row.stage), layers)


@dataclass(frozen=True)
class PublicItem:
    """An item with its versions, the newest first."""

    versions: tuple[Version, ...]
    teacher: str

    @property
    def current(self) -> Version:
        """The newest version."""
        return self.versions[0]

    @property
    def older(self) -> tuple[Version, ...]:
        """The versions before; of a withdrawn item its last wording is in the newest already."""
        return self.versions[2:] if self.is_withdrawn else self.versions[1:]

    @property
    def is_withdrawn(self) -> bool:
        """Whether it holds no more."""
        return self.current.change is LogChange.WITHDRAWN


@dataclass(frozen=True)
class PublicDay:
    """A class on a day; `none_row` is the entry by which it was published as 「无」, also when items came later."""

    key: ClassKey
    on_day: date
    status: LogStatus
    items: tuple[PublicItem, ...] = ()
    load: DayLoad = DayLoad()
    cap_minutes: int = 0
    is_late: bool = False
    published_at: datetime | None = None
    none_row: LogRow | None = None

    @property
    def label(self) -> str:
        """“三年级2班” in the day's school year."""
        return class_label(self.key.entry_year, self.key.number, school_year_start(self.on_day))

    @property
    def grade(self) -> int:
        """The grade in the day's school year."""
        return grade_of(self.key.entry_year, school_year_start(self.on_day))

    def of_subject(self, code: str) -> tuple[PublicItem, ...]:
        """The items of one subject, or all when `code` is empty."""
        return tuple(item for item in self.items if not code or item.current.row.subject_code == code)


def published_days(rows: Iterable[LogRow], *, shows_staff_code: bool) -> list[PublicDay]:
    """Class-days out of log rows that are sorted by day, class, item and version, in their order."""
    return [
        _published_day(list(group), shows_staff_code=shows_staff_code)
        for _key, group in groupby(rows, key=lambda row: (row.on_day, row.entry_year, row.class_number))
    ]


def unpublished_days(
    spans: Sequence[ClassSpan],
    days: Iterable[date],
    published: Iterable[PublicDay],
    *,
    calendar: SchoolCalendar,
    today: date,
    is_past_deadline: bool,
) -> list[PublicDay]:
    """School days up to today on which classes have published nothing: missing, or pending before today's deadline."""
    known = {(day.on_day, day.key) for day in published}
    found = []
    for on_day in (day for day in days if day <= today):
        status = LogStatus.MISSING if on_day < today or is_past_deadline else LogStatus.PENDING
        for span in spans:
            key = ClassKey(span.entry_year, span.number)
            if (on_day, key) not in known and is_expected(span, on_day, calendar):
                found.append(PublicDay(key, on_day, status))
    return found


def is_expected(span: ClassSpan, on_day: date, calendar: SchoolCalendar) -> bool:
    """Whether the class has school on that day, so that silence means 未公示."""
    start_year = school_year_start(on_day)
    is_running = span.runs_from <= on_day <= span.runs_until and span.is_at_school(start_year)
    return is_running and is_school_day(on_day, calendar, grade=grade_of(span.entry_year, start_year))


def in_order(days: Iterable[PublicDay]) -> list[PublicDay]:
    """Newest day first, then youngest grade, then class number."""
    return sorted(days, key=lambda day: (-day.on_day.toordinal(), -day.key.entry_year, day.key.number))


def _published_day(rows: list[LogRow], *, shows_staff_code: bool) -> PublicDay:
    first = rows[0]
    key = ClassKey(first.entry_year, first.class_number)
    items = _items(rows, shows_staff_code=shows_staff_code)
    none_row = next((row for row in rows if row.change == LogChange.NONE), None)
    grade = grade_of(key.entry_year, school_year_start(first.on_day))
    live = [item.current.load for item in items if not item.is_withdrawn]
    return PublicDay(
        key=key,
        on_day=first.on_day,
        status=LogStatus.NONE if none_row and not items else LogStatus.PUBLISHED,
        items=items,
        load=day_load(grade, live) if 1 <= grade <= 9 else DayLoad(),
        cap_minutes=first.cap_minutes,
        is_late=any(row.is_late for row in rows),
        published_at=min(row.published_at for row in rows),
        none_row=none_row,
    )


def _items(rows: Sequence[LogRow], *, shows_staff_code: bool) -> tuple[PublicItem, ...]:
    """Items in the order in which they were filed; names of teachers as the school shows them."""
    by_item: dict[int, list[LogRow]] = {}
    for row in rows:
        if row.item_id is not None:
            by_item.setdefault(row.item_id, []).append(row)
    return tuple(
        PublicItem(
            versions=tuple(Version(row) for row in reversed(versions)),
            teacher=versions[-1].staff_code if shows_staff_code else versions[-1].teacher,
        )
        for versions in by_item.values()
    )
