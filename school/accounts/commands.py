"""Commands about accounts: the first administrator, and a new one-time code from the server's own machine."""

import json

import click

from school.accounts.codes import code_of
from school.accounts.queries import find_user_by_login
from school.accounts.service import create_user, grant_role, issue_code
from school.audit.service import COMMAND_LINE, record
from school.clock import today
from school.db import transaction
from school.permissions import Role

FIRST_LOGIN = "admin"


def create_administrator(login: str = FIRST_LOGIN, name: str = "管理员") -> tuple[str, str]:
    """Create an administrator; answers the login name and the one-time code for the first sign-in."""
    with transaction():
        user = create_user(login, name)
        grant_role(user, Role.ADMINISTRATOR, starts_on=today())
        sentence = f"建立了管理员账号{name}（{login}）"
        record(COMMAND_LINE, "account.create", sentence, subject_type="user", subject_id=user.id)
        issue_code(user, actor=COMMAND_LINE)
        return user.login, code_of(user)


@click.command("create-admin")
@click.argument("login")
@click.argument("name")
def create_admin(login: str, name: str) -> None:
    """Create an administrator LOGIN called NAME and print the one-time code."""
    if find_user_by_login(login):
        raise click.ClickException(f"登录名 {login} 已经有人使用。")
    _login, code = create_administrator(login, name)
    click.echo(f"{login}\t{code}")


@click.command("issue-code")
@click.argument("login")
@click.option("--json", "as_json", is_flag=True, help="Print for programs.")
def issue_code_for(login: str, as_json: bool) -> None:
    """Give LOGIN a new one-time code and print it; the old one is void."""
    with transaction():
        user = find_user_by_login(login)
        if user is None:
            raise click.ClickException(f"没有登录名为 {login} 的账号。")
        code = issue_code(user, actor=COMMAND_LINE)
        text = json.dumps({"login": user.login, "name": user.display_name, "code": code}, ensure_ascii=False)
    click.echo(text if as_json else code)


commands = [create_admin, issue_code_for]
