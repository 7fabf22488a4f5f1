"""What somebody typed comes back after the session ended, and nobody can smuggle a form in."""

from flask import Flask

from school.clock import today
from tests.accounts.cast import PASSWORD, administrator, signed_in
from tests.support.client import SchoolClient
from tests.support.html import hidden_fields

TYPED = {"role": "principal", "starts_on": "2026-11-25", "ends_on": "", "note": "这是我写了很久的一段话"}
HERE = {"Origin": "http://localhost"}


def kept_in(page: str) -> str:
    return hidden_fields(page, "/sign-in", "/sign-in")["kept"][0]


def post_without_session(client: SchoolClient, origin: str = "http://localhost") -> str:
    answer = client.post("/accounts/users/1/roles", data={**TYPED, "password": "secret"}, headers={"Origin": origin})
    assert answer.status_code == 401
    return answer.text


def test_the_text_comes_back_after_sign_in_and_can_be_sent(app: Flask, client: SchoolClient) -> None:
    user = administrator()
    page = post_without_session(client)
    assert "登录已过期，您填写的内容还在，登录后可继续提交" in page
    token = hidden_fields(page, "/sign-in", "/sign-in")["csrf_token"][0]
    words = {"login": user.login, "password": PASSWORD, "kept": kept_in(page), "csrf_token": token}
    resumed = client.post("/sign-in", data=words, headers=HERE)
    assert resumed.status_code == 200
    assert "这是我写了很久的一段话" in resumed.text
    assert "secret" not in resumed.text
    fields = hidden_fields(resumed.text, "/accounts/users/1/roles", "/sign-in")
    assert {name: values[0] for name, values in fields.items() if name != "csrf_token"} == TYPED
    sent = client.post(f"/accounts/users/{user.id}/roles", data={**fields, "starts_on": today().isoformat()}, headers=HERE)
    assert sent.status_code == 303


def test_a_wrong_password_keeps_the_text(client: SchoolClient) -> None:
    user = administrator()
    page = post_without_session(client)
    token = hidden_fields(page, "/sign-in", "/sign-in")["csrf_token"][0]
    words = {"login": user.login, "password": "wrong", "kept": kept_in(page), "csrf_token": token}
    again = client.post("/sign-in", data=words, headers=HERE)
    assert again.status_code == 422
    assert "您填写的内容还在" in again.text
    assert kept_in(again.text) == kept_in(page)


def test_a_form_from_another_site_is_not_kept(client: SchoolClient) -> None:
    page = post_without_session(client, origin="https://evil.example")
    assert kept_in(page) == ""
    assert "您填写的内容还在" not in page


def test_a_kept_form_that_is_not_ours_is_ignored(client: SchoolClient) -> None:
    user = administrator()
    answer = client.post_form("/sign-in", {"login": user.login, "password": PASSWORD, "kept": "made.up"})
    assert (answer.status_code, answer.location) == (303, "/")


def test_a_form_older_than_the_session_is_offered_again(app: Flask) -> None:
    user = administrator()
    client = signed_in(app, user)
    path = f"/accounts/users/{user.id}/roles"
    client.get("/account")
    answer = client.post(path, data={**TYPED, "csrf_token": "of yesterday"}, headers=HERE)
    assert answer.status_code == 422
    assert "这是我写了很久的一段话" in answer.text
    assert client.post(path, data=hidden_fields(answer.text, path, "/"), headers=HERE).status_code == 303


def test_a_form_without_token_is_refused(app: Flask) -> None:
    client = signed_in(app, administrator())
    assert client.post("/accounts/users/1/roles", data=TYPED, headers=HERE).status_code == 400
