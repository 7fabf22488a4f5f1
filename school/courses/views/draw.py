"""The public page of a draw: what it is, the commitment, the frozen list, the seed and the outcome, and how to hold it again."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, current_app, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from school.calendar.checks import term_name
from school.courses import aside
from school.courses.drawing import recheck
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.draws import PublicDraw, document_of, find_public_draw, frozen_list_of, public_draw_terms
from school.courses.views import bp
from school.web.guard import public
from school.web.pages import download, see_other
from school.web.paging import page_of

Page = str | BaseResponse | tuple[str, int]
JSON = "application/json"
SCRIPT = Path(__file__).parents[1] / "verify_draw.py"


@dataclass(frozen=True)
class Line:
    """What became of one application: courses given, best wish first, and waiting lists with the place on each."""

    number: str
    wishes: tuple[str, ...]
    given: tuple[str, ...]
    waiting: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Outcome:
    """A published outcome taken apart: its figures, and its lines by number."""

    document: dict[str, Any]
    lines: tuple[Line, ...] = ()


@bp.get("/courses/draw")
@public
def draws() -> Page:
    """The draw under way or held last, else what a draw is."""
    terms = public_draw_terms()
    if terms:
        return see_other(url_for("courses.draw", term_id=terms[0][0]))
    return render_template("courses/draw.html", draw=None, terms=[])


@bp.get("/courses/draw/<int:term_id>")
@public
def draw(term_id: int) -> Page:
    """The draw of a term: everything anybody needs to trust it, or to find that it was wrong."""
    found = find_public_draw(term_id) or abort(404)
    outcome = _read(term_id, found.outcome_sha256) if found.is_drawn else Outcome({})
    asked = request.args.get("number", "").strip()
    page = page_of(len(outcome.lines))
    return render_template(
        "courses/draw.html",
        draw=found,
        term=term_name(found.start_year, found.term_number),
        terms=[(one, term_name(year, number)) for one, year, number in public_draw_terms() if one != term_id],
        document=outcome.document,
        check=_check(found) if found.is_drawn else None,
        lines=outcome.lines[page.offset : page.offset + page.size],
        page=page,
        asked=asked,
        mine=next((one for one in outcome.lines if one.number == asked), None),
        names={code: course.name for code, course in get_catalogue(term_id).by_code.items()},
        file=f"draw-{term_id}.json",
    )


@bp.get("/courses/draw/<int:term_id>.json")
@public
def draw_document(term_id: int) -> Response:
    """The published document, byte for byte what its SHA-256 was taken of."""
    found = find_public_draw(term_id)
    return download(document_of(term_id).encode(), f"draw-{term_id}.json", JSON) if found and found.is_drawn else abort(404)


@bp.get("/courses/draw/<int:term_id>/list.json")
@public
def draw_list(term_id: int) -> Response:
    """The frozen list, public before the draw."""
    found = find_public_draw(term_id)
    return download(frozen_list_of(term_id).encode(), f"list-{term_id}.json", JSON) if found and found.list_sha256 else abort(404)


@bp.get("/courses/draw/verify-draw.py")
@public
def draw_script() -> Response:
    """The script that holds the draw again with Python alone."""
    return download(SCRIPT.read_bytes(), SCRIPT.name, "text/x-python")


@lru_cache(maxsize=4)
def _read(term_id: int, _outcome_sha256: str) -> Outcome:
    """A published outcome, read and taken apart once: its hash says that it is the same."""
    document = json.loads(document_of(term_id))
    wishes = {row["id"]: tuple(row["prefs"]) for row in json.loads(document.pop("list"))["pupils"]}
    given, queues = document.pop("assignments"), document.pop("waiting")
    waiting: dict[str, list[tuple[str, int]]] = {}
    for code, numbers in queues.items():
        for place, number in enumerate(numbers, 1):
            waiting.setdefault(number, []).append((code, place))
    lines = (Line(number, wishes[number], tuple(given[number]), tuple(waiting.get(number, ()))) for number in sorted(wishes))
    return Outcome(document, tuple(lines))


def _check(found: PublicDraw) -> aside.Progress:
    """The draw held again by this server; its result is a list of what differs."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    name, commitment = f"check-{found.outcome_sha256}", found.commitment
    known = aside.progress_of(app, name)
    if known is None or known.refusal:
        document = json.loads(document_of(found.term_id))
        aside.start(app, name, lambda _report: recheck(document, commitment))
        known = aside.progress_of(app, name)
    return known or aside.Progress()
