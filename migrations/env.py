"""Alembic's environment: the application's engine and models; naming conventions make both databases agree."""

from alembic import context
from flask import current_app

from school.db import Instant, db

config = context.config


def run() -> None:
    """Run the migrations on the application's database in one transaction."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            compare_type=True,
            render_as_batch=False,
            render_item=_plain_type,
            process_revision_directives=_skip_empty,
        )
        with context.begin_transaction():
            context.run_migrations()


def _plain_type(kind, item, _autogen_context):  # noqa: ANN001, ANN202
    """A migration names what the database stores, not our Python type, so that it outlives a rename."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, Instant) else False


def _skip_empty(_context, _revision, directives) -> None:  # noqa: ANN001
    """Write no file when models and database already agree."""
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


run()
