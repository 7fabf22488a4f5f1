"""The plan of a school year: everybody who is signed in reads it, the office keeps it."""

from dataclasses import dataclass
from datetime import date

from flask import flash, render_template, url_for

from school.accounts.identity import actor, the_person
from school.calendar.queries import find_school_year, term_dates
from school.calendar.rules import TermDates
from school.clock import now, today
from school.db import transaction
from school.errors import Refused
from school.parentschool.enums import EventKind
from school.parentschool.forms.plan import PlanDropForm, PlanRowForm
from school.parentschool.loaders import asked_start_year, get_plan_row, the_year
from school.parentschool.overview import class_names, invited_in_words
from school.parentschool.policy import is_staff
from school.parentschool.queries.plan import LinkedSession, rows_of_year, school_years, sessions_by_row, unplanned_sessions
from school.parentschool.rules.plan import (
    PlanValues,
    Progress,
    empty_months,
    grades_in_words,
    is_in_term,
    months_of,
    progress,
    warnings,
)
from school.parentschool.service import plan as service
from school.parentschool.service.plan import plan_values
from school.parentschool.views import bp
from school.people.queries.listing import teachers_listed
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import revision_of
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page, small_form
from school.web.values import month_argument


@dataclass(frozen=True)
class PlannedEvent:
    """A row of the plan as the page shows it; `sessions` is empty for whoever may not open them."""

    id: int
    values: PlanValues
    grades: str
    owner: str
    progress: Progress
    sessions: tuple[LinkedSession, ...]


@dataclass(frozen=True)
class ExtraSession:
    """An announced session outside the plan."""

    id: int
    topic: str
    kind: EventKind
    invited: str
    month: date
    progress: Progress


@dataclass(frozen=True)
class PlannedMonth:
    """A month with its events, and the sessions that came on top."""

    first_day: date
    events: tuple[PlannedEvent, ...]
    extras: tuple[ExtraSession, ...]
    is_empty: bool
    is_in_term: bool
    is_now: bool


@bp.get("/parent-school/plan")
@requires(Permission.OWN_ACCOUNT)
def plan() -> str:
    """A school year, month by month."""
    return _plan_page()


@bp.route("/parent-school/plan/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def new_plan_row() -> Page:
    """Plan an event."""
    start_year = asked_start_year()
    months = months_of(start_year)
    wanted = month_argument("month") or today().replace(day=1)
    form = PlanRowForm(month=wanted if wanted in months else months[0])
    _offer(form, start_year)
    return small_form(
        form,
        lambda: service.add_row(start_year, form.values(), actor=actor()),
        title="添加活动",
        lead=f"{_year_name(start_year)}家长学校计划",
        back_url=url_for("parentschool.plan", year=start_year),
        next_url=url_for("parentschool.plan", year=start_year),
        done="已添加到计划。",
    )


@bp.route("/parent-school/plan/<int:row_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def change_plan_row(row_id: int) -> Page:
    """Change a planned event."""
    row = get_plan_row(row_id)
    start_year = row.school_year.start_year
    present = {name: getattr(row, name) for name in PlanValues.__annotations__}
    form = PlanRowForm(**present, revision=str(row.revision))
    _offer(form, start_year, owner_id=row.owner_id)
    back = url_for("parentschool.plan", year=start_year)
    return small_form(
        form,
        lambda: service.change_row(row_id, form.values(), revision=revision_of(form.revision.data), actor=actor()),
        title="修改计划",
        lead=f"{_year_name(start_year)}家长学校计划",
        back_url=back,
        next_url=back,
        done="已修改。",
        template="parentschool/plan_row.html",
        row=row,
        linked=sessions_by_row([row_id])[row_id],
    )


@bp.route("/parent-school/plan/<int:row_id>/drop", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def drop_plan_row(row_id: int) -> Page:
    """Take an event out of the plan."""
    row = get_plan_row(row_id)
    form = PlanDropForm(revision=str(row.revision))
    return small_form(
        form,
        lambda: service.drop_row(row_id, revision=revision_of(form.revision.data), actor=actor()),
        title="从计划里去掉",
        lead=f"{row.month.year}年{row.month.month}月 {row.kind.label}“{row.topic}”",
        back_url=url_for("parentschool.change_plan_row", row_id=row_id),
        next_url=url_for("parentschool.plan", year=row.school_year.start_year),
        done="已从计划里去掉。",
        button="去掉",
    )


@bp.post("/parent-school/plan/copy")
@requires(Permission.MANAGE_PARENT_SCHOOL)
def copy_plan() -> Page:
    """Bring last year's plan into this year's."""
    start_year = asked_start_year()
    try:
        with transaction():
            copied = service.copy_last_year(start_year, actor=actor())
    except Refused as refused:
        return _plan_page(refused.message), 422
    flash(f"已复制 {copied} 项，请核对主题和负责人。" if copied else "上学年的活动都已在计划里。", "success")
    return see_other(url_for("parentschool.plan", year=start_year))


def _plan_page(refusal: str = "") -> str:
    year, person = the_year(), the_person()
    start_year = year.start_year if year else asked_start_year()
    may_manage = person.may(Permission.MANAGE_PARENT_SCHOOL)
    terms = [term_dates(term) for term in year.terms] if year else []
    events = _events(year.id, may_manage=may_manage, shows_owner=is_staff(person)) if year else []
    extras = _extras(year.id, start_year) if year else []
    filled = [event.values.month for event in events] + [one.month for one in extras]
    return render_template(
        "parentschool/plan.html",
        refusal=refusal,
        has_year=year is not None,
        start_year=start_year,
        name=_year_name(start_year),
        years=[one.start_year for one in school_years()],
        months=_months(events, extras, start_year, terms),
        has_now=today().replace(day=1) in months_of(start_year),
        warnings=warnings(filled, start_year, terms) if is_staff(person) else [],
        may_manage=may_manage,
        may_copy=may_manage and find_school_year(start_year - 1) is not None,
    )


def _months(
    events: list[PlannedEvent], extras: list[ExtraSession], start_year: int, terms: list[TermDates]
) -> list[PlannedMonth]:
    filled = {event.values.month for event in events} | {one.month for one in extras}
    empty = empty_months(filled, start_year, terms)
    return [
        PlannedMonth(
            first_day=month,
            events=tuple(event for event in events if event.values.month == month),
            extras=tuple(one for one in extras if one.month == month),
            is_empty=month in empty,
            is_in_term=is_in_term(month, terms),
            is_now=month == today().replace(day=1),
        )
        for month in months_of(start_year)
    ]


def _events(school_year_id: int, *, may_manage: bool, shows_owner: bool) -> list[PlannedEvent]:
    rows = rows_of_year(school_year_id)
    linked = sessions_by_row([row.id for row in rows])
    return [
        PlannedEvent(
            id=row.id,
            values=plan_values(row),
            grades=grades_in_words(row.grades),
            owner=row.owner.name if row.owner and shows_owner else "",
            progress=progress([(one.state, one.first_ends_at) for one in linked[row.id]], now()),
            sessions=tuple(linked[row.id]) if may_manage else (),
        )
        for row in rows
    ]


def _extras(school_year_id: int, start_year: int) -> list[ExtraSession]:
    rows = unplanned_sessions(school_year_id)
    names = class_names(start_year) if any(row.class_ids for row in rows) else {}
    return [
        ExtraSession(
            id=row.id,
            topic=row.topic,
            kind=row.kind,
            invited=invited_in_words(row, names),
            month=row.first_starts_at.date().replace(day=1),
            progress=progress([(row.state, row.first_ends_at)], now()),
        )
        for row in rows
    ]


def _offer(form: PlanRowForm, start_year: int, *, owner_id: int | None = None) -> None:
    teachers = [(str(one.id), one.name) for one in teachers_listed() if one.left_on is None or one.id == owner_id]
    form.offer(months_of(start_year), get_preferences().last_grade, teachers)


def _year_name(start_year: int) -> str:
    return f"{start_year}—{start_year + 1}学年"
