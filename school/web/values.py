"""Values read from the address of a page: a day, a month; nonsense is a 400, absence is None."""

from datetime import date

from flask import abort, request


def day_argument(name: str) -> date | None:
    """A day given as YYYY-MM-DD."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(400)


def month_argument(name: str) -> date | None:
    """The first day of a month given as YYYY-MM."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(400)
