"""The guardian's pages: all children, one child with its courses, one course for one child, consent, what was."""

from dataclasses import dataclass

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor
from school.calendar.checks import term_name
from school.calendar.words import moment_with_day, time_left
from school.courses.answers import seat_answer
from school.courses.enums import Family
from school.courses.forms.family import GiveConsentForm
from school.courses.own import asked_catalogue, own_board, own_boards, own_course
from school.courses.queries.catalogue import get_catalogues
from school.courses.queries.choosing import ChildBoard, CourseCounts, choice_for, choices_for, counts_of, outcomes_for
from school.courses.queries.family import entries_of_pupil, public_catalogues, stays_of_pupil
from school.courses.rules.choices import Act, Choice
from school.courses.rules.consent import notice_of
from school.courses.rules.facts import WEEKDAYS, CourseFacts
from school.courses.rules.histories import events_of
from school.courses.rules.seats import grades_in_words
from school.courses.service import consents
from school.courses.service.places import Result, ResultKind
from school.courses.views import bp
from school.db import transaction
from school.errors import Refused
from school.permissions import Permission
from school.web.forms import show_refusal
from school.web.guard import requires
from school.web.pages import see_other
from school.web.values import LARGEST_ID, id_argument

Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Filter:
    """Which courses the list shows: of one weekday, of one family, of one term; 0 and "" mean all, or the usual term."""

    day: int
    family: str
    term: int = 0

    @property
    def values(self) -> dict[str, str]:
        """The filter as values of an address; what is not chosen is left out."""
        pairs = ("day", str(self.day or "")), ("family", self.family), ("term", str(self.term or ""))
        return {name: value for name, value in pairs if value}

    def shows(self, course: CourseFacts) -> bool:
        """Whether a course is to be shown."""
        return (not self.day or self.day in course.weekdays) and (not self.family or course.family.value == self.family)


@bp.get("/choose")
@requires(Permission.CHOOSE_COURSES)
def choose() -> str:
    """All children of the guardian, each with its stage, consent, wishes, places and lists."""
    return render_template("courses/choose.html", boards=own_boards(), terms=_terms(), filter=asked_filter(), time_left=time_left)


@bp.get("/choose/<int:pupil_id>")
@requires(Permission.CHOOSE_COURSES)
def choose_child(pupil_id: int) -> Page:
    """One child: what it has, then the courses, possible ones first."""
    return child_page(pupil_id)


@bp.get("/choose/<int:pupil_id>/<int:course_id>")
@requires(Permission.CHOOSE_COURSES)
def choose_course(pupil_id: int, course_id: int) -> str:
    """One course for one child: all that families must know, and every way to have it."""
    board = own_board(pupil_id, course_id)
    course = own_course(board, course_id)
    counts = counts_of(board.selection.id)
    choice = choice_for(board, course, counts)
    siblings = [one for one in board.siblings if choice.act is Act.WAIT and choice_for(one, course, counts).act is Act.WAIT]
    held = next((one for one in (*board.waiting, *board.offers) if one.course.id == course_id), None)
    return render_template(
        "courses/choose_course.html",
        board=board,
        course=course,
        choice=choice,
        held=held,
        siblings=siblings,
        grades=grades_in_words(course.grades),
        filter=asked_filter(),
    )


@bp.get("/choose/<int:pupil_id>/history")
@requires(Permission.CHOOSE_COURSES)
def choose_history(pupil_id: int) -> str:
    """What happened to a child in every selection, newest first."""
    board = own_board(pupil_id)
    stays, entries = stays_of_pupil(pupil_id), entries_of_pupil(pupil_id)
    chapters = []
    for catalogue in get_catalogues().values():
        if (selection := catalogue.selection) is None:
            continue
        mine = (
            [one for one in stays if one.selection_id == selection.id],
            [one for one in entries if one.selection_id == selection.id],
        )
        if events := events_of(*mine, catalogue.courses):
            chapters.append((selection, events))
    chapters.sort(key=lambda one: (one[0].start_year, one[0].term_number), reverse=True)
    return render_template(
        "courses/choose_history.html", board=board, chapters=chapters, moment=moment_with_day, filter=asked_filter()
    )


@bp.route("/choose/<int:pupil_id>/consent", methods=["GET", "POST"])
@requires(Permission.CHOOSE_COURSES)
def choose_consent(pupil_id: int) -> Page:
    """The notice, and agreeing to it (PR-01)."""
    board = own_board(pupil_id)
    form = GiveConsentForm(version=str(board.selection.consent_version))
    if form.validate_on_submit():
        try:
            with transaction():
                is_new = consents.give_consent(board.selection.id, pupil_id, form.read_version, by=actor())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            name = board.child.name
            flash(f"已记录您对{name}选课的同意。现在可以选课了。" if is_new else f"您已经同意过{name}的选课告知书。", "success")
            return see_other(child_url(pupil_id))
    notice = notice_of(board.selection.consent_version)
    html = render_template(
        "courses/choose_consent.html", board=board, form=form, notice=notice, moment=moment_with_day, filter=asked_filter()
    )
    return html, 422 if form.errors or form.form_errors else 200


@bp.route("/choose/<int:pupil_id>/consent/withdraw", methods=["GET", "POST"])
@requires(Permission.CHOOSE_COURSES)
def withdraw_consent(pupil_id: int) -> Page:
    """Withdraw the consent, after a page that names all that ends with it (PR-01, AS-01)."""
    board, refusal = own_board(pupil_id), ""
    if request.method == "POST":
        try:
            with transaction():
                consents.withdraw_consent(board.selection.id, pupil_id, by=actor())
        except Refused as refused:
            refusal = refused.message
        else:
            flash(f"已撤回对{board.child.name}选课的同意，志愿、候补和名额都已取消。", "success")
            return see_other(child_url(pupil_id))
    html = render_template("courses/withdraw_consent.html", board=board, refusal=refusal, filter=asked_filter())
    return html, 422 if refusal else 200


def child_page(pupil_id: int, refused: Refused | None = None, course_id: int | None = None) -> tuple[str, int]:
    """The child's page; after a refusal with its sentence on top and what can be done instead."""
    board = own_board(pupil_id, course_id)
    counts, shown = counts_of(board.selection.id), asked_filter()
    choices = choices_for(board, counts)
    mine = [one for one in choices if one.verdict.kind != "grade"]
    html = render_template(
        "courses/choose_child.html",
        board=board,
        choices=[one for one in mine if shown.shows(one.course)],
        others=[one for one in choices if one.verdict.kind == "grade"],
        count=len(mine),
        counts=counts,
        outcomes=outcomes_for(board),
        notice=notice_of(board.selection.consent_version),
        filter=shown,
        days=[(day, f"周{WEEKDAYS[day]}") for day in sorted({day for one in mine for day in one.course.weekdays})],
        families=[one for one in Family if any(choice.course.family is one for choice in mine)],
        answer=_answer(board, counts),
        refusal=refused.message if refused else "",
        instead=_instead(board, choices, course_id) if refused else None,
        moment=moment_with_day,
        time_left=time_left,
    )
    return html, 422 if refused else 200


def child_url(pupil_id: int, *, done: int | None = None) -> str:
    """The child's page at its beginning, where the answer to a tap stands, filtered as before.

    `done` is the course whose seat a tap has got: the page says so as long as the child has it.
    """
    return url_for("courses.choose_child", pupil_id=pupil_id, **asked_filter().values, done=done, _anchor="content")


def number_in(text: str) -> int | None:
    """An id or a rank that a form carries; nonsense is none."""
    plain = text.strip()
    is_number = len(plain) <= 10 and plain.isascii() and plain.isdigit()
    return int(plain) if is_number and int(plain) <= LARGEST_ID else None


def asked_filter() -> Filter:
    """The filter of the address; nonsense shows everything."""
    day = request.args.get("day", "")
    family = request.args.get("family", "")
    return Filter(
        int(day) if day in {"1", "2", "3", "4", "5"} else 0, family if family in set(Family) else "", id_argument("term") or 0
    )


def _terms() -> list[tuple[int, str, bool]]:
    """The other terms whose selection is public: id, name, whether it is the one on the page."""
    public, here = public_catalogues(), asked_catalogue()
    selections = [(one, one.selection) for one in public if one.selection is not None]
    return [
        (one.term_id, term_name(found.start_year, found.term_number), here is not None and one.term_id == here.term_id)
        for one, found in selections
    ]


def _answer(board: ChildBoard, counts: CourseCounts) -> str:
    """What a tap has got, read from what the child has now: true again after a reload and in a second window."""
    course = next((one for one in board.places if str(one.id) == request.args.get("done")), None)
    if course is None:
        return ""
    left = max(0, course.capacity - counts.taken.get(course.id, 0))
    return seat_answer(board.child.name, Result(ResultKind.PLACED, course, seats_left=left))


def _instead(board: ChildBoard, choices: list[Choice], course_id: int | None) -> Choice | None:
    """What can be done with the course of a refused tap, if anything else can."""
    found = next((one for one in choices if one.course.id == course_id), None)
    return found if board.consent and found and found.act is not Act.NONE else None
