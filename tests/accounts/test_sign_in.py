"""Signing in and out: what works, what is refused, and that nobody learns who has an account."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from time import thread_time

import pytest
from flask import Flask

from school.accounts.throttle import PER_ACCOUNT, PER_ADDRESS
from school.clock import ZONE, now
from tests.accounts.cast import PASSWORD, guardian, principal, signed_in, somebody, teacher
from tests.support.client import SchoolClient
from tests.support.databases import Database, dispose, migrated_app

MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=ZONE)


def test_name_and_password_lead_to_the_first_page(client: SchoolClient) -> None:
    user = teacher()
    answer = client.post_form("/sign-in", {"login": user.login, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/account").status_code == 200


def test_after_sign_in_the_page_asked_for_opens(client: SchoolClient) -> None:
    user = teacher()
    asked = client.get("/account?a=1")
    assert asked.status_code == 302
    answer = client.post_form("/sign-in", {"login": user.login, "password": PASSWORD}, page=asked.location)
    assert answer.location == "/account?a=1"


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(client: SchoolClient, next_url: str) -> None:
    user = teacher()
    answer = client.post_form("/sign-in", {"login": user.login, "password": PASSWORD, "next": next_url})
    assert answer.location == "/"


def test_a_wrong_password_is_refused_and_the_name_stays(client: SchoolClient) -> None:
    user = teacher()
    answer = client.post_form("/sign-in", {"login": user.login, "password": "not this one"})
    assert answer.status_code == 422
    assert "登录名或密码不对" in answer.text
    assert f'value="{user.login}"' in answer.text
    assert "not this one" not in answer.text
    assert client.get("/account").status_code == 302


def test_unknown_name_wrong_password_closed_and_not_activated_look_the_same(client: SchoolClient) -> None:
    known, closed = teacher(), somebody("离职老师", "13800000002")
    closed.is_active = False
    waiting = somebody("新老师", "13800000003", is_activated=False)
    answers = [
        client.post_form("/sign-in", {"login": login, "password": password})
        for login, password in (
            (known.login, "wrong words"),
            ("13800009999", "wrong words"),
            (closed.login, PASSWORD),
            (waiting.login, PASSWORD),
        )
    ]
    bodies = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {422}
    assert len(bodies) == 1


def test_an_unknown_name_takes_as_long_as_a_known_one(client: SchoolClient) -> None:
    known = teacher()

    def seconds(login: str) -> float:
        started = thread_time()  # what it costs, whatever else the machine does meanwhile
        client.post_form("/sign-in", {"login": login, "password": "wrong words"})
        return thread_time() - started

    seconds("13800009998")  # the first one also makes the hash that stands for nobody
    fastest_known = min(seconds(known.login) for _ in range(4))
    fastest_unknown = min(seconds(f"1380000999{n}") for n in range(4))
    assert fastest_unknown > fastest_known / 2


def test_unknown_codes_look_the_same_as_well(client: SchoolClient) -> None:
    known = teacher()
    words = {"code": "AAAA-BBBB", "new_password": PASSWORD, "new_password_again": PASSWORD}
    one = client.post_form("/activate", {"login": known.login, **words})
    other = client.post_form("/activate", {"login": "13800009999", **words})
    assert one.status_code == other.status_code == 422
    assert re.sub(r'value="[^"]*"', "", one.text) == re.sub(r'value="[^"]*"', "", other.text)


def test_signing_out_ends_the_session(app: Flask) -> None:
    client = signed_in(app, teacher())
    page = client.get("/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert client.get("/account").status_code == 302


def test_signing_in_starts_a_new_session(app: Flask, client: SchoolClient) -> None:
    user = teacher()
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        token = session["csrf_token"]
    client.post_form("/sign-in", {"login": user.login, "password": PASSWORD})
    client.get("/account")
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["csrf_token"] != token


def test_a_session_of_staff_ends_after_hours_away(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(MORNING)
    staff, family = signed_in(app, teacher()), signed_in(app, guardian())
    freeze(MORNING + timedelta(hours=11, minutes=59))
    assert staff.get("/account").status_code == 200
    freeze(MORNING + timedelta(hours=23, minutes=58))
    assert staff.get("/account").status_code == 200, "a request in between keeps the session"
    freeze(MORNING + timedelta(hours=36, minutes=5))
    assert staff.get("/account").status_code == 302
    assert family.get("/account").status_code == 200, "families stay signed in"


def test_signing_out_everywhere_ends_the_other_device(app: Flask) -> None:
    user = teacher()
    phone, computer = signed_in(app, user), signed_in(app, user)
    answer = phone.post_form("/account/sign-out-everywhere", page="/account")
    assert answer.status_code == 303
    assert phone.get("/account").status_code == 302
    assert computer.get("/account").status_code == 302


def test_changing_the_password_ends_other_devices_and_keeps_this_one(app: Flask) -> None:
    user = teacher()
    phone, computer = signed_in(app, user), signed_in(app, user)
    words = {"password": PASSWORD, "new_password": "five other plain words", "new_password_again": "five other plain words"}
    assert phone.post_form("/account", words).status_code == 303
    assert phone.get("/account").status_code == 200
    assert computer.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"password": "wrong"}, "原密码不对"),
        ({"new_password": "1234567", "new_password_again": "1234567"}, "至少要 8 位"),
        ({"new_password": "12345678", "new_password_again": "12345678"}, "太容易被猜到"),
        ({"new_password_again": "something else"}, "两次输入的密码不一样"),
    ],
)
def test_a_bad_change_of_password_changes_nothing(app: Flask, changed: dict[str, str], sentence: str) -> None:
    user = teacher()
    client = signed_in(app, user)
    words = {"password": PASSWORD, "new_password": "five other words", "new_password_again": "five other words", **changed}
    answer = client.post_form("/account", words)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert signed_in(app, user).get("/account").status_code == 200


def test_a_closed_account_is_signed_out_at_once(app: Flask) -> None:
    user = teacher()
    client = signed_in(app, user)
    user.is_active = False
    assert client.get("/account").status_code == 302


def test_too_many_attempts_are_refused_even_with_the_right_password(client: SchoolClient) -> None:
    user, other = teacher(), guardian()
    for _ in range(PER_ACCOUNT):
        assert client.post_form("/sign-in", {"login": user.login, "password": "wrong"}).status_code == 422
    answer = client.post_form("/sign-in", {"login": user.login, "password": PASSWORD})
    assert answer.status_code == 422
    assert "尝试次数太多" in answer.text
    assert client.post_form("/sign-in", {"login": other.login, "password": PASSWORD}).status_code == 303


def test_a_success_forgets_the_failures_before_it(app: Flask) -> None:
    user = teacher()
    for _ in range(3):
        client = app.test_client()
        for _ in range(PER_ACCOUNT - 1):
            client.post_form("/sign-in", {"login": user.login, "password": "wrong"})
        assert client.post_form("/sign-in", {"login": user.login, "password": PASSWORD}).status_code == 303


def test_the_throttle_holds_across_two_workers(app: Flask, database: Database) -> None:
    user = teacher()
    second = migrated_app(database.url, INSTANCE_PATH=app.instance_path)
    try:
        for number in range(PER_ACCOUNT):
            worker = (app, second)[number % 2]
            worker.test_client().post_form("/sign-in", {"login": user.login, "password": "wrong"})
        for worker in (app, second):
            answer = worker.test_client().post_form("/sign-in", {"login": user.login, "password": PASSWORD})
            assert "尝试次数太多" in answer.text
    finally:
        dispose(second)


def test_the_throttle_ends_with_its_window(client: SchoolClient, freeze: Callable[[datetime], None]) -> None:
    freeze(MORNING)
    user = teacher()
    for _ in range(PER_ACCOUNT + 1):
        client.post_form("/sign-in", {"login": user.login, "password": "wrong"})
    freeze(MORNING + timedelta(minutes=15))
    assert client.post_form("/sign-in", {"login": user.login, "password": PASSWORD}).status_code == 303


def test_one_address_cannot_try_every_account(client: SchoolClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("school.accounts.throttle.PER_ADDRESS", 5)
    assert PER_ADDRESS == 200
    for number in range(5):
        client.post_form("/sign-in", {"login": f"1380000800{number}", "password": "wrong"})
    answer = client.post_form("/sign-in", {"login": "13800008009", "password": "wrong"})
    assert "尝试次数太多" in answer.text


def test_a_role_that_ended_opens_nothing(app: Flask) -> None:
    user = principal()
    client = signed_in(app, user)
    assert client.get("/audit").status_code == 200
    user.grants[0].ends_on = now().date() - timedelta(days=1)
    user.grants[0].starts_on = now().date() - timedelta(days=2)
    assert client.get("/audit").status_code == 403
