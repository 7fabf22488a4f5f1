"""Cards about after-school courses: what a family still has to do, and what the office does next."""

from flask import url_for

from school.accounts.identity import Person
from school.clock import now
from school.courses.enums import Phase
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.choosing import ChildBoard, boards_of_user
from school.courses.queries.family import current_catalogue
from school.courses.queries.results import courses_of_user
from school.courses.rules.rounds import next_act
from school.courses.rules.seats import moment_in_words
from school.home.task import Task
from school.permissions import Permission


def course_tasks(person: Person) -> list[Task]:
    """The person's cards about courses: each child while a selection is public, the office's next step, own courses."""
    return [*_children(person), *_office(person), *_own_courses(person)]


def _children(person: Person) -> list[Task]:
    catalogue = current_catalogue() if person.may(Permission.CHOOSE_COURSES) else None
    return [_child(board) for board in boards_of_user(person.user_id, catalogue, now())] if catalogue else []


def _child(board: ChildBoard) -> Task:
    """An offer comes first, then whatever is missing while the family may choose."""
    title, url = f"{board.child.name} · 选课", url_for("courses.choose_child", pupil_id=board.child.pupil_id)
    if board.offers:
        first = min(board.offers, key=lambda one: one.entry.expires_at)
        text = f"“{first.course.name}”有名额了，请在 {moment_in_words(first.entry.expires_at)} 前确认。"
        return Task(title, "等您确认", "warning", text, "去确认", url, is_due=True)
    until = f"{moment_in_words(board.stage.until)} 截止。" if board.stage.until else ""
    has_chosen = bool(board.places or board.waiting or (board.stage.phase is Phase.WISH and board.wishes))
    if board.stage.is_open and not (board.consent and has_chosen):
        missing = "还没有同意告知书" if not board.consent else "还没有选课"
        return Task(title, board.stage.title, "warning", f"{missing}，{until}", "去选课", url, is_due=True)
    names = "、".join(course.name for course in board.places)
    waiting = f"候补 {len(board.waiting)} 门。" if board.waiting else ""
    wishes = f"志愿 {len(board.wishes)} 个，{until}" if board.stage.phase is Phase.WISH else ""
    text = wishes or (f"已选上{names}。{waiting}" if names else waiting) or board.stage.sentence
    return Task(title, board.stage.title, "ok" if names or wishes else "info", text, "看选课", url)


def _office(person: Person) -> list[Task]:
    catalogue = current_catalogue() if person.may(Permission.MANAGE_COURSES) else None
    if catalogue is None or catalogue.selection is None:
        return []
    selection = catalogue.selection
    act = next_act(selection)
    text = f"下一步：{act.label}。" if act else "没有要办的步骤。"
    url = url_for("courses.selection", term=catalogue.term_id)
    return [Task("组织选课", selection.state.label, "info", text, "打开选课安排", url)]


def _own_courses(person: Person) -> list[Task]:
    mine = courses_of_user(person.user_id) if person.may(Permission.TEACH_COURSES) else set()
    catalogue = current_catalogue() if mine else None
    courses = [one for one in get_catalogue(catalogue.term_id).courses.values() if one.id in mine] if catalogue else []
    if not courses:
        return []
    names = "、".join(course.name for course in courses)
    return [Task("我的课程", f"{len(courses)} 门", "info", f"本学期开设{names}。", "看名单", url_for("courses.taught"))]
