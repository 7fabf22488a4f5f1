"""The family's read-only copy: each child's homework after publication (HW-13: nothing to reply, confirm or upload)."""

from flask import render_template

from school.accounts.identity import the_person
from school.homework.loaders import asked_day
from school.homework.queries.family import child_days
from school.homework.views import bp
from school.homework.views.days import day_links
from school.permissions import Permission
from school.web.guard import requires


@bp.get("/family/homework")
@requires(Permission.SEE_OWN_CHILDREN)
def family() -> str:
    """All children of the signed-in guardian on one page."""
    on_day = asked_day()
    children = child_days(the_person().user_id, on_day)
    return render_template("homework/family.html", children=children, on_day=on_day, days=day_links("homework.family", on_day))
