"""The public page of a draw: what it is, the commitment, the frozen list, the seed and the outcome, and how to hold it again."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, Response, abort, current_app, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from school.calendar.checks import term_name
from school.courses import aside
from school.courses.drawing import recheck
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.draws import PublicDraw, document_of, find_public_draw, frozen_list_of, public_draw_terms
from school.courses.views import bp
from school.web.guard import public
from school.web.pages import see_other
from school.web.paging import page_of

Page = str | BaseResponse | tuple[str, int]
SCRIPT = "verify_draw.py"


@dataclass(frozen=True)
class Line:
    """What became of one application: courses given, best wish first, and waiting lists with the place on each."""

    number: str
    wishes: tuple[str, ...]
    given: tuple[str, ...]
    waiting: tuple[tuple[str, int], ...]


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
    document = json.loads(document_of(term_id)) if found.is_drawn else {}
    asked = request.args.get("number", "").strip()
    lines = lines_of(found.outcome_sha256, term_id) if found.is_drawn else ()
    page = page_of(len(lines))
    return render_template(
        "courses/draw.html",
        draw=found,
        term=term_name(found.start_year, found.term_number),
        terms=[(one, term_name(year, number)) for one, year, number in public_draw_terms() if one != term_id],
        document=document,
        check=_check(found, document) if found.is_drawn else None,
        lines=lines[page.offset : page.offset + page.size],
        page=page,
        asked=asked,
        mine=next((one for one in lines if one.number == asked), None),
        names={code: course.name for code, course in get_catalogue(term_id).by_code.items()},
        file=f"draw-{term_id}.json",
    )


@bp.get("/courses/draw/<int:term_id>.json")
@public
def draw_document(term_id: int) -> Response:
    """The published document, byte for byte what its SHA-256 was taken of."""
    found = find_public_draw(term_id)
    return _file(document_of(term_id), f"draw-{term_id}.json") if found and found.is_drawn else abort(404)


@bp.get("/courses/draw/<int:term_id>/list.json")
@public
def draw_list(term_id: int) -> Response:
    """The frozen list, public before the draw."""
    found = find_public_draw(term_id)
    return _file(frozen_list_of(term_id), f"list-{term_id}.json") if found and found.list_sha256 else abort(404)


@bp.get("/courses/draw/verify-draw.py")
@public
def draw_script() -> Response:
    """The script that holds the draw again with Python alone."""
    path = f"{current_app.root_path}/school/courses/{SCRIPT}"
    return send_file(path, mimetype="text/x-python", as_attachment=True, download_name=SCRIPT)


def lines_of(_outcome_sha256: str, term_id: int) -> tuple[Line, ...]:
    """Every application with what became of it, by number."""
    return _lines(document_of(term_id))


@lru_cache(maxsize=2)
def _lines(text: str) -> tuple[Line, ...]:
    document = json.loads(text)
    wishes = {row["id"]: tuple(row["prefs"]) for row in json.loads(document["list"])["pupils"]}
    waiting: dict[str, list[tuple[str, int]]] = {}
    for code, numbers in document["waiting"].items():
        for place, number in enumerate(numbers, 1):
            waiting.setdefault(number, []).append((code, place))
    return tuple(
        Line(number, wishes[number], tuple(document["assignments"][number]), tuple(waiting.get(number, ())))
        for number in sorted(wishes)
    )


def _check(found: PublicDraw, document: dict[str, Any]) -> aside.Progress:
    """The draw held again by this server; its result is a list of what differs."""
    name, commitment = f"check-{found.outcome_sha256}", found.commitment
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    known = aside.progress_of(app, name)
    if known is None or known.refusal:
        aside.start(app, name, lambda _report: recheck(document, commitment))
        known = aside.progress_of(app, name)
    return known or aside.Progress()


def _file(text: str, name: str) -> Response:
    response = Response(text.encode(), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{re.sub("[^a-z0-9.-]", "_", name)}"'
    return response
