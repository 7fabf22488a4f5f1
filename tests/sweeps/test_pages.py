"""Every page opens for those it is for, no link on it is dead, nonsense in any form gets a Chinese sentence.

One walk through the town serves all of these: pages by role, what was typed there, and which templates were loaded.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
from werkzeug.test import TestResponse

from school.clock import frozen
from school.homework.publiclog import pages as log_pages
from school.mentoring import asked
from school.parentschool.views import report, visits
from tests.accounts.cast import PASSWORD
from tests.homework.small_school import AFTERNOON
from tests.support.html import hidden_fields, parse
from tests.sweeps.course_pages import office_pages
from tests.sweeps.family_door_town import door_pages
from tests.sweeps.family_pages import family_pages
from tests.sweeps.pages import (
    NONSENSE,
    RecordingLoader,
    TypedForm,
    Walk,
    forms_of,
    links_of,
    post,
    strange_words,
    visible_text,
    walk,
)
from tests.sweeps.town import ANONYMOUS, COLUMNS, Town, token_of

pytestmark = pytest.mark.sweep

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LOGINS = frozenset({"zhou", "zhao", "han", "office", "principal"})  # of the town's own people
ODD_ADDRESSES = (
    ("/public/homework?date=x", 400),
    ("/no-such-page", 404),
    ("/public/homework?from=2026-11-01&to=2026-11-25", 200),
    ("/public/homework/book?class=2024-2&from=2026-11-01&to=2026-11-25", 200),
)
# Refused or not, a field that takes any words takes nonsense.
TAKES_ANY_WORDS = frozenset(
    {"reason", "note", "goes_on_unfiled", "answer", "goal_1", "look", "detail", "agrees", "result", "may_show"}
)


@dataclass
class Visit:
    """All that was met on the way."""

    walks: dict[str, Walk] = field(default_factory=dict)
    refusals: dict[str, TestResponse] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)

    def pages(self) -> Iterator[tuple[str, str]]:
        """Every page with where it was met."""
        for who, found in self.walks.items():
            yield from ((f"{who} {address}", text) for address, text in found.pages.items())
        yield from ((where, answer.text) for where, answer in self.refusals.items() if answer.status_code == 422)
        yield from self.others.items()


@pytest.fixture(scope="module")
def visit(built_town: Town) -> Visit:
    """One walk through the whole town."""
    environment, found = built_town.app.jinja_env, Visit()
    assert environment.loader is not None
    inner = environment.loader
    assert environment.cache is not None
    environment.cache.clear()  # a template in the cache is not loaded again
    environment.loader = recording = RecordingLoader(inner)
    with frozen(AFTERNOON):
        built_town.restore()
        found.walks = {who: walk(built_town, who) for who in COLUMNS}
        found.refusals = dict(_refusals(built_town, found.walks))
        found.others = dict(_others(built_town))
        built_town.restore()
    environment.loader, found.templates = inner, recording.names
    return found


def _refusals(town: Town, walks: dict[str, Walk]) -> Iterator[tuple[str, TestResponse]]:
    """Every form once, by whoever meets it first, full of nonsense."""
    seen = set()
    for who, found in walks.items():
        for address, text in found.pages.items():
            for form in forms_of(text, address):
                shape = (re.sub(r"\d+", "1", form.action.split("?")[0]), form.names)
                if form.names and shape not in seen:
                    seen.add(shape)
                    yield f"{who} {form.action} {sorted(form.names)}", _send(town, who, form)


def _send(town: Town, who: str, form: TypedForm) -> TestResponse:
    client = town.client(who)
    fields = form.fields | {"csrf_token": [token_of(town.app, client)]}
    answer = post(client, TypedForm(form.action, fields, form.names))
    if answer.status_code == 303:
        town.restore()
    return answer


def _others(town: Town) -> Iterator[tuple[str, str]]:
    """Pages that no link leads to: printed sheets, the second of two editors, an expired session, an import under way."""
    for endpoint in ("people.class_code_sheet", "people.teacher_code_sheet", "accounts.code_slip"):
        target = town.targets(endpoint)[0]
        yield endpoint, town.ask("administrator", "GET", endpoint, target, is_strict=True).text
    yield "two editors", _second_editor(town)
    yield "expired session", _expired(town)
    yield "import under way", _import_under_way(town)
    yield from office_pages(town)
    yield "no term of mentoring", _without_term(town, asked, "/mentoring", "teaching_office")
    yield "no term of parent school", _without_term(town, report, "/parent-school/report", "principal")
    yield "no school year of visits", _without_year(town)
    yield from family_pages(town)
    yield from door_pages(town)
    client = town.client(ANONYMOUS)
    for address, status in ODD_ADDRESSES:
        answer = client.get(address)
        assert answer.status_code == status
        yield address, answer.text
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(log_pages, "MOST_ITEMS_SHOWN", 0)
        yield "a long log", client.get("/public/homework?from=2026-11-02&to=2026-11-25").text


def _without_term(town: Town, module: ModuleType, address: str, who: str) -> str:
    """A page before the school's first term."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "asked_term", lambda: None)
        return town.client(who).get(address).text


def _without_year(town: Town) -> str:
    """Home visits before the school year is in the calendar."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(visits, "the_year", lambda: None)
        return town.client("moral_office").get("/visits").text


def _second_editor(town: Town) -> str:
    """The page of whoever saves second."""
    client = town.client("subject_teacher")
    page = client.get("/homework").text
    address = next(link for link in links_of(page, "/homework") if re.fullmatch(r"/homework/items/\d+", link))
    fields = hidden_fields(client.get(address).text, address, address)
    typed = {"layering": "whole", "all_content": "抄写生字", "all_minutes": "5", "due_on": "2026-11-26"}
    chosen = {"form": "written", "demand": "required", "kind": "basic", "stage": "after_class"}
    answer = client.post(address, data={**fields, **typed, **chosen, "revision": "0"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 422
    assert "两边的不同" in answer.text
    return answer.text


def _expired(town: Town) -> str:
    """The page after sign-in that offers what was typed before."""
    client, here = town.client(ANONYMOUS), {"Origin": "http://localhost"}
    asked = client.post("/settings", data={"school_name": NONSENSE}, headers=here)
    fields = hidden_fields(asked.text, "/sign-in", "/sign-in")
    resumed = client.post("/sign-in", data={**fields, "login": "principal", "password": PASSWORD}, headers=here)
    assert NONSENSE in resumed.text
    return resumed.text


def _import_under_way(town: Town) -> str:
    """The page of an import that is being written."""
    target = next(target for target in town.targets("people.import_detail") if target.words == "自己上传")
    path = Path(town.app.instance_path) / "imports" / f"{target.values['import_id']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"what": "写入学生", "done": 1, "total": 2}), encoding="utf-8")
    return town.ask("administrator", "GET", "people.import_detail", target, is_strict=True).text


def test_no_link_is_dead(visit: Visit) -> None:
    dead = [sentence for found in visit.walks.values() for sentence in found.dead]
    assert dead == [], "offer a link only to whoever may follow it"
    assert all(len(found.pages) > 10 for found in visit.walks.values())


def test_every_template_is_rendered(visit: Visit) -> None:
    every = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
    unreached = sorted(every - visit.templates)
    assert unreached == [], "remove these templates, or lead to them in tests/sweeps/town.py or _others above"


def test_a_form_full_of_nonsense_is_refused_on_its_page(visit: Visit) -> None:
    assert len(visit.refusals) > 15
    wrong = [
        f"{where}: {answer.status_code}"
        for where, answer in visit.refusals.items()
        if answer.status_code != 422 and not any(f"'{name}'" in where for name in TAKES_ANY_WORDS)
    ]
    assert wrong == [], "show the form again with 422 and a sentence at the field"
    assert {answer.status_code for answer in visit.refusals.values()} <= {303, 422}


def test_a_refused_form_says_why_and_keeps_what_was_typed(visit: Visit) -> None:
    for where, answer in visit.refusals.items():
        if answer.status_code == 422:
            root = parse(answer.text).root
            invalid = [
                element for element in root.iter() if isinstance(element.tag, str) and element.get("aria-invalid") == "true"
            ]
            alerts = [element for element in root.iter() if isinstance(element.tag, str) and element.get("role") == "alert"]
            assert invalid or alerts, f"{where}: nothing on the page says why it was refused"


def test_every_word_shown_is_chinese(visit: Visit) -> None:
    found = {f"{word}: {where}" for where, text in visit.pages() for word in strange_words(text, LOGINS)}
    assert sorted(found) == [], "write it in Chinese, or add a name that has no Chinese word to KNOWN_WORDS"


def test_every_page_has_one_heading_and_a_title_of_its_own(visit: Visit) -> None:
    wrong = []
    for where, text in visit.pages():
        document = parse(text)
        headings, titles = len(list(document.all("h1"))), ["".join(title.itertext()).strip() for title in document.all("title")]
        languages = [html.get("lang") for html in document.all("html")]
        if headings != 1 or len(titles) != 1 or titles[0].startswith("·") or languages != ["zh-CN"]:
            wrong.append(f"{where}: {headings} h1, title {titles}, lang {languages}")
    assert wrong == []


def test_no_page_shows_a_bare_value_of_the_program(visit: Visit) -> None:
    bare = re.compile(r"\bNone\b|\bTrue\b|\bFalse\b|<[\w.]+ object|\{\{|\}\}|\bnan\b|\bundefined\b|datetime\.")
    found = [f"{where}: {part.strip()[:60]}" for where, text in visit.pages() for part in visible_text(text) if bare.search(part)]
    assert found == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>Save 保存</p>", ["Save"]),
        ("<button aria-label='Close'>关</button>", ["Close"]),
        ("<option>Choose one</option>", ["Choose", "one"]),
        ("<p>导出 Excel、CSV，见 HW-02，码 ABCD-EFGH,http://localhost/x，学生.xlsx</p>", []),
        ("<textarea>what somebody typed</textarea>", []),
    ],
)
def test_a_planted_english_word_is_found(body: str, words: list[str]) -> None:
    assert strange_words(body) == words


def test_a_planted_dead_link_is_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "<!doctype html><html lang='zh-CN'><head><title>首页</title></head><body><a href='/gone'>去</a></body></html>"

    def planted() -> str:
        return page

    planted.access = town.app.view_functions["home.index"].access  # type: ignore[attr-defined]
    monkeypatch.setitem(town.app.view_functions, "home.index", planted)
    assert walk(town, ANONYMOUS).dead == ["anonymous reads /: /gone answers 404"]


def test_the_loader_remembers_partials_and_macros(town: Town) -> None:
    environment = town.app.jinja_env.overlay(loader=None, cache_size=0)
    assert town.app.jinja_env.loader is not None
    environment.loader = recording = RecordingLoader(town.app.jinja_env.loader)
    environment.get_template("homework/mine.html")
    assert recording.names == {"homework/mine.html"}
