"""Walking the pages as a person does: every link once, every form with nonsense; and the words a page shows."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from jinja2 import BaseLoader, Environment
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.support.client import SchoolClient
from tests.support.html import parse
from tests.sweeps.access import committed
from tests.sweeps.town import COLUMNS, Town

VISITS = 1  # of addresses that differ in values only; both rows of access.csv come on top
NONSENSE = "胡乱填写的内容"
UNSEEN = frozenset({"script", "style", "textarea", "template"})
SPOKEN = ("alt", "title", "aria-label", "placeholder", "data-label", "data-confirm")
HTML = "text/html"


class RecordingLoader(BaseLoader):
    """Loads as another loader does and remembers what was asked for, partials and macros included."""

    def __init__(self, inner: BaseLoader) -> None:
        self.inner = inner
        self.names: set[str] = set()

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The template's source."""
        self.names.add(template)
        return self.inner.get_source(environment, template)

    def list_templates(self) -> list[str]:
        """All names."""
        return self.inner.list_templates()


@dataclass
class Walk:
    """What somebody met: pages by address, answers that are no page, and dead links with where they were found."""

    pages: dict[str, str] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)


def walk(town: Town, who: str) -> Walk:
    """Open every page this role may, and follow every link on it."""
    result, client = Walk(), town.client(who)
    waiting = deque((address, "") for address in _starts(town, who))
    while waiting:
        address, source = waiting.popleft()
        answer = client.get(address)
        if answer.status_code not in (200, 302, 303):
            result.dead.append(f"{who} reads {source or 'access.csv'}: {address} answers {answer.status_code}")
        if answer.status_code in (302, 303):
            waiting.extend(_new(town.app, result, [urljoin(address, answer.headers["Location"])], address))
        elif answer.mimetype == HTML:
            result.pages[address] = answer.text
            waiting.extend(_new(town.app, result, links_of(answer.text, address), address))
    return result


def _starts(town: Town, who: str) -> list[str]:
    place = COLUMNS.index(who) + 3
    rows = [(row[0], row[2]) for row in committed() if row[1] == "GET" and row[place] == "ok"]
    named = [(endpoint, target) for endpoint, words in rows for target in town.targets(endpoint) if target.words == words]
    return ["/", *(town.url(endpoint, target) for endpoint, target in named if target.permit is None)]


def _new(app: Flask, result: Walk, addresses: list[str], source: str) -> Iterator[tuple[str, str]]:
    for address in addresses:
        key = _shape(app, address)
        result.seen[key] += 1
        if result.seen[key] <= VISITS and address not in result.pages:
            yield address, source


def _shape(app: Flask, address: str) -> tuple[str, ...]:
    """The view and the names of the values in the address."""
    parts = urlsplit(address)
    try:
        endpoint, _values = app.url_map.bind("localhost").match(parts.path)
    except HTTPException:
        return (parts.path,)
    return (endpoint, *sorted(name for name, _value in parse_qsl(parts.query)))


def links_of(text: str, address: str) -> list[str]:
    """Addresses of this site that the page links to or loads."""
    found = []
    for element in parse(text).root.iter():
        target = element.get("href") or element.get("src") if isinstance(element.tag, str) else None
        if target and not target.startswith(("#", "data:", "mailto:", "tel:")):
            whole = urljoin(f"http://localhost{address}", target).split("#")[0]
            if urlsplit(whole).netloc == "localhost":
                found.append(whole.removeprefix("http://localhost"))
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class TypedForm:
    """A form that posts, and what a page would send of it."""

    action: str
    fields: dict[str, list[str]]
    names: frozenset[str]

    def nonsense(self) -> dict[str, Any]:
        """Every field a person fills, filled with what means nothing."""
        return self.fields | {name: [NONSENSE] for name in self.names}


def forms_of(text: str, address: str) -> list[TypedForm]:
    """The forms of a page that post, its hidden fields as they stand."""
    forms = [form for form in parse(text).all("form") if (form.get("method") or "get").lower() == "post"]
    return [_typed(form, address) for form in forms]


def _typed(form: Element, address: str) -> TypedForm:
    hidden: dict[str, list[str]] = {}
    names = set()
    for element in form.iter():
        name = element.get("name")
        if not name or element.tag not in ("input", "select", "textarea"):
            continue
        if (element.get("type") or "").lower() == "hidden":
            hidden.setdefault(name, []).append(element.get("value", ""))
        else:
            names.add(name)
    return TypedForm(form.get("action") or address, hidden, frozenset(names))


def post(client: SchoolClient, form: TypedForm) -> TestResponse:
    """Send a form full of nonsense."""
    return client.post(form.action, data=form.nonsense(), headers={"Origin": "http://localhost"})


WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
LOOKS = re.compile(
    r"https?://\S+|[\w.*+-]+@[\w.-]+"  # addresses
    r"|\b[A-Z2-7]{4}-[A-Z2-7]{4}\b"  # one-time codes
    r"|\b(?:HW|AS|TU|CO|PE|PR|CA|PS)-\d+\b"  # numbers of rules
    r"|\bSHA-256\b|\b[0-9a-f]{64}\b|\bpython3\b"  # hashes and seeds, a command
    r"|\S+\.(?:xlsx|csv|xls|json|py|pdf)\b|\.(?:xlsx|csv|xls)\b"  # names of files
    r"|\bSRX-\d{4}-\d-\d{3}\b|\bJZ-\d{4}-\d{4}\b"  # numbers of certificates
)
KNOWN_WORDS = frozenset(
    {"Excel", "CSV", "JSON", "QR", "GB", "MB", "KB", "JPG", "PNG", "WebP", "UTF", "GBK", "Python", "PDF", "Word", "docx"}
    | {"PPT", "pptx", "xlsx", "MP", "https"}  # files and links of parent school
    | {"SMTP", "Webhook", "SEC"}  # what mail servers, WeCom and DingTalk call it themselves
)


def strange_words(text: str, allowed: frozenset[str] = frozenset()) -> list[str]:
    """English words the page shows or reads aloud."""
    shown = " ".join(LOOKS.sub(" ", part) for part in visible_text(text))
    return sorted({word for word in WORD.findall(shown) if word not in KNOWN_WORDS | allowed})


def visible_text(text: str) -> list[str]:
    """What a person sees or hears of a page; what they typed themselves is left out."""
    return list(_parts(parse(text).root))


def _parts(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in UNSEEN:
        return
    if element.text:
        yield element.text
    yield from (element.get(name, "") for name in SPOKEN)
    for child in element:
        yield from _parts(child)
        if child.tail:
            yield child.tail
