"""What a stranger may send to the sign-in pages: answered with a page and a sentence, never with an error of ours."""

import pytest
from flask import Flask

from tests.accounts.cast import PASSWORD, administrator, signed_in
from tests.support.client import SchoolClient

NO_ADDRESS = ("http://[", "//[", "http://[x")


@pytest.mark.parametrize("origin", NO_ADDRESS)
def test_an_origin_that_is_no_address_keeps_nothing(client: SchoolClient, origin: str) -> None:
    answer = client.post("/accounts/users/1/roles", data={"note": "写了很久的话"}, headers={"Origin": origin})
    assert answer.status_code == 401
    assert "您填写的内容还在" not in answer.text


@pytest.mark.parametrize("target", NO_ADDRESS)
def test_a_next_that_is_no_address_leads_home(app: Flask, client: SchoolClient, target: str) -> None:
    user = administrator()
    answer = client.post_form("/sign-in", {"login": user.login, "password": PASSWORD, "next": target})
    assert (answer.status_code, answer.location) == (303, "/")
    again = signed_in(app, user).get("/sign-in", query_string={"next": target})
    assert (again.status_code, again.location) == (303, "/")


@pytest.mark.parametrize("login", ["admin\0", "\0", "张\0三"])
def test_a_nul_character_is_a_wrong_name(client: SchoolClient, login: str) -> None:
    answer = client.post_form("/sign-in", {"login": login, "password": "x\0y"})
    assert answer.status_code == 422
    code = {"login": login, "code": "\0", "new_password": "long\0enough", "new_password_again": "long\0enough"}
    assert client.post_form("/activate", code).status_code == 422


@pytest.mark.parametrize("body", [[1], {"login": 5, "password": {}}, "x"])
def test_json_is_not_a_form(client: SchoolClient, body: object) -> None:
    page = client.get("/sign-in")
    token = page.text.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    answer = client.post("/sign-in", json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 422


def test_a_search_for_nul_is_refused(app: Flask) -> None:
    client = signed_in(app, administrator())
    assert client.get("/accounts/users?words=%00").status_code == 400
    assert client.get("/audit?words=a%00b").status_code == 400


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_no_row_can_have_is_not_found(app: Flask, number: int) -> None:
    client = signed_in(app, administrator())
    assert client.get(f"/accounts/users/{number}").status_code == 404
    assert client.get(f"/people/pupils/{number}").status_code == 404


@pytest.mark.parametrize("path", ["/sign-in", "/activate"])
def test_head_is_answered_as_get(client: SchoolClient, path: str) -> None:
    assert client.head(path).status_code == 200
