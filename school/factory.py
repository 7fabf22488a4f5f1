"""create_app(): settings, extensions, guard, blueprints; the only full list of features."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from school import cli, db, settings
from school.accounts import guard
from school.accounts.views import bp as accounts
from school.audit.views import bp as audit
from school.calendar.views import bp as calendar
from school.compliance.views import bp as compliance
from school.courses.views import bp as courses
from school.home import context
from school.home.views import bp as home
from school.homework.views import bp as homework
from school.mentoring.views import bp as mentoring
from school.outbox.views import bp as outbox
from school.parentschool import models as _parentschool_models  # noqa: F401
from school.parentschool.views import bp as parentschool
from school.people.views import bp as people
from school.preferences.views import bp as preferences
from school.web import pages, values
from school.web.guard import check_every_view_is_marked

FEATURES = (home, accounts, people, calendar, homework, courses, mentoring, parentschool, compliance, outbox, preferences, audit)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application, with `overrides` over file and environment (tests and commands use them)."""
    instance = Path((overrides or {}).get("INSTANCE_PATH") or settings.instance_folder())
    app = Flask(
        "school",
        root_path=str(settings.ROOT),
        instance_path=str(instance),
        template_folder="templates",
        static_folder="static",
    )
    app.config.update(settings.load(instance, overrides))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if app.config["TRUSTED_PROXIES"]:
        hops = int(app.config["TRUSTED_PROXIES"])
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    values.init_app(app)
    db.init_app(app)
    Migrate(app, db.db, directory=str(settings.ROOT / "migrations"), render_as_batch=False, compare_type=True)
    Bootstrap5(app)
    Compress(app)
    pages.init_app(app)
    guard.init_app(app)
    context.init_app(app)
    for blueprint in FEATURES:
        app.register_blueprint(blueprint)
    cli.init_app(app)
    check_every_view_is_marked(app)
    return app
