"""The calendar everybody reads, and the pages where the school keeps it."""

from datetime import date

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar import service
from school.calendar.checks import term_name
from school.calendar.forms import DayForm, NewDayForm, NewTermForm, TermDatesForm
from school.calendar.grid import follows_in_words, months_of
from school.calendar.published import is_known
from school.calendar.queries import days_between, find_day_by_id, find_term_by_id, get_calendar, terms
from school.calendar.rules import TermDates, day_in_words, school_year_start
from school.clock import today
from school.db import transaction
from school.errors import Conflict, Refused
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import public, requires
from school.web.pages import see_other

bp = Blueprint("calendar", __name__)

Page = str | Response | tuple[str, int]


@bp.get("/calendar")
@public
def index() -> str:
    """The school year by months: terms, teaching weeks, holidays, make-up days."""
    start_year = _chosen_year()
    calendar = get_calendar()
    chosen = [term for term in calendar.terms if term.start_year == start_year]
    return render_template(
        "calendar/index.html",
        start_year=start_year,
        previous_year=start_year - 1,
        next_year=start_year + 1,
        terms=[(term_name(term.start_year, term.number), term) for term in chosen],
        months=months_of(start_year, calendar, today()),
        unpublished=[y for y in (start_year, start_year + 1) if y not in calendar.published_years],
        has_earlier=any(term.start_year < start_year for term in calendar.terms),
        has_later=start_year < school_year_start(today()) or any(t.start_year > start_year for t in calendar.terms),
    )


@bp.get("/calendar/edit")
@requires(Permission.MANAGE_CALENDAR)
def edit() -> str:
    """Terms, years and entered days of a school year, each with its button."""
    return _edit_page("")


@bp.post("/calendar/years/<int:year>/fill")
@requires(Permission.MANAGE_CALENDAR)
def fill_year(year: int) -> Page:
    """Enter a calendar year's public holidays and make-up days."""
    if not today().year - 5 <= year <= today().year + 5:
        abort(404)
    try:
        with transaction():
            count = service.fill_year(year, actor=actor())
    except Refused as refused:
        return _edit_page(refused.message), 422
    flash(f"已填入{year}年的放假安排，共{count}天。请核对每个调休补班日上星期几的课。", "success")
    return see_other(url_for("calendar.edit", year=request.args.get("back", type=int)))


@bp.route("/calendar/days/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_CALENDAR)
def new_day() -> Page:
    """Enter a day, or several, that are not what their weekday says."""
    form = NewDayForm()
    if not form.validate_on_submit():
        return _form_page("calendar/new_day.html", form)
    first, last = form.on_day.data, form.until.data or form.on_day.data
    follows = form.follows_weekday.data
    try:
        with transaction():
            service.enter_days(first, last, form.kind.data, form.name.data, follows_weekday=follows, actor=actor())
    except Refused as refused:
        return _refused_page("calendar/new_day.html", form, refused)
    flash("已录入校历。", "success")
    return see_other(url_for("calendar.edit", year=school_year_start(first)))


@bp.route("/calendar/days/<int:day_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CALENDAR)
def change_day(day_id: int) -> Page:
    """Change what an entered day is."""
    day = find_day_by_id(day_id) or abort(404)
    values = {"kind": day.kind, "name": day.name, "follows_weekday": day.follows_weekday}
    form = DayForm(**values, seen=_seen(**values))
    if not form.validate_on_submit():
        return _form_page("calendar/change_day.html", form, day=day)
    try:
        with transaction():
            _check_seen(form, _seen(**values), f"现在是{day.kind.label}“{day.name}”")
            service.change_day(day, form.kind.data, form.name.data, follows_weekday=form.follows_weekday.data, actor=actor())
    except Refused as refused:
        return _refused_page("calendar/change_day.html", form, refused, day=day)
    flash(f"已修改{day_in_words(day.on_day)}。", "success")
    return see_other(url_for("calendar.edit", year=school_year_start(day.on_day)))


@bp.post("/calendar/days/<int:day_id>/remove")
@requires(Permission.MANAGE_CALENDAR)
def remove_day(day_id: int) -> Page:
    """Make a day what its weekday says again."""
    with transaction():
        day = find_day_by_id(day_id) or abort(404)
        on_day = day.on_day
        service.remove_day(day, actor=actor())
    flash(f"{day_in_words(on_day)}已恢复平常。", "success")
    return see_other(url_for("calendar.edit", year=school_year_start(on_day)))


@bp.route("/calendar/terms/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_CALENDAR)
def new_term() -> Page:
    """Enter a term."""
    this_year = school_year_start(today())
    form = NewTermForm(start_year=this_year)
    form.offer_years(range(this_year - 3, this_year + 3))
    if not form.validate_on_submit():
        return _form_page("calendar/new_term.html", form)
    new = TermDates(form.start_year.data, form.number.data, form.starts_on.data, form.ends_on.data)
    try:
        with transaction():
            service.add_term(new, actor=actor())
    except Refused as refused:
        return _refused_page("calendar/new_term.html", form, refused)
    flash(f"已录入{term_name(new.start_year, new.number)}。", "success")
    return see_other(url_for("calendar.edit", year=new.start_year))


@bp.route("/calendar/terms/<int:term_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CALENDAR)
def change_term(term_id: int) -> Page:
    """Change a term's first and last day."""
    term = find_term_by_id(term_id) or abort(404)
    start_year = term.school_year.start_year
    values = {"starts_on": term.starts_on, "ends_on": term.ends_on}
    form = TermDatesForm(**values, seen=_seen(**values))
    name = term_name(start_year, term.number)
    if not form.validate_on_submit():
        return _form_page("calendar/change_term.html", form, name=name, term_id=term_id)
    try:
        with transaction():
            _check_seen(form, _seen(**values), f"现在是{day_in_words(term.starts_on)}至{day_in_words(term.ends_on)}")
            service.change_term(term, starts_on=form.starts_on.data, ends_on=form.ends_on.data, actor=actor())
    except Refused as refused:
        return _refused_page("calendar/change_term.html", form, refused, name=name, term_id=term_id)
    flash(f"已修改{name}。", "success")
    return see_other(url_for("calendar.edit", year=start_year))


def _edit_page(refusal: str) -> str:
    start_year = _chosen_year("back" if refusal else "year")
    calendar = get_calendar()
    days = days_between(date(start_year, 8, 1), date(start_year + 1, 8, 31))
    years = [(y, y in calendar.published_years, is_known(y)) for y in (start_year, start_year + 1)]
    return render_template(
        "calendar/edit.html",
        start_year=start_year,
        previous_year=start_year - 1,
        next_year=start_year + 1,
        terms=[(term_name(t.school_year.start_year, t.number), t) for t in terms()],
        years=years,
        days=[(day, follows_in_words(day.follows_weekday)) for day in days],
        refusal=refusal,
    )


def _form_page(template: str, form: DayForm | TermDatesForm, **values: object) -> tuple[str, int]:
    return render_template(template, form=form, **values), 422 if form.is_submitted() else 200


def _refused_page(template: str, form: DayForm | TermDatesForm, refused: Refused, **values: object) -> tuple[str, int]:
    show_refusal(form, refused)
    return _form_page(template, form, **values)


def _seen(**values: object) -> str:
    return "|".join("" if value is None else str(value) for value in values.values())


def _check_seen(form: DayForm | TermDatesForm, present: str, words: str) -> None:
    """Refuse when somebody else changed the thing since the form was opened; the next try knows of it."""
    if form.seen.data != present:
        form.seen.data = present
        raise Conflict(f"您打开这一页以后，别人已经改过：{words}。核对后可以再次提交。")


def _chosen_year(argument: str = "year") -> int:
    wanted = request.args.get(argument, school_year_start(today()), type=int)
    return wanted if 2000 <= wanted <= 2100 else abort(404)
