"""`flask school create-admin` and `issue-code`: the way in when nobody can sign in."""

import json

from flask import Flask

from school.accounts.codes import code_of
from school.accounts.commands import create_admin, create_administrator, issue_code_for
from school.accounts.queries import count_users, find_user_by_login
from school.audit.queries import AuditFilter, entries, entries_of
from tests.accounts.cast import teacher
from tests.support.client import SchoolClient


def test_the_first_administrator_of_an_empty_database(app: Flask, client: SchoolClient) -> None:
    assert count_users() == 0
    login, code = create_administrator()
    words = {"login": login, "code": code, "new_password": "three plain words", "new_password_again": "three plain words"}
    assert client.post_form("/activate", words).status_code == 303
    assert client.get("/accounts/users").status_code == 200
    user = find_user_by_login(login)
    assert [entry.actor_label for entry in entries_of("user", user.id)] == ["服务器命令行", "服务器命令行", "管理员"]


def test_creating_an_administrator(app: Flask) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(create_admin, ["zhou", "周管理"])
    assert made.exit_code == 0
    assert made.output == f"zhou\t{code_of(find_user_by_login('zhou'))}\n"
    again = runner.invoke(create_admin, ["zhou", "周管理"])
    assert again.exit_code == 1
    assert "登录名 zhou 已经有人使用" in again.output
    assert count_users() == 1


def test_issuing_a_code(app: Flask) -> None:
    user = teacher()
    runner = app.test_cli_runner()
    plain = runner.invoke(issue_code_for, [user.login])
    assert plain.output == f"{code_of(find_user_by_login(user.login))}\n"
    printed = runner.invoke(issue_code_for, [user.login, "--json"])
    code = code_of(find_user_by_login(user.login))
    assert json.loads(printed.output) == {"login": user.login, "name": "陈老师", "code": code}
    assert plain.output.strip() != code, "the old one is void"


def test_issuing_a_code_to_nobody(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(issue_code_for, ["nobody"])
    assert answer.exit_code == 1
    assert "没有登录名为 nobody 的账号" in answer.output
    assert entries(AuditFilter(), offset=0, limit=9) == []
