"""Values read from the address of a page: an id, a day, a month; nonsense is a 400, absence is None."""

from datetime import date

from flask import Flask, abort, request
from werkzeug.routing import BaseConverter, IntegerConverter, Map

LARGEST_ID = 2**31 - 1  # what an id is in the databases; a larger number is an error to both drivers
FIRST_YEAR, LAST_YEAR = 2000, 2100


class TokenConverter(BaseConverter):
    """A secret in an address, right or wrong: at most 80 characters; a longer one finds no page."""

    regex = "[^/]{1,80}"


class IdConverter(IntegerConverter):
    """`<int:…>` of all addresses: a number no row can have is an address nobody has."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def init_app(app: Flask) -> None:
    """Make `<int:…>` an id; before any address is added."""
    app.url_map.converters["int"] = IdConverter
    app.url_map.converters["token"] = TokenConverter


def id_argument(name: str) -> int | None:
    """An id given as a number; nonsense is nobody's."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 <= number <= LARGEST_ID else None


def day_argument(name: str) -> date | None:
    """A day given as YYYY-MM-DD."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(400)
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else abort(400)


def month_argument(name: str) -> date | None:
    """The first day of a month given as YYYY-MM."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(400)
    return month if FIRST_YEAR <= month.year <= LAST_YEAR else abort(400)
