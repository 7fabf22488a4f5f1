"""`flask school …`: starting, serving, and the group the features add their commands to."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade

from school import serving
from school.accounts.commands import commands as account_commands
from school.accounts.commands import create_administrator
from school.accounts.queries import count_users
from school.courses.commands import commands as courses_commands
from school.demo.accounts import DEMO_PASSWORD, demo_logins
from school.demo.commands import commands as demo_commands
from school.demo.commands import load_demo_school
from school.homework.commands import commands as homework_commands
from school.mentoring.commands import commands as mentoring_commands
from school.outbox.commands import commands as outbox_commands
from school.parentschool.commands import commands as parentschool_commands
from school.people.commands import commands as people_commands
from school.reporting.commands import commands as reporting_commands

group = AppGroup("school", help="The school's commands; those with --json print for programs.")


def init_app(app: Flask) -> None:
    """Register the group with the commands of all features."""
    app.cli.add_command(group)


@group.command("start")
def start() -> None:
    """Bring the database up to date, fill an empty one, say where to look, and serve."""
    uri = current_app.config["SQLALCHEMY_DATABASE_URI"]
    click.echo(f"· database: {uri if uri.startswith('sqlite') else 'PostgreSQL (DATABASE_URL)'}")
    click.echo("· migrating")
    upgrade()
    if count_users() == 0:
        _fill_empty_database()
    accounts = demo_logins()
    if accounts:
        click.echo(f"· demo accounts, all with the password {DEMO_PASSWORD}:")
    for login, role, name in accounts:
        click.echo(f"  {login:<10} {role} {name}")
    click.echo(f"· serving on http://{current_app.config['HOST']}:{current_app.config['PORT']}  (Ctrl+C stops)")
    serving.serve(current_app.config)


@group.command("serve")
def serve() -> None:
    """Serve without touching the database (after `flask db upgrade`)."""
    serving.serve(current_app.config)


def _fill_empty_database() -> None:
    if current_app.config["DEMO"]:
        click.echo("· the database is empty: loading the demo school")
        load_demo_school(report=lambda text: click.echo(f"  {text}"))
        return
    login, code = create_administrator()
    click.echo(f"· the database is empty: first sign-in at /activate as {login} with one-time code {code}")


for command in (
    *account_commands,
    *people_commands,
    *homework_commands,
    *courses_commands,
    *mentoring_commands,
    *outbox_commands,
    *parentschool_commands,
    *reporting_commands,
    *demo_commands,
):
    group.add_command(command)
