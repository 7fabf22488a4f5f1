"""Loading the demo school into an empty database."""

from collections.abc import Callable

import click

from school.accounts.queries import count_users


def load_demo_school(report: Callable[[str], None]) -> None:
    """Fill an empty database with the demo school, saying in `report` how far it is."""
    report("demo school")


@click.command("load-demo")
def load_demo() -> None:
    """Load the demo school into an empty database."""
    if count_users():
        raise click.ClickException("数据库里已有账号,演示学校只能装入空的数据库。")
    load_demo_school(report=click.echo)


commands = (load_demo,)
