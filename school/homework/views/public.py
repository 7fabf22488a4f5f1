"""The public log without sign-in: the page, the printed book, CSV and JSON."""

from collections.abc import Callable
from hmac import compare_digest
from typing import Any
from weakref import WeakKeyDictionary

import segno
from flask import Response, current_app, json, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from school.accounts.identity import current_person
from school.clock import now, today
from school.db import db
from school.errors import Refused
from school.homework.publiclog.arguments import KNOWN, key_text
from school.homework.publiclog.book import book_days, book_of
from school.homework.publiclog.cache import Page, PageCache, page_of
from school.homework.publiclog.documents import csv_document, json_document
from school.homework.publiclog.pages import log_page
from school.homework.publiclog.reading import Log, read_log
from school.homework.queries.log import log_stamp
from school.homework.views import bp
from school.preferences.enums import PublicLogAccess
from school.preferences.queries import get_preferences
from school.preferences.rules import Preferences
from school.web.guard import public
from school.web.pages import download

HTML, JSON, CSV = "text/html", "application/json", "text/csv"

# Pages belong to the database they were read from: its pool of connections is theirs to live with.
_caches: WeakKeyDictionary[Any, PageCache] = WeakKeyDictionary()


@bp.get("/public/homework")
@public
def public_log() -> BaseResponse:
    """The log of a day or of several, of the school, a grade or a class."""
    return _answer(HTML, lambda: render_template("homework/public.html", page=log_page(read_log(request.args), _link_to)))


@bp.get("/public/homework/book")
@public
def public_book() -> BaseResponse:
    """The 公示本 of a class, to print."""
    return _answer(HTML, _book)


@bp.get("/public/homework.csv")
@public
def public_log_csv() -> BaseResponse:
    """The log as CSV."""
    return _answer(CSV, lambda: csv_document(read_log(request.args)))


@bp.get("/public/homework.json")
@public
def public_log_json() -> BaseResponse:
    """The log as JSON."""
    return _answer(JSON, lambda: json.dumps(json_document(read_log(request.args), get_preferences().school_name)))


def _answer(mimetype: str, build: Callable[[], str | bytes]) -> BaseResponse:
    """What `build` makes, from the cache for readers without a session; a refusal as 400."""
    preferences = get_preferences()
    if refusal := _check_access(preferences, mimetype):
        return refusal
    try:
        page = _page(preferences, mimetype, build)
    except Refused as refused:
        return _refusal(mimetype, refused.message, refused.field, 400)
    response = _response(page, mimetype)
    response.set_etag(page.etag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    return response.make_conditional(request)


def _page(preferences: Preferences, mimetype: str, build: Callable[[], str | bytes]) -> Page:
    if session:  # a page with somebody's name, a message or a token on it is nobody else's
        return page_of(_bytes(build()))
    cache = _caches.setdefault(db.engine.pool, PageCache())
    asked = tuple((name, request.args[name]) for name in KNOWN if name in request.args)
    moment = now()
    is_past_deadline = moment.time() > preferences.publish_time
    key = (request.host_url, request.path, asked, log_stamp(), repr(preferences), moment.date(), is_past_deadline)
    return cache.get(key, lambda: _bytes(build()))


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _response(page: Page, mimetype: str) -> Response:
    if mimetype == CSV:
        return download(page.body, f"作业公示{today().isoformat()}.csv", CSV)
    return Response(page.body, mimetype=mimetype)


def _check_access(preferences: Preferences, mimetype: str) -> BaseResponse | None:
    """None when this reader may read the log; else the page that says why not."""
    if preferences.public_log is PublicLogAccess.OPEN:
        return None
    is_link = preferences.public_log is PublicLogAccess.LINK
    if is_link and preferences.public_log_key and _has_key(preferences.public_log_key):
        return None
    if current_person() is not None:
        return None
    if is_link:
        return _refusal(mimetype, "作业公示要用学校发的链接打开。请向班主任索取新的链接或二维码，或者登录后查看。", "key", 404)
    if mimetype == HTML:
        return redirect(url_for("accounts.sign_in", next=_path()))
    return _refusal(mimetype, "作业公示要登录后查看。", None, 401)


def _has_key(key: str) -> bool:
    return compare_digest(request.args.get("key", "").encode(), key.encode())


def _path() -> str:
    return request.full_path if request.query_string else request.path


def _refusal(mimetype: str, message: str, field: str | None, status: int) -> Response:
    if mimetype == JSON:
        response = Response(json.dumps({"error": message, "field": field}), mimetype=JSON)
    elif mimetype == CSV:
        response = Response(message, content_type="text/plain; charset=utf-8")
    else:
        is_closed = status == 404
        context = {"message": message, "is_closed": is_closed, "sign_in_url": url_for("accounts.sign_in", next=_path())}
        response = Response(render_template("homework/public_refused.html", **context))
    response.status_code = status
    return response


def _book() -> str:
    log = read_log(request.args, days=book_days(request.args, today()))
    book = book_of(log)
    url = _site() + _link_to("public_log", **{"class": _class_text(log)})
    try:
        qr = segno.make(url, error="m", boost_error=False).svg_data_uri(scale=3, border=2)
    except segno.DataOverflowError:
        raise Refused("这个地址太长，印不成二维码。请从作业公示页重新打开公示本。", "key") from None
    back_url = _link_to("public_log", date=log.days.last if log.days.is_one else None, **{"class": _class_text(log)})
    return render_template("homework/public_book.html", book=book, qr=qr, url=url, back_url=back_url)


def _class_text(log: Log) -> str:
    return key_text(log.scope.class_key) if log.scope.class_key else ""


def _site() -> str:
    return str(current_app.config["PUBLIC_URL"]).rstrip("/") or request.url_root.rstrip("/")


def _link_to(endpoint: str, **arguments: Any) -> str:
    """The address of one of these pages; the key of a link-only log goes along."""
    key = {"key": request.args["key"]} if "key" in request.args else {}
    return url_for(f"homework.{endpoint}", **arguments, **key)
