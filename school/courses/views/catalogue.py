"""What anybody may read of the courses: the catalogue, a course, the week's timetable, a picture."""

from collections.abc import Sequence

from flask import Response, abort, render_template, request

from school.accounts.identity import current_person
from school.calendar.checks import term_name
from school.calendar.queries import find_term_by_id, get_calendar
from school.clock import now, today
from school.courses.enums import CourseState, Family, Phase, SelectionState, Tag
from school.courses.loaders import get_public_course, the_catalogue
from school.courses.queries.catalogue import Catalogue
from school.courses.queries.manage import find_course, find_provider
from school.courses.queries.seats import taken_by_course
from school.courses.rules.facts import WEEKDAYS, CourseFacts
from school.courses.rules.timetable import meetings_on_dates, week_of
from school.courses.views import bp
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.guard import public
from school.web.values import id_argument

NUMERALS = "零一二三四五六七八九"


@bp.get("/courses")
@public
def catalogue() -> str:
    """All listed courses, narrowed by grade, weekday and family."""
    found = the_catalogue()
    shown = _narrowed(found.listed)
    return render_template(
        "courses/catalogue.html",
        groups=[(family, [one for one in shown if one.family is family]) for family in Family],
        count=len(shown),
        taken=_taken(found),
        stages=_stages(found),
        **_choices(found),
    )


@bp.get("/courses/timetable")
@public
def timetable() -> str:
    """The week of the term's courses, for the wall or the phone."""
    found = the_catalogue()
    running = [one for one in _narrowed(found.listed) if one.state is CourseState.LISTED]
    return render_template("courses/timetable.html", slots=week_of(running), weekdays=WEEKDAYS[1:6], **_choices(found))


@bp.get("/courses/<int:course_id>")
@public
def course(course_id: int) -> str:
    """One course with every date it meets on."""
    facts, found = get_public_course(course_id)
    row = find_course(course_id)
    provider = find_provider(row.provider_id) if row else None
    calendar = get_calendar()
    return render_template(
        "courses/course.html",
        course=facts,
        provider=provider,
        tags=[Tag(one) for one in facts.tags],
        dates=meetings_on_dates(facts, calendar),
        today=today(),
        taken=_taken(found).get(course_id),
        term_label=_term_label(found),
        grades=_grades_in_words(facts),
    )


@bp.get("/courses/<int:course_id>/picture")
@public
def course_picture(course_id: int) -> Response:
    """A course's picture; the address carries its digest, so it may be kept for long."""
    row = find_course(course_id)
    if row is None or not row.picture or not _may_see(row.state):
        abort(404)
    response = Response(row.picture, mimetype=row.picture_type)
    response.set_etag(row.picture_digest)
    response.headers["Cache-Control"] = "public, max-age=604800"
    return response.make_conditional(request)


def _may_see(state: CourseState) -> bool:
    """Drafts are the office's alone."""
    person = current_person()
    return state is not CourseState.DRAFT or (person is not None and person.may(Permission.MANAGE_COURSES))


def _narrowed(courses: Sequence[CourseFacts]) -> list[CourseFacts]:
    grade, day = id_argument("grade"), id_argument("day")
    family = request.args.get("family", "")
    return [
        one
        for one in courses
        if (not grade or grade in one.grades) and (not day or day in one.weekdays) and (not family or one.family == family)
    ]


def _choices(found: Catalogue) -> dict[str, object]:
    """What the filter offers and what is chosen."""
    last = get_preferences().last_grade
    return {
        "grades": [(grade, f"{NUMERALS[grade]}年级") for grade in range(1, last + 1)],
        "days": [(day, f"周{WEEKDAYS[day]}") for day in range(1, 6)],
        "families": list(Family),
        "grade": id_argument("grade"),
        "day": id_argument("day"),
        "family": request.args.get("family", ""),
        "term_label": _term_label(found),
        "term_id": found.term_id,
        "numerals": NUMERALS,
    }


def _term_label(found: Catalogue) -> str:
    term = find_term_by_id(found.term_id) if found.term_id else None
    return term_name(term.school_year.start_year, term.number) if term else ""


def _taken(found: Catalogue) -> dict[int, int]:
    """Seats taken by course once they are given out; empty before, when every seat is free."""
    selection = found.selection
    if selection is None or selection.state in (SelectionState.DRAFT, SelectionState.FROZEN):
        return {}
    if selection.has_wishes and selection.state is SelectionState.ANNOUNCED:
        return {}
    return {one.id: 0 for one in found.listed} | taken_by_course(selection.id)


def _stages(found: Catalogue) -> list[str]:
    """When families choose, in words, for the head of the catalogue."""
    selection = found.selection
    if selection is None or selection.state is SelectionState.DRAFT:
        return []
    phases = [Phase.WISH, Phase.OPEN] if selection.has_wishes else [Phase.OPEN]
    words = []
    for phase in phases:
        windows = [one for one in selection.windows if one.phase is phase]
        if windows:
            first, last = min(one.opens_at for one in windows), max(one.closes_at for one in windows)
            state = "已结束" if last <= now() else "进行中" if first <= now() else "未开始"
            span = f"{first.month}月{first.day}日 {first:%H:%M} 至 {last.month}月{last.day}日 {last:%H:%M}"
            words.append(f"{phase.label}：{span}（{state}）")
    return words


def _grades_in_words(facts: CourseFacts) -> str:
    return "、".join(NUMERALS[grade] for grade in sorted(facts.grades)) + "年级"
