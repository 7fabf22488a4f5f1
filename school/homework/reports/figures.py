"""The report as a page shows it: every figure with the address of the rows behind it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from school.homework.enums import DayStatus
from school.homework.reports.report import Report
from school.reporting.frames import records

GRADES = "一二三四五六七八九"
WEEKDAYS = "一二三四五六日"

DAY_FIGURES: Mapping[str, str] = {
    "due": "应公示",
    "published": "已公示",
    "on_time": "按时",
    "late": "迟公示",
    "missing": "未公示",
    "none": "无作业",
    "within": "合规",
    "near": "接近上限",
    "over": "超上限",
    "pending": "待公示",
    "warned": "写明理由",
}
ITEM_FIGURES: Mapping[str, str] = {
    "items": "作业项数",
    "written_items": "书面必做项",
    "layered_items": "分层",
    "optional_items": "选做",
    "warned_items": "写明理由",
}
ALARMING = {"missing": "over", "over": "over", "late": "late"}
SHOWN_DAYS = ("due", "published", "on_time", "late", "missing", "none", "near", "over", "warned")

# Makes the address of the rows behind a figure out of its arguments; the view gives it.
RowsUrl = Callable[..., str]


@dataclass(frozen=True)
class Figure:
    """A figure with the address of its rows ("" for 0), the tone of what needs a decision, and what a share is of."""

    title: str
    text: str
    url: str = ""
    tone: str = ""
    detail: str = ""


@dataclass(frozen=True)
class FigureRow:
    """A class, grade or subject with its figures."""

    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class GridCell:
    """A class-day of the grid."""

    status: str
    label: str
    figure: str
    url: str
    is_late: bool
    about: str


@dataclass(frozen=True)
class GridRow:
    """A class with a cell for each day, None where it had no school."""

    label: str
    cells: tuple[GridCell | None, ...]


@dataclass(frozen=True)
class Grid:
    """Classes by days."""

    heads: tuple[tuple[str, str], ...]
    rows: tuple[GridRow, ...]


@dataclass(frozen=True)
class ReportPage:
    """All parts of the page; `grid` only of a month."""

    total: tuple[Figure, ...]
    grid: Grid | None
    classes: tuple[FigureRow, ...]
    grades: tuple[FigureRow, ...]
    subjects: tuple[FigureRow, ...]


def report_page(report: Report, rows_url: RowsUrl) -> ReportPage:
    """The page of `report`; `rows_url(**arguments)` makes addresses."""
    total = records(report.total)
    return ReportPage(
        total=class_figures(total[0], {}, rows_url) if total else (),
        grid=grid_of(report, rows_url) if report.period.is_month else None,
        classes=tuple(
            FigureRow(row["class_name"], class_figures(row, {"class": row["class_key"]}, rows_url))
            for row in records(report.classes)
        ),
        grades=tuple(
            FigureRow(f"{GRADES[row['grade'] - 1]}年级", class_figures(row, {"grade": row["grade"]}, rows_url))
            for row in records(report.grades)
        ),
        subjects=tuple(
            FigureRow(row["subject"], subject_figures(row, {"subject": row["subject_code"]}, rows_url))
            for row in records(report.subjects)
        ),
    )


def class_figures(row: Mapping[str, Any], scope: Mapping[str, Any], rows_url: RowsUrl) -> tuple[Figure, ...]:
    """Figures of class-days and items of one class, grade or the school."""
    days = [_count(row, name, DAY_FIGURES[name], scope, rows_url) for name in SHOWN_DAYS]
    return (*days, _mean_day(row, scope, rows_url), *_shares(row, scope, rows_url))


def subject_figures(row: Mapping[str, Any], scope: Mapping[str, Any], rows_url: RowsUrl) -> tuple[Figure, ...]:
    """Figures of the items of one subject."""
    counts = [_count(row, name, ITEM_FIGURES[name], scope, rows_url) for name in ("items", "written_items", "optional_items")]
    url = rows_url(status="written_items", **scope) if row["written_items"] else ""
    mean = Figure("每项平均（分）", _decimal(row["item_minutes"]), url)
    shares = _shares(row, scope, rows_url)[1:]
    return (*counts, mean, *shares, _count(row, "warned_items", ITEM_FIGURES["warned_items"], scope, rows_url))


def grid_of(report: Report, rows_url: RowsUrl) -> Grid:
    """The class × day grid."""
    days = sorted({day.date() for day in report.days["on_day"].unique()})
    cells: dict[tuple[int, date], GridCell] = {}
    for row in records(report.days):
        cells[row["class_id"], row["on_day"]] = _grid_cell(row, rows_url)
    rows = [
        GridRow(one["class_name"], tuple(cells.get((one["class_id"], day)) for day in days)) for one in records(report.classes)
    ]
    return Grid(tuple((str(day.day), WEEKDAYS[day.weekday()]) for day in days), tuple(rows))


def _grid_cell(row: Mapping[str, Any], rows_url: RowsUrl) -> GridCell:
    on_day, status = row["on_day"], DayStatus(row["status"])
    about = f"{row['class_name']} {on_day.month}月{on_day.day}日"
    has_minutes = status in (DayStatus.WITHIN, DayStatus.NEAR, DayStatus.OVER)
    figure = str(row["required_minutes"]) if has_minutes else ""
    url = rows_url(**{"class": row["class_key"]}, date=on_day.isoformat())
    return GridCell(status.value, status.label, figure, url, bool(row["late"]), about)


def _count(row: Mapping[str, Any], name: str, title: str, scope: Mapping[str, Any], rows_url: RowsUrl) -> Figure:
    count = int(row[name])
    url = rows_url(status=name, **scope) if count else ""
    return Figure(title, str(count), url, ALARMING.get(name, "") if count else "")


def _mean_day(row: Mapping[str, Any], scope: Mapping[str, Any], rows_url: RowsUrl) -> Figure:
    url = rows_url(status="published", **scope) if row["published"] else ""
    return Figure("平均每天（分）", _decimal(row["mean_minutes"]), url)


def _shares(row: Mapping[str, Any], scope: Mapping[str, Any], rows_url: RowsUrl) -> Iterable[Figure]:
    """Items, the layered among them, and the minutes done in school; each share with its counts."""
    items, layered = int(row["items"]), int(row["layered_items"])
    written = rows_url(status="written_items", **scope) if row["written_items"] else ""
    asked, in_school = round(row["asked_minutes"] or 0), round(row["in_school_minutes"] or 0)
    return (
        Figure("作业项数", str(items), rows_url(status="items", **scope) if items else ""),
        Figure(
            "分层占比",
            _percent(row["layered_share"]),
            rows_url(status="layered_items", **scope) if layered else "",
            detail=f"{layered}/{items} 项",
        ),
        Figure("在校完成占比", _percent(row["in_school_share"]), written, detail=f"{in_school}/{asked} 分"),
    )


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"


def _decimal(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"
