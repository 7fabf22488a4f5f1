"""A teacher's day: every lesson with what was filed, one tap from filing."""

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts.identity import actor, the_person
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.homework.loaders import asked_day, my_lesson
from school.homework.queries.mine import cards_of
from school.homework.service import filing
from school.homework.views import bp
from school.homework.views.days import day_links
from school.people.queries import find_teacher_of_user
from school.permissions import Permission
from school.web.guard import requires
from school.web.pages import see_other


@bp.get("/homework")
@requires(Permission.FILE_HOMEWORK)
def mine() -> str:
    """The signed-in teacher's lessons of a day; an office account has none, and the page says so."""
    on_day = asked_day()
    teacher = find_teacher_of_user(the_person().user_id)
    cards = cards_of(teacher, on_day) if teacher else []
    return render_template(
        "homework/mine.html", cards=cards, on_day=on_day, days=day_links("homework.mine", on_day), is_past=on_day < today()
    )


@bp.post("/homework/none/<int:class_id>/<int:subject_id>")
@requires(Permission.FILE_HOMEWORK)
def declare_none(class_id: int, subject_id: int) -> Response:
    """Say that a subject sets nothing on a day."""
    on_day = asked_day()
    lesson, _others = my_lesson(class_id, subject_id, on_day)
    try:
        with transaction():
            filing.declare_none(lesson, on_day, actor=actor())
    except Refused as refused:
        flash(refused.message, "danger")
    else:
        flash(f"已登记{lesson.subject}“无作业”。", "success")
    return see_other(url_for("homework.mine", day=on_day))
