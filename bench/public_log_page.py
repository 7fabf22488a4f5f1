"""The public log as families read it at four o'clock, against a bare Jinja page of the same size on the same server.

`public_log_page` is the page behind a class's QR code, `public_log_page_school` the whole school's day, both as they
are read again and again between two publications. `public_log_page_fresh` is the class's page when every request
asks for something nobody asked for before, so that each is read from the database and rendered.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from bench._school_year import CLASSES, FIRST, ITEMS_A_DAY, fill
from bench.support import Request, School, compare, get, load, school_on_disk, served, served_bare

DAY = FIRST + timedelta(days=1)
PAGES = (
    ("public_log_page", f"/public/homework?class=2023-2&date={DAY}", ITEMS_A_DAY),
    ("public_log_page_school", f"/public/homework?date={DAY}", ITEMS_A_DAY * CLASSES),
)


def run() -> Iterator[dict[str, Any]]:
    """Requests a second, ours and bare, each at eight connections."""
    with school_on_disk() as school:
        with school.app.app_context():
            fill(with_log_of=DAY)
        with served(school) as ours:
            for name, path, items in PAGES:
                yield _measure(school, name, f"{ours.url}{path}", items)
            yield _measure(school, "public_log_page_fresh", f"{ours.url}{PAGES[0][1]}", ITEMS_A_DAY, is_fresh=True)


def _measure(school: School, name: str, url: str, items: int, *, is_fresh: bool = False) -> dict[str, Any]:
    with urlopen(url) as answer:
        size = len(answer.read())
    with served_bare(school, "bench._bare_page:app", BARE_BYTES=str(size), BARE_ITEMS=str(items)) as bare:
        asked = _each_its_own(url) if is_fresh else get(url)
        return compare(name, "requests/s", lambda: _rate(url, asked), lambda: _rate(bare.url, get(f"{bare.url}/page")))


def _each_its_own(url: str) -> Request:
    """The same page under addresses that never come twice."""
    parts, numbers = urlsplit(url), count()
    return lambda _number: f"GET {parts.path}?{parts.query}&key={next(numbers)} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()


def _rate(url: str, asked: Request) -> float:
    measured = load(url, asked)
    if measured.failures:
        raise RuntimeError(f"{measured.failures} requests to {url} failed")
    return measured.per_second
