"""The first page of each role, and the health check."""

from flask import Blueprint, Response, jsonify, render_template

from school.accounts.identity import current_person
from school.clock import today
from school.home.queries import is_database_answering
from school.home.tasks import tasks_for
from school.homework.views.days import day_in_words
from school.web.guard import public

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index() -> str:
    """What waits for this person today; for anybody else, what this place is."""
    person = current_person()
    if person is None:
        return render_template("home/welcome.html")
    return render_template("home/index.html", tasks=tasks_for(person), day_label=day_in_words(today()))


@bp.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """200 when the database answers, else 503."""
    is_well = is_database_answering()
    return jsonify(status="ok" if is_well else "database unreachable"), 200 if is_well else 503
