"""The compliance report: the page, its workbook, and the rows behind each figure."""

from collections.abc import Collection
from typing import Any

from flask import Response, abort, render_template, request, url_for

from school.accounts.identity import Person, the_person
from school.calendar.queries import get_calendar
from school.calendar.rules import school_year_start
from school.clock import today
from school.errors import Refused
from school.homework.publiclog.arguments import key_text, parse_class
from school.homework.reports.documents import workbook
from school.homework.reports.figures import DAY_FIGURES, ITEM_FIGURES, report_page
from school.homework.reports.periods import Period, month_of, parse_month, parse_term, period_of_term
from school.homework.reports.report import homework_report
from school.homework.reports.rows import Wanted, days_behind, items_behind
from school.homework.views import bp
from school.people.queries import find_class_by_key, subjects
from school.people.rules import class_label, grade_label
from school.permissions import Permission, Role
from school.preferences.queries import get_preferences
from school.web.guard import requires
from school.web.pages import XLSX, download
from school.web.paging import page_of
from school.web.values import day_argument

WHOLE_SCHOOL = frozenset({Role.PRINCIPAL, Role.TEACHING_OFFICE, Role.ADMINISTRATOR})


@bp.get("/reports/homework")
@requires(Permission.SEE_HOMEWORK_REPORT)
def report() -> str:
    """The report of a month or a term."""
    period = _period()
    found = homework_report(period, entry_years=visible_entry_years(the_person()))
    return render_template(
        "homework/report.html",
        period=period,
        through=found.through,
        page=report_page(found, lambda **arguments: _rows_url(period, **arguments)),
        months=_months(),
        terms=[period_of_term(term) for term in reversed(get_calendar().terms) if term.starts_on <= today()],
        scope=_scope_words(the_person()),
        xlsx_url=url_for("homework.report_xlsx", **dict(period.arguments)),
    )


@bp.get("/reports/homework.xlsx")
@requires(Permission.SEE_HOMEWORK_REPORT)
def report_xlsx() -> Response:
    """The report as a workbook."""
    period = _period()
    found = homework_report(period, entry_years=visible_entry_years(the_person()))
    return download(workbook(found, get_preferences().school_name), f"作业合规报表{period.label}.xlsx", XLSX)


@bp.get("/reports/homework/rows")
@requires(Permission.SEE_HOMEWORK_REPORT)
def report_rows() -> str:
    """The class-days or items behind a figure."""
    period, wanted = _period(), _wanted()
    find = items_behind if wanted.is_of_items else days_behind
    rows = find(wanted, period, entry_years=visible_entry_years(the_person()))
    page = page_of(len(rows))
    return render_template(
        "homework/report_rows.html",
        wanted=wanted,
        period=period,
        words=_wanted_words(wanted, period),
        rows=rows[page.offset : page.offset + page.size],
        page=page,
        items_url=_items_url(wanted, period),
        back_url=url_for("homework.report", **dict(period.arguments)),
    )


def visible_entry_years(person: Person) -> Collection[int] | None:
    """None for whoever sees the whole school; a grade leader sees the own grades."""
    return None if person.roles & WHOLE_SCHOOL else person.grade_entry_years


def _period() -> Period:
    """The month or term asked for; the present month when nothing is."""
    try:
        if term := request.args.get("term", "").strip():
            return parse_term(term, get_calendar())
        return parse_month(request.args["month"]) if request.args.get("month", "").strip() else month_of(today())
    except Refused:
        abort(400)


def _months() -> list[Period]:
    """The months from the first term to today, the newest first."""
    begins = min((term.starts_on for term in get_calendar().terms), default=today())
    count = (today().year - begins.year) * 12 + today().month - begins.month
    firsts = [divmod(today().year * 12 + today().month - 1 - back, 12) for back in range(min(max(count, 0), 36) + 1)]
    return [month_of(today().replace(year=year, month=month + 1, day=1)) for year, month in firsts]


def _wanted() -> Wanted:
    status, grade = request.args.get("status", ""), request.args.get("grade", "")
    if status and status not in DAY_FIGURES and status not in ITEM_FIGURES:
        abort(400)
    if grade and grade not in list("123456789"):
        abort(400)
    code = request.args.get("subject", "")
    if code and code not in {subject.code for subject in subjects()}:
        abort(404)
    return Wanted(_class_key(), int(grade) if grade else None, day_argument("date"), code, status)


def _class_key() -> str:
    """The class asked for as 2024-2; 404 when there is none, or it is of a grade the person does not lead."""
    text = request.args.get("class", "").strip()
    if not text:
        return ""
    try:
        key = parse_class(text, on_day=today())
    except Refused:
        abort(400)
    years = visible_entry_years(the_person())
    found = find_class_by_key(key.entry_year, key.number)
    if found is None or (years is not None and found.entry_year not in years):
        abort(404)
    return key_text(key)


def _rows_url(period: Period, **arguments: Any) -> str:
    return url_for("homework.report_rows", **dict(period.arguments), **arguments)


def _items_url(wanted: Wanted, period: Period) -> str:
    """From one class-day to its items."""
    if wanted.is_of_items or not (wanted.class_key and wanted.on_day):
        return ""
    return _rows_url(period, **{"class": wanted.class_key}, date=wanted.on_day.isoformat(), status="items")


def _wanted_words(wanted: Wanted, period: Period) -> str:
    """What the rows are, in words."""
    parts = [period.label]
    if wanted.class_key:
        entry_year, number = map(int, wanted.class_key.split("-"))
        parts.append(class_label(entry_year, number, school_year_start(period.first)))
    if wanted.grade:
        parts.append(grade_label(2000 - wanted.grade + 1, 2000))
    if wanted.on_day:
        parts.append(f"{wanted.on_day.month}月{wanted.on_day.day}日")
    names = {subject.code: subject.name for subject in subjects()}
    parts += [names.get(wanted.subject_code, ""), wanted.status_label]
    return " · ".join(part for part in parts if part)


def _scope_words(person: Person) -> str:
    years = visible_entry_years(person)
    if years is None:
        return "全校"
    return "、".join(grade_label(year, school_year_start(today())) for year in sorted(years, reverse=True)) or "没有年级"
