"""What anybody may read of the courses: the catalogue, a course, the week's timetable, a picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from flask import Response, abort, make_response, render_template, request, session
from werkzeug.wrappers import Response as BaseResponse

from school.accounts.identity import current_person
from school.calendar.checks import term_name
from school.calendar.queries import find_term_by_id, get_calendar
from school.clock import now, today
from school.courses.enums import CourseState, Family, Phase, SelectionState, Tag
from school.courses.loaders import get_public_course, the_catalogue
from school.courses.queries.catalogue import Catalogue
from school.courses.queries.manage import find_course, find_provider
from school.courses.queries.seats import taken_by_course
from school.courses.rules.catalogue import rooms_of
from school.courses.rules.facts import WEEKDAYS, CourseFacts, SelectionFacts
from school.courses.rules.rounds import span_in_words
from school.courses.rules.seats import NUMERALS, grades_in_words
from school.courses.rules.timetable import days_of_week, meetings_on_dates, week_of
from school.courses.views import bp
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.guard import public
from school.web.values import id_argument

Stage = tuple[str, str, str, str]  # its name, from when to when, how it stands, the badge's tone


@dataclass(frozen=True)
class Wanted:
    """Which courses the address asks for; 0 and "" are all."""

    grade: int
    day: int
    family: str
    room: str

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.grade or self.day or self.family or self.room)

    def of(self, courses: Sequence[CourseFacts]) -> list[CourseFacts]:
        """The courses asked for, in their order."""
        return [one for one in courses if self._shows(one)]

    def _shows(self, course: CourseFacts) -> bool:
        return (
            (not self.grade or self.grade in course.grades)
            and (not self.day or self.day in course.weekdays)
            and (not self.family or course.family == self.family)
            and (not self.room or self.room in rooms_of(course.room))
        )


@bp.get("/courses")
@public
def catalogue() -> BaseResponse:
    """All listed courses, narrowed by grade, weekday and family."""
    found, wanted = the_catalogue(), _wanted()
    shown = wanted.of(found.listed)
    html = render_template(
        "courses/catalogue.html",
        groups=[(family, [one for one in shown if one.family is family]) for family in Family],
        count=len(shown),
        taken=_taken(found),
        stages=_stages(found.selection, wanted.grade) if found.selection else [],
        grades_in_words=grades_in_words,
        wanted=wanted,
        **_choices(found),
    )
    return _kept_by_reader(html)


@bp.get("/courses/timetable")
@public
def timetable() -> BaseResponse:
    """The week of the term's courses, for the wall or the phone."""
    found, wanted = the_catalogue(), _wanted()
    running = [one for one in found.listed if one.state is CourseState.LISTED]
    slots = week_of(wanted.of(running))
    html = render_template(
        "courses/timetable.html",
        slots=slots,
        days_of_week=days_of_week(slots),
        weekdays=WEEKDAYS[1:6],
        rooms=[(room, room) for room in sorted({room for one in running for room in rooms_of(one.room)})],
        wanted=wanted,
        **_choices(found),
    )
    return _kept_by_reader(html)


@bp.get("/courses/<int:course_id>")
@public
def course(course_id: int) -> BaseResponse:
    """One course with every date it meets on."""
    facts, found = get_public_course(course_id)
    row = find_course(course_id)
    dates = meetings_on_dates(facts, get_calendar())
    html = render_template(
        "courses/course.html",
        course=facts,
        provider=find_provider(row.provider_id) if row else None,
        tags=[Tag(one) for one in facts.tags],
        dates=dates,
        differ_in_time=len({one.meeting.time for one in dates}) > 1,
        unsure_years=sorted({one.on_day.year for one in dates if one.is_provisional}),
        today=today(),
        taken=_taken(found).get(course_id) if facts.state is CourseState.LISTED else None,
        term_id=found.term_id,
        term_label=_term_label(found),
        grades=grades_in_words(facts.grades),
        weekdays=WEEKDAYS[1:],
    )
    return _kept_by_reader(html)


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


def _kept_by_reader(html: str) -> BaseResponse:
    """A page with a fingerprint: who has it already gets nothing anew. One with a session's name or message on it has none."""
    response = make_response(html)
    if session:
        return response
    response.set_etag(sha256(html.encode()).hexdigest()[:32], weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    return response.make_conditional(request)


def _wanted() -> Wanted:
    return Wanted(
        id_argument("grade") or 0, id_argument("day") or 0, request.args.get("family", ""), request.args.get("room", "")[:40]
    )


def _choices(found: Catalogue) -> dict[str, object]:
    """What the filter offers."""
    last = get_preferences().last_grade
    return {
        "grades": [(grade, f"{NUMERALS[grade]}年级") for grade in range(1, last + 1)],
        "days": [(day, f"周{WEEKDAYS[day]}") for day in range(1, 6)],
        "families": [(family.value, family.label) for family in Family],
        "term_label": _term_label(found),
        "term_id": found.term_id,
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


def _stages(selection: SelectionFacts, grade: int) -> list[Stage]:
    """When families choose, for the head of the catalogue: those of the grade asked for, else of all."""
    if selection.state is SelectionState.DRAFT:
        return []
    phases = [Phase.WISH, Phase.OPEN] if selection.has_wishes else [Phase.OPEN]
    return [stage for phase in phases if (stage := _stage(selection, phase, grade))]


def _stage(selection: SelectionFacts, phase: Phase, grade: int) -> Stage | None:
    own = selection.window(phase, grade) if grade else None
    windows = [own] if own else [one for one in selection.windows if one.phase is phase and not grade]
    if not windows:
        return None
    first, last = min(one.opens_at for one in windows), max(one.closes_at for one in windows)
    state = ("已结束", "neutral") if last <= now() else ("进行中", "ok") if first <= now() else ("未开始", "pending")
    return phase.label, span_in_words(replace(selection, windows=tuple(windows)), phase), *state
