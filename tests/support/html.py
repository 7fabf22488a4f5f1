"""Whether a response is valid HTML that our Content-Security-Policy lets work, and what its forms would send."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E

REFERENCES = ("for", "form", "list", "aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "headers")
DATA_SCRIPTS = frozenset({"application/json", "application/ld+json"})
LOADING = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


@dataclass(frozen=True)
class Document:
    """A parsed page, and what is wrong with it in sentences."""

    root: Element
    problems: tuple[str, ...]

    def all(self, tag: str) -> Iterator[Element]:
        """Elements of this tag, in order."""
        return self.root.iter(tag)


@lru_cache(maxsize=512)
def parse(text: str) -> Document:
    """Parse a page, or a fragment when there is neither `<html` nor a doctype."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    is_page = "<html" in text[:2000].lower() or text.lstrip()[:9].lower() == "<!doctype"
    root = parser.parse(text) if is_page else parser.parseFragment(text)
    syntax = [_sentence(error, text) for error in parser.errors]
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    return Document(root, (*syntax, *_ids(elements, is_page), *_forbidden(elements)))


def _sentence(error: Any, text: str) -> str:
    (line, column), code, values = error
    lines = text.splitlines()
    nearby = "\n".join(f"    {n + 1}: {lines[n][:200]}" for n in range(max(0, line - 2), min(len(lines), line + 1)))
    return f"line {line}, column {column}: {E.get(code, code) % (values or {})}\n{nearby}"


def _ids(elements: list[Element], is_page: bool) -> Iterator[str]:
    """Ids used twice, and references to ids that are not there (a fragment may refer to its page)."""
    ids = Counter(element.get("id") for element in elements if element.get("id") is not None)
    yield from (f'id="{name}" is there {count} times' for name, count in ids.items() if count > 1)
    if not is_page:
        return
    for element in elements:
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f'<{element.tag} {attribute}="{name}"> refers to an id that is not on the page'


def _forbidden(elements: list[Element]) -> Iterator[str]:
    """What the Content-Security-Policy would block in the browser."""
    for element in elements:
        tag = str(element.tag)
        if tag == "style" or "style" in element.attrib:
            yield f"<{tag}> with inline style {element.get('style', '')!r}: the policy blocks it; use a class"
        if tag == "script" and "src" not in element.attrib and element.get("type") not in DATA_SCRIPTS:
            yield "<script> with its text inside: the policy blocks it; use a file in static/js"
        for name in element.attrib:
            if str(name).lower().startswith("on"):
                yield f"<{tag} {name}=…>: the policy blocks it; listen in a file in static/js"
        if element.get(LOADING.get(tag, ""), "").startswith(("http:", "https:", "//")) and element.get("rel") != "canonical":
            yield f"<{tag}> loads {element.get(LOADING[tag])!r} from outside"


def hidden_fields(text: str, action: str, page: str) -> dict[str, list[str]]:
    """Hidden inputs, the token among them, of the form on `page` that posts to the path `action`.

    When no form posts there (a script does), the first token on the page.
    """
    document = parse(text)
    posting = [form for form in document.all("form") if (form.get("method") or "get").lower() == "post"]
    for form in posting:
        if (form.get("action") or page).split("?")[0].split("#")[0] == action.split("?")[0]:
            return _hidden(form)
    tokens = (_hidden(form).get("csrf_token") for form in posting)
    metas = ([meta.get("content", "")] for meta in document.all("meta") if meta.get("name") == "csrf-token")
    token = next((t for t in (*tokens, *metas) if t), None)
    return {"csrf_token": token} if token else {}


def _hidden(form: Element) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for element in form.iter("input"):
        if (element.get("type") or "").lower() == "hidden" and element.get("name"):
            fields.setdefault(element.get("name", ""), []).append(element.get("value", ""))
    return fields
