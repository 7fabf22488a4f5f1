"""One-time codes of a class's guardians and of the teachers: who has one, giving them out, the sheet to print."""

from dataclasses import dataclass

from flask import abort, flash, render_template, url_for
from werkzeug.wrappers import Response

from school.accounts import service
from school.accounts.codes import code_state_of
from school.accounts.enums import AccountState, CodeState
from school.accounts.identity import actor
from school.accounts.slips import Slip, permit_printing, require_permit, slip_of
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import transaction
from school.people.code_queries import Holder, class_counts, holders_among_teachers, holders_of_class, lock_users
from school.people.queries import find_class
from school.people.rules import class_label
from school.people.views import bp
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.guard import requires
from school.web.pages import see_other

TEACHERS = "全体教师"


@dataclass(frozen=True)
class Group:
    """Those one sheet is printed for: a class's guardians, or (no class) the teachers."""

    class_id: int | None
    label: str
    holders: list[Holder]

    @property
    def waiting(self) -> list[Holder]:
        """Those whose code waits to be used."""
        return [h for h in self.holders if h.user and h.user.is_active and code_state_of(h.user) is CodeState.WAITING]

    @property
    def lacking(self) -> int:
        """How many never signed in and have no code that waits."""
        return sum(
            1
            for h in self.holders
            if h.user and h.user.state is AccountState.NEW and code_state_of(h.user) is not CodeState.WAITING
        )


@bp.get("/accounts/codes")
@requires(Permission.ISSUE_CODES)
def codes() -> str:
    """All classes with how many of their guardians have signed in."""
    year, last_grade = school_year_start(today()), get_preferences().last_grade
    rows = [(count, class_label(count.entry_year, count.number, year, max_grade=last_grade)) for count in class_counts(today())]
    return render_template("people/codes.html", rows=rows)


@bp.get("/accounts/codes/<int:class_id>")
@requires(Permission.ISSUE_CODES)
def class_codes(class_id: int) -> str:
    """A class's guardians and the state of their codes."""
    return _list_page(_class_group(class_id))


@bp.post("/accounts/codes/<int:class_id>/issue")
@requires(Permission.ISSUE_CODES)
def issue_class_codes(class_id: int) -> Response:
    """Give a code to every guardian of the class who needs one."""
    _issue(_class_group(class_id))
    return see_other(url_for("people.class_codes", class_id=class_id))


@bp.post("/accounts/codes/<int:class_id>/print")
@requires(Permission.ISSUE_CODES)
def print_class_codes(class_id: int) -> Response:
    """Record the printing and open the sheet."""
    _permit(_class_group(class_id))
    return see_other(url_for("people.class_code_sheet", class_id=class_id))


@bp.get("/accounts/codes/<int:class_id>/print")
@requires(Permission.ISSUE_CODES)
def class_code_sheet(class_id: int) -> str:
    """The sheet of a class: one slip for each guardian whose code waits."""
    require_permit(("class", class_id))
    return _sheet(_class_group(class_id))


@bp.get("/accounts/codes/teachers")
@requires(Permission.ISSUE_CODES)
def teacher_codes() -> str:
    """The teachers and the state of their codes."""
    return _list_page(_teacher_group())


@bp.post("/accounts/codes/teachers/issue")
@requires(Permission.ISSUE_CODES)
def issue_teacher_codes() -> Response:
    """Give a code to every teacher who needs one."""
    _issue(_teacher_group())
    return see_other(url_for("people.teacher_codes"))


@bp.post("/accounts/codes/teachers/print")
@requires(Permission.ISSUE_CODES)
def print_teacher_codes() -> Response:
    """Record the printing and open the sheet."""
    _permit(_teacher_group())
    return see_other(url_for("people.teacher_code_sheet"))


@bp.get("/accounts/codes/teachers/print")
@requires(Permission.ISSUE_CODES)
def teacher_code_sheet() -> str:
    """The sheet of the teachers: one slip for each whose code waits."""
    require_permit(("class", None))
    return _sheet(_teacher_group())


def _class_group(class_id: int) -> Group:
    found = find_class(class_id) or abort(404)
    year, last_grade = school_year_start(today()), get_preferences().last_grade
    label = class_label(found.entry_year, found.number, year, max_grade=last_grade)
    return Group(class_id, label, holders_of_class(class_id, today()))


def _teacher_group() -> Group:
    return Group(None, TEACHERS, holders_among_teachers(today()))


def _issue(group: Group) -> None:
    with transaction():
        users = lock_users(holder.user.id for holder in group.holders if holder.user)
        count = service.issue_missing_codes(users, whose=_whose(group), subject_id=group.class_id, actor=actor())
    flash(f"已生成 {count} 个登录码，可以打印了。" if count else "没有需要新登录码的人。", "success")


def _permit(group: Group) -> None:
    if not group.waiting:
        abort(404)
    with transaction():
        service.record_printing(whose=_whose(group), count=len(group.waiting), subject_id=group.class_id, actor=actor())
    permit_printing(("class", group.class_id))


def _list_page(group: Group) -> str:
    rows = [(holder, code_state_of(holder.user) if holder.user else None) for holder in group.holders]
    return render_template("people/code_list.html", group=group, rows=rows)


def _sheet(group: Group) -> str:
    is_class = group.class_id is not None
    back_url = url_for("people.class_codes", class_id=group.class_id) if is_class else url_for("people.teacher_codes")
    slips = [_slip(group, holder) for holder in group.waiting]
    return render_template("people/code_sheet.html", group=group, slips=slips, back_url=back_url)


def _slip(group: Group, holder: Holder) -> Slip:
    heading = holder.about if group.class_id is None else f"{group.label} {holder.about}"
    return slip_of(holder.user, heading=heading, name=holder.name)


def _whose(group: Group) -> str:
    return group.label if group.class_id is None else f"{group.label}的家长"
