"""What the public pages show, ready for templates: headings, links to other days and classes, the overview of many days."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from school.calendar.queries import get_calendar
from school.calendar.rules import grade_of, next_school_day, previous_school_day, school_year_start
from school.homework.publiclog.arguments import GRADES, Days, Scope, key_text, week_of
from school.homework.publiclog.classdays import PublicDay
from school.homework.publiclog.reading import Log
from school.people.rules import ClassKey, class_label

MOST_ITEMS_SHOWN = 400
WEEKDAYS = "一二三四五六日"

# Makes the address of an endpoint with the arguments of a scope; the view gives it.
LinkTo = Callable[..., str]


@dataclass(frozen=True)
class Switch:
    """The links to the days beside the present one, as `day_switcher` shows them."""

    previous_url: str
    label: str
    next_url: str


@dataclass(frozen=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str
    is_chosen: bool
    url: str = ""


@dataclass(frozen=True)
class GradeChoice:
    """A grade with its classes."""

    grade: Choice
    classes: tuple[Choice, ...]


@dataclass(frozen=True)
class DayGroup:
    """The class-days of one day."""

    on_day: date
    heading: str
    class_days: tuple[PublicDay, ...]


@dataclass(frozen=True)
class OverviewRow:
    """A class with one cell for each day: the class-day and its address, or None where there was no school."""

    label: str
    url: str
    cells: tuple[tuple[PublicDay, str] | None, ...]


@dataclass(frozen=True)
class Overview:
    """Many class-days as a table of classes and days."""

    days: tuple[tuple[str, str], ...]
    rows: tuple[OverviewRow, ...]


@dataclass(frozen=True)
class LogPage:
    """The page of the log."""

    log: Log
    title: str
    scope_words: str
    switch: Switch
    grades: tuple[GradeChoice, ...]
    subjects: tuple[Choice, ...]
    groups: tuple[DayGroup, ...]
    overview: Overview | None
    notice: str
    links: dict[str, str]

    @property
    def shows_class_names(self) -> bool:
        """Whether each class-day has to say whose it is."""
        return self.log.scope.class_key is None


def day_words(day: date) -> str:
    """A day as the page names it: 11月25日 周三."""
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def log_page(log: Log, link_to: LinkTo) -> LogPage:
    """The page of a log that was read; `link_to(endpoint, **arguments)` makes addresses."""
    shows_items = log.item_count <= MOST_ITEMS_SHOWN
    return LogPage(
        log=log,
        title=_title(log),
        scope_words=scope_words(log.scope, log.days.last),
        switch=_switch(log, link_to),
        grades=tuple(_grades(log, link_to)),
        subjects=tuple(_subjects(log)),
        groups=tuple(_groups(log.class_days)) if shows_items else (),
        overview=None if shows_items else _overview(log, link_to),
        notice=_notice(log),
        links=_links(log, link_to),
    )


def scope_words(scope: Scope, on_day: date) -> str:
    """Whose homework it is: 三年级2班, 三年级, 全校, with the subject where one was chosen."""
    whose = "全校"
    if scope.class_key:
        whose = class_label(scope.class_key.entry_year, scope.class_key.number, school_year_start(on_day))
    elif scope.grade:
        whose = f"{GRADES[scope.grade - 1]}年级"
    return f"{whose} {scope.subject.name}" if scope.subject else whose


def _title(log: Log) -> str:
    first, last = log.days.first, log.days.last
    if log.days.is_one:
        return day_words(first)
    return f"{first.month}月{first.day}日—" + (f"{last.day}日" if first.month == last.month else f"{last.month}月{last.day}日")


def _notice(log: Log) -> str:
    if log.is_default and log.days.last < log.today:
        return f"今天（{day_words(log.today)}）还没有公示，下面是最近一次公示。"
    if log.days.first > log.today:
        return "这一天还没有到。"
    return ""


def _switch(log: Log, link_to: LinkTo) -> Switch:
    calendar, days, scope = get_calendar(), log.days, log.scope.arguments
    if days.is_one:
        before = previous_school_day(days.first, calendar)
        after = next_school_day(days.first, calendar)
        is_past = after is not None and after <= log.today
        return Switch(
            link_to("public_log", date=before, **scope) if before else "",
            day_words(days.first),
            link_to("public_log", date=after, **scope) if is_past else "",
        )
    step = timedelta(days=days.count)
    earlier, later = Days(days.first - step, days.last - step), Days(days.first + step, days.last + step)
    return Switch(
        link_to("public_log", **_range(earlier), **scope),
        _title(log),
        link_to("public_log", **_range(later), **scope) if later.first <= log.today else "",
    )


def _links(log: Log, link_to: LinkTo) -> dict[str, str]:
    scope, days = log.scope.arguments, log.days
    exact = _range(days) | scope
    links = {
        "today": link_to("public_log", **scope),
        "week": link_to("public_log", **_range(week_of(days.last)), **scope),
        "csv": link_to("public_log_csv", **exact),
        "json": link_to("public_log_json", **exact),
        "all_subjects": link_to("public_log", **_range(days), **{k: v for k, v in scope.items() if k != "subject"}),
    }
    if log.scope.class_key:
        printed = {"month": f"{days.last:%Y-%m}"} if days.is_one else _range(days)
        links["book"] = link_to("public_book", **printed, **{"class": key_text(log.scope.class_key)})
    return links


def _range(days: Days) -> dict[str, str]:
    if days.is_one:
        return {"date": days.first.isoformat()}
    return {"from": days.first.isoformat(), "to": days.last.isoformat()}


def _grades(log: Log, link_to: LinkTo) -> Iterable[GradeChoice]:
    """Every grade with its classes, youngest first."""
    start_year = school_year_start(log.days.last)
    subject = {"subject": log.subject_code} if log.subject_code else {}
    dated = {} if log.is_default else _range(log.days)
    running = [span for span in log.spans if span.is_at_school(start_year)]
    for entry_year, spans in groupby(running, key=lambda span: span.entry_year):
        grade = grade_of(entry_year, start_year)
        classes = [_class_choice(log, ClassKey(span.entry_year, span.number), dated | subject, link_to) for span in spans]
        url = link_to("public_log", grade=grade, **dated, **subject)
        chosen = Choice(str(grade), f"{GRADES[grade - 1]}年级", log.scope.grade == grade, url)
        yield GradeChoice(chosen, tuple(classes))


def _class_choice(log: Log, key: ClassKey, arguments: dict[str, str], link_to: LinkTo) -> Choice:
    text = key_text(key)
    label = class_label(key.entry_year, key.number, school_year_start(log.days.last))
    return Choice(text, label, log.scope.class_key == key, link_to("public_log", **{"class": text}, **arguments))


def _subjects(log: Log) -> Iterable[Choice]:
    return (Choice(one.code, one.name, one.code == log.subject_code) for one in log.subjects)


def _groups(class_days: Sequence[PublicDay]) -> Iterable[DayGroup]:
    for on_day, days in groupby(class_days, key=lambda day: day.on_day):
        yield DayGroup(on_day, day_words(on_day), tuple(days))


def _overview(log: Log, link_to: LinkTo) -> Overview:
    days = sorted({day.on_day for day in log.class_days})
    cells = {(day.key, day.on_day): day for day in log.class_days}
    keys = sorted({day.key for day in log.class_days}, key=lambda key: (-key.entry_year, key.number))
    start_year = school_year_start(log.days.last)
    rows = []
    for key in keys:
        text = key_text(key)
        label = class_label(key.entry_year, key.number, start_year)
        linked = [
            (cells[key, day], link_to("public_log", date=day, **{"class": text})) if (key, day) in cells else None for day in days
        ]
        rows.append(OverviewRow(label, link_to("public_log", **_range(log.days), **{"class": text}), tuple(linked)))
    heads = tuple((f"{day.month}/{day.day}", WEEKDAYS[day.weekday()]) for day in days)
    return Overview(heads, tuple(rows))
