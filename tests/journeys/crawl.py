"""Walking the product by its links: which pages a person reaches, and what every page owes to whoever opens it."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import CDPSession, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.support.browser import Size, axe, fits

FILES = (".csv", ".ics", ".json", ".py", ".xlsx", "/export")
CONTROLS = "button, .button, input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea, summary, .site-nav a"
COMFORTABLE = 44  # px, what a thumb hits


@dataclass
class Crawl:
    """Endpoints already looked at, by size; a page is looked at closely once, its status is asked of everybody."""

    app: Flask
    seen: set[tuple[str, Size]] = field(default_factory=set)

    def endpoint(self, path: str) -> str:
        """The view that answers a path; "" when it is a file or nothing."""
        try:
            endpoint, _values = self.app.url_map.bind("127.0.0.1").match(path, method="GET")
        except (HTTPException, RequestRedirect):
            return ""
        return str(endpoint)

    def walk(self, page: Page, size: Size, depth: int = 3) -> Iterator[str]:
        """Open the first page and what it leads to in three taps, one page of each endpoint; yields endpoints."""
        waiting = deque([("/", 0)])
        opened: set[str] = set()
        while waiting:
            path, level = waiting.popleft()
            endpoint = self.endpoint(urlsplit(path).path)
            if not endpoint or endpoint in opened:
                continue
            opened.add(endpoint)
            found = self._open(page, path, endpoint, size)
            yield endpoint
            if level < depth:
                waiting.extend((link, level + 1) for link in found)

    def _open(self, page: Page, path: str, endpoint: str, size: Size) -> list[str]:
        """Look at a page nobody looked at in this size, else only ask for it; answers the paths it links to."""
        if (endpoint, size) in self.seen and endpoint != "home.index":
            answer = page.request.get(path)
            assert answer.status < 400, f"{path} answers {answer.status}"
            return links(answer.text())
        self.seen.add((endpoint, size))
        opened = page.goto(path)
        assert opened
        assert opened.status < 400, f"{path} answers {opened.status}"
        look(page)
        return links(page.content())


def look(page: Page) -> None:
    """What every page owes: no violation of axe, no sideways scroll, Chinese, one heading, controls for a thumb."""
    axe(page)
    fits(page)
    assert page.locator("html").get_attribute("lang") == "zh-CN", page.url
    assert page.locator("h1").count() == 1, f"{page.url} has {page.locator('h1').count()} h1"
    assert page.title().strip(), f"{page.url} has no title"
    small = page.evaluate(
        """([selector, least]) => [...document.querySelectorAll(selector)]
            .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < least)
            .map(one => `${one.outerHTML.slice(0, 90)} is ${Math.round(one.getBoundingClientRect().height)} px high`)""",
        [CONTROLS, COMFORTABLE - 0.5],
    )
    assert not small, f"{page.url} has controls too small for a thumb:\n" + "\n".join(small[:8])


def links(text: str) -> list[str]:
    """Paths of this site that a page links to, in order; files to save are left out."""
    found = (unescape(href).split("#")[0] for href in re.findall(r'<a\b[^>]*\bhref="([^"]*)"', text))
    return [path for path in dict.fromkeys(found) if path.startswith("/") and not urlsplit(path).path.endswith(FILES)]


class Scales:
    """Bytes over the wire, headers included, as the browser counts them."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._bytes = 0.0
        self._session.send("Network.enable")
        self._session.on("Network.loadingFinished", self._add)

    def weigh(self, act: Callable[[], object]) -> int:
        """How many bytes `act` brought."""
        self._bytes = 0.0
        act()
        return round(self._bytes)

    def _add(self, event: dict[str, float]) -> None:
        self._bytes += event["encodedDataLength"]
