"""Every answer, errors and files too, carries the security headers; cookies keep to this site; `next` never leaves it."""

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from school.factory import create_app
from school.web.pages import SECURITY_HEADERS
from tests.accounts.cast import PASSWORD
from tests.support.databases import SETTINGS, dispose
from tests.sweeps.town import COOKIE, Town

pytestmark = pytest.mark.sweep

ANSWERS = [
    ("anonymous", "GET", "/", 200),
    ("anonymous", "GET", "/sign-in", 200),
    ("anonymous", "GET", "/public/homework", 200),
    ("anonymous", "GET", "/public/homework?date=2026-02-30", 400),
    ("anonymous", "GET", "/public/homework.csv", 200),
    ("anonymous", "GET", "/public/homework.json", 200),
    ("anonymous", "GET", "/public/homework.json?date=x", 400),
    ("anonymous", "GET", "/healthz", 200),
    ("anonymous", "GET", "/static/css/base.css", 200),
    ("anonymous", "GET", "/static/no-such-file.css", 404),
    ("anonymous", "GET", "/bootstrap/static/css/bootstrap.min.css", 200),
    ("anonymous", "GET", "/no-such-page", 404),
    ("anonymous", "GET", "/audit", 302),
    ("anonymous", "POST", "/audit", 405),
    ("anonymous", "POST", "/sign-in", 400),
    ("anonymous", "POST", "/homework/board/1", 401),
    ("guardian", "GET", "/audit", 403),
    ("guardian", "POST", "/account", 400),
    ("principal", "GET", "/audit?from=x", 400),
    ("principal", "GET", "/reports/homework.xlsx", 200),
]
AWAY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\r\nLocation: https://evil.example",
    "/%0d%0aSet-Cookie:x=1",
    " //evil.example",
    "@evil.example",
    ".evil.example",
    "evil.example",
]


def directives(answer: TestResponse) -> dict[str, str]:
    """The Content-Security-Policy by directive."""
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {name: values for name, _, values in (part.strip().partition(" ") for part in parts)}


@pytest.mark.parametrize(("who", "method", "address", "status"), ANSWERS)
def test_every_answer_carries_the_security_headers(town: Town, who: str, method: str, address: str, status: int) -> None:
    answer = town.client(who).open(address, method=method)
    assert answer.status_code == status
    for name in (*SECURITY_HEADERS, "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control"):
        assert answer.headers.get(name), f"{address} has no {name}"
    policy = directives(answer)
    assert policy["default-src"] == "'self'"
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'", "'none'")
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in str(policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]


def test_an_error_of_ours_carries_them_too_and_tells_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise ZeroDivisionError("the secret is 42")

    broken.access = town.app.view_functions["home.index"].access  # type: ignore[attr-defined]
    monkeypatch.setitem(town.app.view_functions, "home.index", broken)
    monkeypatch.setitem(town.app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = town.client("anonymous").get("/")
    assert answer.status_code == 500
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "42" not in answer.text
    assert "ZeroDivision" not in answer.text


def test_pages_with_somebodys_data_are_not_kept_by_caches(town: Town) -> None:
    for address in ("/", "/account", "/family/homework"):
        assert "no-store" in town.client("guardian").get(address).headers["Cache-Control"]


@pytest.mark.parametrize("is_https", [False, True])
def test_cookies_stay_on_this_site(town: Town, tmp_path: Path, is_https: bool) -> None:
    app = create_app({**SETTINGS, "DATABASE_URL": f"sqlite:///{town.file}", "INSTANCE_PATH": tmp_path, "HTTPS": is_https})
    page = app.test_client().get("/sign-in")
    (cookie,) = page.headers.getlist("Set-Cookie")
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
    assert ("Secure" in attributes) is is_https
    assert not any(part.startswith("Domain") for part in attributes)
    dispose(app)


def test_https_is_remembered_only_where_it_was_used(town: Town) -> None:
    client = town.client("anonymous")
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert "Strict-Transport-Security" in client.get("/", base_url="https://localhost").headers


@pytest.mark.parametrize("address", AWAY)
def test_nobody_is_sent_away(town: Town, address: str) -> None:
    signed_in = town.client("guardian").get("/sign-in", query_string={"next": address})
    assert_stays(signed_in)
    client = town.client("anonymous")
    signing_in = client.post_form("/sign-in", {"login": "13900000001", "password": PASSWORD, "next": address})
    assert_stays(signing_in)
    town.restore()


def assert_stays(answer: TestResponse) -> None:
    """The answer leads to the first page."""
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


def test_a_path_of_this_site_is_followed(town: Town) -> None:
    answer = town.client("guardian").get("/sign-in", query_string={"next": "/calendar?year=2026"})
    assert answer.headers["Location"] == "/calendar?year=2026"


def test_a_forged_host_does_not_lead_elsewhere(town: Town) -> None:
    answer = town.client("anonymous").get("/audit", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert answer.headers["Location"].startswith("/sign-in?next=")
